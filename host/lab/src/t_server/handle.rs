//! The handle by which tests, benches and the control port play with a simulated T-Server.
//!
//! Long, because it is the list of everything that can be done with one, a few lines each.

use super::{
    calls::Step,
    config::Config,
    liveness::Liveness,
    log::{Entry, Log, NeverCame},
    mood::MoodRule,
    server,
    shared::{Shared, Side},
    standby::Standby,
    switch::{Refused, Switch},
    user_data,
};
use bytes::Bytes;
use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::{net::TcpListener, task::JoinHandle};
use uc_connector::{
    agent_link::AgentStatus,
    tlib::Message,
    wire::{ConnId, KvList, Role, tls::ServerTls},
};

/// A running simulated T-Server; clones are the same server. It ends with the last clone.
#[derive(Clone)]
pub struct TServer {
    shared: Arc<Shared>,
    address: SocketAddr,
    side: Side,
    config: Arc<Config>,
    tls: Option<ServerTls>,
    serving: Arc<Mutex<Serving>>,
}

/// The accepting task; every connection lives inside it.
struct Serving(Option<JoinHandle<()>>);

impl Drop for Serving {
    fn drop(&mut self) {
        if let Some(task) = &self.0 {
            task.abort();
        }
    }
}

impl TServer {
    /// Listens and serves.
    ///
    /// # Errors
    /// The address cannot be listened on, or the TLS files are of no use.
    pub async fn start(config: Config) -> io::Result<Self> {
        let tls = config.tls.as_ref().map(ServerTls::load).transpose().map_err(io::Error::other)?;
        let listener = TcpListener::bind(config.listen).await?;
        let address = listener.local_addr()?;
        let log = Log::new(config.print, config.record);
        let shared = Shared::new(Switch::new(config.switch.clone()), log);
        shared.change(|core| core.moods.rules.clone_from(&config.moods));
        let task = tokio::spawn(server::serve(listener, tls.clone(), Arc::clone(&shared), 0));
        let serving = Arc::new(Mutex::new(Serving(Some(task))));
        Ok(Self { shared, address, side: 0, config: Arc::new(config), tls, serving })
    }

    /// Its backup, at an address of its own: of a hot-standby pair, whose halves know the same at every moment. Roles
    /// change by [`Self::role`] of either alone.
    ///
    /// # Errors
    /// The address cannot be listened on.
    pub async fn backup(&self, listen: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(listen).await?;
        let (address, side) = (listener.local_addr()?, 1);
        let task = tokio::spawn(server::serve(listener, self.tls.clone(), Arc::clone(&self.shared), side));
        let serving = Arc::new(Mutex::new(Serving(Some(task))));
        Ok(Self { address, side, serving, ..self.clone() })
    }

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// Ends abruptly: listener and connections are closed without a word. What the switch knows stays known.
    pub async fn kill(&self) {
        let task = self.serving.lock().unwrap_or_else(PoisonError::into_inner).0.take();
        if let Some(task) = task {
            task.abort();
            let _ = task.await;
        }
    }

    /// Serves again on the same port after [`Self::kill`]. With `forget`, agents and calls are gone, as after a crash
    /// of a T-Server whose agents are emulated.
    ///
    /// # Errors
    /// The port was taken meanwhile.
    pub async fn restart(&self, forget: bool) -> io::Result<()> {
        self.kill().await;
        let listener = TcpListener::bind(self.address).await?;
        if forget {
            self.shared.change(|core| core.switch = Switch::new(self.config.switch.clone()));
        }
        let task = tokio::spawn(server::serve(listener, self.tls.clone(), Arc::clone(&self.shared), self.side));
        self.serving.lock().unwrap_or_else(PoisonError::into_inner).0 = Some(task);
        Ok(())
    }

