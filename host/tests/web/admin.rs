//! The operator's address.

use crate::served::{accounts, config, serve, serve_with};
use std::sync::Arc;
use tokio::sync::{mpsc, watch};
use uc_connector::{
    role::Role,
    web::{
        AdminRequest, AgentRow, Invitations, NotRedirected, Opens, Parts, Problem, Readiness, ReloadReport, Server,
        SiteTexts,
    },
};
use uc_store::Store;

#[tokio::test]
async fn readiness_names_what_is_missing() {
    let served = serve("").await;
    served.readiness.ready("web");
    served.readiness.not_ready("tlib main", "no T-Server answers at 10.0.0.1:7001");
    let short = served.ask_admin("GET /readyz", &[], "").await;
    assert_eq!((short.status, &*short.body), (503, "not ready\n"));
    let long = served.ask_admin("GET /readyz?verbose", &[], "").await;
    assert!(long.body.contains("[-] tlib main: no T-Server answers"), "{long:?}");
    served.readiness.in_part("tlib main", "one of two answers");
    let long = served.ask_admin("GET /readyz?verbose", &[], "").await;
    assert!(long.status == 200 && long.body.contains("[~] tlib main: one of two answers"), "{long:?}");
    served.readiness.ready("tlib main");
    assert_eq!(served.ask_admin("GET /readyz", &[], "").await.status, 200);
    assert_eq!(served.ask_admin("GET /livez", &[], "").await.status, 200);
    assert_eq!(served.ask_admin("GET /metrics", &[], "").await.body, "uc_up 1\n");
}

#[tokio::test]
async fn head_is_answered_as_get_and_other_methods_are_refused_with_those_that_there_are() {
    let mut served = serve("").await;
    let address = served.addresses.admin;
    let owner = tokio::spawn(async move {
        while let Some(asked) = served.admin.recv().await {
            match asked {
                AdminRequest::Agents(ticket) => drop(ticket.send(Vec::new())),
                AdminRequest::LogLevel(ticket) => drop(ticket.send("info".into())),
                AdminRequest::Role(ticket) => drop(ticket.send(Role::Primary)),
                AdminRequest::Nodes(ticket) => drop(ticket.send(Ok("none".into()))),
                AdminRequest::Redirect(order) => drop(order.ticket.send(Err(NotRedirected::NotKept))),
                other => panic!("{other:?}"),
            }
        }
    });
    let served = served_address(address);
    for (path, allow) in [
        ("/livez", "GET, HEAD"),
        ("/readyz", "GET, HEAD"),
        ("/readyz?verbose", "GET, HEAD"),
        ("/metrics", "GET, HEAD"),
        ("/health/primary", "GET, HEAD"),
        ("/-/agents", "GET, HEAD"),
        ("/-/log-level", "GET, HEAD, PUT"),
        ("/-/role", "GET, HEAD, PUT"),
        ("/-/nodes", "GET, HEAD, PUT"),
        ("/-/redirect?worker=kim", "GET, HEAD, PUT, DELETE"),
        ("/-/reload", "POST"),
    ] {
        let allowed: Vec<_> = allow.split(", ").collect();
        for method in ["GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "OPTIONS"] {
            let is_allowed = allowed.contains(&method);
            if is_allowed && !["GET", "HEAD"].contains(&method) {
                continue;
            }
            let answer = served.ask(&format!("{method} {path}"), &[]).await;
            let expected = if is_allowed { None } else { Some(allow) };
            assert_eq!(answer.headers.get("allow").map(String::as_str), expected, "{method} {path}: {answer:?}");
            assert_eq!(answer.status == 405, !is_allowed, "{method} {path}: {answer:?}");
        }
        if allowed.contains(&"HEAD") {
            let (get, head) =
                (served.ask(&format!("GET {path}"), &[]).await, served.ask(&format!("HEAD {path}"), &[]).await);
            assert_eq!((head.status, &*head.body), (get.status, ""), "{path}");
        }
    }
    owner.abort();
}

