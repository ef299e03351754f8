//! Does a T-Server, or a bridge, do what `host/src/tlib/PROTOCOL.md` asks of it? Needs one DN where nobody is logged in
//! and one agent ID that may log in there.

mod agents;
mod calls;
mod chats;
mod dns;
mod link;
mod reading;

use super::Outcome;
use crate::peer::{Line, Peer, request};
use std::{pin::Pin, time::Duration};
use uc_connector::tlib::Message;

/// What the checks call themselves.
const NAME: &str = "conformance";

/// The server under test and what may be done to it.
#[derive(Clone, Debug)]
pub struct Target {
    /// `HOST:PORT`.
    pub address: String,
    /// A DN where nobody is logged in.
    pub dn: String,
    /// An agent ID that may log in there.
    pub agent: String,
    /// Its password, when it needs one.
    pub password: Option<String>,
    /// The queue to log in to, when the server wants one.
    pub queue: Option<String>,
    /// Two more DNs where nobody is logged in, which may be called and answer; none: no call is made.
    pub partners: Option<[String; 2]>,
}

/// A check is running.
type Running<'t> = Pin<Box<dyn Future<Output = Result<(), String>> + Send + 't>>;
/// A check, and what it does with the server.
type Run = for<'t> fn(&'t Target) -> Running<'t>;

/// Something that a server must do.
struct Check {
    does: &'static str,
    run: Run,
    /// It calls the partners.
    calls: bool,
    /// The page's words that ask for it, white space apart.
    #[cfg_attr(not(test), expect(dead_code, reason = "a test holds them against the page"))]
    says: &'static str,
}

const fn check(does: &'static str, run: Run, says: &'static str) -> Check {
    Check { does, run, calls: false, says }
}

const fn check_with_calls(does: &'static str, run: Run, says: &'static str) -> Check {
    Check { does, run, calls: true, says }
}