    /// A call from a DN, or from a customer outside, to a DN, a route point or a number outside.
    ///
    /// # Errors
    /// As for RequestMakeCall.
    pub fn make_call(&self, from: &str, to: &str, user_data: KvList) -> Result<ConnId, Refused> {
        self.shared.change(|core| core.switch.make_call(from, to, user_data))
    }

    /// The customer hangs up.
    ///
    /// # Errors
    /// No such call, or nobody outside takes part in it.
    pub fn customer_hangs_up(&self, call: ConnId) -> Result<(), Refused> {
        self.shared.change(|core| core.switch.customer_hangs_up(call))
    }

    /// A party answers: the worker at their telephone, or somebody outside.
    ///
    /// # Errors
    /// The party is not being called.
    pub fn answer(&self, call: ConnId, dn: &str) -> Result<(), Refused> {
        self.shared.change(|core| core.switch.answer_call(call, dn))
    }

    /// A party hangs up.
    ///
    /// # Errors
    /// It takes no part in such a call.
    pub fn release(&self, call: ConnId, dn: &str) -> Result<(), Refused> {
        self.shared.change(|core| core.switch.release(call, dn))
    }

    /// The network has taken a call to a number outside.
    ///
    /// # Errors
    /// Nobody is dialling such a call.
    pub fn network_reached(&self, call: ConnId) -> Result<(), Refused> {
        self.shared.change(|core| core.switch.network_reached(call))
    }

    /// Whoever is called is busy.
    ///
    /// # Errors
    /// Nobody is dialling such a call.
    pub fn destination_busy(&self, call: ConnId) -> Result<(), Refused> {
        self.shared.change(|core| core.switch.destination_busy(call))
    }

    /// An agent begins a chat with the worker at a DN, perhaps during a call.
    ///
    /// # Errors
    /// No such DN.
    pub fn open_chat(
        &self,
        agent: &str,
        dn: &str,
        subject: &str,
        data: KvList,
        call: Option<ConnId>,
    ) -> Result<ConnId, Refused> {
        self.shared.change(|core| core.switch.open_chat(agent, dn, subject, data, call))
    }

    /// A party of a chat who is no client writes a line.
    ///
    /// # Errors
    /// No such chat.
    pub fn says(&self, chat: ConnId, party: &str, text: &str) -> Result<(), Refused> {
        self.shared.change(|core| core.switch.agent_says(chat, party, "", text))
    }

    /// The agent of a chat does this: `typing`, `delivered` or `read`.
    ///
    /// # Errors
    /// No such chat.
    pub fn agent_does(&self, chat: ConnId, what: &str) -> Result<(), Refused> {
        self.shared.change(|core| core.switch.agent_does(chat, what))
    }

    /// Somebody joins a chat, or leaves it.
    ///
    /// # Errors
    /// No such chat.
    pub fn chat_party(&self, chat: ConnId, party: &str, joins: bool) -> Result<(), Refused> {
        self.shared.change(|core| core.switch.chat_party(chat, party, joins))
    }

    /// The agent puts the customer's call through to the worker, or does not.
    ///
    /// # Errors
    /// No such chat.
    pub fn escalation(&self, chat: ConnId, accepted: bool, words: &str) -> Result<(), Refused> {
        self.shared.change(|core| core.switch.escalation(chat, accepted, words))
    }

    /// The agent ends a chat.
    ///
    /// # Errors
    /// No such chat.
    pub fn close_chat(&self, chat: ConnId, words: &str) -> Result<(), Refused> {
        self.shared.change(|core| core.switch.close_chat(chat, words))
    }

    /// The lines of a chat, in order; none: it is over.
    pub fn said(&self, chat: ConnId) -> Option<Vec<super::Said>> {
        self.shared.change(|core| core.switch.said(chat))
    }

    /// Who takes part in a chat; none: it is over.
    pub fn chat_parties(&self, chat: ConnId) -> Option<Vec<String>> {
        self.shared.change(|core| core.switch.chats.get(&chat).map(|chat| chat.parties.clone()))
    }

