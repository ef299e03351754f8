//! Why a session ended or never began, in words for an operator, and when trying again makes sense.

use crate::{
    auth::{Obstacle, SignInError},
    ms::{Diagnostics, Remedy},
    registration::{Deregistration, Event as Registration},
    transport::{CannotConnect, LinkEnd, tls},
};
use std::time::Duration;

/// When to try again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Again {
    /// The next server, or with back-off when all were tried.
    Soon,
    /// After that time at the earliest, if no other server is there.
    After(Duration),
    /// At this URI, at once.
    At(String),
    /// Within seconds and then ever more slowly, up to ten minutes: somebody must act, and may do so without telling us.
    Slowly,
    /// As [`Self::Slowly`], but sooner for a while if the account was signed in not long ago: a server in trouble refuses even
    /// whom it knows.
    Refused,
    /// Once soon, then at pauses longer than an account's lockout window: it may be the password, and who is wrong too
    /// often locks the account. See [`super::Attempts`].
    Guarded,
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// In words.
    pub why: String,
    /// When trying again makes sense.
    pub again: Again,
}

impl Trouble {
    /// Something that passes.
    pub fn soon(why: impl Into<String>) -> Self {
        Self { why: why.into(), again: Again::Soon }
    }
}

impl From<&CannotConnect> for Trouble {
    fn from(error: &CannotConnect) -> Self {
        let again = if error.needs_administrator() { Again::Slowly } else { Again::Soon };
        Self { why: error.to_string(), again }
    }
}

impl From<&LinkEnd> for Trouble {
    fn from(end: &LinkEnd) -> Self {
        // With TLS 1.3 a server looks at our certificate when the handshake is over on our side.
        let refused = match end {
            LinkEnd::Io(error) => error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()),
            _ => None,
        };
        match refused {
            Some(error @ rustls::Error::AlertReceived(_)) => {
                Self { why: format!("{end}: {}", tls::advice(error)), again: Again::Slowly }
            }
            _ => Self::soon(end.to_string()),
        }
    }
}

impl From<&SignInError> for Trouble {
    fn from(error: &SignInError) -> Self {
        let again = match error {
            // A wrong clock or a disabled user costs no attempt. Anything else may be the password, or a server that
            // has forgotten what it asked (behind a balancer), or a domain controller that is away for a moment.
            SignInError::Refused(Some(diagnostics)) => by_diagnostics(diagnostics).unwrap_or(Again::Guarded),
            SignInError::Refused(None) => Again::Guarded,
            SignInError::TicketRefused(diagnostics) => {
                diagnostics.as_ref().and_then(by_diagnostics).unwrap_or(Again::Soon)
            }
            SignInError::NoTicket(no_ticket) => by_obstacle(no_ticket.obstacle),
            SignInError::BadChallenge(_) | SignInError::NotContinued(_) => Again::Soon,
            SignInError::NoScheme { .. } | SignInError::NotTrusted => Again::Slowly,
        };
        Self { why: error.to_string(), again }
    }
}

/// Whether a KDC counts the attempt, whether it passes, or whether somebody must act.
fn by_obstacle(obstacle: Obstacle) -> Again {
    match obstacle {
        // A cache or a keytab is a look at a file, and somebody renews tickets without telling us.
        Obstacle::NoKdc | Obstacle::Expired | Obstacle::Missing => Again::Soon,
        Obstacle::Key => Again::Guarded,
        Obstacle::Clock | Obstacle::User | Obstacle::Service | Obstacle::Other => Again::Slowly,
    }
}

/// Clock skew (1013) and disabled users (4141) can be repaired without us; overload passes.
fn by_diagnostics(diagnostics: &Diagnostics) -> Option<Again> {
    match diagnostics.remedy() {
        _ if diagnostics.id == 1000 => None,
        Remedy::Administrator => Some(Again::Slowly),
        Remedy::Retry | Remedy::StartAgain => Some(Again::Soon),
        Remedy::Unknown => None,
    }
}

