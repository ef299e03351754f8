//! The browser client, compiled in, and the site's own icons and sounds below `/files/`.

use super::{browser::is_old, config::Problem, fault::Fault, known_version::is_known};
use rust_embed::{EmbeddedFile, RustEmbed};
use std::{
    borrow::Cow,
    fs::Metadata,
    io::Read as _,
    path::{Component, Path, PathBuf},
};
use toml::Spanned;
use warp::{
    Filter,
    filters::BoxedFilter,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    path::FullPath,
    reply::Response,
};

/// What `npm run build` leaves in `web/`. Debug builds read it from there at every request.
#[derive(RustEmbed)]
#[folder = "$UC_WEB_DIST"]
#[allow_missing = true]
struct Client;

/// The page for old browsers, such as the extension window of a desktop UC client (requirements F34).
const EXTENSION: &str = "extension/index.html";
/// Larger files are no icons and no ring tones.
const LARGEST_FILE: u64 = 8 * 1024 * 1024;

const NOT_BUILT: &str = "<!doctype html><title>UC Connector</title>\
    <p>This build has no browser client. Run <code>npm ci && npm run build</code> in <code>web/</code>, then build \
    the service again.";

/// The client's files; the index at `/`. The last route: it answers every path.
pub(super) fn client() -> BoxedFilter<(Response,)> {
    let query = warp::query::raw().or(warp::any().map(String::new)).unify();
    let serve = |path: FullPath, method, headers, query: String| match path.as_str() {
        "/extension" => to_extension(&query),
        path => client_file(path, &method, &headers),
    };
    request().and(query).map(serve).boxed()
}

/// Files of the configured folder, or nothing but 404.
pub(super) fn files(folder: Option<&Spanned<PathBuf>>) -> Result<BoxedFilter<(Response,)>, Problem> {
    let root = folder.map(|folder| {
        let text = format!("{} is no folder that can be read", folder.get_ref().display());
        let found = folder.get_ref().is_dir().then(|| folder.get_ref().clone());
        found.ok_or_else(|| Problem::at("web.files", folder, text))
    });
    let root = root.transpose()?;
    let serve = move |path: FullPath, method: Method, headers: HeaderMap| {
        let root = root.clone();
        async move {
            let served = site_file(root, path.as_str(), &method, &headers).await;
            served.unwrap_or_else(|| Fault::not_found().into_response())
        }
    };
    Ok(warp::path("files").and(request()).then(serve).boxed())
}

fn request() -> BoxedFilter<(FullPath, Method, HeaderMap)> {
    warp::path::full().and(warp::method()).and(warp::header::headers_cloned()).boxed()
}

/// Its files lie below it, and are named as seen from there.
fn to_extension(query: &str) -> Response {
    let mark = if query.is_empty() { "" } else { "?" };
    let mut response = Response::default();
    *response.status_mut() = StatusCode::SEE_OTHER;
    let location = HeaderValue::from_str(&format!("/extension/{mark}{query}"));
    response.headers_mut().insert(header::LOCATION, location.expect("it has been the query of an address"));
    response
}

fn client_file(path: &str, method: &Method, headers: &HeaderMap) -> Response {
    if !matches!(*method, Method::GET | Method::HEAD) {
        return Fault::not_found().into_response();
    }
    let name = match path {
        "/" if is_old(headers) => EXTENSION,
        "/" => "index.html",
        "/extension/" => EXTENSION,
        path => path.trim_start_matches('/'),
    };
    let mut response = match Client::get(name) {
        Some(file) => embedded(name, file, headers),
        None if matches!(name, "index.html" | EXTENSION) => {
            page(NOT_BUILT.as_bytes().into(), "text/html; charset=utf-8")
        }
        None => Fault::not_found().into_response(),
    };
    if path == "/" {
        response.headers_mut().insert(header::VARY, HeaderValue::from_static("user-agent"));
    }
    response
}

