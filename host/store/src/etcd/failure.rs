//! What an etcd's refusal means, and what whoever runs it is to do.

use crate::{Error, survey::FULL};
use std::error::Error as _;
use tonic::Code;

/// Why a member did not do what it was asked.
#[derive(Debug)]
pub(super) enum Failure {
    /// Whoever asked is told: another member would say the same.
    Told(Error),
    /// This member cannot say; another may.
    Member(String),
    /// It does not know us, and will not a moment later.
    Unknown(String),
    /// It knows us, and does not let us do this.
    Forbidden(String),
}

impl Failure {
    pub(super) fn of(error: &etcd_client::Error) -> Self {
        let status = match error {
            etcd_client::Error::GRpcStatus(status) => status,
            etcd_client::Error::TransportError(error) => return Self::Member(chain(error)),
            other => return Self::Member(other.to_string()),
        };
        let words = status.message();
        match status.code() {
            // NOSPACE: reads go on, and writes do once somebody has made room and disarmed the alarm.
            Code::ResourceExhausted if words.contains("space") => Self::Told(Error::Full(FULL.into())),
            Code::InvalidArgument
                if words.contains("too large") || words.contains("too many") || words.contains("duplicate") =>
            {
                Self::Told(Error::Refused(words.into()))
            }
            Code::FailedPrecondition if words.contains("authentication is not enabled") => Self::Unknown(format!(
                "{words}: take user and password-file out of [cluster], or let etcd ask for them (etcdctl auth enable)"
            )),
            Code::Unauthenticated | Code::InvalidArgument => {
                Self::Unknown(format!("{words}: see user and password-file in [cluster]"))
            }
            Code::PermissionDenied => Self::Forbidden(format!(
                "{words}: grant the user of [cluster] readwrite on everything below its name, see user and password-file in [cluster]"
            )),
            code => Self::Member(match status.source() {
                Some(source) => chain(source),
                None => format!("{code:?}: {words}"),
            }),
        }
    }
}

/// Words of a certificate that did not fit, and which key they are about.
const CERTIFICATES: [(&str, &str); 7] = [
    ("certificate expired", "that member's certificate is out of date: give it a new one (cert-file of etcd)"),
    ("UnknownIssuer", "nobody in ca of [cluster.tls] has signed that member's certificate"),
    (
        "BadSignature",
        "nobody in ca of [cluster.tls] has signed that member's certificate, though somebody there has the name",
    ),
    ("not valid for name", "see server-name in [cluster.tls] and the names in that member's certificate"),
    (
        "received fatal alert",
        "that member does not accept our certificate, which may be missing, out of date or signed by somebody it does not \
            trust: see cert and key in [cluster.tls]",
    ),
    ("tls handshake eof", "that member speaks no TLS, or ends too early: see endpoints in [cluster]"),
    ("InvalidContentType", "that member speaks no TLS: see endpoints in [cluster]"),
];

/// The error with what is behind it: the outermost alone says that there was one.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut words = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let more = cause.to_string();
        if !words.contains(&more) {
            words += &format!(": {more}");
        }
        next = cause.source();
    }
    match CERTIFICATES.iter().find(|(sign, _)| words.contains(sign)) {
        Some((_, remedy)) => format!("{words}: {remedy}"),
        None => words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tonic::Status;

    fn of(status: Status) -> Failure {
        Failure::of(&etcd_client::Error::GRpcStatus(status))
    }

    #[test]
    fn each_refusal_is_what_it_means() {
        let full = of(Status::resource_exhausted("etcdserver: mvcc: database space exceeded"));
        assert!(matches!(full, Failure::Told(Error::Full(_))), "{full:?}");
        let large = of(Status::invalid_argument("etcdserver: request is too large"));
        assert!(matches!(large, Failure::Told(Error::Refused(_))), "{large:?}");
        for status in [
            Status::unavailable("etcdserver: no leader"),
            Status::resource_exhausted("etcdserver: too many requests"),
            Status::deadline_exceeded("context deadline exceeded"),
        ] {
            assert!(matches!(of(status.clone()), Failure::Member(_)), "another member may do better: {status}");
        }
        for status in [
            Status::invalid_argument("etcdserver: authentication failed, invalid user ID or password"),
            Status::invalid_argument("etcdserver: user name is empty"),
            Status::unauthenticated("etcdserver: invalid auth token"),
            Status::failed_precondition("etcdserver: authentication is not enabled"),
        ] {
            assert!(matches!(of(status.clone()), Failure::Unknown(_)), "it does not know us: {status}");
        }
        let denied = of(Status::permission_denied("etcdserver: permission denied"));
        assert!(matches!(denied, Failure::Forbidden(_)), "{denied:?}");
    }
}
