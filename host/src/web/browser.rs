//! What a request says of the browser behind it: address, origin, cookie, language.

use super::{config::Config, fault::Fault};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use warp::http::{HeaderMap, HeaderName, StatusCode, header};

/// The other end of the TCP connection, put into every request by the accept loop.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer(pub(super) IpAddr);

/// How cookies, origins and addresses are judged at this listener.
pub(super) struct Trust {
    secure: bool,
    origins: Vec<String>,
    proxies: Vec<IpAddr>,
}

impl Trust {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            secure: config.secure(),
            origins: config.origins.iter().map(|origin| origin.get_ref().clone()).collect(),
            proxies: config.trusted_proxies.clone(),
        }
    }

    /// Browsers name the origin of every unsafe request and of every WebSocket: one from elsewhere is another site's
    /// script riding on the worker's cookie, and one without is no browser. Internet Explorer names it to its own
    /// site by `Referer` only.
    pub(super) fn check_origin(&self, headers: &HeaderMap) -> Result<(), Fault> {
        let own = origin(headers).is_some_and(|origin| self.is_own(origin, headers));
        if own {
            return Ok(());
        }
        metrics::counter!("uc_web_foreign_origin_total").increment(1);
        let detail = "The Origin header is missing or foreign; an operator can allow origins with `origins` in [web].";
        Err(Fault::new(StatusCode::FORBIDDEN, "foreign-origin", detail))
    }

    fn is_own(&self, origin: &str, headers: &HeaderMap) -> bool {
        if !self.origins.is_empty() {
            return self.origins.iter().any(|own| without_default_port(own) == without_default_port(origin));
        }
        let scheme = if self.secure { "https://" } else { "http://" };
        let own = text(headers, header::HOST).map(|host| format!("{scheme}{host}"));
        own.is_some_and(|own| without_default_port(&own).eq_ignore_ascii_case(without_default_port(origin)))
    }

    /// The browser's address: the peer's, or what a trusted proxy says of it.
    pub(super) fn address(&self, peer: Peer, headers: &HeaderMap) -> IpAddr {
        if !self.proxies.contains(&peer.0) {
            return peer.0;
        }
        let forwarded = headers.get_all("x-forwarded-for").iter().next_back().and_then(|value| value.to_str().ok());
        forwarded.and_then(|list| forwarded_for(list.rsplit(',').next()?)).unwrap_or(peer.0)
    }

    /// The session's id, if the browser sent one.
    pub(super) fn session_id<'h>(&self, headers: &'h HeaderMap) -> Option<&'h str> {
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.find(|(name, _)| *name == self.cookie_name()).map(|(_, id)| id)
    }

    /// Value of `Set-Cookie` for a new session; an empty id takes the cookie away.
    pub(super) fn set_cookie(&self, id: &str) -> String {
        let secure = if self.secure { "; Secure" } else { "" };
        let age = if id.is_empty() { "; Max-Age=0" } else { "" };
        format!("{}={id}; Path=/; HttpOnly; SameSite=Strict{secure}{age}", self.cookie_name())
    }

    /// The prefix makes browsers refuse the cookie from a sibling domain, but they want it Secure.
    const fn cookie_name(&self) -> &'static str {
        if self.secure { "__Host-uc-session" } else { "uc-session" }
    }
}

/// An address as proxies write it: plain, with a port, or IPv6 in brackets with a port or without.
fn forwarded_for(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = || text.strip_prefix('[')?.strip_suffix(']')?.parse::<Ipv6Addr>().ok().map(IpAddr::V6);
    let with_port = || text.parse::<SocketAddr>().ok().map(|address| address.ip());
    text.parse().ok().or_else(with_port).or_else(bare).map(|address: IpAddr| address.to_canonical())
}

/// An origin that names the port of its scheme is the one that does not (RFC 6454, 4).
fn without_default_port(origin: &str) -> &str {
    let port = if origin.starts_with("https://") { ":443" } else { ":80" };
    origin.strip_suffix(port).unwrap_or(origin)
}

/// Where a request comes from: `Origin`; without one the same part of `Referer`, which no script can forge either.
fn origin(headers: &HeaderMap) -> Option<&str> {
    if headers.contains_key(header::ORIGIN) {
        return text(headers, header::ORIGIN);
    }
    let referer = text(headers, header::REFERER)?;
    let authority = referer.find("://")? + 3;
    let path = referer[authority..].find(['/', '?', '#'])?;
    Some(&referer[..authority + path])
}

/// Whether the page for old browsers is the one to show: Internet Explorer, also as a control in another program.
pub(super) fn is_old(headers: &HeaderMap) -> bool {
    text(headers, header::USER_AGENT).is_some_and(|agent| agent.contains("Trident/") || agent.contains("MSIE "))
}

/// A header that occurs once, as text.
pub(super) fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

/// The first language the browser asks for, if it is one (BCP 47 has letters, digits and hyphens).
pub(super) fn language(headers: &HeaderMap) -> Option<&str> {
    let list = text(headers, header::ACCEPT_LANGUAGE)?;
    list.split([',', ';']).next().map(str::trim).filter(|tag| is_language(tag))
}