    /// Why no worker took a chat; none: nobody refused it.
    pub fn chat_refused(&self, chat: ConnId) -> Option<String> {
        self.shared.change(|core| core.switch.chats.get(&chat)?.refused.clone())
    }

    /// The calls there are, in the order in which they were made.
    pub fn calls(&self) -> Vec<ConnId> {
        self.shared.change(|core| core.switch.calls.keys().copied().collect())
    }

    /// Routes a call from the route point where it waits.
    ///
    /// # Errors
    /// It waits nowhere, or the target cannot be reached.
    pub fn route(&self, call: ConnId, to: &str) -> Result<(), Refused> {
        self.shared.change(|core| {
            let route_point = core.switch.waits_at(call).ok_or(Refused { code: 56 })?;
            core.switch.route(call, &route_point, to)
        })
    }

    /// Attaches data to a call, as a strategy or an IVR does.
    ///
    /// # Errors
    /// No such call.
    pub fn attach(&self, call: ConnId, data: &KvList) -> Result<(), Refused> {
        self.shared.change(|core| core.switch.change_data(call, "", |old| user_data::attach(old, data)))
    }

    /// Sends EventUserEvent to everybody registered for a DN.
    ///
    /// # Errors
    /// No such DN.
    pub fn user_event(&self, dn: &str, data: KvList) -> Result<(), Refused> {
        let request = Message::new("RequestDistributeUserEvent").with("thisDN", dn).with("userData", data);
        self.shared.change(|core| core.switch.distribute(dn, &request))
    }

    /// Carries out an agent or call request as if another desktop had made it.
    ///
    /// # Errors
    /// As for the request.
    pub fn act(&self, request: &Message) -> Result<(), Refused> {
        self.shared.change(|core| core.switch.act(request))
    }

    /// Takes a DN out of service, or puts it back.
    ///
    /// # Errors
    /// No such DN.
    pub fn out_of_service(&self, dn: &str, out: bool) -> Result<(), Refused> {
        self.shared.change(|core| core.switch.out_of_service(dn, out))
    }

    /// The link to the switch goes or comes.
    pub fn cti_link(&self, up: bool) {
        self.shared.change(|core| core.set_cti_link(up));
    }

    /// Becomes primary or backup.
    pub fn role(&self, role: Role) {
        self.shared.change(|core| core.set_role(self.side, role));
    }

    /// Follows the other one of the pair so from now on, while it is backup.
    pub fn standby(&self, standby: Standby) {
        self.shared.change(|core| core.standby[self.side] = standby);
    }

    /// Is in a mood from now on, besides those it is in.
    ///
    /// ```no_run
    /// # use uc_lab::t_server::{Mood, TServer};
    /// # fn example(server: &TServer) {
    /// server.mood(Mood::Terse);
    /// server.mood(Mood::Refuses(43).on("RequestAgentReady").at("5002"));
    /// # }
    /// ```
    pub fn mood(&self, mood: impl Into<MoodRule>) {
        self.shared.change(|core| core.moods.rules.push(mood.into()));
    }

    /// The moods it is in.
    pub fn moods(&self) -> Vec<MoodRule> {
        self.shared.change(|core| core.moods.rules.clone())
    }

    /// Ends all moods.
    pub fn calm(&self) {
        self.shared.change(|core| core.moods.rules.clear());
    }

    /// Another agent, of another client, logs in at a DN, whoever was there, and is ready or not.
    ///
    /// # Errors
    /// No such DN, or the agent is logged in elsewhere.
    pub fn stranger(&self, dn: &str, agent_id: &str, ready: bool) -> Result<(), Refused> {
        let request = |name| Message::new(name).with("thisDN", dn);
        self.shared.change(|core| {
            // Nobody may be there.
            let _ = core.switch.log_out(dn);
            core.switch.act(&request("RequestAgentLogin").with("agentID", agent_id))?;
            core.switch.act(&request(if ready { "RequestAgentReady" } else { "RequestAgentNotReady" }))
        })
    }

