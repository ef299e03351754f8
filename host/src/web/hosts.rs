//! The names under which this service may be asked for: once an operator has said what they are, a browser that was led
//! here under another one (DNS rebinding) finds nothing. The operators' address without token knows loopback alone.

use super::{
    config::{AdminConfig, Config},
    fault::Fault,
};
use crate::wire::{Throttle, throttle::PERIOD};
use std::{
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, MutexGuard, PoisonError},
};
use tokio::time::{Instant, sleep, sleep_until};
use warp::http::{StatusCode, header, request::Parts, uri::Authority};

/// Whoever asks there is no browser's page, or carries a token: load balancers ask by address, strategies by whatever
/// name reaches the machine.
const BY_ANY_NAME: [&str; 3] = ["/livez", "/health/primary", "/api/v1/previews"];

/// The names.
#[derive(Debug)]
enum Known {
    Any,
    These(Vec<String>),
    /// Those of loopback, by which no page of another site is reached.
    Loopback,
}

/// The names, and who need not keep to them.
#[derive(Debug)]
pub(super) struct Hosts {
    known: Known,
    /// Who ask by whatever name they have for this machine, and have judged the browser's themselves.
    proxies: Vec<IpAddr>,
    /// Names that were refused lately. Locked for a moment at a time.
    refused: Mutex<Throttle<Instant>>,
}

impl Hosts {
    /// Those of `origins` and `public-url`. Ports do not count: a proxy may have another than browsers see.
    pub(super) fn of(config: &Config) -> Self {
        let urls = config.origins.iter().chain(&config.public_url);
        let host = |url: &str| {
            let (_, rest) = url.split_once("://")?;
            let authority: Authority = rest.trim_end_matches('/').parse().ok()?;
            Some(name(authority.host()))
        };
        let names: Vec<_> = urls.filter_map(|url| host(url.get_ref())).collect();
        let known = if names.is_empty() { Known::Any } else { Known::These(names) };
        Self { known, proxies: config.trusted_proxies.clone(), refused: Mutex::default() }
    }

    /// Those of the operators' address: where no token is asked for, whoever comes from this machine is trusted, and a
    /// browser on it is led here by any page whose name leads to loopback.
    pub(super) fn of_operators(config: &AdminConfig) -> Self {
        let known = if config.token_file.is_some() { Known::Any } else { Known::Loopback };
        Self { known, proxies: Vec::new(), refused: Mutex::default() }
    }

    /// Whether a request of this peer with this head may be answered.
    ///
    /// # Errors
    /// It asks for a host that is none of ours. The client's fault, or the operator's who did not name it.
    pub(super) fn check(&self, head: &Parts, peer: IpAddr) -> Result<(), Fault> {
        let by_any_name = || BY_ANY_NAME.iter().any(|path| is_below(head.uri.path(), path)) || is_short_ready(head);
        if matches!(self.known, Known::Any) || self.proxies.contains(&peer.to_canonical()) || by_any_name() {
            return Ok(());
        }
        // A target with an authority counts before Host (RFC 9112, 3.2.2). Without either it is no browser.
        let given = head.headers.get(header::HOST).and_then(|host| host.to_str().ok()?.parse::<Authority>().ok());
        let Some(asked) = head.uri.authority().cloned().or(given) else { return Ok(()) };
        let asked = name(asked.host());
        if is_loopback(&asked) || matches!(&self.known, Known::These(names) if names.contains(&asked)) {
            return Ok(());
        }
        metrics::counter!("uc_web_foreign_host_total").increment(1);
        self.complain(&asked, peer);
        let detail = match self.known {
            Known::Loopback => "Ask localhost or a loopback address, or set token-file in [admin].",
            Known::Any | Known::These(_) => {
                "This service is not known by the name in Host; an operator can add it with `origins` or `public-url` in \
                 [web]."
            }
        };
        Err(Fault::new(StatusCode::MISDIRECTED_REQUEST, "foreign-host", detail))
    }

    /// Says which name was refused, unless that was said within the last minute.
    fn complain(&self, asked: &str, peer: IpAddr) {
        let Some(asked) = self.throttle().note(asked, Instant::now()) else { return };
        match self.known {
            Known::Loopback => tracing::warn!(
                %peer,
                asked,
                "a request to the address of [admin] was refused (421), because it asks for a host other than loopback, as \
                 pages of other sites do; if it is an operator's, set token-file in [admin]"
            ),
            Known::Any | Known::These(_) => tracing::warn!(
                %peer,
                asked,
                "a browser was refused (421), because it asked for a host that is none of ours: if workers come by that name, \
                 add it to origins or public-url in [web]; if it is a proxy's, let that pass Host on or add the proxy to \
                 trusted-proxies in [web]"
            ),
        }
    }

    /// Tells, when it is due, how often names were refused again. Never ends.
    pub(super) async fn tell_again(&self) {
        loop {
            let due = self.throttle().deadline();
            match due {
                Some(at) => sleep_until(at).await,
                // What is refused next wakes nobody up, and is counted from its own minute on.
                None => sleep(PERIOD).await,
            }
            for again in self.throttle().due(Instant::now()) {
                tracing::warn!(
                    asked = &*again.fault,
                    times = again.count,
                    "requests for a host that is none of ours were refused (421) again and again"
                );
            }
        }
    }

