//! ms-keep-alive: who sends empty lines on an idle connection, and how often (MS-CONMGMT).

use crate::message::{seconds, values::with_params};
use std::time::Duration;

/// What a client offers in REGISTER.
pub const OFFER: &str = "UAC;hop-hop=yes";

/// Shortest interval that is honoured, so that a server cannot make a client busy with it.
const SHORTEST: Duration = Duration::from_secs(5);

/// The interval after which a client sends CR LF CR LF on an idle connection: two thirds of what the server
/// waits. None if the server wants none.
pub fn interval(value: &str) -> Option<Duration> {
    let (role, params) = with_params(value);
    if !role.eq_ignore_ascii_case("UAS") || params.get("hop-hop").is_some_and(|v| v.eq_ignore_ascii_case("no")) {
        return None;
    }
    let timeout = params.get("timeout").and_then(seconds)?;
    Some((Duration::from_secs(timeout.into()) * 2 / 3).max(SHORTEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_thirds_of_what_the_server_waits() {
        let recorded = "UAS; tcp=no; hop-hop=yes; end-end=no; timeout=300";
        assert_eq!(interval(recorded), Some(Duration::from_secs(200)));
        assert_eq!(interval("UAS; hop-hop=yes; timeout=0"), Some(SHORTEST));
        assert_eq!(interval("UAS;hop-hop=yes;timeout=300 (idle)"), Some(Duration::from_secs(200)));
        assert_eq!(interval("UAS; hop-hop=no; timeout=300"), None);
        assert_eq!(interval("UAC;hop-hop=yes"), None);
    }
}
