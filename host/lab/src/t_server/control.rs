//! The control port: one command a line, an answer that begins with `ok` or `error`, for people and strange programs.

use super::{
    handle::TServer,
    liveness::Liveness,
    mood::{MOODS, MoodRule},
    user_data::from_words,
};
use std::str::FromStr;
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
};
use uc_connector::{
    tlib::Message,
    wire::{ConnId, LineReader, Role},
};

/// What `help` answers, a line each.
const HELP: &str = "\
call FROM TO [KEY=VALUE …]     a call; FROM may be a customer's number; answers with the ConnID
answer CALL DN                 DN answers
release CALL DN                DN hangs up
hang-up CALL                   the customer hangs up
network-reached CALL           the network has taken a call to a number outside
busy CALL                      whoever is called is busy
route CALL DN                  a call waiting at a route point goes to DN
attach CALL KEY=VALUE …        attaches data
user-event DN KEY=VALUE …      EventUserEvent
agent login|logout|ready|not-ready DN [AGENT-ID or WORK-MODE]   as another desktop would
parties CALL                   who takes part, and how
chat AGENT DN [CALL] [KEY=VALUE …]   an agent begins a chat; answers with its ConnID
say CHAT PARTY TEXT            somebody outside writes
chat-does CHAT typing|delivered|read   what the agent does
join CHAT PARTY, part CHAT PARTY       who takes part
escalation CHAT accepted|refused [WORDS]   what becomes of the wish to talk to the customer
close-chat CHAT [WORDS]        the agent ends it
said CHAT                      its lines
clients                        who is connected
dn out|back DN                 out of service, and back
cti up|down                    the link to the switch
role primary|backup            the server's role
standby hot|warm|silent|lags SECONDS   how it follows the other one of the pair
liveness serving|stalled|half-open   of all connections
mood MOOD [on REQUEST] [at DN] [times COUNT]   one more mood; `moods` lists them all
calm                           ends all moods
stranger DN AGENT ready|not-ready   another agent takes the DN
heal                           ends all moods, and serves
close                          closes all connections
raw TEXT                       sends the text as a line";

/// Longest command.
const MAX_COMMAND: usize = 16 * 1024;

/// Serves commands until the task is aborted.
pub async fn serve(listener: TcpListener, server: TServer) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(obey(stream, server.clone()));
    }
}

async fn obey(mut stream: TcpStream, server: TServer) -> std::io::Result<()> {
    let (input, mut output) = stream.split();
    let mut lines = LineReader::new(input, MAX_COMMAND);
    while let Ok(Some(line)) = lines.next().await {
        let answer = match String::from_utf8(line.to_vec()) {
            Ok(line) => execute(&server, line.trim()),
            Err(_) => Err("the command is not UTF-8".to_owned()),
        };
        let answer = answer.map_or_else(|error| format!("error {error}\n"), |text| format!("ok {text}\n"));
        output.write_all(answer.as_bytes()).await?;
    }
    Ok(())
}

/// Carries out one command.
///
/// # Errors
/// What is wrong with it, or why it was refused.
pub fn execute(server: &TServer, command: &str) -> Result<String, String> {
    let mut words = Words(command.split_whitespace());
    let done =
        |result: Result<(), super::Refused>| result.map(|()| String::new()).map_err(|refused| refused.to_string());
    match words.next("a command")? {
        "help" => Ok(format!("\n{HELP}")),
        "moods" => Ok(format!("\n{MOODS}\nin force:{}", in_force(server))),
        "stranger" => {
            let (dn, agent) = (words.next("DN")?, words.next("AGENT")?);
            done(server.stranger(dn, agent, words.either("ready", "not-ready")?))
        }
        "call" => {
            let (from, to) = (words.next("FROM")?, words.next("TO")?);
            let call = server.make_call(from, to, from_words(words.0)?);
            call.map(|id| id.to_string()).map_err(|refused| refused.to_string())
        }
        "answer" => done(server.answer(words.parse("CALL")?, words.next("DN")?)),
        "release" => done(server.release(words.parse("CALL")?, words.next("DN")?)),
        "hang-up" => done(server.customer_hangs_up(words.parse("CALL")?)),
        "network-reached" => done(server.network_reached(words.parse("CALL")?)),
        "busy" => done(server.destination_busy(words.parse("CALL")?)),
        "route" => done(server.route(words.parse("CALL")?, words.next("DN")?)),
        "attach" => done(server.attach(words.parse("CALL")?, &from_words(words.0)?)),
        "user-event" => done(server.user_event(words.next("DN")?, from_words(words.0)?)),
        "chat" | "say" | "chat-does" | "join" | "part" | "escalation" | "close-chat" | "said" => chat(server, command),
        "agent" => done(server.act(&agent_request(&mut words)?)),
        "dn" => {
            let out = words.either("out", "back")?;
            done(server.out_of_service(words.next("DN")?, out))
        }
        "parties" => parties(server, words.parse("CALL")?),
        "clients" => Ok(server.clients().join(" ")),
        _ => misbehave(server, command),
    }
}

