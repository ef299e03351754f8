//! The client's side of signing in: answers challenges, signs what leaves, verifies what comes.
//!
//! NTLM takes three REGISTERs (none, empty token, proof), Kerberos two. A client that the server trusts by its
//! certificate or its host is never challenged; nothing is signed then (MS-SIPAE, section 3.1).

use super::association::{CannotSign, Distrust, Role, SecurityAssociation};
use super::mechanism::Mechanism;
use super::{AuthValue, NoTicket, ReplayWindow, Scheme, SignedFields, Version, ntlm};
use crate::message::{Message, Name};
use crate::ms::Diagnostics;
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::BytesMut;
use std::fmt::Write;
use std::time::SystemTime;
use thiserror::Error;

/// How this endpoint proves who it is.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// By certificate (mutual TLS) or as a trusted host: a challenge is an error.
    Trusted,
    /// By user and password.
    Ntlm(ntlm::Account),
    /// By a ticket of the default credential cache or of a client keytab.
    #[cfg(feature = "kerberos")]
    Kerberos(super::kerberos::Identity),
}

impl Credentials {
    /// A digest of who proves what: refusals of the same may lock an account. None: they lock nobody.
    pub fn proof(&self) -> Option<[u8; 20]> {
        match self {
            Self::Ntlm(account) => Some(account.digest()),
            Self::Trusted => None,
            #[cfg(feature = "kerberos")]
            Self::Kerberos(_) => None,
        }
    }

    /// Whether a KDC is asked for them.
    pub(crate) fn are_tickets(&self) -> bool {
        match self {
            Self::Trusted | Self::Ntlm(_) => false,
            #[cfg(feature = "kerberos")]
            Self::Kerberos(_) => true,
        }
    }
}

/// Signing in failed. `Display` says what to do.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SignInError {
    /// The server offers no scheme that these credentials can serve. Configuration's fault.
    #[error("the server offers {offered} but {wanted} is configured: choose another way to sign in")]
    NoScheme {
        /// What the server offers.
        offered: String,
        /// What is configured.
        wanted: &'static str,
    },
    /// A trusted endpoint was challenged. Configuration's fault, mostly the topology's.
    #[error(
        "the server asks for a password although this endpoint should be trusted: check that certificate name and \
         port match the trusted application pool (Get-CsTrustedApplicationPool) and that the topology is enabled"
    )]
    NotTrusted,
    /// The last leg was refused, or the first without an offer. The user's or the clock's fault; each repetition may
    /// count as one more wrong password.
    #[error("the server refused user name and password{}", .0.as_ref().map_or(String::new(), |d| format!(": {d}")))]
    Refused(Option<Diagnostics>),
    /// The server cannot use the ticket: its key or its clock is another, or it has forgotten that it asked. No account
    /// is locked for that.
    #[error(
        "the server refused the Kerberos ticket{}: if that lasts, check its clock, and that its service principal name \
         (setspn -Q) is that of one account only; a ticket of an older key ends with kdestroy",
        .0.as_ref().map_or(String::new(), |d| format!(" ({d})"))
    )]
    TicketRefused(Option<Diagnostics>),
    /// The server's challenge cannot be used.
    #[error("the server's challenge is unusable: {0}")]
    BadChallenge(ntlm::BadToken),
    /// The server was asked for its challenge, and only says again that it wants one to be asked for. Nothing of the
    /// password has been sent.
    #[error(
        "the server does not go on with the sign-in but asks for its beginning again{}",
        .0.as_ref().map_or(String::new(), |d| format!(": {d}"))
    )]
    NotContinued(Option<Diagnostics>),
    /// Kerberos gave no ticket.
    #[error(transparent)]
    NoTicket(#[from] NoTicket),
}

/// What [`Authenticator::verify`] says of a message that may be acted upon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Signed by the server under the association.
    Signed,
    /// Not signed, and need not be: no association yet, a challenge, a provisional answer.
    Unneeded,
}

#[derive(Debug)]
enum State {
    /// Nothing was asked of us yet.
    Silent,
    /// The server wants NTLM; the next request carries the empty token.
    Asked(Terms),
    /// The next request, or the one under way, completes the handshake.
    Proving { association: Box<SecurityAssociation>, token: Option<String> },
    /// Both sides sign.
    Established(Box<SecurityAssociation>),
}

/// What a challenge says besides its token.
#[derive(Clone, Debug)]
struct Terms {
    realm: String,
    target: String,
    version: Version,
    via_proxy: bool,
}

/// Signs in and keeps the association. One a connection.
#[derive(Debug)]
pub struct Authenticator {
    credentials: Credentials,
    state: State,
    /// The association that is being replaced: what was signed under it is still believed, and answered under it.
    previous: Option<Box<SecurityAssociation>>,
}

