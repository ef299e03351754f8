//! What goes on while a reload reads, and what it says.

use crate::{
    lent::Lent,
    program::stage,
    service::{Service, anywhere},
};
use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    thread::sleep,
    time::{Duration, Instant},
};

/// Nothing here takes this long unless it hangs.
const PATIENCE: Duration = Duration::from_secs(20);

/// Waits until `/readyz?verbose` shows this.
pub(crate) fn until_shown(address: &str, text: &str) {
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        let board = ask(address, "GET /readyz?verbose");
        if board.contains(text) {
            return;
        }
        assert!(Instant::now() < until, "{text:?} is not shown: {board}");
        sleep(Duration::from_millis(20));
    }
}

/// The body of what the operator's address answers.
pub(crate) fn ask(address: &str, what: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(stream, "{what} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split_once("\r\n\r\n").map_or(answer.clone(), |(_, body)| body.to_owned())
}

pub(crate) fn admin(serving: &str) -> String {
    serving.split("admin=").nth(1).and_then(|rest| rest.split_whitespace().next()).expect(serving).to_owned()
}

#[test]
fn while_a_reload_waits_for_a_mount_everything_else_is_served_and_it_goes_on_afterwards() {
    let (folder, file) = stage(|text| anywhere(&text));
    let mut service = Service::begin(&file, &[]);
    let address = admin(&service.wait_for("serving"));
    let mut lent = Lent::new(&folder.path().join("uc.toml"));
    (0..3).for_each(|_| service.signal("-HUP"));
    lent.until_it_is_read();
    assert!(ask(&address, "GET /-/log-level").contains("info"));
    assert!(ask(&address, "GET /-/agents").starts_with('['));
    drop(lent);
    let report = service.wait_for("needs_restart");
    assert!(report.contains("changed=[]"), "{report}");
    assert!(ask(&address, "POST /-/reload").contains("\"errors\":[]"));
    service.signal("-TERM");
    assert_eq!(service.ended(), Some(0));
}

#[test]
fn a_reload_with_a_broken_document_leaves_the_workers_the_states_of_the_last_good_one() {
    let (folder, file) = stage(|text| anywhere(&text));
    let document = folder.path().join("presence.xml");
    let good = fs::read_to_string(&document).unwrap();
    let mut service = Service::begin(&file, &[]);
    let address = admin(&service.wait_for("serving"));
    let states = format!("{} earlier states stay in force", good.matches("<state ").count());
    // A document that is broken before it was read leaves nothing that could stay.
    while !ask(&address, "GET /readyz?verbose").contains("[+] plugin standalone: ready") {}
    for broken in [Some("<presence"), None] {
        match broken {
            Some(text) => fs::write(&document, text).unwrap(),
            None => fs::remove_file(&document).unwrap(),
        }
        // What was not taken over is told each time.
        for _ in 0..2 {
            let report = ask(&address, "POST /-/reload");
            assert!(report.contains("\"changed\":[],") && report.contains("is not replaced"), "{broken:?}: {report}");
        }
        let shown = || ask(&address, "GET /readyz?verbose");
        let deadline = Instant::now() + PATIENCE;
        while !shown().contains(&states) {
            assert!(Instant::now() < deadline, "{broken:?}: {states}: {}", shown());
        }
    }
    fs::write(&document, good.replace("lunch", "tea")).unwrap();
    let report = ask(&address, "POST /-/reload");
    assert!(report.contains("plug-in standalone replaced") && report.contains("\"warnings\":[]"), "{report}");
    service.signal("-TERM");
    assert_eq!(service.ended(), Some(0));
}

#[test]
fn what_the_start_warns_of_each_reload_warns_of() {
    let (folder, file) = stage(|text| anywhere(&text));
    fs::remove_file(folder.path().join("presence.xml")).unwrap();
    let mut service = Service::begin(&file, &[]);
    let warned = service.wait_for("presence.xml");
    assert!(warned.contains("WARN"), "{warned}");
    let address = admin(&service.wait_for("serving"));
    service.signal("-HUP");
    let again = service.wait_for("presence.xml");
    assert!(again.contains("WARN"), "{again}");
    service.wait_for("needs_restart");
    let report = ask(&address, "POST /-/reload");
    assert!(report.contains("\"warnings\":[\"") && report.contains("presence.xml"), "{report}");
    service.signal("-TERM");
    assert_eq!(service.ended(), Some(0));
}

#[test]
fn a_directory_is_accepted_although_other_t_servers_wait_for_a_restart() {
    for in_file in [false, true] {
        let allowing = "[directory]\nloss-percent = 0\nloss-workers = 0";
        let (folder, file) = stage(|text| anywhere(&text).replace("[directory]", allowing));
        let mut service = Service::begin(&file, &[]);
        let address = admin(&service.wait_for("serving"));
        let more = "[[t-server]]\nname = \"south\"\naddress = \"127.0.0.1:1\"\n";
        let text = fs::read_to_string(&file).unwrap() + more;
        fs::write(&file, &text).unwrap();
        assert!(ask(&address, "POST /-/reload").contains("t-server[south]"));
        let directory = folder.path().join("directory.toml");
        let people = fs::read_to_string(&directory).unwrap();
        let last = people.rfind("[[worker]]").unwrap();
        fs::write(&directory, &people[..last]).unwrap();
        let told = service.wait_for("would take too much away");
        let print = told.split("accept-directory=").nth(1).unwrap().split_whitespace().next().unwrap();
        let report = if in_file {
            fs::write(&file, text.replace("[directory]", &format!("[directory]\naccept = \"{print}\""))).unwrap();
            ask(&address, "POST /-/reload")
        } else {
            ask(&address, &format!("POST /-/reload?accept-directory={print}"))
        };
        assert!(report.contains("read again at once") && report.contains("t-server[south]"), "{report}");
        assert_eq!(report.contains("\"changed\":[\"directory.accept\"]"), in_file, "{report}");
        service.wait_for("an operator has accepted it");
        while ask(&address, "GET /readyz?verbose").contains("[~] directory") {}
        service.signal("-TERM");
        assert_eq!(service.ended(), Some(0));
    }
}

#[test]
fn as_many_reloads_as_come_at_once_are_done() {
    let (_folder, file) = stage(|text| anywhere(&text));
    let mut service = Service::begin(&file, &[]);
    let address = admin(&service.wait_for("serving"));
    std::thread::scope(|scope| {
        let asked: Vec<_> = (0..30).map(|_| scope.spawn(|| ask(&address, "POST /-/reload"))).collect();
        for answer in asked.into_iter().map(|one| one.join().unwrap()) {
            assert!(answer.contains("\"errors\":[]"), "{answer}");
        }
    });
    service.signal("-TERM");
    let (code, log) = service.ended_with_log();
    assert_eq!(code, Some(0), "{log}");
}

#[test]
fn a_directory_for_other_t_servers_is_not_taken_over_in_part() {
    let (folder, file) = stage(|text| anywhere(&text));
    let mut service = Service::begin(&file, &[]);
    let address = admin(&service.wait_for("serving"));
    let (text, directory) = (fs::read_to_string(&file).unwrap(), folder.path().join("directory.toml"));
    let others = fs::read_to_string(&directory).unwrap().replace("t-server = \"lab\"", "t-server = \"south\"");
    fs::write(folder.path().join("d2.toml"), others).unwrap();
    let renamed = text.replace("name = \"lab\"", "name = \"south\"").replace("\"directory.toml\"", "\"d2.toml\"");
    fs::write(&file, renamed).unwrap();
    for _ in 0..2 {
        let report: serde_json::Value = serde_json::from_str(&ask(&address, "POST /-/reload")).unwrap();
        let names = |list: &str| report[list].as_array().unwrap().iter().map(|key| key.to_string()).collect::<Vec<_>>();
        assert!(names("needsRestart").iter().any(|key| key == "\"directory.file\""), "{report}");
        assert!(names("needsRestart").iter().any(|key| key == "\"directory\""), "{report}");
        assert_eq!(names("changed"), Vec::<String>::new(), "{report}");
    }
    fs::write(&file, text).unwrap();
    let report = ask(&address, "POST /-/reload");
    assert!(report.contains("\"changed\":[],\"needsRestart\":[]"), "{report}");
    service.signal("-TERM");
    assert_eq!(service.ended(), Some(0));
}
