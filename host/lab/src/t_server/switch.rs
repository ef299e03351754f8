//! The switch behind the simulated T-Server, as a pure model: who is registered for what, and what a request does.
//! Agents are in [`super::agents`], calls in [`super::calls`].

use super::{
    agents::Agent,
    calls::Call,
    chats::Chat,
    config::{DnKind, SwitchFile},
};
use std::collections::{BTreeMap, HashSet};
use uc_connector::{
    tlib::{Message, errors},
    wire::{ConnId, KvList, Value},
};

/// A connection of a client.
pub(super) type ClientId = u64;

/// A message for one client.
#[derive(Clone, Debug)]
pub(super) struct Delivery {
    pub(super) client: ClientId,
    pub(super) message: Message,
}

/// A refused request: EventError.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} ({code})", errors::words(*code))]
pub struct Refused {
    /// AttributeErrorCode.
    pub code: i64,
}

/// Who asks, until the first event for the asker's DN has carried the ReferenceID.
struct Asker {
    client: ClientId,
    dn: String,
    reference_id: Option<i64>,
}

/// One DN.
pub(super) struct DnState {
    pub(super) kind: DnKind,
    pub(super) agents_allowed: Vec<String>,
    pub(super) agent: Option<Agent>,
    pub(super) out_of_service: bool,
    registered: Vec<Registration>,
}

struct Registration {
    client: ClientId,
    monitor: bool,
}

/// The model.
pub(super) struct Switch {
    pub(super) file: SwitchFile,
    pub(super) dns: BTreeMap<String, DnState>,
    pub(super) calls: BTreeMap<ConnId, Call>,
    pub(super) calls_made: u64,
    pub(super) chats: BTreeMap<ConnId, Chat>,
    pub(super) chats_made: u64,
    pub(super) cti_link: bool,
    /// IDs of the agents who are logged in somewhere.
    pub(super) logged_in: HashSet<String>,
    /// Agents who have just gone into After Call Work: DN and agent ID. Whoever has a clock ends it.
    pub(super) wrap_ups: Vec<(String, String)>,
    asker: Option<Asker>,
    deliveries: Vec<Delivery>,
}

impl Switch {
    pub(super) fn new(file: SwitchFile) -> Self {
        let state = |dn: &super::config::Dn| DnState {
            kind: dn.kind,
            agents_allowed: dn.agents.clone(),
            agent: None,
            out_of_service: false,
            registered: Vec::new(),
        };
        let dns = file.dn.iter().map(|dn| (dn.dn.clone(), state(dn))).collect();
        Self {
            file,
            dns,
            calls: BTreeMap::new(),
            calls_made: 0,
            chats: BTreeMap::new(),
            chats_made: 0,
            cti_link: true,
            logged_in: HashSet::new(),
            wrap_ups: Vec::new(),
            asker: None,
            deliveries: Vec::new(),
        }
    }

    /// Carries out a request; refusals become EventError.
    pub(super) fn request(&mut self, client: ClientId, request: &Message) {
        let dn = request.str("thisDN").unwrap_or_default().to_owned();
        let reference_id = request.reference_id();
        self.asker = Some(Asker { client, dn, reference_id });
        if let Err(refused) = self.carry_out(client, request) {
            self.refuse(client, request, refused.code, errors::words(refused.code));
        }
        self.asker = None;
    }

    /// Answers a request with EventError.
    pub(super) fn refuse(&mut self, client: ClientId, request: &Message, code: i64, text: &str) {
        let error = Message::new("EventError")
            .with_some("referenceID", request.reference_id())
            .with("errorCode", code)
            .with("errorMessage", text)
            .with_some("thisDN", request.str("thisDN"))
            .with_some("connID", request.conn_id("connID"));
        self.tell(client, error);
    }

    /// What is to be sent, in order.
    pub(super) fn deliveries(&mut self) -> Vec<Delivery> {
        std::mem::take(&mut self.deliveries)
    }

    /// What is to be sent after all that waits already.
    pub(super) fn deliver(&mut self, more: Vec<Delivery>) {
        self.deliveries.extend(more);
    }

    /// The client is gone: so are its registrations. Agents stay logged in, unless the switch logs them out with it.
    pub(super) fn forget(&mut self, client: ClientId) {
        for dn in self.dns.values_mut() {
            dn.registered.retain(|registration| registration.client != client);
        }
        self.log_out_with(client, |_| true);
    }

    /// Whose request is carried out.
    pub(super) fn asking(&self) -> Option<ClientId> {
        self.asker.as_ref().map(|asker| asker.client)
    }

    /// A message to one client.
    pub(super) fn tell(&mut self, client: ClientId, message: Message) {
        self.deliveries.push(Delivery { client, message });
    }

    /// An event for everybody registered for `dn`; the first one for the asker's DN answers the request.
    pub(super) fn event(&mut self, dn: &str, event: &Message) {
        let clients: Vec<_> = self.registered(dn).map(|registration| registration.client).collect();
        for client in clients {
            let mut message = event.clone();
            if let Some(id) = self.answered(client, dn) {
                message = message.with("referenceID", id);
            }
            self.tell(client, message);
        }
    }

    /// DNs that this file knows.
    pub(super) fn dn(&self, dn: &str) -> Result<&DnState, Refused> {
        self.dns.get(dn).ok_or(Refused { code: 59 })
    }

