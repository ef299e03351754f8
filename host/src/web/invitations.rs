//! Invitations: addresses that sign a worker in once, without a password, within a minute (requirements F34). They
//! travel in an instant message to the worker's own UC client, which has authenticated the worker.

use super::{
    accounts::Accounts,
    browser::{Trust, is_old},
    fault::Fault,
    known_sessions::KnownSessions,
    sessions::{key_of, random_token},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::watch;
use warp::{
    Filter,
    filters::BoxedFilter,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    reply::Response,
};

/// How long an address opens its page.
const LIFE: Duration = Duration::from_secs(60);
/// Addresses open at once; the oldest gives way.
const MOST: usize = 10_000;

/// All open invitations. Cheap to clone.
#[derive(Clone)]
pub struct Invitations(Arc<Inner>);

struct Inner {
    /// Where workers reach this service; none: nobody can be invited.
    public_url: Option<String>,
    open: Mutex<HashMap<[u8; 32], Invitation>>,
}

struct Invitation {
    worker: Arc<str>,
    until: Instant,
}

impl Invitations {
    /// `public_url` is the address workers reach this service at, such as `https://uc.example.com`.
    pub fn new(public_url: Option<&str>) -> Self {
        let public_url = public_url.map(|url| url.trim_end_matches('/').to_owned());
        Self(Arc::new(Inner { public_url, open: Mutex::default() }))
    }

    /// A fresh address for this worker; none without `public-url`. It is a secret: never log it.
    pub fn page_for(&self, worker: &Arc<str>) -> Option<String> {
        let url = self.0.public_url.as_deref()?;
        let (token, now) = (random_token(), Instant::now());
        let mut open = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, invitation| invitation.until > now);
        if open.len() >= MOST {
            let oldest = open.iter().min_by_key(|(_, invitation)| invitation.until).map(|(key, _)| *key);
            oldest.into_iter().for_each(|key| drop(open.remove(&key)));
            metrics::counter!("uc_web_invitations_displaced_total").increment(1);
        }
        open.insert(key_of(&token), Invitation { worker: worker.clone(), until: now + LIFE });
        Some(format!("{url}/join/{token}"))
    }

    /// Whom a token invites; it works once. A UC client may hand the token over as it travels, in Base64.
    fn redeem(&self, token: &str) -> Option<Arc<str>> {
        let plain = BASE64_STANDARD.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let mut open = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        let keys = [Some(key_of(token)), plain.map(|plain| key_of(&plain))];
        let invitation = keys.into_iter().flatten().find_map(|key| open.remove(&key))?;
        (invitation.until > Instant::now()).then_some(invitation.worker)
    }

    /// `GET /join/TOKEN`: signs in and leads to the page in its narrow layout; an old browser, such as the extension
    /// window of a UC client, to its own. `GET /join/`: the same without signing in, for a window that nobody invited.
    pub(super) fn route(
        &self,
        accounts: watch::Receiver<Arc<Accounts>>,
        sessions: KnownSessions,
        trust: Arc<Trust>,
    ) -> BoxedFilter<(Response,)> {
        let invitations = self.clone();
        let join = move |token: String, headers: HeaderMap| {
            let joined = invitations.redeem(&token).and_then(|worker| accounts.borrow().of_worker(&worker));
            let (sessions, trust) = (sessions.clone(), trust.clone());
            async move {
                match joined {
                    Some((user, account)) => match sessions.open(user, account).await {
                        Ok((id, _)) => {
                            metrics::counter!("uc_web_sign_in_total", "outcome" => "invited").increment(1);
                            to_page(Some(&trust.set_cookie(&id)), is_old(&headers))
                        }
                        Err(fault) => fault.into_response(),
                    },
                    // The window has no address bar: whoever is signed in there is at home, others may sign in.
                    None if is_old(&headers) => to_page(None, true),
                    None => spent().into_response(),
                }
            }
        };
        let window = |headers: HeaderMap| to_page(None, is_old(&headers));
        let headers = warp::header::headers_cloned;
        let invited = warp::path!("join" / String).and(warp::get()).and(headers()).then(join);
        invited.or(warp::path!("join").and(warp::get()).and(headers()).map(window)).unify().boxed()
    }
}

fn to_page(cookie: Option<&str>, old: bool) -> Response {
    let mut response = Response::default();
    *response.status_mut() = StatusCode::SEE_OTHER;
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, HeaderValue::from_static(if old { "/extension/" } else { "/?window=narrow" }));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(cookie) = cookie {
        headers.insert(header::SET_COOKIE, HeaderValue::from_str(cookie).expect("an id is base64, the rest is ours"));
    }
    response
}

fn spent() -> Fault {
    metrics::counter!("uc_web_sign_in_total", "outcome" => "invitation-spent").increment(1);
    let detail = "This invitation was used already or is too old: sign in with your password.";
    Fault::new(StatusCode::GONE, "invitation-spent", detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invitation_works_once() {
        let invitations = Invitations::new(Some("https://uc.example.com/"));
        let address = invitations.page_for(&"kim".into()).unwrap();
        let token = address.strip_prefix("https://uc.example.com/join/").unwrap();
        assert_eq!(invitations.redeem(token).as_deref(), Some("kim"));
        assert_eq!(invitations.redeem(token), None);
        let address = invitations.page_for(&"lee".into()).unwrap();
        let encoded = BASE64_STANDARD.encode(address.rsplit('/').next().unwrap());
        assert_eq!(invitations.redeem(&encoded).as_deref(), Some("lee"), "as it travels");
        assert_eq!(invitations.redeem(&encoded), None);
        assert_eq!(Invitations::new(None).page_for(&"kim".into()), None);
    }
}
