//! The names under which this service may be asked for: once an operator has said what they are, a browser that was led
//! here under another one (DNS rebinding) finds nothing.

use super::{config::Config, fault::Fault};
use std::net::{IpAddr, Ipv6Addr};
use warp::http::{StatusCode, header, request::Parts, uri::Authority};

/// Whoever asks there is no browser's page, or carries a token: load balancers ask by address, strategies by whatever
/// name reaches the machine.
const BY_ANY_NAME: [&str; 2] = ["/livez", "/api/v1/previews"];

/// The names; none: any.
#[derive(Debug, Default)]
pub(super) struct Hosts(Vec<String>);

impl Hosts {
    /// Those of `origins` and `public-url`. Ports do not count: a proxy may have another than browsers see.
    pub(super) fn of(config: &Config) -> Self {
        let urls = config.origins.iter().chain(&config.public_url);
        let host = |url: &str| {
            let (_, rest) = url.split_once("://")?;
            let authority: Authority = rest.trim_end_matches('/').parse().ok()?;
            Some(name(authority.host()))
        };
        Self(urls.filter_map(|url| host(url.get_ref())).collect())
    }

    /// Whether a request with this head may be answered.
    ///
    /// # Errors
    /// It asks for a host that is none of ours. The client's fault, or the operator's who did not name it.
    pub(super) fn check(&self, head: &Parts) -> Result<(), Fault> {
        if self.0.is_empty() || BY_ANY_NAME.iter().any(|path| is_below(head.uri.path(), path)) {
            return Ok(());
        }
        // A target with an authority counts before Host (RFC 9112, 3.2.2). Without either it is no browser.
        let given = head.headers.get(header::HOST).and_then(|host| host.to_str().ok()?.parse::<Authority>().ok());
        let Some(asked) = head.uri.authority().cloned().or(given) else { return Ok(()) };
        let asked = name(asked.host());
        if is_loopback(&asked) || self.0.contains(&asked) {
            return Ok(());
        }
        metrics::counter!("uc_web_foreign_host_total").increment(1);
        let detail = "This service is not known by the name in Host; an operator can add it with `origins` or `public-url` \
            in [web].";
        Err(Fault::new(StatusCode::MISDIRECTED_REQUEST, "foreign-host", detail))
    }
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

    fn answered(config: &str, target: &str, host: Option<&str>) -> bool {
        let mut request = Request::builder().uri(target);
        if let Some(host) = host {
            request = request.header(header::HOST, host);
        }
        Hosts::of(&toml::from_str(config).unwrap()).check(&request.body(()).unwrap().into_parts().0).is_ok()
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
