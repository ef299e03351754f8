//! Kerberos 5 by the system's GSS-API: integrity only, one token from client to server (MS-SIPAE; RFC 4121).

use super::association::CannotSign;
use super::{NoTicket, Obstacle};
use libgssapi::context::{ClientCtx, CtxFlags, SecurityContext, ServerCtx};
use libgssapi::credential::{Cred, CredUsage};
use libgssapi::error::Error;
use libgssapi::name::Name;
use libgssapi::oid::{GSS_MECH_KRB5, GSS_NT_HOSTBASED_SERVICE, GSS_NT_KRB5_PRINCIPAL, OidSet};
use tokio::runtime::{Handle, RuntimeFlavor};

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
    /// Asks for a ticket of `target` (`sip/host`) and makes the client's token. Cache and keytab are read afresh each
    /// time, so a ticket that somebody has renewed meanwhile is taken.
    ///
    /// # Errors
    /// [`NoTicket`]: what stands in the way.
    pub(crate) fn initiate(identity: &Identity, target: &str) -> Result<(Self, Vec<u8>), NoTicket> {
        let made = blocking(|| Self::token(identity, target))
            .map_err(|error| NoTicket { obstacle: Obstacle::of(error.minor.cast_signed()), said: text(error) })?;
        let (context, token) = made;
        let token = token.ok_or_else(|| NoTicket { obstacle: Obstacle::Other, said: "no token was made".into() })?;
        Ok((Self(Side::Client(context)), token))
    }

    fn token(identity: &Identity, target: &str) -> Result<(ClientCtx, Option<Vec<u8>>), Error> {
        let host = target.split_once('/').map_or(target, |(_, host)| host);
        let service = Name::new(format!("sip@{host}").as_bytes(), Some(GSS_NT_HOSTBASED_SERVICE))?;
        let krb5 = OidSet::singleton(GSS_MECH_KRB5)?;
        let principal = identity.principal.as_deref();
        let name = principal.map(|name| Name::new(name.as_bytes(), Some(GSS_NT_KRB5_PRINCIPAL))).transpose()?;
        let credential = Cred::acquire(name.as_ref(), None, CredUsage::Initiate, Some(&krb5))?;
        let flags = CtxFlags::GSS_C_INTEG_FLAG;
        let mut context = ClientCtx::new(Some(credential), service, flags, Some(GSS_MECH_KRB5));
        let token = context.step(None, None)?.map(|token| token.to_vec());
        Ok((context, token))
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

/// Runs what asks a KDC, which takes half a minute when none answers: the tasks beside this one go on meanwhile, as long as
/// the runtime has a thread left. Plug-ins take turns for that (`site::turns`).
fn blocking<T>(work: impl FnOnce() -> T) -> T {
    match Handle::try_current().map(|handle| handle.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(work),
        _ => work(),
    }
}

fn text(error: Error) -> String {
    error.to_string()
}
