//! `run`: signals and addresses, on the real program.

use crate::{
    pem::fresh,
    program::{run, stage},
    service::{Service, anywhere},
};
use std::net::TcpListener;

#[test]
fn a_reload_is_answered_in_the_log_and_a_stop_ends_with_0() {
    let (folder, file) = stage(|text| anywhere(&text));
    let mut service = Service::start(&file);
    let directory = folder.path().join("directory.toml");
    let good = std::fs::read_to_string(&directory).unwrap();
    std::fs::write(&file, std::fs::read_to_string(&file).unwrap().replace("[web]", "[web]\nsession-hours = 3"))
        .unwrap();
    service.signal("-HUP");
    let report = service.wait_for("needs_restart");
    assert!(report.contains("web.session-hours"), "{report}");
    std::fs::write(&directory, good.replace("place = \"desk-lee\"", "place = \"desk-le\"")).unwrap();
    service.signal("-HUP");
    let refused = service.wait_for("desk-le");
    assert!(refused.contains("there is no place"), "{refused}");
    service.signal("-TERM");
    assert_eq!(service.ended(), Some(0));
}

#[test]
fn an_address_that_is_taken_ends_with_69() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (_folder, file) = stage(|text| anywhere(&text.replace("127.0.0.1:8080", &address)));
    let ran = run(&["run", "--config", &file]);
    assert_eq!(ran.code, 69, "{ran:?}");
    assert!(ran.err.contains(&address), "the message names the address: {ran:?}");
}

#[test]
fn the_address_of_a_trusted_application_is_no_second_programs() {
    let (_folder, file) = stage(|text| text);
    let folder = std::path::Path::new(&file).parent().unwrap();
    fresh(folder, "one");
    let listen = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let text = anywhere(&std::fs::read_to_string(&file).unwrap());
    let (before, after) = text.split_once("[[plugin]]").unwrap();
    let (_, admin) = after.split_once("[admin]").unwrap();
    let plugin = format!(
        "[[plugin]]\nname = 'lync'\nfile = 'libuc_lync.so'\n[plugin.settings]\nservers = ['127.0.0.1:1']\n\
         tls = {{ ca = 'one.pem', cert = 'one.pem', key = 'one.key' }}\n\
         [[plugin.settings.accounts]]\naddress = 'sip:watcher@example.com'\nauth = 'trusted'\n\
         [plugin.settings.listen]\naddress = '{listen}'\n"
    );
    std::fs::write(&file, format!("{before}{plugin}[admin]{admin}")).unwrap();
    let mut first = Service::start(&file);
    // One more instance of the same process takes over.
    until_connected(listen);
    let mut second = Service::begin(&file, &[]);
    let told = second.wait_for("cannot listen at");
    assert!(
        told.contains(&format!("listen.address: cannot listen at {listen}")) && told.contains("ss -ltnp"),
        "{told}"
    );
    std::fs::write(&file, std::fs::read_to_string(&file).unwrap().replace("127.0.0.1:1'", "127.0.0.1:2'")).unwrap();
    first.signal("-HUP");
    let report = first.wait_for("needs_restart");
    assert!(report.contains("plug-in lync replaced"), "{report}");
    until_connected(listen);
    first.signal("-TERM");
    assert_eq!(first.ended(), Some(0));
    // Whoever waited has it now.
    until_connected(listen);
    second.signal("-TERM");
    assert_eq!(second.ended(), Some(0));
}

fn until_connected(listen: std::net::SocketAddr) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while std::net::TcpStream::connect(listen).is_err() {
        assert!(std::time::Instant::now() < deadline, "nobody listens at {listen}");
        std::thread::yield_now();
    }
}

#[test]
fn every_file_whose_content_changed_is_named() {
    let with_files = |text: String| {
        let text = anywhere(&text).replace("[admin]", "[admin]\ntoken-file = \"admin.token\"");
        let text = text.replace("[routing]", "[routing]\napi-token-file = \"routing.token\"");
        text.replace("[[t-server]]", "[[t-server]]\npassword-file = \"t-server.secret\"")
    };
    let (folder, file) = stage(|text| text);
    let files = ["admin.token", "routing.token", "t-server.secret", "presence.xml"];
    for name in &files[..3] {
        std::fs::write(folder.path().join(name), "a-token-long-enough-to-be-safe\n").unwrap();
    }
    std::fs::write(&file, with_files(std::fs::read_to_string(&file).unwrap())).unwrap();
    let mut service = Service::start(&file);
    for name in files {
        let path = folder.path().join(name);
        let text = std::fs::read_to_string(&path).unwrap().replace("safe", "sure") + "\n";
        std::fs::write(path, text).unwrap();
    }
    service.signal("-HUP");
    let report = service.wait_for("needs_restart");
    let (changed, needs_restart) = report.split_once("needs_restart").unwrap();
    for taken_over in ["routing.api-token-file (content)", "presence-location (content)"] {
        assert!(changed.contains(taken_over), "{report}");
    }
    for kept in ["admin.token-file (content)", "t-server[lab].password-file (content)"] {
        assert!(needs_restart.contains(kept), "{report}");
    }
    service.signal("-TERM");
    assert_eq!(service.ended(), Some(0));
}
