//! What is under way between the nodes and those they speak to, and what the store and the T-Server make of it.

use super::node::{At, Life};
use crate::{
    agent_link::{AgentStatus, Behaviour, Cause, Dn, KvList, Outgoing, Refusal, Report, Request, Ticket, WorkMode},
    directory::WorkerId,
    hub::{
        Event,
        model::world::{Server, acknowledged, event, refused},
    },
};
use futures_util::FutureExt as _;
use rand::{Rng as _, rngs::SmallRng};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};
use uc_store::{
    Change, Error, Fence, Revision, Snapshot, Span, Store,
    asking::{Answered, Ask, What},
};

/// What arrives somewhere.
#[derive(Debug)]
pub(super) enum Arrives {
    /// At the store.
    Ask(Call),
    /// At the T-Server.
    Request(Outgoing),
    /// At the T-Server, from a node that connects.
    Connection,
    /// At a node that was stopped.
    Continues,
    /// At a node.
    Told(Told),
}

/// What a node asks of the store.
#[derive(Clone, Debug)]
pub(super) enum Call {
    Lease(Ask),
    Read,
    Keep(Vec<Change>, Fence, Keeps),
}

/// Which write it is, the last word of each worker that is in it, and where it says that somebody is logged in.
#[derive(Clone, Debug)]
pub(super) struct Keeps {
    pub(super) write: u64,
    pub(super) words: Vec<(WorkerId, u64)>,
    pub(super) logins: Vec<Dn>,
}

/// What a node is told.
#[derive(Debug)]
pub(super) enum Told {
    Lease(u64, Result<Answered, Error>),
    Read(Result<Snapshot, Error>),
    Kept(u64, Result<Revision, Error>),
    Hub(Event),
    /// To look at its clock.
    Time,
}

/// Everything that is under way, by the moment of its arrival and in the order in which it was sent.
#[derive(Debug, Default)]
pub(super) struct UnderWay {
    queue: BTreeMap<(Duration, u64), (At, Life, Arrives)>,
    sent: u64,
    /// When the last arrives of what a T-Server's connection carries each way: it keeps the order.
    last: BTreeMap<(At, Life, bool), Duration>,
}

impl UnderWay {
    pub(super) fn send(&mut self, at: Duration, (node, life): (At, Life), what: Arrives) {
        self.sent += 1;
        self.queue.insert((at, self.sent), (node, life, what));
    }

    /// In the order of one connection.
    pub(super) fn send_in_order(&mut self, at: Duration, who: (At, Life), what: Arrives) {
        let last = self.last.entry((who.0, who.1, matches!(what, Arrives::Told(_)))).or_default();
        *last = at.max(*last);
        let at = *last;
        self.send(at, who, what);
    }

    pub(super) fn next(&self) -> Option<Duration> {
        self.queue.first_key_value().map(|((at, _), _)| *at)
    }

    pub(super) fn take(&mut self) -> Option<(Duration, At, Life, Arrives)> {
        self.queue.pop_first().map(|((at, _), (node, life, what))| (at, node, life, what))
    }
}

/// What the store makes of a call.
pub(super) fn at_store(store: &Store, call: Call) -> Told {
    let at_once = |what: What| what.of(store).now_or_never().expect("in memory");
    match call {
        Call::Lease(Ask { number, what }) => Told::Lease(number, at_once(what)),
        Call::Read => Told::Read(store.get(&Span::Below("worker/".into())).now_or_never().expect("in memory")),
        Call::Keep(changes, fence, keeps) => {
            let set = store.compare_and_set(changes, Some(fence));
            Told::Kept(keeps.write, set.now_or_never().expect("in memory"))
        }
    }
}

