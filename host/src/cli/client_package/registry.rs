//! The registry values of Lync and Skype for Business clients. Sources: Lync 2010 SDK, "Register Contextual
//! Conversation Packages" (`%AppData%` among it); Lync 2013 SDK, "Lync 2013 system registry keys" and "Add custom commands to Lync menus".

use uuid::Uuid;

/// Name of the menu entry and of the extension window (F35).
const NAME: &str = "Genesys UC Connector";
/// Versions of Office whose clients read these keys: Lync 2013 and Skype for Business 2015; Skype for Business 2016.
const OFFICE: [&str; 2] = ["15.0", "16.0"];

/// The service as clients know it.
pub(super) struct Site {
    url: String,
    guid: String,
}

impl Site {
    /// `url`: scheme, host and perhaps port, as the configuration has checked. The GUID is the same for the same address.
    pub(super) fn new(url: &str) -> Self {
        let url = url.trim_end_matches('/').to_owned();
        let guid = Uuid::new_v5(&Uuid::NAMESPACE_URL, url.as_bytes()).braced().to_string().to_uppercase();
        Self { url, guid }
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// In braces and capitals, as registry keys are named.
    pub(super) fn guid(&self) -> &str {
        &self.guid
    }

    /// Scheme and host, without the port: a trusted site has none.
    fn parts(&self) -> (&str, &str) {
        let (scheme, authority) = self.url.split_once("://").unwrap_or(("https", &self.url));
        let end = authority.rfind(':').filter(|at| !authority[*at..].contains(']')).unwrap_or(authority.len());
        (scheme, &authority[..end])
    }

    /// Extension window and trusted site of one user.
    pub(super) fn per_user(&self) -> String {
        let mut file = File::new();
        self.window(&mut file, r"HKEY_CURRENT_USER\Software\Microsoft\Communicator\ContextPackages");
        for version in OFFICE {
            self.window(&mut file, &format!(r"HKEY_CURRENT_USER\Software\Microsoft\Office\{version}\Lync\Addins"));
        }
        let (scheme, host) = self.parts();
        // Not below a version: every client reads this one.
        file.key(&format!(r"HKEY_CURRENT_USER\Software\Microsoft\Office\Lync\Security\Trusted Sites\{host}"));
        file.number(scheme, 1);
        file.0
    }

    /// Menu entry, and the extension window by the policy branch. Custom commands are read per machine only.
    pub(super) fn per_machine(&self) -> String {
        let mut file = File::new();
        for software in [r"SOFTWARE", r"SOFTWARE\WOW6432Node"] {
            let root = format!(r"HKEY_LOCAL_MACHINE\{software}\Microsoft");
            self.menu_entry(&mut file, &format!(r"{root}\Communicator\SessionManager\Apps"));
            for version in OFFICE {
                self.menu_entry(&mut file, &format!(r"{root}\Office\{version}\Lync\SessionManager\Apps"));
            }
        }
        self.window(&mut file, r"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\Communicator\ContextPackages");
        file.0
    }

    fn window(&self, file: &mut File, below: &str) {
        // An invitation brings its one-time token as application data; without one, `/join/` leads to the page as well.
        let page = format!("{}/join/%AppData%", self.url);
        file.key(&format!(r"{below}\{}", self.guid));
        file.text("Name", NAME);
        file.text("InternalURL", &page);
        file.text("ExternalURL", &page);
        file.number("DefaultContextPackage", 0);
        file.number("ExtensibilityWindowSize", 1);
    }

    fn menu_entry(&self, file: &mut File, below: &str) {
        file.key(&format!(r"{below}\{}", self.guid));
        file.text("Name", NAME);
        // A protocol: Windows opens the address with the default browser.
        file.number("ApplicationType", 1);
        file.text("Path", &format!("{}/", self.url));
        // Local: nobody else is asked to start it.
        file.number("SessionType", 0);
        file.text("ExtensibleMenu", "MainWindowActions");
    }
}

/// A registration file, version 5.
struct File(String);

impl File {
    fn new() -> Self {
        Self("Windows Registry Editor Version 5.00\n".into())
    }

    fn key(&mut self, path: &str) {
        self.0 += &format!("\n[{path}]\n");
    }

    fn text(&mut self, name: &str, value: &str) {
        self.0 += &format!("\"{name}\"=\"{}\"\n", value.replace('\\', r"\\").replace('"', "\\\""));
    }

    fn number(&mut self, name: &str, value: u32) {
        self.0 += &format!("\"{name}\"=dword:{value:08x}\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_keeps_its_guid() {
        let site = Site::new("https://uc.example.com/");
        assert_eq!(site.guid(), Site::new("https://uc.example.com").guid());
        assert_ne!(site.guid(), Site::new("https://uc.example.org").guid());
        // Plug-ins that invite make the same of the address in an invitation (plugins/lync/src/window.rs).
        assert_eq!(site.guid(), "{D88F1C6B-861A-5679-8938-7B675018B735}");
    }

    #[test]
    fn a_trusted_site_has_no_port() {
        assert_eq!(Site::new("https://uc.example:8443").parts(), ("https", "uc.example"));
        assert_eq!(Site::new("http://[::1]:80").parts(), ("http", "[::1]"));
        assert_eq!(Site::new("http://[::1]").parts(), ("http", "[::1]"));
    }

    #[test]
    fn values_are_quoted() {
        let mut file = File(String::new());
        file.text("Path", r#"C:\a "b""#);
        assert_eq!(file.0, "\"Path\"=\"C:\\\\a \\\"b\\\"\"\n");
    }
}
