//! `/api/v1/session`: sign in (POST), who am I (GET), sign out (DELETE).

use super::{
    accounts::{Account, Accounts},
    browser::{Peer, Trust, text},
    config::Config,
    fault::{self, Fault},
    hotkeys::Hotkeys,
    known_sessions::KnownSessions,
    message::{Person, SignedIn, SignedOutWhy},
    rates::Rates,
    sessions::Session,
};
use crate::tasks::panicked;
use bytes::Bytes;
use serde::Deserialize;
use std::{net::IpAddr, sync::Arc, time::Duration};
use tokio::sync::{Semaphore, watch};
use warp::{
    Filter,
    filters::BoxedFilter,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    reply::Response,
};
use zeroize::Zeroizing;

/// How long an attempt waits for others' passwords to be checked, before it is told to come back.
const HASH_WAIT: Duration = Duration::from_secs(5);
/// Longer names and passwords are refused unchecked.
const LONGEST: usize = 1024;

/// Everything sign-in needs.
pub(super) struct SignIn {
    accounts: watch::Receiver<Arc<Accounts>>,
    sessions: KnownSessions,
    trust: Arc<Trust>,
    rates: Rates,
    checks: Arc<Semaphore>,
    help_url: Option<Arc<str>>,
    hotkeys: Arc<Hotkeys>,
    /// The site's (BCP 47); empty: each browser's.
    language: Arc<str>,
}

/// Says to whoever is not signed in which language the site speaks.
const SITE_LANGUAGE: &str = "uc-site-language";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Credentials {
    user: String,
    password: Zeroizing<String>,
}

impl SignIn {
    pub(super) fn new(
        config: &Config,
        accounts: watch::Receiver<Arc<Accounts>>,
        sessions: KnownSessions,
        trust: Arc<Trust>,
        language: Arc<str>,
    ) -> Self {
        let limits = &config.limits;
        Self {
            accounts,
            sessions,
            trust,
            rates: Rates::new(limits.sign_ins_per_user, limits.sign_ins_per_address),
            checks: Arc::new(Semaphore::new(limits.password_checks.get() as usize)),
            help_url: config.help_url.as_deref().map(Into::into),
            hotkeys: config.hotkeys.clone().into(),
            language,
        }
    }

    /// The route.
    pub(super) fn route(self: &Arc<Self>) -> BoxedFilter<(Response,)> {
        let sign_in = self.clone();
        warp::path!("api" / "v1" / "session")
            .and(warp::method())
            .and(warp::header::headers_cloned())
            .and(warp::ext::get::<Peer>())
            .and(warp::body::bytes())
            .then(move |method: Method, headers: HeaderMap, peer: Peer, body: Bytes| {
                let sign_in = sign_in.clone();
                async move {
                    let answer = match method {
                        Method::POST => sign_in.sign_in(&headers, peer, &body).await,
                        Method::GET => Ok(sign_in.who(&headers).await),
                        Method::DELETE => sign_in.sign_out(&headers).await,
                        _ => Err(Fault::not_allowed("GET, POST, DELETE")),
                    };
                    answer.unwrap_or_else(Fault::into_response)
                }
            })
            .boxed()
    }

    /// Forgets rate limits that no longer hold anybody back.
    pub(super) fn sweep(&self) {
        self.rates.sweep();
    }

    async fn sign_in(&self, headers: &HeaderMap, peer: Peer, body: &[u8]) -> Result<Response, Fault> {
        self.trust.check_origin(headers)?;
        let address = self.trust.address(peer, headers);
        self.rates.address(address).map_err(too_many)?;
        let Credentials { user, password } = credentials(headers, body)?;
        self.rates.user(&user).map_err(too_many)?;
        let Some(account) = self.verify(&user, password).await? else {
            return Err(wrong(address));
        };
        // A new id at every sign-in: an id planted before it is worth nothing afterwards.
        if let Ok(Some(old)) = self.session(headers).await {
            self.sessions.end_at_once(&old, SignedOutWhy::Asked);
        }
        let (id, session) = self.sessions.open(user.into(), account).await?;
        metrics::counter!("uc_web_sign_in_total", "outcome" => "signed-in").increment(1);
        Ok(with_cookie(self.describe(&session), &self.trust.set_cookie(&id)))
    }

    async fn who(&self, headers: &HeaderMap) -> Response {
        let mut response = match self.session(headers).await {
            Ok(Some(session)) => return self.describe(&session),
            Ok(None) => Fault::signed_out().into_response(),
            Err(fault) => fault.into_response(),
        };
        if let Ok(language) = HeaderValue::from_str(&self.language)
            && !language.is_empty()
        {
            response.headers_mut().insert(SITE_LANGUAGE, language);
        }
        response
    }

