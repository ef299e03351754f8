//! The texts of the pages: one Fluent file for each language, the client's own with what the site says otherwise. A page
//! takes the last of a key, so that the site's stand after the client's.

use super::{assets, fault::Fault};
use sha2::{Digest as _, Sha256};
use std::{collections::BTreeMap, sync::Arc};
use tokio::sync::watch;
use warp::{
    Filter,
    filters::BoxedFilter,
    http::{HeaderMap, Method},
    reply::Response,
};

/// The client's language files by their tags (BCP 47), in the order of the alphabet.
static LANGUAGES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/languages.rs"));

/// What the site says otherwise, by language: Fluent files in which nothing is wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SiteTexts(Arc<BTreeMap<&'static str, Box<str>>>);

impl FromIterator<(&'static str, Box<str>)> for SiteTexts {
    fn from_iter<T: IntoIterator<Item = (&'static str, Box<str>)>>(texts: T) -> Self {
        Self(Arc::new(texts.into_iter().collect()))
    }
}

/// The languages that pages can speak (BCP 47).
pub fn languages() -> impl Iterator<Item = &'static str> {
    LANGUAGES.iter().map(|(tag, _)| *tag)
}

/// The client's own texts in a language; none: it does not speak it.
pub fn own_texts(language: &str) -> Option<&'static str> {
    LANGUAGES.iter().find(|(tag, _)| *tag == language).map(|(_, texts)| *texts)
}

/// The client's own text of a key that is one line without places, and the language it is in: the one whose tag, or the
/// first part of it, is asked for; else English.
pub(super) fn in_the_language(asked: &str, key: &str) -> (&'static str, &'static str) {
    let first = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
    let same = languages().find(|tag| tag.eq_ignore_ascii_case(asked));
    let language = same.or_else(|| languages().find(|tag| first(tag) == first(asked))).unwrap_or("en");
    let lines = own_texts(language).unwrap_or_default().lines();
    let text =
        lines.filter_map(|line| line.split_once(" = ")).find(|(name, _)| *name == key).map_or("", |(_, text)| text);
    (language, text)
}

/// `GET /api/v1/texts/LANGUAGE`, for the sign-in page too.
pub(super) fn route(site: watch::Receiver<SiteTexts>) -> BoxedFilter<(Response,)> {
    let path = warp::path!("api" / "v1" / "texts" / String).and(warp::method()).and(warp::header::headers_cloned());
    path.map(move |language: String, method: Method, headers: HeaderMap| {
        if !matches!(method, Method::GET | Method::HEAD) {
            return Fault::not_allowed("GET, HEAD").into_response();
        }
        let site = site.borrow().clone();
        let texts = own_texts(&language).map(|own| joined(own, site.0.get(&*language).map(AsRef::as_ref)));
        texts.map_or_else(|| Fault::not_found().into_response(), |texts| answered(texts, &headers))
    })
    .boxed()
}

fn joined(own: &str, site: Option<&str>) -> String {
    [own, site.unwrap_or_default()].join("\n")
}

fn answered(texts: String, headers: &HeaderMap) -> Response {
    let hash = Sha256::digest(&texts).into();
    assets::versioned(texts.into_bytes().into(), "text/plain; charset=utf-8", &hash, "no-cache", headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_of_the_client_has_the_texts_of_a_preview() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/src/languages");
        let names = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
        let mut tags: Vec<_> = names.filter_map(|name| Some(name.strip_suffix(".ftl")?.to_owned())).collect();
        tags.sort();
        assert_eq!(languages().collect::<Vec<_>>(), tags);
        assert!(tags.len() >= 14 && tags.iter().any(|tag| tag == "en"), "{tags:?}");
        assert!(languages().all(|tag| own_texts(tag).unwrap().contains("preview-accept = ")));
    }

    #[tokio::test]
    async fn what_the_site_says_comes_last_and_is_known_by_its_tag() {
        let (site, current) = watch::channel(SiteTexts::default());
        let route = route(current);
        let get = |tag: &'static str, known: String| {
            let route = route.clone();
            let request = warp::test::request().path(tag).header("if-none-match", known);
            async move { request.reply(&route).await }
        };
        let plain = get("/api/v1/texts/de", String::new()).await;
        let tag = plain.headers()["etag"].to_str().unwrap().to_owned();
        assert_eq!((plain.status().as_u16(), plain.headers()["cache-control"].to_str().unwrap()), (200, "no-cache"));
        assert_eq!(get("/api/v1/texts/de", tag.clone()).await.status(), 304);
        site.send_replace([("de", "preview-accept = Ja\n".into())].into_iter().collect());
        let changed = get("/api/v1/texts/de", tag).await;
        assert_eq!(changed.status(), 200);
        assert!(changed.body().ends_with(b"\npreview-accept = Ja\n"));
        for unknown in ["/api/v1/texts/tlh", "/api/v1/texts/DE", "/api/v1/texts/..%2fde"] {
            assert_eq!(get(unknown, String::new()).await.status(), 404, "{unknown}");
        }
    }
}