    fn carry_out(&mut self, client: ClientId, request: &Message) -> Result<(), Refused> {
        let dn = request.str("thisDN").unwrap_or_default();
        match &*request.name {
            "RequestRegisterAddress" => return self.register(client, dn, request),
            "RequestUnregisterAddress" => return self.unregister(client, dn),
            "RequestQueryAddress" => {
                let info = self.snapshot("EventAddressInfo", dn)?;
                self.answer(info);
                return Ok(());
            }
            "RequestQueryServer" => {
                let info = Message::new("EventServerInfo").with("server", self.file.server.clone());
                self.answer(info);
                return Ok(());
            }
            "RequestDistributeUserEvent" => return self.distribute(dn, request),
            _ => {}
        }
        self.may_ask(client, dn)?;
        if self.dn(dn)?.out_of_service {
            return Err(Refused { code: 58 });
        }
        if !self.cti_link {
            return Err(Refused { code: 54 });
        }
        if &*request.name == "RequestPrivateService" {
            return self.chat_request(client, dn, request);
        }
        self.act(request)
    }

    /// Carries out an agent or call request, as if another desktop had made it.
    pub(super) fn act(&mut self, request: &Message) -> Result<(), Refused> {
        let dn = request.str("thisDN").unwrap_or_default();
        match &*request.name {
            name if name.starts_with("RequestAgent") => self.agent_request(dn, request),
            _ => self.call_request(dn, request),
        }
    }

    fn register(&mut self, client: ClientId, dn: &str, request: &Message) -> Result<(), Refused> {
        let monitor = request.str("registerMode").is_some_and(|mode| mode.eq_ignore_ascii_case("ModeMonitor"));
        let state = self.dns.get_mut(dn).ok_or(Refused { code: 59 })?;
        state.registered.retain(|registration| registration.client != client);
        state.registered.push(Registration { client, monitor });
        let registered = self.snapshot("EventRegistered", dn)?;
        self.answer(registered);
        self.tell_chats(client, dn);
        Ok(())
    }

    fn unregister(&mut self, client: ClientId, dn: &str) -> Result<(), Refused> {
        self.answer(Message::new("EventUnregistered").with("thisDN", dn));
        let state = self.dns.get_mut(dn).ok_or(Refused { code: 59 })?;
        state.registered.retain(|registration| registration.client != client);
        self.log_out_with(client, |left| left == dn);
        Ok(())
    }

    /// EventUserEvent goes to everybody registered for the DN; EventACK answers an asker who is not.
    pub(super) fn distribute(&mut self, dn: &str, request: &Message) -> Result<(), Refused> {
        self.dn(dn)?;
        let mut event = Message::new("EventUserEvent");
        let passed_on = |(name, _): &&_| !matches!(AsRef::<str>::as_ref(name), "referenceID");
        event.attributes.extend(request.attributes.iter().filter(passed_on).cloned());
        self.event(dn, &event);
        self.acknowledge(dn);
        Ok(())
    }

    /// EventACK answers what no event has answered.
    pub(super) fn acknowledge(&mut self, dn: &str) {
        if self.asker.as_ref().is_some_and(|asker| asker.reference_id.is_some()) {
            self.answer(Message::new("EventACK").with("thisDN", dn));
        }
    }

    /// To one client, as its answer if it has none yet.
    pub(super) fn tell_asker(&mut self, client: ClientId, dn: &str, message: Message) {
        let id = self.answered(client, dn);
        self.tell(client, message.with_some("referenceID", id));
    }

    fn may_ask(&self, client: ClientId, dn: &str) -> Result<(), Refused> {
        self.dn(dn)?;
        let found = self.registered(dn).find(|registration| registration.client == client);
        found.filter(|registration| !registration.monitor).map(|_| ()).ok_or(Refused { code: 41 })
    }

    fn registered(&self, dn: &str) -> impl Iterator<Item = &Registration> {
        self.dns.get(dn).into_iter().flat_map(|state| &state.registered)
    }

    /// To the asker alone.
    fn answer(&mut self, message: Message) {
        let Some(asker) = &mut self.asker else { return };
        let (client, id) = (asker.client, asker.reference_id.take());
        self.tell(client, message.with_some("referenceID", id));
    }

    fn answered(&mut self, client: ClientId, dn: &str) -> Option<i64> {
        let asker = self.asker.as_mut().filter(|asker| asker.client == client && asker.dn == dn)?;
        asker.reference_id.take()
    }

    /// The DN's state in the keys of PROTOCOL.md, "Snapshot".
    fn snapshot(&self, name: &'static str, dn: &str) -> Result<Message, Refused> {
        let state = self.dn(dn)?;
        let calls = self.calls_snapshot(dn);
        let status = if state.out_of_service { -1 } else { i64::from(!calls.is_empty()) };
        let agent_status = state.agent.as_ref().map_or(0, |agent| agent.status_number());
        let numbers = [("status", Value::Int(status)), ("AgentStatus", Value::Int(agent_status))];
        let mut extensions: KvList = numbers.into_iter().collect();
        extensions.0.extend(calls.0);
        let message = Message::new(name).with("thisDN", dn);
        let message = state.agent.iter().fold(message, |message, agent| agent.describe(message));
        Ok(message.with("extensions", extensions))
    }

    /// Takes a DN out of service, or puts it back.
    pub(super) fn out_of_service(&mut self, dn: &str, out: bool) -> Result<(), Refused> {
        self.dns.get_mut(dn).ok_or(Refused { code: 59 })?.out_of_service = out;
        let name = if out { "EventDNOutOfService" } else { "EventDNBackInService" };
        self.event(dn, &Message::new(name).with("thisDN", dn));
        Ok(())
    }
}