    async fn sign_out(&self, headers: &HeaderMap) -> Result<Response, Fault> {
        self.trust.check_origin(headers)?;
        let session = self.session(headers).await?.ok_or_else(Fault::signed_out)?;
        check_csrf(&session, headers)?;
        let mut response = match self.sessions.end(&session).await {
            Ok(()) => Response::default(),
            Err(fault) => fault.into_response(),
        };
        if response.status().is_success() {
            *response.status_mut() = StatusCode::NO_CONTENT;
        }
        Ok(with_cookie(response, &self.trust.set_cookie("")))
    }

    async fn session(&self, headers: &HeaderMap) -> Result<Option<Arc<Session>>, Fault> {
        match self.trust.session_id(headers) {
            Some(id) => self.sessions.find(id).await,
            None => Ok(None),
        }
    }

    /// On threads of their own, a few at a time: a flood of sign-ins slows sign-in, never the pages.
    async fn verify(&self, user: &str, password: Zeroizing<String>) -> Result<Option<Arc<Account>>, Fault> {
        let permit = tokio::time::timeout(HASH_WAIT, self.checks.clone().acquire_owned()).await;
        let permit = permit.map_err(|_| busy())?.map_err(|_| busy())?;
        let accounts = self.accounts.borrow().clone();
        let user = user.to_owned();
        let check = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            accounts.verify(&user, password.as_bytes())
        });
        check.await.map_err(|lost| {
            panicked("password check", lost);
            busy()
        })
    }

    fn describe(&self, session: &Session) -> Response {
        // The name may have changed since sign-in; what decides about the session may not.
        let account = self.accounts.borrow().get(&session.user).cloned();
        let account = account.as_ref().unwrap_or(&session.account);
        let language = if account.language.is_empty() { &self.language } else { &account.language };
        fault::json(&SignedIn {
            person: Person { id: account.worker.clone(), name: account.name.clone(), language: language.clone() },
            csrf: session.csrf.clone(),
            help_url: self.help_url.clone(),
            hotkeys: self.hotkeys.clone(),
        })
    }
}

/// Unsafe requests carry the token that only a page of ours can read.
fn check_csrf(session: &Session, headers: &HeaderMap) -> Result<(), Fault> {
    if headers.get("x-csrf-token").is_some_and(|token| session.csrf_matches(token.as_bytes())) {
        return Ok(());
    }
    metrics::counter!("uc_web_csrf_refused_total").increment(1);
    let detail = "X-CSRF-Token is missing or wrong: take it from GET /api/v1/session.";
    Err(Fault::new(StatusCode::FORBIDDEN, "csrf", detail))
}

fn credentials(headers: &HeaderMap, body: &[u8]) -> Result<Credentials, Fault> {
    // A form of another site can send text/plain but not this type without a preflight.
    let media = text(headers, header::CONTENT_TYPE).and_then(|value| value.split(';').next()).map(str::trim);
    if !media.is_some_and(|media| media.eq_ignore_ascii_case("application/json")) {
        let detail = "Send user and password as application/json.";
        return Err(Fault::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type", detail));
    }
    let bad = || Fault::new(StatusCode::BAD_REQUEST, "bad-request", "Send {\"user\": …, \"password\": …}.");
    let credentials: Credentials = serde_json::from_slice(body).map_err(|_| bad())?;
    let fits = credentials.user.len() <= LONGEST && credentials.password.len() <= LONGEST;
    fits.then_some(credentials).ok_or_else(bad)
}

fn wrong(address: IpAddr) -> Fault {
    metrics::counter!("uc_web_sign_in_total", "outcome" => "refused").increment(1);
    tracing::info!(%address, "sign-in refused: wrong user name or password");
    Fault::new(StatusCode::UNAUTHORIZED, "wrong-password", "Wrong user name or password.")
}

fn too_many(seconds: u64) -> Fault {
    metrics::counter!("uc_web_sign_in_total", "outcome" => "too-many").increment(1);
    Fault::new(StatusCode::TOO_MANY_REQUESTS, "too-many", "Too many attempts: wait.").retry_after(seconds)
}

fn busy() -> Fault {
    metrics::counter!("uc_web_sign_in_total", "outcome" => "busy").increment(1);
    Fault::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "Too many people sign in at once: try again.").retry_after(5)
}

fn with_cookie(mut response: Response, cookie: &str) -> Response {
    let value = HeaderValue::from_str(cookie).expect("an id is base64, the rest is ours");
    response.headers_mut().insert(header::SET_COOKIE, value);
    response
}
