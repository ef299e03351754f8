//! Calls between DNs, and with customers outside: ring, answer, hold, retrieve, release, transfer, redirect, route. What
//! is done with two calls, or a third party, is in [`super::consult`].
//!
//! Long, because each of these is a rule over the same legs and ends in the same events.

use super::{
    config::DnKind,
    switch::{Refused, Switch},
    user_data,
};
use uc_connector::{
    tlib::Message,
    wire::{ConnId, KvList, Value},
};

/// One call.
#[derive(Clone, Debug)]
pub(super) struct Call {
    number: i64,
    call_type: &'static str,
    ani: String,
    dnis: String,
    pub(super) user_data: KvList,
    pub(super) legs: Vec<Leg>,
    /// The call that a consult call was made from.
    pub(super) consult_of: Option<ConnId>,
}

/// One party: a DN of the switch, or a number outside.
#[derive(Clone, Debug)]
pub(super) struct Leg {
    pub(super) dn: String,
    pub(super) step: Step,
    /// The others do not hear it.
    muted: bool,
}

/// Where a party stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Calls somebody.
    Dialing,
    /// Calls somebody outside, and the network has taken the call.
    NetworkReached,
    /// Calls somebody who is busy.
    Busy,
    /// Is called.
    Ringing,
    /// Talks.
    Established,
    /// Has the others on hold.
    Held,
    /// Waits at a route point or in a queue.
    Queued,
}

impl Step {
    fn word(self) -> &'static str {
        match self {
            Self::Dialing => "dialing",
            Self::NetworkReached => "network-reached",
            Self::Busy => "busy",
            Self::Ringing => "ringing",
            Self::Established => "established",
            Self::Held => "held",
            Self::Queued => "queued",
        }
    }
}

/// Requests about a call that there is.
const OF_CALLS: [&str; 21] = [
    "RequestAnswerCall",
    "RequestHoldCall",
    "RequestRetrieveCall",
    "RequestReleaseCall",
    "RequestSingleStepTransfer",
    "RequestRedirectCall",
    "RequestRouteCall",
    "RequestAttachUserData",
    "RequestUpdateUserData",
    "RequestDeleteUserData",
    "RequestDeletePair",
    "RequestSendDTMF",
    "RequestSetMuteOn",
    "RequestSetMuteOff",
    "RequestInitiateTransfer",
    "RequestInitiateConference",
    "RequestCompleteTransfer",
    "RequestCompleteConference",
    "RequestAlternateCall",
    "RequestReconnectCall",
    "RequestSingleStepConference",
];

impl Switch {
    pub(super) fn call_request(&mut self, dn: &str, request: &Message) -> Result<(), Refused> {
        let other = request.str("otherDN").unwrap_or_default();
        if &*request.name == "RequestMakeCall" {
            let data = request.kv_list("userData").cloned().unwrap_or_default();
            return self.make_call(dn, other, data).map(|_| ());
        }
        if !OF_CALLS.contains(&&*request.name) {
            return Err(Refused { code: 51 });
        }
        let known = |id: &ConnId| self.calls.contains_key(id);
        let id = request.conn_id("connID").filter(known).ok_or(Refused { code: 56 })?;
        let data = request.kv_list("userData").cloned().unwrap_or_default();
        match &*request.name {
            "RequestAnswerCall" => self.answer_call(id, dn),
            "RequestHoldCall" => self.turn(id, dn, Step::Established, Step::Held, "EventHeld"),
            "RequestRetrieveCall" => self.turn(id, dn, Step::Held, Step::Established, "EventRetrieved"),
            "RequestReleaseCall" => self.release(id, dn),
            "RequestSingleStepTransfer" => self.transfer(id, dn, other),
            "RequestRedirectCall" => self.redirect(id, dn, other),
            "RequestRouteCall" => self.route(id, dn, other),
            "RequestAttachUserData" => self.change_data(id, dn, |old| user_data::attach(old, &data)),
            "RequestUpdateUserData" => self.change_data(id, dn, |old| user_data::update(old, &data)),
            "RequestDeleteUserData" => self.change_data(id, dn, |old| old.0.clear()),
            "RequestDeletePair" => {
                let key = request.str("key").unwrap_or_default().to_owned();
                self.change_data(id, dn, |old| user_data::delete_pair(old, &key))
            }
            "RequestSendDTMF" => self.send_digits(id, dn, request.str("dTMFDigits").unwrap_or_default()),
            "RequestSetMuteOn" => self.mute(id, dn, true),
            "RequestSetMuteOff" => self.mute(id, dn, false),
            _ => self.consult_request(id, dn, request),
        }
    }