fn embedded(name: &str, file: EmbeddedFile, headers: &HeaderMap) -> Response {
    // Vite writes the content's hash into the names below assets/.
    let cache = if name.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    versioned(file.data, media_type(name), &file.metadata.sha256_hash(), cache, headers)
}

/// A body with the hash of it as its version, unless the browser has that one already.
pub(super) fn versioned(
    body: Cow<'static, [u8]>,
    media: &'static str,
    hash: &[u8; 32],
    cache: &'static str,
    headers: &HeaderMap,
) -> Response {
    let tag = format!("\"{:032x}\"", u128::from_be_bytes(*hash.first_chunk().expect("a SHA-256 has 32 bytes")));
    let mut response = if is_known(headers, &tag) { unchanged() } else { page(body, media) };
    let headers = response.headers_mut();
    headers.insert(header::ETAG, HeaderValue::from_str(&tag).expect("hexadecimal digits in quotes"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    response
}

fn unchanged() -> Response {
    let mut unchanged = Response::default();
    *unchanged.status_mut() = StatusCode::NOT_MODIFIED;
    unchanged
}

fn page(body: Cow<'static, [u8]>, media: &'static str) -> Response {
    let body = match body {
        Cow::Borrowed(bytes) => bytes::Bytes::from_static(bytes),
        Cow::Owned(bytes) => bytes.into(),
    };
    let mut response = Response::new(body.into());
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    response
}

/// None: there is no such file, or it is none of ours.
async fn site_file(root: Option<PathBuf>, path: &str, method: &Method, headers: &HeaderMap) -> Option<Response> {
    let root = root.filter(|_| matches!(*method, Method::GET | Method::HEAD))?;
    let name = path.strip_prefix("/files/")?.to_owned();
    let (file, meta) = tokio::task::spawn_blocking(move || served(&root, &name)).await.ok()??;
    let changed = meta.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
    let tag = format!("\"{:x}-{:x}\"", changed.as_millis(), meta.len());
    let mut response = if is_known(headers, &tag) {
        unchanged()
    } else {
        page(tokio::fs::read(&file).await.ok()?.into(), media_type(file.to_str()?))
    };
    let headers = response.headers_mut();
    headers.insert(header::ETAG, HeaderValue::from_str(&tag).ok()?);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Some(response)
}

/// Whether a page that asks for a file of the configured folder by this name gets it.
pub fn is_fetchable(root: &Path, name: &str) -> bool {
    // Browsers write anything else as an escape sequence, or take it for the end of the path.
    let plain = |byte: u8| byte.is_ascii_graphic() && !b"\"#<>?^`{}".contains(&byte);
    let is_read = |file: &Path| uc_files::open(file).and_then(|mut file| file.read(&mut [0])).is_ok();
    name.bytes().all(plain) && served(root, name).is_some_and(|(file, _)| is_read(&file))
}

/// The file that is served by this name. Blocks.
fn served(root: &Path, name: &str) -> Option<(PathBuf, Metadata)> {
    // The folder may be a link that was swapped meanwhile.
    let root = root.canonicalize().ok()?;
    let file = root.join(relative(name)?).canonicalize().ok()?;
    // A link inside the folder must not lead out of it.
    let meta = file.metadata().ok().filter(|meta| meta.is_file() && file.starts_with(&root))?;
    (meta.len() <= LARGEST_FILE).then_some((file, meta))
}

/// A path of plain names only: no parent, no root, no hidden file, no escape sequence.
fn relative(path: &str) -> Option<&Path> {
    let plain = |part: Component<'_>| match part {
        Component::Normal(name) => name.to_str().is_some_and(|name| !name.starts_with('.')),
        _ => false,
    };
    let relative = Path::new(path);
    let clean = !path.is_empty() && !path.contains(['%', '\\', '\0', ':']);
    (clean && relative.components().all(plain)).then_some(relative)
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "mp3" => "audio/mpeg",
        "ogg" | "oga" => "audio/ogg",
        "wav" => "audio/wav",
        "m4a" => "audio/mp4",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_leads_out_of_the_folder() {
        for path in ["../secret", "a/../../b", "/etc/passwd", "a/.hidden", "%2e%2e/x", "..\\x", "c:x", "", "."] {
            assert_eq!(relative(path), None, "{path}");
        }
        assert_eq!(relative("icons/lunch.svg"), Some(Path::new("icons/lunch.svg")));
    }

    #[tokio::test]
    async fn the_page_for_old_browsers_is_served_where_its_files_are_found() {
        for (asked, status, location) in [
            ("/extension", 303, Some("/extension/")),
            ("/extension?window=narrow&a=%20", 303, Some("/extension/?window=narrow&a=%20")),
            ("/extension/", 200, None),
        ] {
            let reply = warp::test::request().path(asked).reply(&client()).await;
            let led = reply.headers().get(header::LOCATION).map(|value| value.to_str().unwrap());
            assert_eq!((reply.status().as_u16(), led), (status, location), "{asked}");
        }
    }

    #[tokio::test]
    async fn what_is_fetchable_is_what_is_served() {
        let (outside, root) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let at = |name: &str| root.path().join(name);
        std::fs::write(outside.path().join("secret.ogg"), "secret").unwrap();
        std::os::unix::fs::symlink(outside.path().join("secret.ogg"), at("link.ogg")).unwrap();
        std::fs::create_dir(at("tones")).unwrap();
        for name in
            ["ring.ogg", "tones/~a+b.ogg", ".hidden.ogg", "50%.ogg", "two words.ogg", "Gl\u{f6}ckchen.ogg", "a?b#c.ogg"]
        {
            std::fs::write(at(name), "sound").unwrap();
        }
        std::fs::File::create(at("large.ogg")).unwrap().set_len(LARGEST_FILE + 1).unwrap();
        // As the site names it, as browsers ask for it, and whether they get it.
        for (name, asked, fetchable) in [
            ("ring.ogg", "ring.ogg", true),
            ("tones/~a+b.ogg", "tones/~a+b.ogg", true),
            ("tones", "tones", false),
            ("missing.ogg", "missing.ogg", false),
            ("link.ogg", "link.ogg", false),
            ("../ring.ogg", "../ring.ogg", false),
            (".hidden.ogg", ".hidden.ogg", false),
            ("large.ogg", "large.ogg", false),
            ("50%.ogg", "50%.ogg", false),
            ("two words.ogg", "two%20words.ogg", false),
            ("Gl\u{f6}ckchen.ogg", "Gl%C3%B6ckchen.ogg", false),
            ("a?b#c.ogg", "a", false),
        ] {
            assert_eq!(is_fetchable(root.path(), name), fetchable, "{name}");
            let (folder, path) = (Some(root.path().to_owned()), format!("/files/{asked}"));
            let served = site_file(folder, &path, &Method::GET, &HeaderMap::new()).await;
            assert_eq!(served.is_some(), fetchable, "{asked}");
        }
        // Not even root reads it.
        assert!(!is_fetchable(Path::new("/proc/self"), "clear_refs"));
    }

    #[tokio::test]
    async fn links_out_of_the_folder_are_not_followed() {
        let outside = tempfile::tempdir().unwrap();
        std::fs::write(outside.path().join("secret.txt"), "secret").unwrap();
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("ring.ogg"), "sound").unwrap();
        std::os::unix::fs::symlink(outside.path().join("secret.txt"), root.path().join("link.txt")).unwrap();
        let folder = Some(root.path().canonicalize().unwrap());
        let get = async |path| site_file(folder.clone(), path, &Method::GET, &HeaderMap::new()).await;
        assert_eq!(get("/files/ring.ogg").await.unwrap().headers()[header::CONTENT_TYPE], "audio/ogg");
        assert!(get("/files/link.txt").await.is_none());
        assert!(get("/files/").await.is_none());
    }
}
