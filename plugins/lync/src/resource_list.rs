//! A resource list (`application/rlmi+xml`, RFC 4662 section 5, with Microsoft's `resubscribe`): how the watching of
//! each person stands. Pure.

use uc_sip::site::xml::{BadXml, Cursor, Namespace};

/// Longest URI of a pool.
const MAX_URI: usize = 512;

/// How watching one person stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Resource {
    /// Who, as written.
    pub(crate) uri: String,
    /// How it stands.
    pub(crate) standing: Standing,
}

/// State of one `instance`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Watched.
    Active,
    /// Refused, unknown, or over the limit.
    Terminated {
        /// The server's reason or status code, may be empty.
        reason: String,
    },
    /// To be subscribed to elsewhere.
    Resubscribe {
        /// The home pool; none: at the person.
        pool: Option<String>,
    },
}

/// Reads a resource list, full or partial: only what it names has changed.
///
/// # Errors
/// [`BadXml`]: the server's fault.
pub(crate) fn read(body: &[u8]) -> Result<Vec<Resource>, BadXml> {
    let mut cursor = Cursor::new(body)?;
    cursor.root(Namespace::ResourceList, "list")?;
    let mut resources = Vec::new();
    while let Some(resource) = cursor.child()? {
        let uri = resource.attribute("uri").filter(|_| resource.is(Namespace::ResourceList, "resource"));
        let Some(uri) = uri else {
            cursor.skip()?;
            continue;
        };
        while let Some(instance) = cursor.child()? {
            let text = |name| instance.attribute(name).map(|text| text.chars().take(MAX_URI).collect::<String>());
            let standing = match instance.attribute("state").as_deref() {
                Some("active") => Some(Standing::Active),
                Some("terminated") => {
                    let reason = text("reason").or_else(|| text("statusCode")).unwrap_or_default();
                    Some(Standing::Terminated { reason })
                }
                Some("resubscribe") => Some(Standing::Resubscribe { pool: text("poolFqdn").filter(|p| is_pool(p)) }),
                _ => None,
            };
            resources.extend(standing.map(|standing| Resource { uri: uri.clone().into_owned(), standing }));
            cursor.skip()?;
        }
    }
    Ok(resources)
}

/// What may become a Request-URI.
fn is_pool(uri: &str) -> bool {
    let sip = uri.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("sip:"));
    sip && uri.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>' | b'"'))
}