/// The T-Server and its clients.
#[derive(Debug, Default)]
pub(super) struct TServer {
    pub(super) server: Server,
    clients: BTreeMap<At, Life>,
    /// Who logged the agent in.
    logged_in_by: BTreeMap<Dn, (At, Life)>,
    /// Logins of which no record says yet whose they are: when that client goes, nobody knows that the logout is for
    /// its sake.
    pub(super) unwritten: BTreeSet<Dn>,
    /// It logs agents out when the client that logged them in goes.
    pub(super) logs_out: bool,
    /// DNs where a request came to nothing, or was answered by nobody: what stands there need not be what was wished.
    pub(super) unsettled: Vec<Dn>,
    /// It may refuse, or not answer.
    pub(super) moody: bool,
}

/// What goes back, and to whom.
pub(super) type Back = Vec<((At, Life), Report)>;

impl TServer {
    pub(super) fn has(&self, who: (At, Life)) -> bool {
        self.clients.get(&who.0) == Some(&who.1)
    }

    pub(super) fn connect(&mut self, (at, life): (At, Life)) {
        self.clients.insert(at, life);
    }

    /// A client is gone.
    pub(super) fn gone(&mut self, who: (At, Life)) -> Back {
        if self.has(who) {
            self.clients.remove(&who.0);
        }
        if !self.logs_out {
            return Back::new();
        }
        let theirs: Vec<Dn> = self.logged_in_by.extract_if(.., |_, by| *by == who).map(|(dn, _)| dn).collect();
        self.unsettled.extend(theirs.iter().filter(|dn| self.unwritten.contains(*dn)).cloned());
        theirs
            .into_iter()
            .flat_map(|dn| self.carry_out(&Request::AgentLogout { this_dn: dn, this_queue: None }, None))
            .collect()
    }

    /// A request arrives.
    pub(super) fn takes(&mut self, who: (At, Life), outgoing: &Outgoing, random: &mut SmallRng) -> Back {
        let Outgoing { ticket, request, .. } = outgoing;
        if !self.has(who) {
            return Back::new();
        }
        if self.moody && random.random_bool(0.1) {
            self.unsettled.push(request.this_dn().clone());
            return match random.random_range(0..3) {
                0 => vec![(who, refused(*ticket, Behaviour::Retry))],
                // It is carried out, and told as nobody's answer.
                1 => self.carry_out(request, None),
                _ => Back::new(),
            };
        }
        if let Request::AgentLogin { this_dn, .. } = request {
            self.logged_in_by.insert(this_dn.clone(), who);
            self.unwritten.insert(this_dn.clone());
        }
        self.carry_out(request, Some((who, *ticket)))
    }

    /// Somebody decides at their phone.
    pub(super) fn at_phone(&mut self, dn: &Dn, status: AgentStatus) -> Back {
        let (this_dn, this_queue, work_mode) = (dn.clone(), None, WorkMode::Unknown);
        let (reasons, extensions) = <(Arc<KvList>, Arc<KvList>)>::default();
        let request = match status {
            AgentStatus::LoggedOut => Request::AgentLogout { this_dn, this_queue },
            AgentStatus::Ready => Request::AgentReady { this_dn, this_queue, work_mode, reasons, extensions },
            AgentStatus::NotReady => Request::AgentNotReady { this_dn, this_queue, work_mode, reasons, extensions },
        };
        self.carry_out(&request, None)
    }

    fn carry_out(&mut self, request: &Request, asker: Option<((At, Life), Ticket)>) -> Back {
        let dn = request.this_dn().clone();
        let Some((_, kind)) = self.server.carry_out(request) else {
            return asker.map(|(who, ticket)| (who, acknowledged(request, ticket))).into_iter().collect();
        };
        let alone = matches!(request, Request::RegisterAddress { .. });
        let mut back = Back::new();
        for (at, life) in &self.clients {
            let who = (*at, *life);
            match asker {
                Some((asker, ticket)) if asker == who => {
                    back.push((who, event(&dn, kind.clone(), Cause::Request(ticket))));
                }
                _ if alone => {}
                _ => back.push((who, event(&dn, kind.clone(), Cause::Elsewhere))),
            }
        }
        back
    }
}

/// The client gives a request up.
pub(super) fn given_up(ticket: Ticket) -> Report {
    Report::Refused(ticket, Refusal { code: None, message: "not answered".into(), behaviour: Behaviour::Retry })
}