impl Trouble {
    /// What ends a session in the registration's news; none for good news.
    pub fn of_registration(event: &Registration) -> Option<Self> {
        let (why, again) = match event {
            Registration::Registered(_) | Registration::UserServices { .. } => return None,
            Registration::Left => ("signed out".to_owned(), Again::Soon),
            Registration::Redirected { target } => (format!("redirected to {target}"), Again::At(target.clone())),
            Registration::Unavailable { why, asked } => (why.clone(), asked.map_or(Again::Soon, Again::After)),
            Registration::Refused { why, may_pass, .. } => {
                (why.clone(), if *may_pass { Again::Soon } else { Again::Refused })
            }
            Registration::Deregistered { reason, diagnostics } => deregistered(reason, diagnostics.as_ref()),
        };
        Some(Self { why, again })
    }
}

fn deregistered(reason: &Deregistration, diagnostics: Option<&Diagnostics>) -> (String, Again) {
    let (why, again) = match reason {
        Deregistration::Quota => (
            "the server removed this endpoint: the account is signed in at too many places; give it to the connector alone",
            Again::Slowly,
        ),
        Deregistration::Disabled => (
            "the server removed this endpoint: the account is disabled; enable it (Enable-CsUser) or name another",
            Again::Slowly,
        ),
        Deregistration::Moved => ("the account was moved to another server", Again::Soon),
        Deregistration::UserServices => (
            "the server removed this endpoint: its user services (presence) are down; look at its Front End service and \
             database",
            Again::Soon,
        ),
        Deregistration::OtherRegistrar(Some(target)) => {
            ("another registrar is to be preferred", Again::At(target.trim_matches(['<', '>']).to_owned()))
        }
        Deregistration::OtherRegistrar(None) => ("another registrar is to be preferred", Again::Soon),
        Deregistration::Other(_) => ("the server removed this endpoint", Again::Soon),
    };
    (diagnostics.map_or(why.to_owned(), |diagnostics| format!("{why} ({diagnostics})")), again)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::NoTicket;

    fn diagnostics(id: u32) -> Option<Diagnostics> {
        Diagnostics::parse(&format!("{id};reason=\"x\""))
    }

    fn no_ticket(obstacle: Obstacle) -> SignInError {
        SignInError::NoTicket(NoTicket { obstacle, said: "said".into() })
    }

    #[test]
    fn only_what_may_be_counted_as_a_wrong_password_waits_out_the_lockout_window() {
        let table = [
            (no_ticket(Obstacle::NoKdc), Again::Soon, "no domain controller answers"),
            (no_ticket(Obstacle::Expired), Again::Soon, "renew the ticket"),
            (no_ticket(Obstacle::Missing), Again::Soon, "client keytab"),
            (no_ticket(Obstacle::Clock), Again::Slowly, "NTP"),
            (no_ticket(Obstacle::Key), Again::Guarded, "export the client keytab anew"),
            (no_ticket(Obstacle::User), Again::Slowly, "check `login`"),
            (no_ticket(Obstacle::Service), Again::Slowly, "setspn"),
            (no_ticket(Obstacle::Other), Again::Slowly, "krb5.conf"),
            (SignInError::TicketRefused(None), Again::Soon, "its clock"),
            (SignInError::TicketRefused(diagnostics(1000)), Again::Soon, "its clock"),
            (SignInError::TicketRefused(diagnostics(1013)), Again::Slowly, "NTP"),
            (SignInError::NotContinued(None), Again::Soon, "does not go on with the sign-in"),
            (SignInError::Refused(None), Again::Guarded, "user name and password"),
            (SignInError::Refused(diagnostics(1000)), Again::Guarded, "user name, domain and password"),
            (SignInError::Refused(diagnostics(1013)), Again::Slowly, "NTP"),
        ];
        for (error, again, advice) in table {
            let trouble = Trouble::from(&error);
            assert_eq!(trouble.again, again, "{error:?}");
            assert!(trouble.why.contains(advice), "{}", trouble.why);
        }
    }
}