    fn throttle(&self) -> MutexGuard<'_, Throttle<Instant>> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A balancer's question. The long answer has names and addresses, and is an operator's.
fn is_short_ready(head: &Parts) -> bool {
    head.uri.path() == "/readyz" && head.uri.query().is_none()
}

fn is_below(path: &str, parent: &str) -> bool {
    path.strip_prefix(parent).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// As names are compared: without regard to case, or to the dot of the root.
fn name(host: &str) -> String {
    host.trim_end_matches('.').to_ascii_lowercase()
}

/// No name server leads there, and proxies that do not pass Host on ask so.
fn is_loopback(host: &str) -> bool {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let address = match bare {
        Some(address) => address.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
        None => host.parse().ok(),
    };
    host == "localhost" || address.is_some_and(|address: IpAddr| address.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use warp::http::Request;

    const PEER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 9));

    fn head(target: &str, host: Option<&str>) -> Parts {
        let mut request = Request::builder().uri(target);
        if let Some(host) = host {
            request = request.header(header::HOST, host);
        }
        request.body(()).unwrap().into_parts().0
    }

    fn answered(config: &str, target: &str, host: Option<&str>) -> bool {
        Hosts::of(&toml::from_str(config).unwrap()).check(&head(target, host), PEER).is_ok()
    }

    #[tokio::test(start_paused = true)]
    async fn a_name_that_is_refused_is_said_and_then_counted() {
        let hosts = Hosts::of(&toml::from_str("public-url = 'https://uc.example'").unwrap());
        for _ in 0..3 {
            assert!(hosts.check(&head("/", Some("Backend:8080")), PEER).is_err());
        }
        assert_eq!(
            hosts.throttle().note("backend", Instant::now()),
            None,
            "it was said, by the name that was asked for"
        );
        assert!(hosts.throttle().deadline().is_some(), "the others are kept back");
        let told = tokio::time::timeout(PERIOD * 2, hosts.tell_again()).await;
        assert!(told.is_err() && hosts.throttle().deadline().is_none(), "they were counted");
    }

    #[test]
    fn a_proxy_that_is_trusted_asks_by_any_name() {
        let asked = head("/", Some("backend:8080"));
        for proxy in ["10.0.0.9", "::ffff:10.0.0.9"] {
            let config = format!("public-url = 'https://uc.example'\ntrusted-proxies = ['{proxy}']");
            let hosts = Hosts::of(&toml::from_str(&config).unwrap());
            assert!(hosts.check(&asked, PEER).is_ok(), "{proxy}");
            let mapped = IpAddr::V6(std::net::Ipv4Addr::new(10, 0, 0, 9).to_ipv6_mapped());
            assert!(hosts.check(&asked, mapped).is_ok(), "{proxy}");
            assert!(hosts.check(&asked, IpAddr::from([10, 0, 0, 8])).is_err(), "{proxy}");
        }
    }

    #[test]
    fn once_names_are_configured_others_find_nothing() {
        const BOTH: &str = "origins = ['https://uc.example', 'http://10.0.0.5:8080', 'https://[2001:db8::1]']\n\
            public-url = 'https://Desk.example:8443/'";
        for (host, known) in [
            ("uc.example", true),
            ("UC.example.", true),
            ("uc.example:443", true),
            ("uc.example:8080", true),
            ("10.0.0.5", true),
            ("[2001:db8::1]:8080", true),
            ("desk.example:8443", true),
            ("localhost:8080", true),
            ("127.0.0.1:8080", true),
            ("127.8.9.1", true),
            ("[::1]:8080", true),
            ("[::ffff:127.0.0.1]", true),
            ("evil.example", false),
            ("uc.example.evil.example", false),
            ("xuc.example", false),
            ("10.0.0.6:8080", false),
            ("[2001:db8::2]", false),
            ("localhost.evil.example", false),
            ("127.0.0.1.evil.example", false),
        ] {
            assert_eq!(answered(BOTH, "/", Some(host)), known, "{host}");
            assert!(answered("", "/", Some(host)), "{host}: nothing is configured");
        }
        for one in ["origins = ['https://uc.example']", "public-url = 'https://uc.example'"] {
            assert!(answered(one, "/", Some("uc.example")) && !answered(one, "/", Some("evil.example")), "{one}");
        }
    }

    #[test]
    fn without_a_token_operators_ask_by_loopback_alone() {
        let asks = |config: &str, target, host| {
            let hosts = Hosts::of_operators(&toml::from_str(config).unwrap());
            hosts.check(&head(target, host), IpAddr::from([127, 0, 0, 1])).is_ok()
        };
        for target in ["/-/agents", "/-/log-level", "/metrics", "/readyz?verbose"] {
            for (host, known) in [
                (None, true),
                (Some("localhost:9464"), true),
                (Some("127.0.0.1:9464"), true),
                (Some("[::1]:9464"), true),
                (Some("evil.example"), false),
                (Some("127.0.0.1.evil.example:9464"), false),
                (Some("10.0.0.5:9464"), false),
            ] {
                assert_eq!(asks("", target, host), known, "{target} {host:?}");
                assert!(asks("token-file = 'a'", target, host), "{target} {host:?}: the token decides");
            }
        }
        for target in ["/livez", "/readyz", "/health/primary"] {
            assert!(asks("", target, Some("probe.example")), "{target}");
        }
    }

    #[test]
    fn health_checks_and_strategies_may_ask_by_any_name_and_a_target_counts_before_the_header() {
        let asks = |target, host| answered("public-url = 'https://uc.example'", target, host);
        for target in ["/livez", "/livez?x", "/api/v1/previews", "/api/v1/previews/7"] {
            assert!(asks(target, Some("10.0.0.5:8080")), "{target}");
        }
        for target in ["/", "/livezx", "/api/v1/previewsx", "/api/v1/session", "/join/x"] {
            assert!(!asks(target, Some("10.0.0.5:8080")), "{target}");
        }
        assert!(asks("/", None), "HTTP/1.0 knows no Host");
        assert!(!asks("http://evil.example/", Some("uc.example")) && asks("http://uc.example/", Some("evil.example")));
    }
}
