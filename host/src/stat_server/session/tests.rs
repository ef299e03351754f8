use super::*;
use crate::stat_server::{Notify, ObjectType, Reading, Statistic};

const SECOND: Duration = Duration::from_secs(1);

fn statistic(object: &str) -> Arc<Statistic> {
    Arc::new(Statistic {
        object: object.into(),
        object_type: ObjectType::Queue,
        name: "CallsInQueue".into(),
        notify: Notify::OnChange(2 * SECOND),
    })
}

fn session(wanted: &[&str], now: Instant) -> Session {
    let wanted = Arc::new(wanted.iter().map(|object| statistic(object)).collect());
    let mut session = Session::new(&Config::new("x:1"), None, wanted, (Counters::new(), Throttle::default()), now);
    session.output.clear();
    session
}

fn greeted(wanted: &[&str], now: Instant) -> Session {
    let mut session = session(wanted, now);
    session.line(br#"{"messageName":"LinkHello","protocol":"stat","version":1,"name":"stat_1"}"#, now).unwrap();
    session
}

fn written(session: &mut Session) -> String {
    String::from_utf8(session.output.split().to_vec()).unwrap()
}

#[test]
fn what_is_wanted_is_opened_after_the_hello_and_readings_come_as_one_batch() {
    let now = Instant::now();
    let mut session = greeted(&["8000", "8001"], now);
    let lines = written(&mut session);
    assert_eq!(
        lines.lines().next().unwrap(),
        "{\"messageName\":\"RequestOpenStatistic\",\"statisticID\":1,\"objectID\":\"8000\",\"objectType\":\"Queue\",\
         \"statisticName\":\"CallsInQueue\",\"notificationMode\":\"Immediate\",\"interval\":2}"
    );
    session.line(br#"{"messageName":"EventInfo","statisticID":1,"value":3}"#, now).unwrap();
    session.line(br#"{"messageName":"EventInfo","statisticID":2,"value":4}"#, now).unwrap();
    session.line(br#"{"messageName":"EventInfo","statisticID":2,"value":5}"#, now).unwrap();
    assert_eq!(session.reports[0], Report::Up { server: "stat_1".into() });
    assert_eq!(session.reports[1], Report::Readings(vec![(statistic("8000"), Reading::Value(3.0))]));
    assert_eq!(session.reports.len(), 2, "the others wait for their time");
    session.tick(now + PACE).unwrap();
    assert_eq!(session.reports[2], Report::Readings(vec![(statistic("8001"), Reading::Value(5.0))]));
    session.tick(now + 2 * PACE).unwrap();
    assert!(session.deadline().is_some_and(|at| at > now + 2 * PACE), "nothing is due");
    session.want(Arc::default(), now + PACE);
    let closes = written(&mut session);
    assert_eq!(closes.matches("RequestCloseStatistic").count(), 2, "{closes}");
}

#[test]
fn a_backup_is_left_and_so_is_one_that_becomes_it() {
    let now = Instant::now();
    let hello = br#"{"messageName":"LinkHello","protocol":"stat","version":1,"role":"backup"}"#;
    assert!(session(&[], now).line(hello, now).unwrap_err().0.contains("backup"));
    let mut up = greeted(&[], now);
    assert!(up.line(br#"{"messageName":"LinkRole","role":"primary"}"#, now).is_ok());
    assert!(up.line(br#"{"messageName":"LinkRole","role":"backup"}"#, now).unwrap_err().0.contains("backup now"));
}

#[test]
fn bad_peers_are_left_or_borne() {
    let now = Instant::now();
    for (line, told) in [
        (&br#"{"messageName":"EventInfo","statisticID":1,"value":3}"#[..], "before the Stat Server's LinkHello"),
        (br#"{"messageName":"LinkHello","protocol":"tlib","version":1}"#, "speaks `tlib`"),
        (br#"{"messageName":"LinkHello","protocol":"stat","version":2}"#, "version 2"),
        (br#"{"messageName":"LinkRefused","reason":"who?"}"#, "refused us: who?"),
    ] {
        let why = session(&[], now).line(line, now).unwrap_err();
        assert!(why.0.contains(told), "{why:?}");
    }
    let mut up = greeted(&["8000"], now);
    for line in [&b"nonsense"[..], b"[]", b"\xff", br#"{"messageName":"EventInfo","statisticID":9,"value":1}"#] {
        up.line(line, now).unwrap();
    }
    assert_eq!(up.reports.len(), 1);
    let silent = session(&[], now).tick(now + 10 * SECOND).unwrap_err();
    assert!(silent.0.contains("no LinkHello"));
}

#[test]
fn a_silent_server_is_asked_and_then_left() {
    let now = Instant::now();
    let mut up = greeted(&[], now);
    assert_eq!(up.deadline(), Some(now + 10 * SECOND));
    up.tick(now + 10 * SECOND).unwrap();
    assert!(written(&mut up).contains("LinkHeartbeat"));
    assert!(up.tick(now + 20 * SECOND).unwrap_err().0.contains("silent"));
}

/// The lines of an example in PROTOCOL.md: what the client says, and what it is told.
fn example() -> Vec<(bool, String)> {
    let page = include_str!("../PROTOCOL.md");
    let line = |line: &str| {
        let line = line.trim();
        let told = |mark: &str| line.strip_prefix(mark).map(|line| line.trim().to_owned());
        told("→ {")
            .map(|rest| (true, format!("{{{rest}\n")))
            .or_else(|| told("← {").map(|rest| (false, format!("{{{rest}"))))
    };
    page.lines().filter_map(line).collect()
}

#[test]
fn the_client_speaks_the_example() {
    let mut now = Instant::now();
    let waiting = |object: &str, notify| {
        let name = "CurrNumberWaitingCalls".into();
        Arc::new(Statistic { object: object.into(), object_type: ObjectType::Queue, name, notify })
    };
    let [first, second] =
        [waiting("8000", Notify::OnChange(2 * SECOND)), waiting("8099", Notify::Periodic(5 * SECOND))];
    let wants = |all: &[&Arc<Statistic>]| -> Wanted { Arc::new(all.iter().map(|one| (*one).clone()).collect()) };
    let config = Config::new("x:1");
    let mut session = Session::new(&config, None, wants(&[&first]), (Counters::new(), Throttle::default()), now);
    let mut values = Vec::new();
    for (asked, line) in example() {
        if asked {
            if line.contains("\"statisticID\":2") {
                session.want(wants(&[&first, &second]), now);
            }
            if line.contains("RequestClose") {
                session.want(wants(&[&second]), now);
            }
            assert_eq!(written(&mut session), line);
        } else {
            session.line(line.as_bytes(), now).unwrap();
            now += SECOND;
            session.tick(now).unwrap();
        }
        values.extend(session.reports.drain(..).filter_map(|report| match report {
            Report::Readings(readings) => Some(readings.into_iter().map(|(_, reading)| reading).collect::<Vec<_>>()),
            _ => None,
        }));
    }
    let values: Vec<_> = values.into_iter().flatten().collect();
    assert!(
        matches!(&values[..], [Reading::Value(3.0), Reading::Failed(why), Reading::Value(4.0)] if why.contains("8099")),
        "{values:?}"
    );
}