    /// A call from a DN or a customer to a DN or a number outside.
    pub(super) fn make_call(&mut self, from: &str, to: &str, user_data: KvList) -> Result<ConnId, Refused> {
        let call_type = match (self.dns.contains_key(from), self.dns.contains_key(to)) {
            (true, true) => "Internal",
            (false, true) => "Inbound",
            (true, false) if !to.is_empty() => "Outbound",
            _ => return Err(Refused { code: 71 }),
        };
        if self.dns.get(to).is_some_and(|state| state.out_of_service) {
            return Err(Refused { code: 58 });
        }
        let id = self.new_call(call_type, from, to, user_data);
        self.arrive(id, to);
        Ok(id)
    }

    /// A call that its caller is dialling.
    pub(super) fn new_call(&mut self, call_type: &'static str, from: &str, to: &str, user_data: KvList) -> ConnId {
        self.calls_made += 1;
        // The upper half tells the ConnIDs of different servers apart, as real ones do.
        let id = ConnId(0x00a1_0000_0000_0000 + self.calls_made);
        let legs = vec![Leg::new(from, Step::Dialing)];
        let (ani, dnis, number) = (from.to_owned(), to.to_owned(), self.calls_made as i64);
        self.calls.insert(id, Call { number, call_type, ani, dnis, user_data, legs, consult_of: None });
        id
    }

    /// The call reaches `dn`: it rings, or waits at a route point.
    pub(super) fn arrive(&mut self, id: ConnId, dn: &str) {
        let kind = self.dns.get(dn).map_or(DnKind::Extension, |state| state.kind);
        let step = if kind == DnKind::Extension { Step::Ringing } else { Step::Queued };
        let Some(call) = self.calls.get_mut(&id) else { return };
        call.legs.push(Leg::new(dn, step));
        let dialing = call.legs[0].step == Step::Dialing && call.legs.len() == 2;
        let caller = call.legs[0].dn.clone();
        if dialing {
            self.call_event("EventDialing", id, &caller, None);
        }
        match kind {
            DnKind::Extension => self.call_event("EventRinging", id, dn, None),
            DnKind::Queue => self.call_event("EventQueued", id, dn, None),
            DnKind::RoutePoint => {
                self.call_event("EventQueued", id, dn, None);
                self.call_event("EventRouteRequest", id, dn, None);
            }
        }
    }

    /// The called party answers; whoever dialled talks now too.
    pub(super) fn answer_call(&mut self, id: ConnId, dn: &str) -> Result<(), Refused> {
        self.expect(id, dn, |step| step == Step::Ringing)?;
        let call = self.call(id)?;
        let mut talking = Vec::new();
        for leg in &mut call.legs {
            if leg.dn == dn || matches!(leg.step, Step::Dialing | Step::NetworkReached) {
                leg.step = Step::Established;
                talking.push(leg.dn.clone());
            }
        }
        // The asker's own event comes first: it answers the request.
        talking.sort_by_key(|party| party != dn);
        talking.iter().for_each(|party| self.call_event("EventEstablished", id, party, None));
        Ok(())
    }

    /// One party's step changes, nobody else's.
    pub(super) fn turn(
        &mut self,
        id: ConnId,
        dn: &str,
        from: Step,
        to: Step,
        event: &'static str,
    ) -> Result<(), Refused> {
        self.expect(id, dn, |step| step == from)?;
        for leg in self.call(id)?.legs.iter_mut().filter(|leg| leg.dn == dn) {
            leg.step = to;
        }
        self.call_event(event, id, dn, None);
        Ok(())
    }

    /// The network has taken a call to a number outside; whether somebody answers is not known yet.
    pub(super) fn network_reached(&mut self, id: ConnId) -> Result<(), Refused> {
        let caller = self.caller(id)?;
        self.turn(id, &caller, Step::Dialing, Step::NetworkReached, "EventNetworkReached")
    }

    /// Whoever is called is busy: the caller's leg stays until they hang up.
    pub(super) fn destination_busy(&mut self, id: ConnId) -> Result<(), Refused> {
        let caller = self.caller(id)?;
        self.call(id)?.legs.retain(|leg| leg.dn == caller);
        self.turn(id, &caller, Step::Dialing, Step::Busy, "EventDestinationBusy")
    }

    fn caller(&mut self, id: ConnId) -> Result<String, Refused> {
        let dialing = self.call(id)?.legs.iter().find(|leg| leg.step == Step::Dialing);
        dialing.map(|leg| leg.dn.clone()).ok_or(Refused { code: 53 })
    }