impl Authenticator {
    /// For a fresh connection.
    pub fn new(credentials: Credentials) -> Self {
        Self { credentials, state: State::Silent, previous: None }
    }

    /// Whether both sides sign.
    pub fn is_established(&self) -> bool {
        matches!(self.state, State::Established(_))
    }

    /// Whether there is anything to add to a message: trusted endpoints need not gather what would be signed.
    pub fn is_silent(&self) -> bool {
        matches!(self.state, State::Silent) && self.previous.is_none()
    }

    /// Forgets everything: a new connection.
    pub fn reset(&mut self) {
        self.state = State::Silent;
        self.previous = None;
    }

    /// Begins a new association because the life of this one ends (eight hours at most) or the server lost it.
    /// Until the new one stands, messages under the old one are still believed.
    pub fn renew(&mut self) {
        if let State::Established(association) = std::mem::replace(&mut self.state, State::Silent) {
            self.previous = Some(association);
        }
    }

    /// Takes a 401 or 407. `now` dates an NTLM proof if the server names no time.
    ///
    /// # Errors
    /// [`SignInError`]: do not repeat the request.
    pub fn challenged(&mut self, response: &Message, now: SystemTime) -> Result<(), SignInError> {
        let via_proxy = response.status() == Some(407);
        let header = if via_proxy { Name::ProxyAuthenticate } else { Name::WwwAuthenticate };
        let wanted = match &self.credentials {
            Credentials::Trusted => return Err(SignInError::NotTrusted),
            Credentials::Ntlm(_) => Scheme::Ntlm,
            #[cfg(feature = "kerberos")]
            Credentials::Kerberos(_) => Scheme::Kerberos,
        };
        let offers: Vec<_> = response.all(header).map(AuthValue::parse).collect();
        let Some(offer) = offers.iter().find(|offer| Scheme::of(offer.scheme) == Some(wanted)) else {
            if let Some(diagnostics) = Diagnostics::of(response).filter(|_| offers.is_empty()) {
                return Err(refused(wanted, Some(diagnostics)));
            }
            let offered = offers.iter().map(|offer| offer.scheme).collect::<Vec<_>>().join(", ");
            return Err(SignInError::NoScheme { offered, wanted: wanted.name() });
        };
        if matches!(self.state, State::Proving { token: None, .. }) {
            self.reset();
            return Err(refused(wanted, Diagnostics::of(response)));
        }
        let text = |name| offer.get(name).unwrap_or_default().into_owned();
        let terms = Terms {
            realm: text("realm"),
            target: text("targetname"),
            version: Version::of(offer.get("version").as_deref()),
            via_proxy,
        };
        let next = self.next(terms, offer, now)?;
        if matches!((&self.state, &next), (State::Asked(_), State::Asked(_))) {
            self.reset();
            return Err(SignInError::NotContinued(Diagnostics::of(response)));
        }
        self.state = next;
        Ok(())
    }

    fn next(&self, terms: Terms, offer: &AuthValue<'_>, now: SystemTime) -> Result<State, SignInError> {
        match &self.credentials {
            Credentials::Trusted => Err(SignInError::NotTrusted),
            Credentials::Ntlm(account) => {
                let token = offer.get("gssapi-data").unwrap_or_default();
                if token.is_empty() {
                    return Ok(State::Asked(terms));
                }
                let token = STANDARD.decode(&*token).map_err(|_| SignInError::BadChallenge(ntlm::BadToken::Cut))?;
                let challenge = ntlm::Challenge::parse(&token).map_err(SignInError::BadChallenge)?;
                let (proof, keys) = ntlm::answer(&challenge, account, &ntlm::Nonces::random(), ntlm::filetime(now));
                let opaque = offer.get("opaque").unwrap_or_default().into_owned();
                Ok(proving(Scheme::Ntlm, terms, opaque, Mechanism::Ntlm(keys), &proof))
            }
            #[cfg(feature = "kerberos")]
            Credentials::Kerberos(identity) => {
                let (context, token) = super::kerberos::Context::initiate(identity, &terms.target)?;
                Ok(proving(Scheme::Kerberos, terms, String::new(), Mechanism::Kerberos(context), &token))
            }
        }
    }