#[tokio::test]
async fn a_reload_says_what_it_did() {
    let mut served = serve("").await;
    let owner = tokio::spawn(async move {
        let accepts = [None, Some("0123456789abcdef".to_owned())];
        for (errors, accepts) in [vec![], vec!["directory.toml:3: agent 12 twice".to_owned()]].into_iter().zip(accepts)
        {
            let Some(AdminRequest::Reload(accepted, ticket)) = served.admin.recv().await else { panic!() };
            assert_eq!(accepted, accepts);
            let report = ReloadReport { changed: vec!["directory".into()], errors, ..ReloadReport::default() };
            ticket.send(report).unwrap();
        }
        served.admin
    });
    let served = served_address(served.addresses.admin);
    let good = served.ask("POST /-/reload", &[]).await;
    assert_eq!(good.status, 200);
    let told = serde_json::json!({"changed": ["directory"], "needsRestart": [], "errors": [], "warnings": []});
    assert_eq!(good.json(), told);
    served.ask("POST /-/reload?accept-directory=all", &[]).await.expect_problem(400, "query");
    served.ask("POST /-/reload?accept=0123456789abcdef", &[]).await.expect_problem(400, "query");
    assert_eq!(served.ask("POST /-/reload?accept-directory=0123456789abcdef", &[]).await.status, 422);
    drop(owner.await.unwrap());
    served.ask("POST /-/reload", &[]).await.expect_problem(503, "busy");
    served.ask("GET /-/reload", &[]).await.expect_problem(405, "method");
}

#[tokio::test]
async fn agents_are_listed_with_what_is_wrong() {
    let mut served = serve("").await;
    let admin = served.addresses.admin;
    let owner = tokio::spawn(async move {
        for _ in 0..2 {
            let Some(AdminRequest::Agents(ticket)) = served.admin.recv().await else { panic!() };
            let row = |worker: &str, publication: &str| AgentRow {
                worker: worker.into(),
                agent_id: "1".into(),
                address: None,
                state: None,
                held: false,
                publication: publication.into(),
                shows: None,
                problem: Some("403".into()),
            };
            ticket.send(vec![row("kim", "failed"), row("lee", "published")]).unwrap();
        }
        served.admin
    });
    let served = served_address(admin);
    assert_eq!(served.ask("GET /-/agents", &[]).await.json().as_array().unwrap().len(), 2);
    let failed = served.ask("GET /-/agents?publication=failed", &[]).await.json();
    assert_eq!(
        (failed.as_array().unwrap().len(), &failed[0]["worker"], &failed[0]["problem"]),
        (1, &"kim".into(), &"403".into())
    );
    served.ask("POST /-/agents", &[]).await.expect_problem(405, "method");
    for misspelt in ["publication=faild", "publicaton=failed"] {
        served.ask(&format!("GET /-/agents?{misspelt}"), &[]).await.expect_problem(400, "query");
    }
    drop(owner.await.unwrap());
}

#[tokio::test]
async fn log_levels_are_read_and_set() {
    let mut served = serve("").await;
    let admin = served.addresses.admin;
    let owner = tokio::spawn(async move {
        let Some(AdminRequest::LogLevel(ticket)) = served.admin.recv().await else { panic!() };
        ticket.send("info".into()).unwrap();
        let Some(AdminRequest::SetLogLevel(levels, ticket)) = served.admin.recv().await else { panic!() };
        assert_eq!(levels, "info,tlib=debug");
        ticket.send(Ok(())).unwrap();
        let Some(AdminRequest::SetLogLevel(_, ticket)) = served.admin.recv().await else { panic!() };
        ticket.send(Err("no such level".into())).unwrap();
    });
    let served = served_address(admin);
    assert_eq!(served.ask("GET /-/log-level", &[]).await.body, "info\n");
    assert_eq!(served.send("PUT /-/log-level", &[], "info,tlib=debug\n").await.status, 200);
    served.send("PUT /-/log-level", &[], "loud").await.expect_problem(400, "log-level");
    owner.await.unwrap();
}

#[tokio::test]
async fn without_token_only_programs_on_loopback_may() {
    let served = serve("").await;
    for header in ["Origin: http://evil.example", "Sec-Fetch-Site: cross-site"] {
        served.ask_admin("POST /-/reload", &[header], "").await.expect_problem(401, "admin-token");
    }
}

