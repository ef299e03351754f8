//! Living a day: each step is a request with its answer, and what happens meanwhile is heard.

use super::script::{Day, Step};
use crate::peer::{Line, Peer, request};
use std::{collections::VecDeque, io, time::Duration};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    time::{Instant, timeout, timeout_at},
};
use uc_connector::{
    agent_link::WorkMode,
    tlib::Message,
    wire::{ConnId, KvList, LinkMessage, Value},
};

/// How long a step that waits for somebody else waits: for a call to ring, for the control port.
const PATIENCE: Duration = Duration::from_secs(60);

/// Who works where.
#[derive(Clone, Debug)]
pub struct Desk {
    /// The T-Server's `HOST:PORT`.
    pub t_server: String,
    /// The telephone.
    pub dn: String,
    /// Login code.
    pub agent: String,
    /// Its password.
    pub password: Option<String>,
    /// `HOST:PORT` of `lab t-server --control`, for customers who call.
    pub control: Option<String>,
}

/// What a day came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Steps done.
    pub steps: usize,
    /// Calls answered.
    pub answered: usize,
    /// Times in After Call Work, ordered by the agent or by the T-Server.
    pub wrap_ups: usize,
}

/// Lives `day` at `desk`; waits are divided by `pace`. Every step and every event of the DN is told.
///
/// # Errors
/// The step that did not work, and why.
pub async fn spend(desk: &Desk, day: &Day, pace: f64, tell: &mut (dyn FnMut(&str) + Send)) -> Result<Tally, String> {
    let peer = Peer::open("agent-desktop", &desk.t_server, Duration::ZERO).await?;
    let mut desktop = Desktop { desk, peer, calls: VecDeque::new(), tally: Tally::default(), tell };
    desktop.ask(request("RequestRegisterAddress", &desk.dn).with("registerMode", "ModeShare")).await?;
    for step in &day.0 {
        (desktop.tell)(&format!("> {step}"));
        desktop.step(step, pace).await.map_err(|why| format!("{step}: {why}"))?;
        desktop.tally.steps += 1;
    }
    Ok(desktop.tally)
}

struct Desktop<'d> {
    desk: &'d Desk,
    peer: Peer,
    /// Calls at the DN, oldest first, and whether they ring.
    calls: VecDeque<(ConnId, bool)>,
    tally: Tally,
    tell: &'d mut (dyn FnMut(&str) + Send),
}

