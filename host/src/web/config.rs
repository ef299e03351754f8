//! The sections `[web]` and `[admin]` of the configuration.

use super::hotkeys::Hotkeys;
use serde::{Deserialize, Deserializer};
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    num::NonZeroU32,
    ops::Range,
    path::PathBuf,
    time::Duration,
};
use toml::Spanned;

/// Section `[web]`: where pages and the HTTP interface are served. Paths are used as they stand; whoever reads the
/// configuration has made them absolute.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// Address and port; port 0 takes any free one.
    pub listen: SocketAddr,
    /// Certificate chain in PEM, the server's own first. With `tls-key`: HTTPS. Read again on reload.
    pub tls_cert: Option<Spanned<PathBuf>>,
    /// Private key in PEM (PKCS #8, PKCS #1 or SEC 1). Read again on reload.
    pub tls_key: Option<Spanned<PathBuf>>,
    /// A proxy in front ends TLS: cookies are Secure although this listener speaks plain HTTP.
    pub behind_tls_proxy: bool,
    /// Proxies whose last `X-Forwarded-For` entry is believed.
    #[serde(deserialize_with = "canonical")]
    pub trusted_proxies: Vec<IpAddr>,
    /// Origins (`https://host[:port]`) that pages may come from; empty: only the host the browser asked for. With this or
    /// `public-url`, whoever asks under a name that is in neither gets 421; `/livez`, strategies and loopback do not.
    pub origins: Vec<Spanned<String>>,
    /// Where workers reach this service, such as `https://uc.example.com`; UC clients are invited to open it, and
    /// registered for it by `client-package`. None: nobody is invited.
    pub public_url: Option<Spanned<String>>,
    /// Folder with icons and sounds of the site, served below `/files/`.
    pub files: Option<Spanned<PathBuf>>,
    /// Folder with Fluent files, each named by its language (`de.ftl`), of texts that the site says otherwise than the
    /// client; none: no text. Read again on reload.
    pub texts: Option<Spanned<PathBuf>>,
    /// Where the page's help button leads; none: no button.
    pub help_url: Option<String>,
    /// The pages' keys, where workers choose none of their own.
    pub hotkeys: Hotkeys,
    /// A session without open page and without request ends after this time.
    pub session_idle_minutes: NonZeroU32,
    /// A session ends after this time whatever happens.
    pub session_hours: NonZeroU32,
    /// Folder where who is signed in lives through a restart; none: systemd's `StateDirectory=`, else a restart signs
    /// everybody out.
    pub state_dir: Option<Spanned<PathBuf>>,
    /// How long open requests and pages may take to finish when the service stops.
    pub drain_seconds: NonZeroU32,
    /// Bounds on what a peer can make the service hold or do.
    pub limits: Limits,
}

/// Section `[web.limits]`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Limits {
    /// Open connections; one more is closed at once.
    pub connections: NonZeroU32,
    /// Open pages of one worker.
    pub pages_per_worker: NonZeroU32,
    /// Bytes of one frame from a page.
    pub frame_bytes: NonZeroU32,
    /// Frames a second from one page, in the long run; bursts may be twice as long.
    pub frames_per_second: NonZeroU32,
    /// Frames waiting for a page; a page that lets more wait is closed and rebuilds itself.
    pub queued_frames: NonZeroU32,
    /// Bytes of a request's body.
    pub body_bytes: NonZeroU32,
    /// Seconds for a TLS handshake, for a request's head, and for its body.
    pub request_seconds: NonZeroU32,
    /// Sign-in attempts a minute for one user name.
    pub sign_ins_per_user: NonZeroU32,
    /// Sign-in attempts a minute from one address (IPv6: from one /64).
    pub sign_ins_per_address: NonZeroU32,
    /// Passwords checked at the same time; each takes a core and about 19 MiB for some 20 ms.
    pub password_checks: NonZeroU32,
}

/// Section `[admin]`: metrics, readiness, reload, log level. Never serve it to users.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct AdminConfig {
    /// Address and port; port 0 takes any free one. Anything but loopback needs `token-file`.
    pub listen: SocketAddr,
    /// File with the bearer token that `/-/` requests must carry; none: loopback is trusted.
    pub token_file: Option<Spanned<PathBuf>>,
}

/// What is wrong with the configuration, or with what it points to: the operator's to mend.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {text}")]
pub struct Problem {
    /// Dotted key, such as `web.tls-cert`.
    pub key: &'static str,
    /// Place of the value in the text of the configuration, where it is known.
    pub span: Option<Range<usize>>,
    /// What is wrong and what to do.
    pub text: String,
}

impl Problem {
    pub(super) fn new(key: &'static str, text: impl Into<String>) -> Self {
        Self { key, span: None, text: text.into() }
    }

    pub(super) fn at<T>(key: &'static str, value: &Spanned<T>, text: impl Into<String>) -> Self {
        Self { key, span: Some(value.span()), text: text.into() }
    }
}