#[tokio::test]
async fn with_a_token_file_the_token_decides() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "0123456789abcdef\n").unwrap();
    let mut served = serve_with("", &format!("token-file = {:?}", file.path().display().to_string()), 8).await;
    for headers in [&[][..], &["Authorization: Bearer guess"], &["Authorization: 0123456789abcdef"]] {
        let refused = served.ask_admin("GET /-/log-level", headers, "").await;
        assert_eq!(refused.headers.get("www-authenticate").map(String::as_str), Some("Bearer"));
        refused.expect_problem(401, "admin-token");
    }
    assert!(served.admin.try_recv().is_err(), "the owner hears of none of them");
    let admin = served_address(served.addresses.admin);
    let asked =
        tokio::spawn(async move { admin.ask("GET /-/log-level", &["Authorization: Bearer 0123456789abcdef"]).await });
    let Some(AdminRequest::LogLevel(ticket)) = served.admin.recv().await else { panic!() };
    ticket.send("warn".into()).unwrap();
    assert_eq!(asked.await.unwrap().body, "warn\n");
    for scheme in ["bearer", "BEARER  "] {
        let (admin, header) =
            (served_address(served.addresses.admin), format!("Authorization: {scheme} 0123456789abcdef"));
        let asked = tokio::spawn(async move { admin.ask("GET /-/log-level", &[&header]).await });
        let Some(AdminRequest::LogLevel(ticket)) = served.admin.recv().await else { panic!("{scheme}") };
        ticket.send("warn".into()).unwrap();
        assert_eq!(asked.await.unwrap().body, "warn\n", "{scheme}");
    }
}

#[tokio::test]
async fn what_cannot_be_served_is_refused_with_its_key() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = format!("listen = \"{}\"", taken.local_addr().unwrap());
    for (web, admin, key) in [
        (&*taken, "listen = \"127.0.0.1:0\"", "web.listen"),
        ("", &*taken, "admin.listen"),
        ("", "listen = \"0.0.0.0:0\"", "admin.listen"),
        ("", "listen = \"127.0.0.1:0\"\ntoken-file = \"/nowhere/token\"", "admin.token-file"),
        ("files = \"/nowhere\"", "", "web.files"),
        ("tls-cert = \"/nowhere/cert.pem\"\ntls-key = \"/nowhere/key.pem\"", "", "web.tls-cert"),
        ("tls-cert = \"/nowhere/cert.pem\"", "", "web.tls-cert"),
    ] {
        assert_eq!(bind(web, admin).await.unwrap_err().key, key, "{web} {admin}");
    }
}

async fn bind(web: &str, admin: &str) -> Result<(), Problem> {
    let parts = Parts {
        language: "".into(),
        texts: watch::channel(SiteTexts::default()).1,
        opens: Opens::ALL,
        accounts: watch::channel(accounts(&[])).1,
        arrivals: mpsc::channel(1).0,
        extra: Vec::new(),
        readiness: Readiness::default(),
        invitations: Invitations::new(None),
        metrics: Arc::new(String::new),
        admin: mpsc::channel(1).0,
        arbiter: None,
        keeper: Store::in_memory().into(),
        serves: watch::channel(true).1,
        driven: Arc::new(|_| true),
    };
    Server::bind(&config(web), &toml::from_str(admin).unwrap(), parts).await.map(drop)
}

/// The operator's address alone, for tests that gave away the rest.
struct Operator(std::net::SocketAddr);

fn served_address(address: std::net::SocketAddr) -> Operator {
    Operator(address)
}

impl Operator {
    async fn ask(&self, line: &str, headers: &[&str]) -> crate::served::Answer {
        self.send(line, headers, "").await
    }

    async fn send(&self, line: &str, headers: &[&str], body: &str) -> crate::served::Answer {
        let tcp = tokio::net::TcpStream::connect(self.0).await.unwrap();
        crate::served::ask(tcp, line, &self.0.to_string(), headers, body).await
    }
}