impl Desktop<'_> {
    async fn step(&mut self, step: &Step, pace: f64) -> Result<(), String> {
        let mine = |name| request(name, &self.desk.dn);
        match step {
            Step::LogIn => {
                let login = mine("RequestAgentLogin").with("agentID", self.desk.agent.clone());
                self.ask(login.with_some("password", self.desk.password.clone())).await
            }
            Step::LogOut => self.ask(mine("RequestAgentLogout")).await,
            Step::Ready(mode) => self.ask(with_mode(mine("RequestAgentReady"), *mode)).await,
            Step::NotReady(mode, reason) => {
                let reasons =
                    reason.iter().map(|reason| ("ReasonCode", Value::Str(reason.clone()))).collect::<KvList>();
                let asked = with_mode(mine("RequestAgentNotReady"), *mode);
                self.ask(asked.with_some("reasons", (!reasons.is_empty()).then_some(reasons))).await
            }
            Step::Call(number) => self.ask(mine("RequestMakeCall").with("otherDN", number.clone())).await,
            Step::Customer(number, data) => self.customer(number, data).await,
            Step::Answer => self.answer().await,
            Step::Hold => self.on_call("RequestHoldCall").await,
            Step::Retrieve => self.on_call("RequestRetrieveCall").await,
            Step::HangUp => self.on_call("RequestReleaseCall").await,
            Step::Wait(time) => self.hear_until(Instant::now() + time.div_f64(pace), |_| false).await.map(|_| ()),
        }
    }

    async fn answer(&mut self) -> Result<(), String> {
        let rings = |desktop: &Self| desktop.calls.iter().any(|(_, rings)| *rings);
        if !self.hear_until(Instant::now() + PATIENCE, rings).await? {
            return Err(format!("no call within {} s", PATIENCE.as_secs()));
        }
        let ringing = self.calls.iter().find(|(_, rings)| *rings).map(|(call, _)| *call);
        let call = ringing.ok_or("the caller hung up")?;
        self.tally.answered += 1;
        self.ask(request("RequestAnswerCall", &self.desk.dn).with("connID", call)).await
    }

    async fn on_call(&mut self, name: &'static str) -> Result<(), String> {
        let (call, _) = *self.calls.front().ok_or("there is no call")?;
        self.ask(request(name, &self.desk.dn).with("connID", call)).await
    }

    async fn customer(&mut self, number: &str, data: &KvList) -> Result<(), String> {
        let control = self.desk.control.as_deref().ok_or("customers need --control, the T-Server's control port")?;
        let data = data.0.iter().map(|(key, value)| match value {
            Value::Str(text) => format!(" {key}={text}"),
            other => format!(" {key}={other:?}"),
        });
        let command = format!("call {number} {}{}\n", self.desk.dn, data.collect::<String>());
        let answer = timeout(PATIENCE, order(control, &command)).await.map_err(|_| format!("{control}: no answer"))?;
        let answer = answer.map_err(|error| format!("{control}: {error}"))?;
        if answer.starts_with("ok") { Ok(()) } else { Err(format!("the T-Server says: {}", answer.trim())) }
    }

    /// A request and its answer; what comes before the answer is heard.
    async fn ask(&mut self, asked: Message) -> Result<(), String> {
        let id = self.peer.send(asked).await?;
        let deadline = Instant::now() + PATIENCE;
        loop {
            let Some(message) = self.next(deadline).await? else {
                return Err(format!("no answer within {} s", PATIENCE.as_secs()));
            };
            self.hear(&message);
            match message.reference_id() {
                Some(answer) if answer == id && message.name == "EventError" => {
                    let code = message.int("errorCode").unwrap_or_default();
                    return Err(format!("refused with {code}: {}", message.str("errorMessage").unwrap_or_default()));
                }
                Some(answer) if answer == id => return Ok(()),
                _ => {}
            }
        }
    }

    /// Hears what happens until `enough` or `deadline`; true when it was enough.
    async fn hear_until(&mut self, deadline: Instant, enough: impl Fn(&Self) -> bool) -> Result<bool, String> {
        while !enough(self) {
            match self.next(deadline).await? {
                Some(message) => self.hear(&message),
                None => return Ok(false),
            }
        }
        Ok(true)
    }

    /// The next message, none at `deadline`. Heartbeats are answered.
    async fn next(&mut self, deadline: Instant) -> Result<Option<Message>, String> {
        loop {
            match timeout_at(deadline, self.peer.next()).await {
                Err(_) => return Ok(None),
                Ok(line) => match line? {
                    Line::Message(message) => return Ok(Some(message)),
                    Line::Link(LinkMessage::Heartbeat { number }) => {
                        self.peer.link(&LinkMessage::HeartbeatAck { number }).await?;
                    }
                    Line::Link(_) => {}
                    Line::Closed => return Err("the T-Server closed the connection".to_owned()),
                },
            }
        }
    }

    fn hear(&mut self, message: &Message) {
        if message.str("thisDN") != Some(&self.desk.dn) {
            return;
        }
        (self.tell)(&format!("< {}", told(message)));
        let after_call_work = message.str("agentWorkMode") == Some(WorkMode::AfterCallWork.name());
        if message.name == "EventAgentNotReady" && after_call_work {
            self.tally.wrap_ups += 1;
        }
        let Some(call) = message.conn_id("connID") else { return };
        match &*message.name {
            "EventRinging" => self.calls.push_back((call, true)),
            "EventDialing" => self.calls.push_back((call, false)),
            "EventEstablished" => self.calls.iter_mut().filter(|(id, _)| *id == call).for_each(|found| found.1 = false),
            "EventReleased" | "EventAbandoned" => self.calls.retain(|(id, _)| *id != call),
            _ => {}
        }
    }
}

fn with_mode(asked: Message, mode: WorkMode) -> Message {
    asked.with_some("agentWorkMode", (mode != WorkMode::Unknown).then(|| mode.name()))
}

/// An event in a line: its name, work mode and the other party.
fn told(message: &Message) -> String {
    let parts = ["agentWorkMode", "otherDN"].into_iter().filter_map(|name| message.str(name));
    parts.fold(message.name.to_string(), |line, part| format!("{line} {part}"))
}

async fn order(control: &str, command: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(control).await?;
    stream.write_all(command.as_bytes()).await?;
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer).await?;
    Ok(answer)
}
