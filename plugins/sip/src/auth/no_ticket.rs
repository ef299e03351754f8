//! Why Kerberos gave no ticket: the number of the system's library as a kind, and in words for an operator.

use thiserror::Error;

/// Kerberos gave no ticket, or none that can be used. `Display` says what to do.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("Kerberos: {said}: {}", .obstacle.advice())]
pub struct NoTicket {
    /// What stands in the way.
    pub obstacle: Obstacle,
    /// In the library's own words.
    pub said: String,
}

/// What stands between us and a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// No KDC (at a Windows site: no domain controller) was found or answered. Nobody was asked, and it passes.
    NoKdc,
    /// The ticket at hand has ended. The library also says so when it cannot renew it because no KDC answers.
    Expired,
    /// There is neither a ticket in the credential cache nor a key to ask for one.
    Missing,
    /// The KDC's clock and ours differ by more than five minutes (RFC 4120, section 3.1.3).
    Clock,
    /// The KDC does not accept the keytab's key, and counts that as a wrong password.
    Key,
    /// The KDC knows the user and gives no ticket, or does not know them.
    User,
    /// The KDC does not know the service.
    Service,
    /// Anything else.
    Other,
}

/// First number of the library's table: KRB5KDC_ERR_NONE in krb5.h. The protocol's own errors follow under the numbers
/// of RFC 4120, section 7.5.9, those of the library from 128 on.
const TABLE: i32 = -1_765_328_384;

impl Obstacle {
    /// Of the minor status that GSS-API gives, which is an error of the library or of the system.
    pub(crate) fn of(minor: i32) -> Self {
        match minor.wrapping_sub(TABLE) {
            // SVC_UNAVAILABLE, GENERIC; REALM_UNKNOWN, KDC_UNREACH, REALM_CANT_RESOLVE.
            29 | 60 | 154 | 156 | 220 => Self::NoKdc,
            // TGT_REVOKED, TKT_EXPIRED.
            20 | 32 => Self::Expired,
            // CC_NOTFOUND, CC_END; KT_NOTFOUND, KT_IOERR; CC_IO, FCC_PERM, FCC_NOFILE, CC_FORMAT.
            141 | 142 | 181 | 184 | 193..=195 | 199 => Self::Missing,
            // TKT_NYV, SKEW, KDCREP_SKEW.
            33 | 37 | 148 => Self::Clock,
            // PREAUTH_FAILED, BAD_INTEGRITY.
            24 | 31 => Self::Key,
            // NAME_EXP, C_PRINCIPAL_UNKNOWN, POLICY, CLIENT_REVOKED, CLIENT_NOTYET, KEY_EXP.
            1 | 6 | 12 | 18 | 21 | 23 => Self::User,
            // SERVICE_EXP, S_PRINCIPAL_UNKNOWN, SERVICE_REVOKED, SERVICE_NOTYET.
            2 | 7 | 19 | 22 => Self::Service,
            _ if NETWORK.contains(&minor) => Self::NoKdc,
            _ => Self::Other,
        }
    }

    /// What an operator can do.
    fn advice(self) -> &'static str {
        match self {
            Self::NoKdc => {
                "no domain controller answers; if that lasts, check that one runs and is reached from here at port 88, by \
                 the names in krb5.conf or DNS"
            }
            Self::Expired => {
                "renew the ticket (kinit) or give the service a client keytab (KRB5_CLIENT_KTNAME), and check that a \
                 domain controller answers"
            }
            Self::Missing => {
                "name a credential cache (KRB5CCNAME) or a client keytab (KRB5_CLIENT_KTNAME) of `login` that the service \
                 may read"
            }
            Self::Clock => "synchronise this machine's time with the domain's (NTP)",
            Self::Key => "the key is not the account's any more: export the client keytab anew",
            Self::User => "check `login`, and that the account is enabled, not locked, and its password has not ended",
            Self::Service => {
                "the domain does not know the Front End by that name: check its service principal name (setspn -Q), or use \
                 auth = \"ntlm\""
            }
            Self::Other => "check krb5.conf, and what kinit says with the same keytab",
        }
    }
}

/// ENETUNREACH, ETIMEDOUT, ECONNREFUSED, EHOSTUNREACH of Linux.
const NETWORK: [i32; 4] = [101, 110, 111, 113];

#[cfg(test)]
mod tests {
    use super::*;

    /// Names and numbers as krb5.h of MIT's 1.20 has them.
    const KNOWN: &[(i32, Obstacle)] = &[
        (-1_765_328_228, Obstacle::NoKdc),
        (-1_765_328_230, Obstacle::NoKdc),
        (-1_765_328_164, Obstacle::NoKdc),
        (-1_765_328_355, Obstacle::NoKdc),
        (110, Obstacle::NoKdc),
        (-1_765_328_352, Obstacle::Expired),
        (-1_765_328_243, Obstacle::Missing),
        (-1_765_328_189, Obstacle::Missing),
        (-1_765_328_203, Obstacle::Missing),
        (-1_765_328_347, Obstacle::Clock),
        (-1_765_328_236, Obstacle::Clock),
        (-1_765_328_360, Obstacle::Key),
        (-1_765_328_353, Obstacle::Key),
        (-1_765_328_378, Obstacle::User),
        (-1_765_328_366, Obstacle::User),
        (-1_765_328_361, Obstacle::User),
        (-1_765_328_377, Obstacle::Service),
        (0, Obstacle::Other),
        (i32::MIN, Obstacle::Other),
        (i32::MAX, Obstacle::Other),
    ];

    #[test]
    fn each_number_is_its_obstacle_and_has_its_advice() {
        let mut advice = std::collections::HashMap::new();
        for (minor, obstacle) in KNOWN {
            assert_eq!(Obstacle::of(*minor), *obstacle, "{minor}");
            assert_eq!(*advice.entry(obstacle.advice()).or_insert(*obstacle), *obstacle, "each says something else");
        }
    }
}
