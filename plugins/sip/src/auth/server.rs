//! The server's side of signing in: challenges, judges proofs, keeps the associations of one connection.

use super::association::{CannotSign, Distrust, Role, SecurityAssociation};
use super::mechanism::Mechanism;
use super::{AuthValue, ReplayWindow, Scheme, SignedFields, Version, ntlm};
use crate::message::{Message, Name};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::BytesMut;
use std::collections::HashMap;
use std::time::{Duration, SystemTime};

/// Associations and handshakes under way on one connection; beyond it the oldest handshakes go.
const MAX_ASSOCIATIONS: usize = 64;

/// What a server asks of its clients.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Realm, `SIP Communications Service` on every real server.
    pub realm: String,
    /// Host name of the server: `targetname`, with `sip/` before it for Kerberos.
    pub host: String,
    /// Names shown in NTLM challenges.
    pub names: ntlm::ServerNames,
    /// Schemes offered, in this order. Kerberos needs the feature of that name.
    pub schemes: Vec<Scheme>,
    /// Signing version offered.
    pub version: Version,
    /// How far a client's clock may be off: 15 minutes for NTLM (MS-SIPAE).
    pub skew: Duration,
}

/// Who may sign in with a password.
pub trait Accounts {
    /// The password hash of a user, none if unknown. `domain` and `user` as the client typed them.
    fn nt_hash(&self, domain: &str, user: &str) -> Option<ntlm::NtHash>;
}

/// What to do with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// Answer 401 with these WWW-Authenticate values, and with `diagnostics` if there are any.
    Challenge {
        /// One field each.
        challenges: Vec<String>,
        /// Value of ms-diagnostics.
        diagnostics: Option<String>,
    },
    /// Serve it. Sign the answer with [`Acceptor::sign`] under this handle.
    Trusted {
        /// Handle of the association.
        opaque: String,
        /// Who signed in: `DOMAIN\user`, or the Kerberos principal.
        user: String,
    },
    /// The signature is wrong: drop the connection.
    Drop(Distrust),
}

#[derive(Debug)]
struct Member {
    association: SecurityAssociation,
    user: String,
}

/// The server's side of one connection.
#[derive(Debug)]
pub struct Acceptor {
    policy: Policy,
    pending: HashMap<String, ntlm::Challenge>,
    members: HashMap<String, Member>,
}

impl Acceptor {
    /// For a fresh connection.
    pub fn new(policy: Policy) -> Self {
        Self { policy, pending: HashMap::new(), members: HashMap::new() }
    }

    /// Judges a request, or a signed response (the client's 200 to a NOTIFY).
    pub fn judge(&mut self, message: &Message, accounts: &dyn Accounts, now: SystemTime) -> Judgement {
        let values = message.all(Name::Authorization).chain(message.all(Name::ProxyAuthorization));
        let value = values.map(AuthValue::parse).find(|value| Scheme::of(value.scheme).is_some());
        let Some(value) = value else { return self.ask(None) };
        let opaque = value.get("opaque").unwrap_or_default().to_ascii_uppercase();
        match value.get("gssapi-data") {
            Some(token) => self.handshake(message, &value, opaque, &token, accounts, now),
            None => self.signed(message, opaque),
        }
    }

    /// Signs a message to the client under an association.
    ///
    /// # Errors
    /// [`CannotSign`] if the handle is unknown or the mechanism's context ended.
    pub fn sign(&mut self, opaque: &str, fields: &SignedFields<'_>, out: &mut BytesMut) -> Result<(), CannotSign> {
        let member = self.members.get_mut(opaque).ok_or_else(|| CannotSign("no such association".into()))?;
        member.association.sign(fields, out)
    }

    fn signed(&mut self, message: &Message, opaque: String) -> Judgement {
        let Some(member) = self.members.get_mut(&opaque) else { return self.ask(None) };
        match member.association.verify(message) {
            Ok(()) => Judgement::Trusted { opaque, user: member.user.clone() },
            Err(Distrust::Unsigned | Distrust::OtherAssociation) => self.ask(None),
            Err(distrust) => Judgement::Drop(distrust),
        }
    }

    fn handshake(
        &mut self,
        message: &Message,
        value: &AuthValue<'_>,
        opaque: String,
        token: &str,
        accounts: &dyn Accounts,
        now: SystemTime,
    ) -> Judgement {
        let Ok(token) = STANDARD.decode(token) else { return self.refuse() };
        match Scheme::of(value.scheme) {
            Some(Scheme::Ntlm) if token.is_empty() => self.offer_ntlm(now),
            Some(Scheme::Ntlm) => self.prove_ntlm(message, value, opaque, &token, accounts, now),
            _ => self.prove_kerberos(message, value, &token),
        }
    }

