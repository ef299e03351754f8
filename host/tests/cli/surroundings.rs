//! What the operating system gives a service: sockets of systemd, folders, limits.

use crate::{
    program::stage,
    service::{Service, anywhere},
};
use std::{
    fs,
    os::{
        linux::net::SocketAddrExt as _,
        unix::net::{SocketAddr, UnixDatagram},
    },
    process::Command,
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
    service.wait_for("serving");
    second.wait_for("serving");
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
