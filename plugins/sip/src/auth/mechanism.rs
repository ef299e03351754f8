//! The two ways of making a signature.

use super::association::{CannotSign, Role};
use super::ntlm::SessionKeys;

/// What an association signs with.
#[derive(Debug)]
pub(crate) enum Mechanism {
    Ntlm(SessionKeys),
    #[cfg(feature = "kerberos")]
    Kerberos(super::kerberos::Context),
}

impl Mechanism {
    pub(crate) fn sign(&mut self, role: Role, buffer: &[u8]) -> Result<Vec<u8>, CannotSign> {
        match self {
            Self::Ntlm(keys) => Ok(keys.own(role).sign(buffer).to_vec()),
            #[cfg(feature = "kerberos")]
            Self::Kerberos(context) => context.sign(buffer),
        }
    }

    pub(crate) fn verify(&mut self, role: Role, buffer: &[u8], mic: &[u8]) -> bool {
        match self {
            Self::Ntlm(keys) => keys.peer(role).verify(buffer, mic),
            #[cfg(feature = "kerberos")]
            Self::Kerberos(context) => context.verify(buffer, mic),
        }
    }
}