/// Whether a text can be a language tag.
pub(super) fn is_language(tag: &str) -> bool {
    !tag.is_empty() && tag.len() <= 35 && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    fn trust(text: &str) -> Trust {
        Trust::new(&toml::from_str(text).unwrap())
    }

    #[test]
    fn the_page_own_host_is_the_only_origin_by_default() {
        let plain = trust("");
        let ask = |origin| plain.check_origin(&headers(&[("host", "uc.example:8080"), ("origin", origin)])).is_ok();
        assert!(ask("http://uc.example:8080"));
        assert!(!ask("https://uc.example:8080") && !ask("http://uc.example") && !ask("null"));
        assert!(plain.check_origin(&headers(&[("host", "uc.example")])).is_err(), "no Origin");
        let both = [("host", "a"), ("origin", "http://a"), ("origin", "http://b")];
        let mut twice = headers(&both[..2]);
        twice.append("origin", "http://b".parse().unwrap());
        assert!(plain.check_origin(&twice).is_err(), "two origins");
        assert!(
            trust("behind-tls-proxy = true").check_origin(&headers(&[("host", "a"), ("origin", "https://a")])).is_ok()
        );
    }

    #[test]
    fn the_port_of_the_scheme_may_be_named_or_left_out() {
        for (settings, host, origin, own) in [
            ("", "uc.example:80", "http://uc.example", true),
            ("", "UC.example", "http://uc.example:80", true),
            ("", "uc.example:443", "http://uc.example", false),
            ("", "[2001:db8::80]", "http://[2001:db8::80]", true),
            ("behind-tls-proxy = true", "uc.example:443", "https://uc.example", true),
            ("behind-tls-proxy = true", "uc.example", "https://uc.example:443", true),
            ("behind-tls-proxy = true", "uc.example:80", "https://uc.example", false),
            ("behind-tls-proxy = true", "uc.example:8443", "https://uc.example", false),
            ("origins = [\"https://uc.example:443\"]", "b", "https://uc.example", true),
            ("origins = [\"https://uc.example\"]", "b", "https://uc.example:443", true),
            ("origins = [\"https://uc.example:80\"]", "b", "https://uc.example", false),
        ] {
            let asked = trust(settings).check_origin(&headers(&[("host", host), ("origin", origin)]));
            assert_eq!(asked.is_ok(), own, "{settings} {host} {origin}");
        }
    }

    #[test]
    fn a_referer_stands_in_for_a_missing_origin_only() {
        let ask = |pairs: &[(&'static str, &str)]| trust("").check_origin(&headers(pairs)).is_ok();
        assert!(ask(&[("host", "uc.example"), ("referer", "http://uc.example/extension/")]));
        for foreign in [
            "http://evil/http://uc.example/",
            "http://uc.example.evil/",
            "http://uc.example@evil/",
            "http://uc.example",
        ] {
            assert!(!ask(&[("host", "uc.example"), ("referer", foreign)]), "{foreign}");
        }
        assert!(!ask(&[("host", "uc.example"), ("origin", "null"), ("referer", "http://uc.example/")]));
    }

    #[test]
    fn configured_origins_replace_the_own_host() {
        let listed = trust("origins = [\"https://uc.example\"]");
        assert!(listed.check_origin(&headers(&[("host", "b"), ("origin", "https://uc.example")])).is_ok());
        assert!(listed.check_origin(&headers(&[("host", "b"), ("origin", "http://b")])).is_err());
    }

    #[test]
    fn only_a_trusted_proxy_names_another_address() {
        let forwarded = headers(&[("x-forwarded-for", "6.6.6.6, 10.0.0.7")]);
        let proxy = Peer([127, 0, 0, 1].into());
        assert_eq!(trust("").address(proxy, &forwarded), proxy.0);
        let [trusted, written_as_ipv6] =
            ["127.0.0.1", "::ffff:127.0.0.1"].map(|proxy| trust(&format!("trusted-proxies = [\"{proxy}\"]")));
        assert_eq!(trusted.address(proxy, &forwarded), IpAddr::from([10, 0, 0, 7]));
        assert_eq!(written_as_ipv6.address(proxy, &forwarded), IpAddr::from([10, 0, 0, 7]));
        for (written, address) in [
            ("10.0.0.7:50123", "10.0.0.7"),
            ("6.6.6.6:1, 10.0.0.7:2", "10.0.0.7"),
            ("2001:db8::7", "2001:db8::7"),
            ("[2001:db8::7]", "2001:db8::7"),
            ("[2001:db8::7]:443", "2001:db8::7"),
            ("[::ffff:10.0.0.7]:443", "10.0.0.7"),
            // Nobody's word: the proxy's own address, as without one.
            ("unknown", "127.0.0.1"),
            ("10.0.0.7:", "127.0.0.1"),
            ("[10.0.0.7]", "127.0.0.1"),
            ("", "127.0.0.1"),
        ] {
            let said = trusted.address(proxy, &headers(&[("x-forwarded-for", written)]));
            assert_eq!(said, address.parse::<IpAddr>().unwrap(), "{written}");
        }
    }

    #[test]
    fn cookies_are_as_strict_as_the_transport_allows() {
        let secure = trust("behind-tls-proxy = true");
        assert_eq!(secure.set_cookie("x"), "__Host-uc-session=x; Path=/; HttpOnly; SameSite=Strict; Secure");
        assert_eq!(trust("").set_cookie(""), "uc-session=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
        assert_eq!(secure.session_id(&headers(&[("cookie", "a=b; __Host-uc-session=x")])), Some("x"));
        assert_eq!(secure.session_id(&headers(&[("cookie", "uc-session=x")])), None);
    }

    #[test]
    fn languages_are_tags_or_nothing() {
        assert_eq!(language(&headers(&[("accept-language", "cs-CZ,cs;q=0.9")])), Some("cs-CZ"));
        assert_eq!(language(&headers(&[("accept-language", "*")])), None);
        assert!(!is_language(&"x".repeat(36)) && !is_language("a b"));
    }
}
