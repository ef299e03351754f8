//! What the operating system gives a service: sockets of systemd, folders, limits.

use crate::{
    program::stage,
    reloads::{admin, until_shown},
    service::{Service, anywhere},
};
use std::{
    fs,
    net::TcpStream,
    os::{
        linux::net::SocketAddrExt as _,
        unix::net::{SocketAddr, UnixDatagram},
    },
    process::Command,
    thread::sleep,
    time::Duration,
};

#[test]
fn an_abstract_notify_socket_is_told_as_one_with_a_file_is() {
    let (folder, file) = stage(|text| anywhere(&text));
    // The folder's name is nobody else's.
    let name = folder.path().to_str().unwrap();
    let hidden = UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(name).unwrap()).unwrap();
    let with_file = UnixDatagram::bind(folder.path().join("notify")).unwrap();
    let file_name = folder.path().join("notify").to_str().unwrap().to_owned();
    for (socket, name) in [(hidden, format!("@{name}")), (with_file, file_name)] {
        socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let mut service = Service::begin(&file, &[("NOTIFY_SOCKET", &name)]);
        service.wait_for("serving");
        let mut bytes = [0; 512];
        let length = socket.recv(&mut bytes).unwrap();
        let told = String::from_utf8_lossy(&bytes[..length]).into_owned();
        assert!(told.contains("READY=1\n") && told.contains("STATUS=standalone mode"), "{name}: {told}");
        service.signal("-TERM");
        assert_eq!(service.ended(), Some(0));
    }
}

#[test]
fn what_systemd_shows_of_a_node_that_stands_by_stays_true() {
    let (folder, file) = stage(|text| format!("{}\n[standby]\narbiter = \"external\"\n", anywhere(&text)));
    let path = folder.path().join("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let service = Service::begin(&file, &[("NOTIFY_SOCKET", path.to_str().unwrap())]);
    let status = || loop {
        let mut bytes = [0; 512];
        let length = socket.recv(&mut bytes).unwrap();
        let told = String::from_utf8_lossy(&bytes[..length]).into_owned();
        if let Some(status) = told.lines().find_map(|line| line.strip_prefix("STATUS=")) {
            return status.to_owned();
        }
    };
    let after = |signal: &str| {
        service.signal(signal);
        status()
    };
    assert_eq!(status(), "standalone mode, standby");
    assert_eq!(after("-HUP"), "standalone mode, standby");
    fs::write(&file, "broken").unwrap();
    assert_eq!(after("-HUP"), "standalone mode, standby");
    assert_eq!(after("-USR1"), "standalone mode");
    assert_eq!(after("-HUP"), "standalone mode");
}

#[test]
fn a_state_folder_that_cannot_be_written_or_is_anothers_is_told_by_the_start() {
    let (folder, file) = stage(|text| anywhere(&text));
    let mut service = Service::begin(&file, &[("STATE_DIRECTORY", "/proc/state")]);
    service.wait_for("who is signed in cannot be kept");
    let state = folder.path().join("state");
    let environment = [("STATE_DIRECTORY", state.to_str().unwrap())];
    let mut first = Service::begin(&file, &environment);
    first.wait_for("serving");
    let mut second = Service::begin(&file, &environment);
    let told = second.wait_for("who is signed in cannot be kept");
    assert!(told.contains(state.join("store.lock").to_str().unwrap()), "{told}");
    for service in [&mut service, &mut second] {
        let address = admin(&service.wait_for("serving"));
        // What was to be kept first is given up a moment after pages are served.
        until_shown(&address, "[~] store: nothing can be written down");
    }
    for mut service in [service, first, second] {
        service.signal("-TERM");
        assert_eq!(service.ended(), Some(0));
    }
}

#[test]
fn the_limit_of_open_files_is_raised_to_the_most_allowed_and_said() {
    let (_folder, file) = stage(|text| anywhere(&text));
    let mut service = Service::after("ulimit -Sn 512 && ulimit -Hn 3000", &file);
    let said = service.wait_for("open files");
    assert!(said.contains("limit=3000"), "{said}");
    let limits = fs::read_to_string(format!("/proc/{}/limits", service.id())).unwrap();
    let files = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    assert_eq!(files.split_whitespace().skip(3).take(2).collect::<Vec<_>>(), ["3000", "3000"], "{limits}");
    service.wait_for("serving");
    service.signal("-TERM");
    assert_eq!(service.ended(), Some(0));
}

#[test]
fn a_service_that_is_out_of_files_says_so_at_the_start_and_once_for_all_who_do_not_get_in() {
    let (_folder, file) = stage(|text| anywhere(&text));
    let mut service = Service::after("ulimit -n 64", &file);
    let said = service.wait_for("LimitNOFILE");
    assert!(said.contains("WARN") && said.contains("limit=64") && said.contains("connections=20000"), "{said}");
    let serving = service.wait_for("serving");
    let web = serving.split("web=").nth(1).and_then(|rest| rest.split_whitespace().next()).expect(&serving);
    let pages: Vec<_> = (0..80).map(|_| TcpStream::connect(web).unwrap()).collect();
    service.wait_for("could not be accepted");
    // It fails again every 50 ms.
    sleep(Duration::from_secs(1));
    service.signal("-TERM");
    let (code, rest) = service.ended_with_log();
    assert_eq!((code, rest.matches("could not be accepted").count()), (Some(0), 0), "{rest}");
    drop(pages);
}

#[test]
fn a_folder_from_which_nothing_may_run_is_named_with_the_remedy() {
    let (folder, file) = stage(|text| text.replace("[plugins]", "[plugins]\nprivate-directory = \"cache\""));
    let cache = folder.path().join("cache");
    fs::create_dir(&cache).unwrap();
    let script = format!(
        "mount -t tmpfs -o noexec,mode=700 none {} && exec {} check --config {file}",
        cache.display(),
        env!("CARGO_BIN_EXE_uc-connector")
    );
    let ran = Command::new("unshare").args(["--map-root-user", "--mount", "sh", "-c", &script]).output().unwrap();
    let said = String::from_utf8(ran.stderr).unwrap();
    assert_eq!(ran.status.code(), Some(78), "{said}");
    for part in ["noexec", "private-directory", cache.to_str().unwrap()] {
        assert!(said.contains(part), "{part}: {said}");
    }
}