fn chat(server: &TServer, command: &str) -> Result<String, String> {
    let mut words = Words(command.split_whitespace());
    let verb = words.next("a command")?;
    let told = |refused: super::Refused| refused.to_string();
    if verb == "chat" {
        let (agent, dn) = (words.next("AGENT")?, words.next("DN")?);
        let mut rest = words.0.peekable();
        let call = rest
            .next_if(|word| !word.contains('='))
            .map(|word| word.parse().map_err(|_| format!("`{word}` is no CALL")));
        let data = from_words(rest)?;
        let subject = data.str("Subject").unwrap_or_default().to_owned();
        return server.open_chat(agent, dn, &subject, data, call.transpose()?).map(|id| id.to_string()).map_err(told);
    }
    let id = words.parse("CHAT")?;
    let rest = |words: Words<'_>| words.0.collect::<Vec<_>>().join(" ");
    match verb {
        "say" => {
            let party = words.next("PARTY")?;
            server.says(id, party, &rest(words))
        }
        "chat-does" => server.agent_does(id, words.next("typing, delivered or read")?),
        "join" => server.chat_party(id, words.next("PARTY")?, true),
        "part" => server.chat_party(id, words.next("PARTY")?, false),
        "escalation" => {
            let accepted = words.either("accepted", "refused")?;
            server.escalation(id, accepted, &rest(words))
        }
        "close-chat" => server.close_chat(id, &rest(words)),
        _ => {
            let said = server.said(id).ok_or("no such chat")?;
            return Ok(said.iter().map(|line| format!("\n{}: {}", line.party, line.text)).collect());
        }
    }
    .map(|()| String::new())
    .map_err(told)
}

fn misbehave(server: &TServer, command: &str) -> Result<String, String> {
    let mut words = Words(command.split_whitespace());
    match words.next("a command")? {
        "cti" => server.cti_link(words.either("up", "down")?),
        "role" => server.role(if words.either("primary", "backup")? { Role::Primary } else { Role::Backup }),
        "standby" => server.standby(command.strip_prefix("standby").unwrap_or_default().parse()?),
        "liveness" => server.liveness(match words.next("serving, stalled or half-open")? {
            "serving" => Liveness::Serving,
            "stalled" => Liveness::Stalled,
            "half-open" => Liveness::HalfOpen,
            other => return Err(format!("`{other}` is none of serving, stalled, half-open")),
        }),
        "mood" => server.mood(command.strip_prefix("mood").unwrap_or_default().parse::<MoodRule>()?),
        "calm" => server.calm(),
        "heal" => server.heal(),
        "close" => server.close_connections(),
        "raw" => server.send_raw(format!("{}\n", command.strip_prefix("raw").unwrap_or_default().trim_start())),
        other => return Err(format!("`{other}` is no command; try `help`")),
    }
    Ok(String::new())
}

fn in_force(server: &TServer) -> String {
    server.moods().iter().map(|rule| format!("\n{rule}")).collect()
}

fn agent_request(words: &mut Words<'_>) -> Result<Message, String> {
    let (name, attribute) = match words.next("login, logout, ready or not-ready")? {
        "login" => ("RequestAgentLogin", "agentID"),
        "logout" => ("RequestAgentLogout", "reason"),
        "ready" => ("RequestAgentReady", "agentWorkMode"),
        "not-ready" => ("RequestAgentNotReady", "agentWorkMode"),
        other => return Err(format!("`{other}` is none of login, logout, ready, not-ready")),
    };
    let request = Message::new(name).with("thisDN", words.next("DN")?);
    Ok(request.with_some(attribute, words.0.next()))
}

fn parties(server: &TServer, call: ConnId) -> Result<String, String> {
    let parties = server.parties(call).ok_or("no such call")?;
    let party = |(dn, step): &(String, super::Step)| format!("{dn}={step:?}");
    Ok(parties.iter().map(party).collect::<Vec<_>>().join(" "))
}

struct Words<'c>(std::str::SplitWhitespace<'c>);

impl<'c> Words<'c> {
    fn next(&mut self, wanted: &str) -> Result<&'c str, String> {
        self.0.next().ok_or_else(|| format!("{wanted} is missing; try `help`"))
    }

    fn parse<T: FromStr>(&mut self, wanted: &str) -> Result<T, String> {
        let word = self.next(wanted)?;
        word.parse().map_err(|_| format!("`{word}` is no {wanted}"))
    }

    fn either(&mut self, yes: &str, no: &str) -> Result<bool, String> {
        match self.next(&format!("{yes} or {no}"))? {
            word if word == yes => Ok(true),
            word if word == no => Ok(false),
            other => Err(format!("`{other}` is neither {yes} nor {no}")),
        }
    }
}
