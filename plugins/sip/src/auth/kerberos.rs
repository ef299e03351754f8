//! Kerberos 5 by the system's GSS-API: integrity only, one token from client to server (MS-SIPAE; RFC 4121).

use super::association::CannotSign;
use libgssapi::context::{ClientCtx, CtxFlags, SecurityContext, ServerCtx};
use libgssapi::credential::{Cred, CredUsage};
use libgssapi::name::Name;
use libgssapi::oid::{GSS_MECH_KRB5, GSS_NT_HOSTBASED_SERVICE, GSS_NT_KRB5_PRINCIPAL, OidSet};

/// Whose ticket to use.
#[derive(Clone, Debug, Default)]
pub struct Identity {
    /// Principal, `alice@EXAMPLE.COM`; none takes the default credential cache's.
    pub principal: Option<String>,
}

/// One established context.
pub(crate) struct Context(Side);

enum Side {
    Client(ClientCtx),
    Server(ServerCtx),
}

impl std::fmt::Debug for Context {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Context(secret)")
    }
}

impl Context {
    /// Asks for a ticket of `target` (`sip/host`) and makes the client's token. This reaches the KDC: call it
    /// where blocking for a network round trip is allowed.
    pub(crate) fn initiate(identity: &Identity, target: &str) -> Result<(Self, Vec<u8>), String> {
        let host = target.split_once('/').map_or(target, |(_, host)| host);
        let service = Name::new(format!("sip@{host}").as_bytes(), Some(GSS_NT_HOSTBASED_SERVICE)).map_err(text)?;
        let krb5 = OidSet::singleton(GSS_MECH_KRB5).map_err(text)?;
        let principal = identity.principal.as_deref();
        let name = principal.map(|name| Name::new(name.as_bytes(), Some(GSS_NT_KRB5_PRINCIPAL))).transpose();
        let name = name.map_err(text)?;
        let credential = Cred::acquire(name.as_ref(), None, CredUsage::Initiate, Some(&krb5)).map_err(text)?;
        let flags = CtxFlags::GSS_C_INTEG_FLAG;
        let mut context = ClientCtx::new(Some(credential), service, flags, Some(GSS_MECH_KRB5));
        let token = context.step(None, None).map_err(text)?.ok_or("no token was made")?;
        Ok((Self(Side::Client(context)), token.to_vec()))
    }

    /// Takes a client's token with the keytab's key of `sip/host`. Gives the client's principal as well.
    pub(crate) fn accept(host: &str, token: &[u8]) -> Result<(Self, String), String> {
        let service = Name::new(format!("sip@{host}").as_bytes(), Some(GSS_NT_HOSTBASED_SERVICE)).map_err(text)?;
        let krb5 = OidSet::singleton(GSS_MECH_KRB5).map_err(text)?;
        let credential = Cred::acquire(Some(&service), None, CredUsage::Accept, Some(&krb5)).map_err(text)?;
        let mut context = ServerCtx::new(Some(credential));
        context.step(token, None).map_err(text)?;
        if !context.is_complete() {
            return Err("the client's token does not complete the context".into());
        }
        let name = context.source_name().and_then(|name| name.display_name()).map_err(text)?;
        Ok((Self(Side::Server(context)), String::from_utf8_lossy(&name).into_owned()))
    }

    pub(crate) fn sign(&mut self, buffer: &[u8]) -> Result<Vec<u8>, CannotSign> {
        let mic = match &mut self.0 {
            Side::Client(context) => context.get_mic(buffer),
            Side::Server(context) => context.get_mic(buffer),
        };
        mic.map(|mic| mic.to_vec()).map_err(|error| CannotSign(text(error)))
    }

    pub(crate) fn verify(&mut self, buffer: &[u8], mic: &[u8]) -> bool {
        match &mut self.0 {
            Side::Client(context) => context.verify_mic(buffer, mic).is_ok(),
            Side::Server(context) => context.verify_mic(buffer, mic).is_ok(),
        }
    }
}

fn text(error: libgssapi::error::Error) -> String {
    error.to_string()
}
