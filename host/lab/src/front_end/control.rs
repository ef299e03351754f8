//! The control port: one command a line, an answer that begins with `ok` or `error`, for people and strange programs.

use super::{
    counts::Counts,
    faults::{Fault, Mood},
    handle::FrontEnd,
    presence::Presence,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use std::{str::FromStr, time::Duration};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
};
use uc_connector::wire::LineReader;

/// What `help` answers, a line each.
const HELP: &str = "\
presence USER NUMBER [TOKEN|-] [NOTE …]   what watchers see of a user; `-`: no activity
custom USER NUMBER LCID TEXT …            the same with an activity in the user's own words
together NUMBER USER USER …               several users in one notify
seen WATCHER                              whom WATCHER watches, and what WATCHER would be told now
published USER                            what a user's endpoints have published
contacts USER                             a user's contact list
push WATCHER TYPE|- BASE64|@FILE          this body as a notify; `-`: categories
raw USER BASE64|@FILE                     these bytes on each connection of the user
move USER[,USER…] POOL-GRUU|-             watchers are told to subscribe elsewhere; `-`: at the user's own address
home USER                                 brings a moved user back
deregister USER unregistered|rejected|deactivated
terminate WATCHER [REASON]                ends the watcher's presence subscriptions
lose                                      forgets all registrations and subscriptions without a word
answer METHOD|* STATUS COUNT [RETRY-AFTER|-] [DIAGNOSTIC REASON …]   instead of service
ignore METHOD|* COUNT                     the next requests get no answer
lose-answer METHOD|* COUNT                the next requests are served, their answers lost
hold-answer METHOD|* COUNT                the next answers come behind the notify that follows
bare-challenge|unlisted-first COUNT       the next challenges begin anew, or own data comes without its list first
delay METHOD|* MILLISECONDS COUNT         the next requests are served later
late USER MILLISECONDS COUNT              the next notifies to a watcher are written later
refuse-naming USER STATUS COUNT           the next batches that name the user are refused whole
grant SECONDS COUNT                       the next subscriptions get so much time
bounce USER COUNT                         two pools send the user to each other
renumber|same-number|low-piggyback COUNT  the next notifies, or answers in dialogs, count from 1 or stand still
wrong-signature|duplicate|replay|swap|drop-notify COUNT
conflict COUNT INDEX VERSION              the next publications meet that version at that place: 409
cut                                       the next write ends in its middle
mood serving|stalled|slow [BYTES MILLISECONDS]
heal                                      ends all faults
close                                     closes all connections
kill                                      closes listener and connections without a word
restart                                   serves again on the same port
count                                     what happened so far
wait NAME NUMBER                          waits until a counter is that high";

/// Longest command: bodies come in them.
const MAX_COMMAND: usize = 4 * 1024 * 1024;

/// Serves commands until the task is aborted.
pub async fn serve(listener: TcpListener, server: FrontEnd) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(obey(stream, server.clone()));
    }
}