impl Config {
    /// Every contradiction that can be seen without touching a file or a socket.
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        match (&self.tls_cert, &self.tls_key) {
            (Some(cert), None) => {
                problems.push(Problem::at("web.tls-cert", cert, "needs tls-key beside it"));
            }
            (None, Some(key)) => problems.push(Problem::at("web.tls-key", key, "needs tls-cert beside it")),
            _ => {}
        }
        for origin in self.origins.iter().filter(|origin| !is_origin(origin.get_ref())) {
            // It may hold a password, and stands in the file.
            let text = "this is no origin; write it as https://host or https://host:port";
            problems.push(Problem::at("web.origins", origin, text));
        }
        if let Some(url) = self.public_url.as_ref().filter(|url| !is_origin(url.get_ref().trim_end_matches('/'))) {
            let text = "this is no address; write it as https://host or https://host:port";
            problems.push(Problem::at("web.public-url", url, text));
        }
        let is_page = |url: &String| {
            let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or_default();
            // Every worker's page shows it: no place for a password.
            rest.split(['/', '?', '#'])
                .next()
                .is_some_and(|authority| !authority.is_empty() && !authority.contains('@'))
        };
        if self.help_url.as_ref().is_some_and(|url| !is_page(url)) {
            let text = "this is no page; write it as https://host/path, without user and password".to_owned();
            problems.push(Problem::new("web.help-url", text));
        }
        problems.extend(self.hotkeys.problems());
        problems
    }

    /// Whether browsers reach this service over TLS.
    pub fn secure(&self) -> bool {
        self.behind_tls_proxy || self.tls_cert.is_some()
    }

    pub(super) fn session_idle(&self) -> Duration {
        Duration::from_secs(60 * u64::from(self.session_idle_minutes.get()))
    }

    pub(super) fn session_life(&self) -> Duration {
        Duration::from_secs(3600 * u64::from(self.session_hours.get()))
    }

    pub(super) fn drain(&self) -> Duration {
        Duration::from_secs(self.drain_seconds.get().into())
    }
}

impl AdminConfig {
    /// Every contradiction that can be seen without touching a file or a socket.
    pub fn problems(&self) -> Vec<Problem> {
        if self.listen.ip().to_canonical().is_loopback() || self.token_file.is_some() {
            return Vec::new();
        }
        let text = format!("{} is not loopback: set token-file, or listen on 127.0.0.1", self.listen);
        vec![Problem::new("admin.listen", text)]
    }
}

/// Scheme, host and port as browsers send them (RFC 6454, 6.2): lower case, no path.
fn is_origin(text: &str) -> bool {
    text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).is_some_and(|authority| {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-_:[]".contains(&byte);
        !authority.is_empty() && authority.bytes().all(plain)
    })
}

/// As peers' addresses are compared: an IPv4 address may be written as one of IPv6.
fn canonical<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpAddr>, D::Error> {
    let written = Vec::<IpAddr>::deserialize(deserializer)?;
    Ok(written.iter().map(IpAddr::to_canonical).collect())
}

const fn count(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).expect("written as a literal above zero")
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            tls_cert: None,
            tls_key: None,
            behind_tls_proxy: false,
            trusted_proxies: Vec::new(),
            origins: Vec::new(),
            public_url: None,
            files: None,
            texts: None,
            help_url: None,
            hotkeys: Hotkeys::default(),
            session_idle_minutes: count(30),
            session_hours: count(12),
            state_dir: None,
            drain_seconds: count(5),
            limits: Limits::default(),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: count(20_000),
            pages_per_worker: count(10),
            frame_bytes: count(16 * 1024),
            frames_per_second: count(20),
            queued_frames: count(64),
            body_bytes: count(256 * 1024),
            request_seconds: count(10),
            sign_ins_per_user: count(10),
            sign_ins_per_address: count(120),
            password_checks: count(2),
        }
    }
}

impl Default for AdminConfig {
    fn default() -> Self {
        Self { listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 9464)), token_file: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(problems: &[Problem]) -> Vec<&str> {
        problems.iter().map(|problem| problem.key).collect()
    }

    #[test]
    fn defaults_are_sound() {
        let config: Config = toml::from_str("").unwrap();
        assert_eq!(config, Config::default());
        assert!(config.problems().is_empty() && !config.secure());
        assert!(AdminConfig::default().problems().is_empty());
    }

    #[test]
    fn misspelt_keys_and_zero_limits_are_refused() {
        for text in ["listn = \"127.0.0.1:1\"", "[limits]\nconnections = 0", "[limits]\nframe-byte = 1"] {
            assert!(toml::from_str::<Config>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn contradictions_name_key_and_place() {
        let text = "tls-cert = \"a.pem\"\norigins = [\"https://ok:8443\", \"https://Bad/\"]";
        let problems = toml::from_str::<Config>(text).unwrap().problems();
        assert_eq!(keys(&problems), ["web.tls-cert", "web.origins"]);
        assert_eq!(&text[problems[1].span.clone().unwrap()], "\"https://Bad/\"");
        let open: AdminConfig = toml::from_str("listen = \"0.0.0.0:9464\"").unwrap();
        assert_eq!(keys(&open.problems()), ["admin.listen"]);
        for loopback in ["127.0.0.1:1", "[::1]:1", "[::ffff:127.0.0.1]:1"] {
            let own: AdminConfig = toml::from_str(&format!("listen = '{loopback}'")).unwrap();
            assert_eq!(own.problems(), [], "{loopback}");
        }
    }
}
