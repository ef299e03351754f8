//! A standby node serves no users: browsers and strategies are told to ask again soon, load balancers to ask the other node.

use super::fault::{self, Fault};
use tokio::sync::watch;
use warp::{
    Filter,
    filters::BoxedFilter,
    http::{StatusCode, request::Parts},
    reply::Response,
};

/// What anybody may ask of a standby node.
const ASKED_OF_ANY: [&str; 2] = ["/livez", PRIMARY];

/// Where load balancers ask.
const PRIMARY: &str = "/health/primary";

/// Seconds after which asking again is worth it: another node takes over in less than two.
const SOON: u64 = 2;

/// Whether users are served. Clones are of the same node.
#[derive(Clone, Debug)]
pub(super) struct Serves(watch::Receiver<bool>);

impl Serves {
    pub(super) fn new(serves: watch::Receiver<bool>) -> Self {
        Self(serves)
    }

    /// Whether this request may be answered.
    pub(super) fn check(&self, parts: &Parts) -> Result<(), Fault> {
        if *self.0.borrow() || ASKED_OF_ANY.contains(&parts.uri.path()) {
            return Ok(());
        }
        let words = "This node is standby: another one serves you, or is about to. Ask again in a moment.";
        Err(Fault::new(StatusCode::SERVICE_UNAVAILABLE, "standby", words).retry_after(SOON))
    }

    /// `/health/primary`: 200 at the node that serves, 503 at any other.
    pub(super) fn route(&self) -> BoxedFilter<(Response,)> {
        let serves = self.clone();
        let answer = move || match *serves.0.borrow() {
            true => fault::text(StatusCode::OK, "primary\n".into()),
            false => fault::text(StatusCode::SERVICE_UNAVAILABLE, "standby\n".into()),
        };
        warp::path!("health" / "primary").map(answer).boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use warp::http::Request;

    #[tokio::test]
    async fn a_standby_node_tells_everybody_to_ask_again() {
        let (says, serves) = watch::channel(false);
        let serves = Serves::new(serves);
        let head = |path: &str| Request::get(path).body(()).unwrap().into_parts().0;
        let status = async || warp::test::request().path(PRIMARY).reply(&serves.route()).await.status();
        for path in ["/", "/api/v1/previews", "/session", "/ws"] {
            let refused = serves.check(&head(path)).unwrap_err().into_response();
            assert_eq!(refused.status(), 503, "{path}");
            assert_eq!(refused.headers()["retry-after"], "2", "{path}");
        }
        assert!(ASKED_OF_ANY.iter().all(|path| serves.check(&head(path)).is_ok()));
        assert_eq!(status().await, 503);
        says.send_replace(true);
        assert!(serves.check(&head("/ws")).is_ok());
        assert_eq!(status().await, 200);
    }
}
