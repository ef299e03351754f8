//! `check --live`: what the peers answer.

use crate::{
    members::Members,
    program::{Ran, run, stage},
};
use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{SocketAddr, TcpListener},
    thread,
};
use tempfile::TempDir;

/// The sample's, without what is not there; `more`: further sections.
fn configured(t_server: SocketAddr, more: &str) -> (TempDir, String) {
    stage(|text| {
        let (before, rest) = text.split_once("[stat-server]").unwrap();
        let after = rest.find("[[t-server]]").unwrap();
        let text = format!("{before}{}", &rest[after..]).replace("127.0.0.1:7100", &t_server.to_string());
        format!("{text}\n{more}")
    })
}

fn cluster(endpoints: &[String], more: &str) -> String {
    format!("[cluster]\nnode = 'a'\nendpoints = ['{}']\n{more}", endpoints.join("', '"))
}

fn live(file: &str) -> Ran {
    run(&["check", "--live", "--config", file])
}

/// Says these lines to everybody who says hello.
fn t_server(lines: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut hello = String::new();
            let _ = BufReader::new(&stream).read_line(&mut hello);
            let _ = stream.write_all(lines.as_bytes());
            // Until it is left.
            thread::spawn(move || BufReader::new(stream).lines().for_each(drop));
        }
    });
    address
}

const HELLO: &str = concat!(
    r#"{"messageName":"LinkHello","protocol":"tlib","version":1,"name":"ts","role":"primary"}"#,
    "\n",
    r#"{"messageName":"EventLinkConnected"}"#,
    "\n"
);

const REFUSED: &str = concat!(r#"{"messageName":"LinkRefused","reason":"no such application"}"#, "\n");

#[test]
fn whoever_does_not_answer_as_they_must_is_a_fault_with_its_own_code() {
    let nobody = SocketAddr::from(([127, 0, 0, 1], 1));
    for (address, code, words) in [
        (t_server(HELLO), 0, "t-server lab at"),
        (t_server(HELLO), 0, "primary, says it is \"ts\""),
        (t_server(REFUSED), 69, "no such application"),
        (nobody, 69, "fault: t-server lab at 127.0.0.1:1: cannot connect"),
    ] {
        let (_folder, file) = configured(address, "");
        let ran = live(&file);
        assert!(ran.code == code && ran.out.contains(words), "{words}: {ran:?}");
        assert_eq!(run(&["check", "--config", &file]).code, 0, "without it nobody is asked");
    }
    let (_folder, file) = stage(|text| text.replace("login-queue", "login-queeu"));
    assert_eq!(live(&file).code, 78, "nobody is asked by a wrong file");
}

#[test]
fn each_member_of_the_etcd_says_what_it_is_and_what_is_wrong_there() {
    let mut members = Members::start(3);
    let server = t_server(HELLO);
    let endpoints = members.endpoints();
    let (_folder, file) = configured(server, &cluster(&endpoints, ""));
    let ran = live(&file);
    assert_eq!(ran.code, 0, "{ran:?}");
    for endpoint in &endpoints {
        assert!(ran.out.contains(&format!("etcd at {endpoint}: 3.")), "{ran:?}");
    }
    if ran.out.contains(": 3.4.23, etcd") {
        assert!(ran.out.contains("warning: ") && ran.out.contains("take 3.4.31 or newer"), "{ran:?}");
    }
    members.kill(2);
    let ran = live(&file);
    let fault = format!("fault: etcd at {}: ", endpoints[2]);
    assert!(ran.code == 69 && ran.out.contains(&fault) && ran.out.matches("fault: ").count() == 1, "{ran:?}");
    let json = run(&["check", "--live", "--json", "--config", &file]).json();
    assert_eq!((json["ok"].as_bool(), json["live"]["faults"].as_array().map(Vec::len)), (Some(false), Some(1)));
    let other = Members::start(1);
    let (_folder, file) = configured(server, &cluster(&[&endpoints[..2], &other.endpoints()].concat(), ""));
    let ran = live(&file);
    assert!(ran.code == 69 && ran.out.contains("members of several etcds"), "{ran:?}");
}

#[test]
fn who_is_not_let_in_is_told_which_key_to_look_at() {
    let members = Members::start(1);
    for command in ["user add root:secret", "user add other:secret", "auth enable"] {
        members.ctl(&command.split(' ').collect::<Vec<_>>());
    }
    for (user, password, words) in [
        ("user = 'root'\npassword-file = 'password'", "secret", None),
        ("user = 'root'\npassword-file = 'password'", "wrong", Some("authentication failed")),
        ("user = 'other'\npassword-file = 'password'", "secret", Some("grant the user of [cluster]")),
        ("", "", Some("user name is empty")),
    ] {
        let (folder, file) = configured(t_server(HELLO), &cluster(&members.endpoints(), user));
        let secret = folder.path().join("password");
        std::fs::write(&secret, password).unwrap();
        std::fs::set_permissions(&secret, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        let ran = live(&file);
        match words {
            None => assert_eq!(ran.code, 0, "{ran:?}"),
            Some(words) => {
                assert!(ran.code == 69 && ran.out.contains(words) && ran.out.contains("[cluster]"), "{ran:?}");
            }
        }
    }
}