    fn send_digits(&mut self, id: ConnId, dn: &str, digits: &str) -> Result<(), Refused> {
        self.expect(id, dn, |step| matches!(step, Step::Established | Step::NetworkReached))?;
        let keypad = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'*' | b'#');
        if digits.is_empty() || !digits.bytes().all(keypad) {
            return Err(Refused { code: 53 });
        }
        self.call_event("EventDTMFSent", id, dn, None);
        Ok(())
    }

    fn mute(&mut self, id: ConnId, dn: &str, muted: bool) -> Result<(), Refused> {
        self.expect(id, dn, |step| step == Step::Established)?;
        for leg in self.call(id)?.legs.iter_mut().filter(|leg| leg.dn == dn) {
            leg.muted = muted;
        }
        self.call_event(if muted { "EventMuteOn" } else { "EventMuteOff" }, id, dn, None);
        Ok(())
    }

    /// A party hangs up: a conference goes on without it, any other call is over for all. Who was still called sees it
    /// abandoned.
    pub(super) fn release(&mut self, id: ConnId, dn: &str) -> Result<(), Refused> {
        self.expect(id, dn, |_| true)?;
        let mut legs = self.call(id)?.legs.clone();
        if legs.len() > 2 {
            self.call_event("EventReleased", id, dn, None);
            self.call(id)?.legs.retain(|leg| leg.dn != dn);
            let staying = legs.iter().filter(|leg| leg.dn != dn);
            staying.for_each(|leg| self.party_event("EventPartyDeleted", id, &leg.dn, dn, dn));
            self.begin_wrap_up(dn);
            return Ok(());
        }
        legs.sort_by_key(|leg| leg.dn != dn);
        for leg in &legs {
            let waiting = matches!(leg.step, Step::Ringing | Step::Queued) && leg.dn != dn;
            let event = if waiting { "EventAbandoned" } else { "EventReleased" };
            self.call_event(event, id, &leg.dn, None);
        }
        self.calls.remove(&id);
        for leg in legs.iter().filter(|leg| matches!(leg.step, Step::Established | Step::Held)) {
            self.begin_wrap_up(&leg.dn);
        }
        Ok(())
    }

    /// The customer hangs up.
    pub(super) fn customer_hangs_up(&mut self, id: ConnId) -> Result<(), Refused> {
        let outside = self
            .calls
            .get(&id)
            .and_then(|call| call.legs.iter().find(|leg| !self.dns.contains_key(&leg.dn)).map(|leg| leg.dn.clone()));
        self.release(id, &outside.ok_or(Refused { code: 56 })?)
    }

    fn transfer(&mut self, id: ConnId, dn: &str, to: &str) -> Result<(), Refused> {
        self.expect(id, dn, |step| matches!(step, Step::Established | Step::Held))?;
        self.reachable(to)?;
        self.leave(id, dn, to, "EventReleased", Some("Transferred"));
        self.begin_wrap_up(dn);
        let staying: Vec<_> = self.call(id)?.legs.iter().map(|leg| leg.dn.clone()).collect();
        self.arrive(id, to);
        staying.iter().for_each(|party| self.call_event("EventPartyChanged", id, party, None));
        Ok(())
    }

    fn redirect(&mut self, id: ConnId, dn: &str, to: &str) -> Result<(), Refused> {
        self.expect(id, dn, |step| step == Step::Ringing)?;
        self.reachable(to)?;
        self.leave(id, dn, to, "EventReleased", Some("Redirected"));
        self.arrive(id, to);
        Ok(())
    }

    /// A call at a route point goes to its target.
    pub(super) fn route(&mut self, id: ConnId, route_point: &str, to: &str) -> Result<(), Refused> {
        self.expect(id, route_point, |step| step == Step::Queued)?;
        self.reachable(to)?;
        self.call_event("EventRouteUsed", id, route_point, None);
        self.leave(id, route_point, to, "EventDiverted", Some("Ok"));
        self.arrive(id, to);
        Ok(())
    }

    /// The route point where the call waits.
    pub(super) fn waits_at(&self, id: ConnId) -> Option<String> {
        let legs = &self.calls.get(&id)?.legs;
        legs.iter().find(|leg| leg.step == Step::Queued).map(|leg| leg.dn.clone())
    }

    pub(super) fn change_data(
        &mut self,
        id: ConnId,
        changed_by: &str,
        change: impl FnOnce(&mut KvList),
    ) -> Result<(), Refused> {
        let call = self.call(id)?;
        change(&mut call.user_data);
        let mut parties: Vec<_> = call.legs.iter().map(|leg| leg.dn.clone()).collect();
        parties.sort_by_key(|party| party != changed_by);
        let by = (!changed_by.is_empty()).then_some(changed_by);
        for party in parties {
            let event = self.describe("EventAttachedDataChanged", id, &party).with_some("thirdPartyDN", by);
            let gone = self.calls.get(&id).is_some_and(|call| call.user_data.is_empty());
            let event = event.with_some("userData", gone.then(KvList::default));
            self.event(&party, &event);
        }
        Ok(())
    }

    /// Where each party of a call stands; none: there is no such call.
    pub(super) fn parties(&self, id: ConnId) -> Option<Vec<(String, Step)>> {
        self.calls.get(&id).map(|call| call.legs.iter().map(|leg| (leg.dn.clone(), leg.step)).collect())
    }

    /// `conn-n`, `ct-n`, `step-n`, … of PROTOCOL.md, "Snapshot".
    pub(super) fn calls_snapshot(&self, dn: &str) -> KvList {
        let mine = |call: &Call| call.legs.iter().find(|leg| leg.dn == dn).map(|leg| leg.step);
        let calls = self.calls.iter().filter_map(|(id, call)| Some((id, call, mine(call)?)));
        let mut list = KvList::default();
        for (number, (id, call, step)) in (1..).zip(calls) {
            let key = |name: &str| format!("{name}-{number}");
            list.push_str(key("conn"), id.to_string());
            list.0.push((key("ct"), Value::Int(call.type_number())));
            list.push_str(key("step"), step.word());
            if let Some(other) = call.other(dn) {
                list.push_str(key("odn"), other);
            }
            if let Some(original) = call.consult_of {
                list.push_str(key("pconn"), original.to_string());
            }
            list.push_str(key("ani"), call.ani.clone());
            list.push_str(key("dnis"), call.dnis.clone());
            list.0.push((key("ud"), Value::List(call.user_data.clone())));
        }
        list
    }

    /// `dn` leaves the call, which goes on to `to`.
    fn leave(&mut self, id: ConnId, dn: &str, to: &str, event: &'static str, state: Option<&str>) {
        let message = self.describe(event, id, dn).with_some("callState", state).with("thirdPartyDN", to);
        self.event(dn, &message);
        if let Some(call) = self.calls.get_mut(&id) {
            call.legs.retain(|leg| leg.dn != dn);
        }
    }

    pub(super) fn call_event(&mut self, name: &'static str, id: ConnId, dn: &str, state: Option<&str>) {
        let message = self.describe(name, id, dn).with_some("callState", state);
        self.event(dn, &message);
    }

    pub(super) fn describe(&self, name: &'static str, id: ConnId, dn: &str) -> Message {
        let message = Message::new(name).with("thisDN", dn).with("connID", id);
        let Some(call) = self.calls.get(&id) else { return message };
        let agent = self.dns.get(dn).and_then(|state| state.agent.as_ref());
        message
            .with("callID", call.number)
            .with("callType", call.call_type)
            .with_some("otherDN", call.other(dn))
            .with_some("transferConnID", call.consult_of)
            .with("aNI", call.ani.clone())
            .with("dNIS", call.dnis.clone())
            .with_some("agentID", agent.map(|agent| agent.id.clone()))
            .with_some("userData", (!call.user_data.is_empty()).then(|| call.user_data.clone()))
    }

    pub(super) fn reachable(&self, to: &str) -> Result<(), Refused> {
        match self.dns.get(to) {
            _ if to.is_empty() => Err(Refused { code: 71 }),
            Some(state) if state.out_of_service => Err(Refused { code: 58 }),
            _ => Ok(()),
        }
    }

    pub(super) fn call(&mut self, id: ConnId) -> Result<&mut Call, Refused> {
        self.calls.get_mut(&id).ok_or(Refused { code: 56 })
    }

    /// The DN must be a party whose step fits.
    pub(super) fn expect(&self, id: ConnId, dn: &str, fits: impl Fn(Step) -> bool) -> Result<(), Refused> {
        let legs = &self.calls.get(&id).ok_or(Refused { code: 56 })?.legs;
        let leg = legs.iter().find(|leg| leg.dn == dn).ok_or(Refused { code: 56 })?;
        if fits(leg.step) { Ok(()) } else { Err(Refused { code: 53 }) }
    }
}

impl Leg {
    fn new(dn: &str, step: Step) -> Self {
        Self { dn: dn.to_owned(), step, muted: false }
    }
}

impl Call {
    fn other(&self, dn: &str) -> Option<String> {
        self.legs.iter().find(|leg| leg.dn != dn).map(|leg| leg.dn.clone())
    }

    fn type_number(&self) -> i64 {
        match self.call_type {
            "Internal" => 1,
            "Inbound" => 2,
            "Outbound" => 3,
            "Consult" => 4,
            _ => 0,
        }
    }
}
