//! The address that a value leads to: a template of the operator, filled with what a stranger may have typed.

use std::{fmt::Write as _, sync::Arc};

/// What the value takes the place of.
const PLACE: &str = "{value}";
/// Longest template, in bytes.
const LONGEST_TEMPLATE: usize = 1000;
/// Longest value that is made a link of, in bytes: servers and browsers refuse much longer addresses.
const LONGEST_VALUE: usize = 500;
/// What is allowed, as an operator reads it.
pub(super) const ALLOWED: &str = "an https address without user or password, with {value} after the host, such as https://crm.example.com/order/{value}";

/// An https address with `{value}` behind its host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkTemplate(Arc<str>);

impl LinkTemplate {
    /// Reads a template.
    ///
    /// # Errors
    /// What is wrong with it: the operator's fault.
    pub fn read(text: &str) -> Result<Self, &'static str> {
        if text.len() > LONGEST_TEMPLATE {
            return Err("this is longer than 1000 bytes");
        }
        let (host, rest) = parts(text).ok_or("this is no https address")?;
        if host.contains('@') {
            return Err("credentials do not belong into an address: every worker would see them");
        }
        if host.contains(['{', '}']) {
            return Err("the value may not choose the host");
        }
        if !is_host(host) {
            return Err("this names no host");
        }
        let fixed = rest.replace(PLACE, "");
        if fixed.contains(['{', '}']) {
            return Err("{value} is the only placeholder");
        }
        if fixed.len() == rest.len() {
            return Err("{value} is missing: every value would lead to the same page");
        }
        if !fixed.bytes().all(is_of_address) {
            return Err("there is a character that an address must percent-encode");
        }
        if leads_up(&rest.replace(PLACE, "x")) {
            return Err("this leads up through its path");
        }
        Ok(Self(text.into()))
    }

    /// The address for a value, which is percent-encoded whole; none when it is empty, too long, or would lead up
    /// through the path: browsers take `..` for that however it is written.
    pub fn fill(&self, value: &str) -> Option<String> {
        if value.is_empty() || value.len() > LONGEST_VALUE {
            return None;
        }
        let address = self.0.replace(PLACE, &encoded(value));
        (!parts(&address).is_some_and(|(_, rest)| leads_up(rest))).then_some(address)
    }
}

/// Host with port, and what follows it.
fn parts(address: &str) -> Option<(&str, &str)> {
    let rest = address.strip_prefix("https://")?;
    Some(rest.split_at(rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len())))
}

fn is_host(host: &str) -> bool {
    let (name, port) = host.rsplit_once(':').filter(|(_, port)| !port.contains(']')).unwrap_or((host, "443"));
    let bracketed = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
    let named = match bracketed {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte)),
    };
    named && port.parse::<u16>().is_ok_and(|port| port != 0)
}

/// Unreserved, reserved and percent signs of RFC 3986.
fn is_of_address(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte)
}

fn leads_up(rest: &str) -> bool {
    let path = rest.split(['?', '#']).next().unwrap_or_default();
    path.split('/').any(|step| matches!(&*step.to_ascii_lowercase().replace("%2e", "."), "." | ".."))
}

/// Everything but the unreserved characters of RFC 3986.
fn encoded(value: &str) -> String {
    let mut out = String::with_capacity(value.len() * 3);
    for byte in value.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(byte.into()),
            _ => drop(write!(out, "%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_template_is_https_with_the_value_behind_the_host() {
        for good in [
            "https://crm.example.com/order/{value}",
            "https://crm.example.com:8443/?q={value}&again={value}#{value}",
            "https://[2001:db8::1]/{value}",
            "https://crm/{value}.html",
        ] {
            LinkTemplate::read(good).unwrap_or_else(|why| panic!("{good}: {why}"));
        }
        for (bad, why) in [
            ("http://crm.example.com/{value}", "no https"),
            ("HTTPS://crm.example.com/{value}", "no https"),
            ("javascript:alert({value})", "no https"),
            ("data:text/html,{value}", "no https"),
            ("//crm.example.com/{value}", "no https"),
            ("{value}", "no https"),
            ("https://kim:secret@crm.example.com/{value}", "credentials"),
            ("https://{value}@crm.example.com/", "credentials"),
            ("https://{value}.example.com/", "choose the host"),
            ("https://{value}", "choose the host"),
            ("https:///{value}", "no host"),
            ("https://crm.example.com:x/{value}", "no host"),
            ("https://crm example/{value}", "no host"),
            ("https://crm.example.com/order", "missing"),
            ("https://crm.example.com/{key}/{value}", "only placeholder"),
            ("https://crm.example.com/{value", "only placeholder"),
            ("https://crm.example.com/{{value}}", "only placeholder"),
            ("https://crm.example.com/a b/{value}", "percent-encode"),
            ("https://crm.example.com\\{value}", "percent-encode"),
            ("https://crm.example.com/\n{value}", "percent-encode"),
            ("https://crm.example.com/a/%2E./{value}", "leads up"),
        ] {
            assert!(
                LinkTemplate::read(bad).is_err_and(|told| told.contains(why)),
                "{bad:?}: {:?}",
                LinkTemplate::read(bad)
            );
        }
        assert!(LinkTemplate::read(&format!("https://h/{}{{value}}", "x".repeat(1000))).is_err());
    }

    #[test]
    fn a_value_stays_a_value() {
        let link = LinkTemplate::read("https://h/a/{value}/b").unwrap();
        for (value, address) in [
            ("4711", Some("https://h/a/4711/b")),
            ("a b/../c", Some("https://h/a/a%20b%2F..%2Fc/b")),
            ("?x=1#y", Some("https://h/a/%3Fx%3D1%23y/b")),
            ("javascript:alert(1)", Some("https://h/a/javascript%3Aalert%281%29/b")),
            ("\"><script>", Some("https://h/a/%22%3E%3Cscript%3E/b")),
            ("a\r\nb", Some("https://h/a/a%0D%0Ab/b")),
            ("%2e%2e", Some("https://h/a/%252e%252e/b")),
            ("{value}", Some("https://h/a/%7Bvalue%7D/b")),
            ("Größe", Some("https://h/a/Gr%C3%B6%C3%9Fe/b")),
            ("..", None),
            (".", None),
            ("", None),
        ] {
            assert_eq!(link.fill(value).as_deref(), address, "{value:?}");
        }
        assert_eq!(link.fill(&"x".repeat(501)), None);
        let dotted = LinkTemplate::read("https://h/.{value}").unwrap();
        assert_eq!((dotted.fill("."), dotted.fill("x").as_deref()), (None, Some("https://h/.x")));
    }

    proptest! {
        #[test]
        fn no_value_changes_where_it_leads(value in any::<String>()) {
            let link = LinkTemplate::read("https://h/a/{value}/b?c={value}").unwrap();
            if let Some(address) = link.fill(&value) {
                prop_assert!(address.starts_with("https://h/a/") && address.bytes().all(is_of_address));
                prop_assert_eq!(address.matches('/').count(), 5);
                prop_assert_eq!((address.matches('?').count(), address.matches(['#', '@']).count()), (1, 0));
            }
        }
    }
}