    /// Logs out whoever is at a DN: the T-Server's own decision.
    ///
    /// # Errors
    /// Nobody is, or there is no such DN.
    pub fn logs_out(&self, dn: &str) -> Result<(), Refused> {
        self.shared.change(|core| core.switch.log_out(dn))
    }

    /// Sends a ready agent into After Call Work: the T-Server's own decision. It ends after
    /// `wrap-up-time`; without one, only by a request.
    pub fn after_call_work(&self, dn: &str) {
        self.shared.change(|core| core.switch.send_into_wrap_up(dn));
    }

    /// Ends After Call Work at a DN as its time does: `wrap-up-time` is over.
    pub fn wrap_up_ends(&self, dn: &str) {
        self.shared.change(|core| {
            let agent = core.switch.dns.get(dn).and_then(|known| Some(known.agent.as_ref()?.id.clone()));
            agent.into_iter().for_each(|agent| core.switch.end_wrap_up(dn, &agent));
        });
    }

    /// Ends all moods, and serves.
    pub fn heal(&self) {
        self.calm();
        self.liveness(Liveness::Serving);
    }

    /// Serves, stalls or half-opens all connections.
    pub fn liveness(&self, liveness: Liveness) {
        self.shared.halves[self.side].liveness.send_replace(liveness);
    }

    /// Closes every connection; the listener stays.
    pub fn close_connections(&self) {
        self.shared.halves[self.side].kick.send_modify(|count| *count += 1);
    }

    /// Sends these bytes to every client, whatever they are.
    pub fn send_raw(&self, bytes: impl Into<Bytes>) {
        self.shared.change(|core| core.send_raw(self.side, &bytes.into()));
    }

    /// The agent at a DN: ID, status, name of the work mode.
    pub fn agent(&self, dn: &str) -> Option<(String, AgentStatus, Option<String>)> {
        self.shared.change(|core| {
            let agent = core.switch.dns.get(dn)?.agent.as_ref()?;
            Some((agent.id.clone(), agent.status, agent.work_mode().map(str::to_owned)))
        })
    }

    /// The reasons that the agent at a DN gave with their last change; none: nobody is logged in.
    pub fn reasons(&self, dn: &str) -> Option<KvList> {
        self.shared.change(|core| Some(core.switch.dns.get(dn)?.agent.as_ref()?.reasons().clone()))
    }

    /// Where each party of a call stands; none: the call is over.
    pub fn parties(&self, call: ConnId) -> Option<Vec<(String, Step)>> {
        self.shared.change(|core| core.switch.parties(call))
    }

    /// Names of the connected clients.
    pub fn clients(&self) -> Vec<Arc<str>> {
        self.shared.change(|core| core.clients(self.side))
    }

    /// How many requests came so far, whether they are remembered or not.
    pub fn requests(&self) -> u64 {
        self.shared.change(|core| core.requests)
    }

    /// How many messages passed so far: the place in the log from which to wait.
    pub fn mark(&self) -> usize {
        self.shared.log.count()
    }

    /// The messages that passed from `mark` on, as far as they are remembered.
    pub fn log_since(&self, mark: usize) -> Vec<Entry> {
        self.shared.log.since(mark)
    }

    /// Every message that passed, both ways, in order.
    pub fn log(&self) -> Vec<Entry> {
        self.shared.log.since(0)
    }

    /// The first message from `mark` on that `fits`, waiting for it up to [`crate::PATIENCE`].
    ///
    /// # Errors
    /// It never came; the error shows what did.
    pub async fn wait_for(&self, mark: usize, wanted: &str, fits: impl Fn(&Entry) -> bool) -> Result<Entry, NeverCame> {
        self.shared.log.wait_for(mark, wanted, fits).await
    }
}
