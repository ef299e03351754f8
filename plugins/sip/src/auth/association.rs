//! A security association: what both sides agreed on, and the signatures made with it (MS-SIPAE, section 3.2).

use super::{AuthValue, ReplayWindow, Scheme, SignedFields, Version, mechanism::Mechanism};
use crate::message::{Message, Name};
use bytes::BytesMut;
use std::fmt::Write;
use thiserror::Error;

/// Which side of the association this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Signs with `crand`, `cnum`, `response` in Authorization.
    Client,
    /// Signs with `srand`, `snum`, `rspauth` in Authentication-Info.
    Server,
}

/// Why a message is not believed. The peer's fault, or that of somebody between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Distrust {
    /// No signature. Provisional answers may be so; final ones are to be ignored.
    #[error("the message is not signed")]
    Unsigned,
    /// Signed under another association. A server answers with a fresh challenge.
    #[error("the message is signed under another security association")]
    OtherAssociation,
    /// A number that was used already, or is too old.
    #[error("message number {0} was used before or is too old: a replay")]
    Replayed(u32),
    /// The signature does not fit the message: drop the connection.
    #[error("the signature does not fit the message")]
    BadSignature,
}

/// A message could not be signed: the mechanism's context ended (an expired Kerberos ticket). Sign in again.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("cannot sign under this security association: {0}; sign in again")]
pub struct CannotSign(pub String);

/// One side's state of an association. Not shared: the one who owns the connection owns it.
#[derive(Debug)]
pub struct SecurityAssociation {
    pub(crate) role: Role,
    pub(crate) scheme: Scheme,
    pub(crate) version: Version,
    pub(crate) realm: String,
    pub(crate) target: String,
    pub(crate) opaque: String,
    pub(crate) via_proxy: bool,
    pub(crate) mechanism: Mechanism,
    pub(crate) sent: u32,
    pub(crate) received: ReplayWindow,
}

impl SecurityAssociation {
    /// The handle both sides name it by.
    pub fn opaque(&self) -> &str {
        &self.opaque
    }

    /// The scheme it was made with.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Appends the header field that signs a message with these values, line end included.
    ///
    /// # Errors
    /// [`CannotSign`], and `out` is as it was.
    pub fn sign(&mut self, fields: &SignedFields<'_>, out: &mut BytesMut) -> Result<(), CannotSign> {
        self.sign_with(fields, "", out)
    }

    /// The same; `extra` stands between the names and the signature (the token that completes a handshake).
    pub(crate) fn sign_with(
        &mut self,
        fields: &SignedFields<'_>,
        extra: &str,
        out: &mut BytesMut,
    ) -> Result<(), CannotSign> {
        let salt = format!("{:08x}", rand::random::<u32>());
        let number = self.sent + 1;
        let buffer = self.buffer(fields, &salt, number);
        let mic = self.mechanism.sign(self.role, buffer.as_bytes())?;
        self.sent = number;
        let (header, names) = match self.role {
            Role::Client if self.via_proxy => ("Proxy-Authorization", ["crand", "cnum", "response"]),
            Role::Client => ("Authorization", ["crand", "cnum", "response"]),
            Role::Server if self.via_proxy => ("Proxy-Authentication-Info", ["srand", "snum", "rspauth"]),
            Role::Server => ("Authentication-Info", ["srand", "snum", "rspauth"]),
        };
        let _ = write!(
            out,
            "{header}: {} qop=\"auth\", opaque=\"{}\", realm=\"{}\", targetname=\"{}\"{extra}, \
             {}=\"{salt}\", {}=\"{number}\", {}=\"",
            self.scheme.name(),
            self.opaque,
            self.realm,
            self.target,
            names[0],
            names[1],
            names[2],
        );
        for byte in mic {
            let _ = write!(out, "{byte:02x}");
        }
        // Servers close theirs with the version, clients only while they negotiate.
        let _ = match self.role {
            Role::Server => write!(out, "\", version={}\r\n", self.version as u8),
            Role::Client => write!(out, "\"\r\n"),
        };
        Ok(())
    }

    /// Whether the other side signed `message` and did so for the first time.
    ///
    /// # Errors
    /// [`Distrust`]; after [`Distrust::BadSignature`] the connection is to be dropped.
    pub fn verify(&mut self, message: &Message) -> Result<(), Distrust> {
        let (headers, names) = match self.role {
            Role::Client => ([Name::AuthenticationInfo, Name::ProxyAuthenticationInfo], ["srand", "snum", "rspauth"]),
            Role::Server => ([Name::Authorization, Name::ProxyAuthorization], ["crand", "cnum", "response"]),
        };
        let value = self.own_value(message, headers)?;
        self.verify_value(message, &value, names)
    }

    /// Verifies the request that completes a handshake, whose credentials may not name a handle yet.
    pub(crate) fn verify_first(&mut self, message: &Message, value: &AuthValue<'_>) -> Result<(), Distrust> {
        self.verify_value(message, value, ["crand", "cnum", "response"])
    }

    fn verify_value(&mut self, message: &Message, value: &AuthValue<'_>, names: [&str; 3]) -> Result<(), Distrust> {
        let text = |name| value.get(name).ok_or(Distrust::Unsigned);
        let (salt, number, mic) = (text(names[0])?, text(names[1])?, text(names[2])?);
        let number = number.trim().parse().map_err(|_| Distrust::BadSignature)?;
        let mic = from_hex(&mic).ok_or(Distrust::BadSignature)?;
        if !self.received.is_new(number) {
            return Err(Distrust::Replayed(number));
        }
        let fields = SignedFields::of(message).ok_or(Distrust::BadSignature)?;
        let buffer = self.buffer(&fields, &salt, number);
        if !self.mechanism.verify(self.role, buffer.as_bytes(), &mic) {
            return Err(Distrust::BadSignature);
        }
        self.received.take(number);
        Ok(())
    }

    fn own_value<'m>(&self, message: &'m Message, headers: [Name; 2]) -> Result<AuthValue<'m>, Distrust> {
        let mut found = Err(Distrust::Unsigned);
        for value in headers.into_iter().flat_map(|name| message.all(name)).map(AuthValue::parse) {
            if value.get("opaque").is_some_and(|opaque| opaque.eq_ignore_ascii_case(&self.opaque)) {
                return Ok(value);
            }
            found = Err(Distrust::OtherAssociation);
        }
        found
    }

    fn buffer(&self, fields: &SignedFields<'_>, salt: &str, number: u32) -> String {
        fields.buffer(self.scheme, self.version, salt, number, &self.realm, &self.target)
    }
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}