/// Every check.
const CHECKS: [Check; 36] = [
    check(
        "greets with LinkHello and EventLinkConnected",
        |target| Box::pin(link::greets(target)),
        "Server: **EventLinkConnected**, or **EventLinkDisconnected** while its own CTI link is down",
    ),
    check(
        "refuses another protocol",
        |target| Box::pin(link::refuses_another_protocol(target)),
        "the server does not want this client, or does not speak its version",
    ),
    check(
        "refuses a LinkHello without a version",
        |target| Box::pin(link::refuses_a_hello_without_version(target)),
        "Without a `protocol` and a `version`, or with a `role` that is neither word, the hello is no hello: the receiver closes",
    ),
    check(
        "takes a LinkHello whose name and timeouts cannot be read",
        |target| Box::pin(link::takes_a_hello_whose_information_cannot_be_read(target)),
        "An attribute that is for information only (`name`, the timeouts) and cannot be read counts as absent",
    ),
    check(
        "answers with a version up to the client's",
        |target| Box::pin(link::answers_with_a_version_up_to_the_clients(target)),
        "the one both will speak: 1 up to the client's",
    ),
    check(
        "refuses a request before LinkHello",
        |target| Box::pin(link::refuses_an_early_request(target)),
        "a server answers anything else, a request too, with LinkRefused and closes",
    ),
    check(
        "refuses a second LinkHello",
        |target| Box::pin(link::refuses_a_second_hello(target)),
        "A second LinkHello on a connection is answered in the same way",
    ),
    check(
        "ignores unknown messages of the link",
        |target| Box::pin(link::ignores_unknown_messages_of_the_link(target)),
        "Unknown ones, and unknown attributes of known ones, are ignored",
    ),
    check(
        "answers a heartbeat with its number, or 0",
        |target| Box::pin(link::answers_heartbeats(target)),
        "the other answers at once with LinkHeartbeatAck and the same number, 0 when there is none",
    ),
    check(
        "watches a client that asks for it",
        |target| Box::pin(link::watches(target)),
        "the server's is what the client asked for with `addpRemoteTimeout`",
    ),
    check(
        "closes at a line that is too long",
        |target| Box::pin(link::closes_at_a_long_line(target)),
        "A longer one is an error: the receiver closes",
    ),
    check(
        "survives a line that is no message",
        |target| Box::pin(reading::survives_nonsense(target)),
        "A line that is no JSON object with a `messageName` is dropped and counted; the connection stays open",
    ),
    check(
        "ignores CR before LF, and empty lines",
        |target| Box::pin(reading::ignores_carriage_returns_and_empty_lines(target)),
        "CR before LF is ignored, and so are empty lines",
    ),
    check(
        "reads names in any case, and ignores unknown attributes",
        |target| Box::pin(reading::reads_any_case(target)),
        "Readers ignore the case of `messageName`, of its value, and of attribute names",
    ),
    check(
        "takes the first of repeated attributes that is not null",
        |target| Box::pin(reading::takes_the_first_that_is_not_null(target)),
        "of repeated attributes the first that is not null counts",
    ),
    check(
        "takes the number of an enumeration",
        |target| Box::pin(reading::takes_the_number_of_an_enumeration(target)),
        "its number is accepted",
    ),
    check(
        "takes pairs without type, and an object for a list",
        |target| Box::pin(reading::takes_lists_in_every_form(target)),
        "a plain object `{\"Name\":\"Kim\",\"Visits\":3}` is accepted for a list",
    ),
    check(
        "answers an unknown request with EventError 51",
        |target| Box::pin(reading::refuses_unknown_request(target)),
        "A server answers an unknown *request* with EventError 51",
    ),
    check(
        "answers a registration with a snapshot, and a second one too",
        |target| Box::pin(dns::registers(target)),
        "Registering a DN twice is no error: the snapshot comes again",
    ),
    check(
        "refuses an unknown DN with EventError and ReferenceID",
        |target| Box::pin(dns::refuses_unknown_dn(target)),
        "this event, or EventError, is its answer",
    ),
    check(
        "refuses a request without thisDN",
        |target| Box::pin(dns::refuses_a_request_without_dn(target)),
        "`thisDN` is required in each",
    ),
    check(
        "refuses an agent request without a registration with 41",
        |target| Box::pin(dns::refuses_unregistered(target)),
        "need a registration of the asking client in a mode other than ModeMonitor; else EventError 41",
    ),
    check(
        "refuses an agent request after RequestUnregisterAddress",
        |target| Box::pin(dns::refuses_after_unregistering(target)),
        "RequestUnregisterAddress (4) | | EventUnregistered",
    ),
    check(
        "refuses an agent request of a client that only monitors with 41",
        |target| Box::pin(dns::refuses_monitor(target)),
        "or ModeMonitor for a client that only listens",
    ),
    check(
        "answers a registration in ModePrivate by a snapshot or EventError",
        |target| Box::pin(dns::answers_mode_private(target)),
        "a server MAY refuse it or treat it as ModeShare",
    ),
    check(
        "answers requests that do not wait for each other",
        |target| Box::pin(dns::answers_in_a_row(target)),
        "Requests MAY be sent without waiting for earlier answers",
    ),
    check(
        "tells user events to whoever is registered, and acknowledges a stranger's",
        |target| Box::pin(dns::tells_user_events(target)),
        "EventUserEvent to all registered for the DN; EventACK to an asker who is not",
    ),
    check(
        "logs an agent in and tells the state without ReferenceID, then out",
        |target| Box::pin(agents::logs_in_and_out(target)),
        "Further events of the request, and everybody else's copies, SHOULD carry none (or 0)",
    ),
    check(
        "carries out ready and not ready",
        |target| Box::pin(agents::changes_state(target)),
        "EventAgentNotReady, also when only mode or reasons change",
    ),
    check(
        "tells every registered client, and the snapshot shows it",
        |target| Box::pin(agents::tells_everybody(target)),
        "Every client registered for a DN gets that DN's events, whoever caused them",
    ),
    check(
        "refuses with EventError what is asked of a call that it does not know",
        |target| Box::pin(calls::refuses_what_is_asked_of_no_call(target)),
        "after 56 the DN is registered once more",
    ),
    check_with_calls(
        "makes a call and a consult call, changes between them, and transfers one to the other",
        |target| Box::pin(calls::consults(target)),
        "EventReleased of both, with `callState` Transferred; for the others EventPartyChanged",
    ),
    check_with_calls(
        "adds to the data of a call, changes it, and takes it away again",
        |target| Box::pin(calls::changes_data(target)),
        "each in the place of that of its key, or added",
    ),
    check(
        "refuses with EventError what is asked of a chat that it does not know",
        |target| Box::pin(chats::refuses_what_is_asked_of_no_chat(target)),
        "A chat that a server does not know is refused with EventError 56",
    ),
    check(
        "has each line of a chat at the DN once, and tells it again",
        |target| Box::pin(chats::carries_lines(target)),
        "of one party the same number is the same line",
    ),
    check(
        "keeps agents logged in when a connection ends",
        |target| Box::pin(agents::keeps_agents(target)),
        "Agents stay logged in",
    ),
];

/// What a server must do, each with its check.
pub fn must_do() -> impl Iterator<Item = &'static str> {
    CHECKS.iter().map(|check| check.does)
}

