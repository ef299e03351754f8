//! Names of authentication schemes and signing versions (MS-SIPAE).

/// How an endpoint proves who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// NTLMv2 in its connection-less form.
    Ntlm,
    /// Kerberos 5 by GSS-API.
    Kerberos,
}

impl Scheme {
    /// The scheme's name in header fields and in what is signed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ntlm => "NTLM",
            Self::Kerberos => "Kerberos",
        }
    }

    /// The scheme of that name, in any case.
    pub fn of(name: &str) -> Option<Self> {
        [Self::Ntlm, Self::Kerberos].into_iter().find(|scheme| scheme.name().eq_ignore_ascii_case(name))
    }
}

/// Which values a signature covers. Every server since OCS 2007 demands version 4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// Without the To URI and asserted identities; the REGISTER that completes the handshake is not signed.
    V2 = 2,
    /// As 4, but the REGISTER that completes the handshake is not signed.
    V3 = 3,
    /// Everything is signed.
    V4 = 4,
}

impl Version {
    /// The version that a challenge's `version` parameter names; absent or older means 2, newer means 4.
    pub fn of(parameter: Option<&str>) -> Self {
        match parameter.and_then(|text| text.trim().parse::<u32>().ok()) {
            Some(4..) => Self::V4,
            Some(3) => Self::V3,
            _ => Self::V2,
        }
    }
}
