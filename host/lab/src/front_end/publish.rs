//! The body of a category publish (SERVICE, MS-PRES): what is to be stored, replaced or removed.

use super::{
    state::State,
    xml::{BadXml, Element},
};

/// How long a publication is to stay (`expireType`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lifetime {
    Static,
    Endpoint,
    User,
    /// So many seconds.
    Time(u32),
}

/// What is published.
#[derive(Debug)]
pub(super) struct Value<'a> {
    pub(super) raw: &'a str,
    pub(super) state: Option<State>,
    pub(super) note: Option<(bool, Box<str>)>,
}

/// One `publication` element.
#[derive(Debug)]
pub(super) struct Operation<'a> {
    pub(super) category: String,
    pub(super) instance: u32,
    pub(super) container: u32,
    /// The version the client believes current.
    pub(super) version: u32,
    pub(super) lifetime: Lifetime,
    /// None removes the publication.
    pub(super) value: Option<Value<'a>>,
}

/// Why a body is refused: ms-diagnostics and the words.
pub(super) type Fault = (u32, String);

/// The operations of a body, and whom it is for.
///
/// # Errors
/// The client's fault.
pub(super) fn operations<'a>(body: &'a Element<'a>) -> Result<(String, Vec<Operation<'a>>), Fault> {
    let publications = body.child("publications").ok_or_else(|| missing("publications"))?;
    let user = publications.get("uri").ok_or_else(|| missing("publications/@uri"))?;
    let all = publications.children.iter().filter(|child| child.name == "publication");
    Ok((user.to_owned(), all.map(operation).collect::<Result<_, _>>()?))
}

fn operation<'a>(element: &'a Element<'a>) -> Result<Operation<'a>, Fault> {
    let number = |name: &str| element.number(name).ok_or_else(|| missing(&format!("publication/@{name}")));
    let expires = element.number("expires");
    let lifetime = match element.get("expireType") {
        Some("static") | None => Lifetime::Static,
        Some("endpoint") => Lifetime::Endpoint,
        Some("user") => Lifetime::User,
        Some("time") => Lifetime::Time(expires.unwrap_or(86_400)),
        Some(other) => return Err((4001, format!("expireType {other} is not known"))),
    };
    let container = number("container")?;
    if container > 32_767 {
        return Err((2006, format!("container {container} is beyond 32767")));
    }
    Ok(Operation {
        category: element.get("categoryName").ok_or_else(|| missing("publication/@categoryName"))?.to_owned(),
        instance: number("instance")?,
        container,
        version: number("version")?,
        lifetime,
        value: element.children.first().filter(|_| expires != Some(0)).map(value),
    })
}

fn value<'a>(element: &Element<'a>) -> Value<'a> {
    let note = element.child("body").filter(|_| element.name == "note");
    let note = note.map(|body| (body.get("type") == Some("OOF"), body.text.as_str().into()));
    let state = if element.name == "state" { State::read(element) } else { None };
    Value { raw: element.raw, state, note }
}

fn missing(what: &str) -> Fault {
    (4001, format!("{what} is missing or no number"))
}

/// As every body that cannot be read is answered.
pub(super) fn unreadable(error: &BadXml) -> Fault {
    (4001, format!("XML parse failure: {error}"))
}