/// Runs every check, one after the other; those that make calls only where there are partners.
pub async fn run(target: &Target) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for check in CHECKS.into_iter().filter(|check| !check.calls || target.partners.is_some()) {
        outcomes.push(Outcome { check: check.does, result: (check.run)(target).await });
    }
    outcomes
}

impl Target {
    async fn open(&self) -> Result<Peer, String> {
        Peer::open(NAME, &self.address, Duration::ZERO).await
    }

    async fn registered(&self) -> Result<Peer, String> {
        let mut peer = self.open().await?;
        peer.ask_for(request("RequestRegisterAddress", &self.dn), "EventRegistered").await?;
        Ok(peer)
    }

    async fn logged_in(&self) -> Result<Peer, String> {
        let mut peer = self.registered().await?;
        let login = request("RequestAgentLogin", &self.dn)
            .with("agentID", self.agent.clone())
            .with_some("password", self.password.clone())
            .with_some("thisQueue", self.queue.clone());
        let answer = peer.done(login).await?;
        let agent = answer.str("agentID");
        must(agent.is_none_or(|agent| agent == self.agent), "agentID of the login, or none", &answer)?;
        loop {
            match peer.line("EventAgentReady or EventAgentNotReady after the login").await? {
                Line::Message(state) if state.name == "EventAgentReady" || state.name == "EventAgentNotReady" => {
                    let own = state.reference_id().unwrap_or_default() == 0;
                    must(own, "no ReferenceID behind the answer", &state)?;
                    return Ok(peer);
                }
                Line::Closed => return Err("closed after the login".to_owned()),
                _ => {}
            }
        }
    }

    async fn log_out(&self, peer: &mut Peer) -> Result<(), String> {
        let logout = request("RequestAgentLogout", &self.dn).with_some("thisQueue", self.queue.clone());
        peer.done(logout).await.map(|_| ())
    }
}

fn must(holds: bool, what: &str, message: &Message) -> Result<(), String> {
    if holds { Ok(()) } else { Err(format!("{what} expected, got\n{message}")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance::may::{BORNE, may};

    /// What the page says of servers that neither a check nor a way can show, and why.
    const SHOWN_OTHERWISE: [(&str, &str); 13] = [
        ("MUST and MAY are meant", "about the page"),
        ("The client verifies the server's certificate", "of the client"),
        ("Each message is one line", "every check reads the server's lines so"),
        ("A line that is not UTF-8 is read with", "of both sides; a line of it is among the nonsense of a check"),
        (
            "A name or number that a reader does not know means Unknown",
            "a mode that nobody knows may be refused with 53",
        ),
        ("**LinkHello** is the first line of either side", "every check begins so"),
        ("Every line counts as a sign of life", "of a time that no check waits for"),
        ("Which two events are the same", "of the client: its own tests of a pair"),
        ("A server must read while it sends", "of a client that closes: the product's own tests of its connection"),
        ("`lab t-server` carries out more", "of the lab"),
        ("| Event | Attributes read | Meaning |", "what of each is read: the client's own tests of its decoding"),
        ("| Level | What |", "of the client: its own tests of what is logged at which level"),
        ("The client names the highest version it speaks", "said in section 3 too, where a check is asked for"),
    ];

    fn page() -> String {
        include_str!("../../../../src/tlib/PROTOCOL.md").split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn every_check_is_asked_for_by_the_page() {
        let page = page();
        for check in &CHECKS {
            assert!(page.contains(check.says), "{}: {}", check.does, check.says);
        }
    }

    /// Sections 1 to 10, sentence by sentence.
    #[test]
    fn every_sentence_about_a_server_has_a_check_or_a_way() {
        let page = page();
        let told = || CHECKS.iter().map(|check| check.says).chain(may().chain(&BORNE).map(|way| way.says));
        let meant = |text: &&str| (1..=10).any(|number| text.starts_with(&format!("{number}. ")));
        let sections = page.split(" ## ").filter(meant);
        let mut missing = Vec::new();
        for sentence in sections.flat_map(|section| section.split_inclusive(". ")).map(str::trim) {
            let of_servers =
                ["server", "receiver", "eaders ", "ither side", "A side"].iter().any(|word| sentence.contains(word));
            let shown = told().any(|says| sentence.contains(says) || says.contains(sentence));
            let otherwise = SHOWN_OTHERWISE.iter().any(|(words, _)| sentence.contains(words));
            if of_servers && !shown && !otherwise {
                missing.push(sentence);
            }
        }
        assert!(missing.is_empty(), "no check and no way:\n{}", missing.join("\n"));
    }
}
