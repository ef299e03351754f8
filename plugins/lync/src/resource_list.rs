//! A resource list (`application/rlmi+xml`, RFC 4662 section 5, with Microsoft's `resubscribe`): how the watching of
//! each person stands. Pure.

use uc_sip::site::xml::{BadXml, Cursor, Element, Namespace};

/// Longest URI of a pool, longest reason.
const MAX_TEXT: usize = 512;

/// How the watching of people stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Resources {
    /// Everybody whom the list names.
    pub(crate) all: Vec<Resource>,
    /// Whether it names everybody who is watched in its dialog (`fullState`): whoever is missing is not.
    pub(crate) full: bool,
    /// Why it could not be read to its end: it may have named others.
    pub(crate) broken: Option<BadXml>,
}

/// How watching one person stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Resource {
    /// Who, as written.
    pub(crate) uri: String,
    /// The subscriptions that the server has made of the one: several where it was forked (RFC 4662, section 5.5).
    pub(crate) instances: Vec<Instance>,
}

impl Resource {
    /// How it stands, judged by all instances: a person is watched as long as one of them is; none without any, for then
    /// the server says nothing yet.
    pub(crate) fn standing(&self) -> Option<&Standing> {
        self.instances.iter().map(|instance| &instance.standing).min_by_key(|standing| standing.rank())
    }
}

/// One subscription to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Instance {
    /// How it stands.
    pub(crate) standing: Standing,
    /// Content-ID of the part beside the list that tells of the person (RFC 4662, section 5.5); empty: there is none.
    pub(crate) cid: String,
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
    /// Something else, such as `pending`: whether the person is watched is not known.
    Unclear {
        /// The server's word, may be empty.
        state: String,
    },
}

impl Standing {
    /// Which of several counts: the least. Where the server sends to is followed before a word that may mean anything, and
    /// refused is only who is refused everywhere.
    fn rank(&self) -> u8 {
        match self {
            Self::Active => 0,
            Self::Resubscribe { .. } => 1,
            Self::Unclear { .. } => 2,
            Self::Terminated { .. } => 3,
        }
    }
}

/// Reads a resource list. Of a partial one only what it names has changed.
///
/// # Errors
/// [`BadXml`]: the server's fault.
pub(crate) fn read(body: &[u8]) -> Result<Resources, BadXml> {
    let mut cursor = Cursor::new(body)?.lenient();
    let root = cursor.root(Namespace::ResourceList, "list")?;
    let full = root.attribute("fullState").is_some_and(|full| matches!(full.trim(), "true" | "1"));
    let mut resources = Resources { full, ..Resources::default() };
    resources.broken = list(&mut cursor, &mut resources.all).err();
    Ok(resources)
}

fn list(cursor: &mut Cursor<'_>, all: &mut Vec<Resource>) -> Result<(), BadXml> {
    let mut nameless = None;
    while let Some(resource) = cursor.child()? {
        if !resource.is(Namespace::ResourceList, "resource") {
            cursor.skip()?;
            continue;
        }
        let Some(uri) = resource.attribute("uri") else {
            nameless = Some(BadXml::NoUri);
            cursor.skip()?;
            continue;
        };
        all.push(Resource { uri: uri.into_owned(), instances: Vec::new() });
        let Some(resource) = all.last_mut() else { continue };
        instances(cursor, &mut resource.instances)?;
    }
    nameless.map_or(Ok(()), Err)
}

/// Those of one resource, as far as they can be read.
fn instances(cursor: &mut Cursor<'_>, all: &mut Vec<Instance>) -> Result<(), BadXml> {
    while let Some(instance) = cursor.child()? {
        if instance.is(Namespace::ResourceList, "instance") {
            let cid = instance.attribute("cid").unwrap_or_default();
            let cid = cid.trim().trim_matches(['<', '>']).to_owned();
            all.push(Instance { standing: standing(&instance), cid });
        }
        cursor.skip()?;
    }
    Ok(())
}

fn standing(instance: &Element<'_>) -> Standing {
    let text = |name| instance.attribute(name).map(|text| text.chars().take(MAX_TEXT).collect::<String>());
    match instance.attribute("state").as_deref() {
        Some("active") => Standing::Active,
        Some("terminated") => {
            Standing::Terminated { reason: text("reason").or_else(|| text("statusCode")).unwrap_or_default() }
        }
        Some("resubscribe") => Standing::Resubscribe { pool: text("poolFqdn").filter(|pool| is_pool(pool)) },
        state => Standing::Unclear { state: state.unwrap_or_default().chars().take(32).collect() },
    }
}

/// What may become a Request-URI.
fn is_pool(uri: &str) -> bool {
    let sip = uri.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("sip:"));
    sip && uri.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>' | b'"'))
}
