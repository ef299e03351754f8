//! Icons of states: a predefined id, an http(s) URL, or a path below the document's folder (host/docs/requirements.md,
//! "Presence definition document").

/// What every predefined icon id starts with.
const PREDEFINED: &str = "tag:ucc.genesyslab.com,2013:icons/status/";
const MAX_CHARS: usize = 512;

/// Whether a page may be told to load this icon; an error says why not. A page draws its default icon instead.
///
/// Other schemes (`javascript:`, `data:`, `file:`) and paths that climb out of the folder are refused, because the
/// document may come from another server than the page.
pub(super) fn check(icon: &str) -> Result<(), String> {
    if icon.chars().count() > MAX_CHARS {
        return Err(format!("icon has more than {MAX_CHARS} characters"));
    }
    if icon.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
        return Err("icon holds a blank, control character or backslash".into());
    }
    if let Some(name) = icon.strip_prefix(PREDEFINED) {
        return if name.is_empty() { Err("icon id has no name".into()) } else { Ok(()) };
    }
    match icon.split_once(':') {
        Some(("http" | "https", rest)) if rest.len() > 2 && rest.starts_with("//") => Ok(()),
        Some(_) => Err(format!("icon {icon:?} is neither a predefined id, an http(s) URL nor a relative path")),
        None if icon.starts_with('/') || icon.split('/').any(|part| part == "..") => {
            Err(format!("icon path {icon:?} leaves the document's folder"))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn the_three_documented_forms_pass() {
        for icon in
            ["tag:ucc.genesyslab.com,2013:icons/status/partready", "https://icons.example.com/a.png", "img/lunch.png"]
        {
            assert_eq!(check(icon), Ok(()), "{icon}");
        }
    }

    #[test]
    fn what_could_harm_a_page_is_refused() {
        for icon in [
            "javascript:alert(1)",
            "data:image/png;base64,AA",
            "file:///etc/passwd",
            "../secret.png",
            "a/../../b.png",
            "/etc/passwd",
            "//evil.example.com/x.png",
            "a b.png",
            "a\\b.png",
            "https:",
            "tag:ucc.genesyslab.com,2013:icons/status/",
        ] {
            assert!(check(icon).is_err(), "{icon}");
        }
    }
}