async fn obey(mut stream: TcpStream, server: FrontEnd) -> std::io::Result<()> {
    let (input, mut output) = stream.split();
    let mut lines = LineReader::new(input, MAX_COMMAND);
    while let Ok(Some(line)) = lines.next().await {
        let answer = match String::from_utf8(line.to_vec()) {
            Ok(line) => execute(&server, line.trim()).await,
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
pub async fn execute(server: &FrontEnd, command: &str) -> Result<String, String> {
    let mut words = Words(command);
    match words.next("a command")? {
        "help" => Ok(format!("\n{HELP}")),
        "kill" => {
            server.kill().await;
            Ok(String::new())
        }
        "restart" => server.restart_on_same_port().await.map(|()| String::new()).map_err(|error| error.to_string()),
        "wait" => {
            let (name, least) = (words.next("NAME")?, words.parse::<u64>("NUMBER")?);
            counter(&server.counts(), name).ok_or_else(|| format!("`{name}` is no counter; see `count`"))?;
            let reached = |counts: &Counts| counter(counts, name).is_some_and(|count| count >= least);
            let counts = server.wait_for_counts(name, reached).await.map_err(|error| error.to_string())?;
            Ok(list(&counts))
        }
        "presence" | "custom" | "together" => show(server, command),
        "seen" | "published" | "contacts" | "count" => tell(server, command),
        "push" | "raw" | "move" | "home" | "deregister" | "terminate" => act(server, command),
        _ => misbehave(server, command),
    }
}

fn show(server: &FrontEnd, command: &str) -> Result<String, String> {
    let mut words = Words(command);
    let set = match words.next("a command")? {
        "presence" => {
            let (user, mut presence) = (words.next("USER")?, Presence::new(words.parse("NUMBER")?));
            if let Some(token) = words.optional().filter(|token| *token != "-") {
                presence = presence.activity(token);
            }
            if !words.0.trim().is_empty() {
                presence = presence.note(words.0.trim());
            }
            server.set_presence(user, presence)
        }
        "custom" => {
            let (user, presence) = (words.next("USER")?, Presence::new(words.parse("NUMBER")?));
            let lcid = words.parse("LCID")?;
            server.set_presence(user, presence.custom_activity(lcid, words.0.trim()))
        }
        _ => {
            let presence = Presence::new(words.parse("NUMBER")?);
            server.set_together(words.0.split_whitespace().map(|user| (user, presence.clone())))
        }
    };
    set.map(|()| String::new()).map_err(|error| error.to_string())
}

fn tell(server: &FrontEnd, command: &str) -> Result<String, String> {
    let mut words = Words(command);
    let lines = match words.next("a command")? {
        "count" => return Ok(list(&server.counts())),
        "contacts" => server.contacts(words.next("USER")?),
        "seen" => server
            .seen_by(words.next("WATCHER")?)
            .map(|all| all.iter().map(|(user, presence)| format!("{user} {}", plain(presence))).collect()),
        _ => server.publications(words.next("USER")?).map(|all| {
            let line = |known: &super::Publication| {
                let super::Publication { category, instance, container, version, value, .. } = known;
                format!("{category} {instance} {container} {version} {value}")
            };
            all.iter().map(line).collect()
        }),
    };
    lines.map(|lines| format!("{}\n{}", lines.len(), lines.join("\n"))).map_err(|error| error.to_string())
}

fn plain(presence: &Presence) -> String {
    let token = presence.activity.as_ref().and_then(|activity| activity.token.as_deref()).unwrap_or("-");
    format!("{} {token} {}", presence.availability, presence.note.as_deref().unwrap_or_default())
}

fn act(server: &FrontEnd, command: &str) -> Result<String, String> {
    let mut words = Words(command);
    let done = match words.next("a command")? {
        "push" => {
            let (watcher, kind) = (words.next("WATCHER")?, words.next("TYPE or -")?);
            let kind = Some(kind).filter(|kind| *kind != "-");
            server.push(watcher, kind, &bytes(words.next("BASE64 or @FILE")?)?)
        }
        "raw" => server.send_raw(words.next("USER")?, &bytes(words.next("BASE64 or @FILE")?)?),
        "move" => {
            let users: Vec<_> = words.next("USER")?.split(',').collect();
            let pool = Some(words.next("POOL-GRUU or -")?).filter(|pool| *pool != "-");
            server.move_users(&users, pool).map(|()| users.len())
        }
        "home" => server.move_home(words.next("USER")?).map(|()| 1),
        "deregister" => {
            let user = words.next("USER")?;
            server.deregister(user, words.next("unregistered, rejected or deactivated")?.parse()?)
        }
        _ => {
            let watcher = words.next("WATCHER")?;
            server.terminate_subscriptions(watcher, words.optional().unwrap_or_default())
        }
    };
    done.map(|count| count.to_string()).map_err(|error| error.to_string())
}

fn misbehave(server: &FrontEnd, command: &str) -> Result<String, String> {
    let mut words = Words(command);
    match words.next("a command")? {
        "lose" => server.lose_registrations(),
        "answer" => server.fault(answer(&mut words)?),
        "ignore" => {
            server.fault(Fault::Ignore { method: words.next("METHOD")?.to_owned(), count: words.parse("COUNT")? });
        }
        "lose-answer" => {
            server.fault(Fault::LoseAnswer { method: words.next("METHOD")?.to_owned(), count: words.parse("COUNT")? });
        }
        "hold-answer" => {
            server.fault(Fault::HoldAnswer { method: words.next("METHOD")?.to_owned(), count: words.parse("COUNT")? });
        }
        "bare-challenge" => server.fault(Fault::BareChallenge { count: words.parse("COUNT")? }),
        "unlisted-first" => server.fault(Fault::UnlistedFirst { count: words.parse("COUNT")? }),
        "delay" => {
            let (method, time) = (words.next("METHOD")?.to_owned(), words.parse("MILLISECONDS")?);
            server.fault(Fault::Delay { method, time: Duration::from_millis(time), count: words.parse("COUNT")? });
        }
        "late" => {
            let (user, time) = (key(words.next("USER")?), words.parse("MILLISECONDS")?);
            server.fault(Fault::Late { user, time: Duration::from_millis(time), count: words.parse("COUNT")? });
        }
        "refuse-naming" => {
            let (user, status) = (key(words.next("USER")?), words.parse("STATUS")?);
            server.fault(Fault::RefuseNaming { user, status, count: words.parse("COUNT")? });
        }
        "grant" => server.fault(Fault::Grant { seconds: words.parse("SECONDS")?, count: words.parse("COUNT")? }),
        "bounce" => server.fault(Fault::Bounce { user: key(words.next("USER")?), count: words.parse("COUNT")? }),
        "renumber" => server.fault(Fault::Renumber { count: words.parse("COUNT")? }),
        "same-number" => server.fault(Fault::SameNumber { count: words.parse("COUNT")? }),
        "low-piggyback" => server.fault(Fault::LowPiggyback { count: words.parse("COUNT")? }),
        "wrong-signature" => server.fault(Fault::WrongSignature { count: words.parse("COUNT")? }),
        "conflict" => {
            let (count, index, version) = (words.parse("COUNT")?, words.parse("INDEX")?, words.parse("VERSION")?);
            server.fault(Fault::Conflict { index, version, count });
        }
        "duplicate" => server.fault(Fault::Duplicate { count: words.parse("COUNT")? }),
        "replay" => server.fault(Fault::Replay { count: words.parse("COUNT")? }),
        "swap" => server.fault(Fault::Swap { count: words.parse("COUNT")? }),
        "drop-notify" => server.fault(Fault::Lose { count: words.parse("COUNT")? }),
        "cut" => server.fault(Fault::CloseMidMessage),
        "mood" => server.mood(match words.next("serving, stalled or slow")? {
            "serving" => Mood::Serving,
            "stalled" => Mood::Stalled,
            "slow" => {
                let (bytes, millis) = (words.parse("BYTES")?, words.parse("MILLISECONDS")?);
                Mood::Slow { bytes, pause: Duration::from_millis(millis) }
            }
            other => return Err(format!("`{other}` is none of serving, stalled, slow")),
        }),
        "heal" => server.heal(),
        "close" => server.close_connections(),
        other => return Err(format!("`{other}` is no command; try `help`")),
    }
    Ok(String::new())
}

/// `kim@example.com` of an address.
fn key(user: &str) -> String {
    user.trim_start_matches("sip:").to_lowercase()
}

fn answer(words: &mut Words<'_>) -> Result<Fault, String> {
    let (method, status, count) = (words.next("METHOD")?.to_owned(), words.parse("STATUS")?, words.parse("COUNT")?);
    let retry_after = words.optional().filter(|text| *text != "-");
    let retry_after = retry_after.map(|text| text.parse().map_err(|_| format!("`{text}` are no seconds")));
    let number = words.optional();
    let number = number.map(|text| text.parse().map_err(|_| format!("`{text}` is no diagnostic"))).transpose()?;
    let diagnostics = number.map(|number| (number, words.0.trim().to_owned()));
    Ok(Fault::Answer { method, status, retry_after: retry_after.transpose()?, diagnostics, count })
}

fn bytes(text: &str) -> Result<Vec<u8>, String> {
    match text.strip_prefix('@') {
        Some(path) => std::fs::read(path).map_err(|error| format!("{path}: {error}")),
        None => STANDARD.decode(text).map_err(|error| format!("not Base64: {error}")),
    }
}

/// The counters by name.
fn named(counts: &Counts) -> [(&'static str, u64); 21] {
    [
        ("connections", counts.connections as u64),
        ("accepted", counts.accepted),
        ("endpoints", counts.endpoints as u64),
        ("registered", counts.registered),
        ("challenged", counts.challenged),
        ("refused", counts.refused),
        ("verified", counts.verified),
        ("bad-signatures", counts.bad_signatures),
        ("keep-alives", counts.keep_alives),
        ("subscribes", counts.subscribes),
        ("services", counts.services),
        ("conflicts", counts.conflicts),
        ("relayed", counts.relayed),
        ("subscriptions", counts.subscriptions as u64),
        ("watched", counts.watched as u64),
        ("benotifies", counts.benotifies),
        ("notifies", counts.notifies),
        ("notify-answers", counts.notify_answers),
        ("notify-refusals", counts.notify_refusals),
        ("overruns", counts.overruns),
        ("malformed", counts.malformed),
    ]
}

fn counter(counts: &Counts, name: &str) -> Option<u64> {
    named(counts).into_iter().find(|(known, _)| *known == name).map(|(_, count)| count)
}

fn list(counts: &Counts) -> String {
    named(counts).map(|(name, count)| format!("{name}={count}")).join(" ")
}

/// Words of a command; what is left over keeps its blanks.
struct Words<'c>(&'c str);

impl<'c> Words<'c> {
    fn optional(&mut self) -> Option<&'c str> {
        let text = self.0.trim_start();
        let end = text.find(char::is_whitespace).unwrap_or(text.len());
        self.0 = &text[end..];
        Some(&text[..end]).filter(|word| !word.is_empty())
    }

    fn next(&mut self, wanted: &str) -> Result<&'c str, String> {
        self.optional().ok_or_else(|| format!("{wanted} is missing; try `help`"))
    }

    fn parse<T: FromStr>(&mut self, wanted: &str) -> Result<T, String> {
        let word = self.next(wanted)?;
        word.parse().map_err(|_| format!("`{word}` is no {wanted}"))
    }
}