    fn offer_ntlm(&mut self, now: SystemTime) -> Judgement {
        if self.pending.len() + self.members.len() >= MAX_ASSOCIATIONS {
            self.pending.clear();
        }
        let opaque = format!("{:08X}", rand::random::<u32>());
        let challenge = ntlm::Challenge::new(&self.policy.names, rand::random(), ntlm::filetime(now));
        let token = STANDARD.encode(challenge.to_bytes());
        let value = format!(
            "NTLM opaque=\"{opaque}\", gssapi-data=\"{token}\", targetname=\"{}\", realm=\"{}\", version={}",
            self.policy.host, self.policy.realm, self.policy.version as u8
        );
        self.pending.insert(opaque, challenge);
        Judgement::Challenge { challenges: vec![value], diagnostics: None }
    }

    fn prove_ntlm(
        &mut self,
        message: &Message,
        value: &AuthValue<'_>,
        opaque: String,
        token: &[u8],
        accounts: &dyn Accounts,
        now: SystemTime,
    ) -> Judgement {
        let Some(challenge) = self.pending.remove(&opaque) else { return self.ask(None) };
        let Ok(answer) = ntlm::Answer::parse(token) else { return self.refuse() };
        let keys = accounts.nt_hash(&answer.domain, &answer.user).and_then(|secret| answer.prove(&challenge, &secret));
        let Some(keys) = keys else { return self.refuse() };
        let off = answer.filetime.abs_diff(ntlm::filetime(now)) / 10_000_000;
        if off > self.policy.skew.as_secs() {
            return self.ask(Some((1013, "Significant time skew detected during authentication")));
        }
        let user = format!("{}\\{}", answer.domain, answer.user);
        self.admit(message, value, opaque, user, Scheme::Ntlm, Mechanism::Ntlm(keys))
    }

    #[cfg(feature = "kerberos")]
    fn prove_kerberos(&mut self, message: &Message, value: &AuthValue<'_>, token: &[u8]) -> Judgement {
        let Ok((context, user)) = super::kerberos::Context::accept(&self.policy.host, token) else {
            return self.refuse();
        };
        let opaque = format!("{:08X}", rand::random::<u32>());
        self.admit(message, value, opaque, user, Scheme::Kerberos, Mechanism::Kerberos(context))
    }

    #[cfg(not(feature = "kerberos"))]
    fn prove_kerberos(&mut self, _: &Message, _: &AuthValue<'_>, _: &[u8]) -> Judgement {
        self.refuse()
    }

    /// The last leg: with version 4 the request itself must be signed already.
    fn admit(
        &mut self,
        message: &Message,
        value: &AuthValue<'_>,
        opaque: String,
        user: String,
        scheme: Scheme,
        mechanism: Mechanism,
    ) -> Judgement {
        let mut association = SecurityAssociation {
            role: Role::Server,
            scheme,
            version: self.policy.version,
            realm: self.policy.realm.clone(),
            target: target(scheme, &self.policy.host),
            // A Kerberos client does not know its handle yet.
            opaque: value.get("opaque").unwrap_or_default().into_owned(),
            via_proxy: message.get(Name::ProxyAuthorization).is_some(),
            mechanism,
            sent: 0,
            received: ReplayWindow::default(),
        };
        if self.policy.version == Version::V4 && association.verify_first(message, value).is_err() {
            return self.refuse();
        }
        if self.members.len() >= MAX_ASSOCIATIONS {
            return self.refuse();
        }
        association.opaque.clone_from(&opaque);
        self.members.insert(opaque.clone(), Member { association, user: user.clone() });
        Judgement::Trusted { opaque, user }
    }

    fn refuse(&self) -> Judgement {
        self.ask(Some((1000, "Final handshake failed")))
    }

    fn ask(&self, diagnostics: Option<(u32, &str)>) -> Judgement {
        let policy = &self.policy;
        let challenge = |scheme: &Scheme| {
            let target = target(*scheme, &policy.host);
            let (name, realm, version) = (scheme.name(), &policy.realm, policy.version as u8);
            format!("{name} realm=\"{realm}\", targetname=\"{target}\", version={version}")
        };
        Judgement::Challenge {
            challenges: policy.schemes.iter().map(challenge).collect(),
            diagnostics: diagnostics.map(|(id, reason)| format!("{id};reason=\"{reason}\";source=\"{}\"", policy.host)),
        }
    }
}

fn target(scheme: Scheme, host: &str) -> String {
    match scheme {
        Scheme::Ntlm => host.to_owned(),
        Scheme::Kerberos => format!("sip/{host}"),
    }
}