    /// Appends the Authorization field that a message with these values needs now; nothing if none.
    ///
    /// # Errors
    /// [`CannotSign`]: sign in again.
    pub fn authorize(&mut self, fields: &SignedFields<'_>, out: &mut BytesMut) -> Result<(), CannotSign> {
        if let Some(previous) = self.previous.as_mut().filter(|_| fields.status.is_some()) {
            return previous.sign(fields, out);
        }
        match &mut self.state {
            State::Silent => Ok(()),
            State::Asked(terms) => {
                let header = authorization(terms.via_proxy);
                let _ = write!(
                    out,
                    "{header}: NTLM qop=\"auth\", realm=\"{}\", targetname=\"{}\", gssapi-data=\"\"{}\r\n",
                    terms.realm,
                    terms.target,
                    version(terms.version),
                );
                Ok(())
            }
            State::Proving { association, token } => prove(association, token.take(), fields, out),
            State::Established(association) => association.sign(fields, out),
        }
    }

    /// Whether a message may be acted upon. The answer that completes the handshake establishes the association.
    ///
    /// # Errors
    /// [`Distrust`]: ignore an unsigned message and count it; after a bad signature drop the connection.
    pub fn verify(&mut self, message: &Message) -> Result<Trust, Distrust> {
        if let Some(previous) = &mut self.previous {
            match previous.verify(message) {
                Err(Distrust::Unsigned | Distrust::OtherAssociation) if !message.is_request() => {}
                verdict => return verdict.map(|()| Trust::Signed),
            }
        }
        let challenge = matches!(message.status(), Some(401 | 407));
        let provisional = message.status().is_some_and(|status| status < 200);
        match std::mem::replace(&mut self.state, State::Silent) {
            State::Proving { mut association, token } => {
                let completes = message.status().is_some_and(|status| (200..300).contains(&status));
                if completes && association.opaque.is_empty() {
                    association.opaque = opaque_of(message).unwrap_or_default();
                }
                let verdict = association.verify(message);
                let established = completes && verdict.is_ok();
                self.state = match established {
                    true => {
                        self.previous = None;
                        State::Established(association)
                    }
                    false => State::Proving { association, token },
                };
                match verdict {
                    Ok(()) => Ok(Trust::Signed),
                    // A refusal or redirection during sign-in comes unsigned: there is no association yet.
                    Err(Distrust::Unsigned) if !completes => Ok(Trust::Unneeded),
                    Err(distrust) => Err(distrust),
                }
            }
            State::Established(mut association) => {
                let verdict = association.verify(message);
                self.state = State::Established(association);
                match verdict {
                    Ok(()) => Ok(Trust::Signed),
                    Err(Distrust::Unsigned) if challenge || provisional => Ok(Trust::Unneeded),
                    Err(distrust) => Err(distrust),
                }
            }
            other => {
                self.state = other;
                Ok(Trust::Unneeded)
            }
        }
    }
}

fn refused(scheme: Scheme, diagnostics: Option<Diagnostics>) -> SignInError {
    match scheme {
        Scheme::Ntlm => SignInError::Refused(diagnostics),
        Scheme::Kerberos => SignInError::TicketRefused(diagnostics),
    }
}

fn proving(scheme: Scheme, terms: Terms, opaque: String, mechanism: Mechanism, token: &[u8]) -> State {
    let association = SecurityAssociation {
        role: Role::Client,
        scheme,
        version: terms.version,
        realm: terms.realm,
        target: terms.target,
        opaque,
        via_proxy: terms.via_proxy,
        mechanism,
        sent: 0,
        received: ReplayWindow::default(),
    };
    State::Proving { association: Box::new(association), token: Some(STANDARD.encode(token)) }
}

fn prove(
    association: &mut SecurityAssociation,
    token: Option<String>,
    fields: &SignedFields<'_>,
    out: &mut BytesMut,
) -> Result<(), CannotSign> {
    let Some(token) = token else { return association.sign(fields, out) };
    let extra = format!(", gssapi-data=\"{token}\"{}", version(association.version));
    if association.version == Version::V4 {
        return association.sign_with(fields, &extra, out);
    }
    // Versions 2 and 3 do not sign the request that completes the handshake.
    let header = authorization(association.via_proxy);
    let _ = write!(out, "{header}: {} qop=\"auth\"", association.scheme.name());
    if !association.opaque.is_empty() {
        let _ = write!(out, ", opaque=\"{}\"", association.opaque);
    }
    let _ = write!(out, ", realm=\"{}\", targetname=\"{}\"{extra}\r\n", association.realm, association.target);
    Ok(())
}

fn authorization(via_proxy: bool) -> &'static str {
    if via_proxy { "Proxy-Authorization" } else { "Authorization" }
}

fn version(version: Version) -> &'static str {
    match version {
        Version::V2 => "",
        Version::V3 => ", version=3",
        Version::V4 => ", version=4",
    }
}

fn opaque_of(message: &Message) -> Option<String> {
    let mut values = message.all(Name::AuthenticationInfo).chain(message.all(Name::ProxyAuthenticationInfo));
    values.find_map(|value| AuthValue::parse(value).get("opaque")).map(|opaque| opaque.into_owned())
}
