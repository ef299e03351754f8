//! The product's files.

use super::switch::dn;
use std::{
    fmt::Write,
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
};
use tempfile::TempDir;
use uc_lab::lab::plugin_directory;

/// A folder with certificate, configuration and directory.
pub(super) struct Site {
    folder: TempDir,
}

impl Site {
    pub(super) fn new() -> Self {
        let site = Self { folder: tempfile::tempdir().unwrap() };
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        fs::write(site.path("cert.pem"), made.cert.pem()).unwrap();
        fs::write(site.path("key.pem"), made.signing_key.serialize_pem()).unwrap();
        fs::write(site.path("watcher.secret"), super::PASSWORD).unwrap();
        fs::create_dir(site.path("private")).unwrap();
        site
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Defaults everywhere but for addresses; the log goes to a file. Gives the configuration's path.
    pub(super) fn write(&self, users: u32, platform: SocketAddr, t_server: SocketAddr, account: &str) -> PathBuf {
        let plugins = plugin_directory().unwrap();
        let config = format!(
            "[directory]\nfile = 'directory.toml'\n[log]\nfile = 'connector.log'\n[[t-server]]\nname = 'lab'\n\
             address = '{t_server}'\n[web]\nlisten = '127.0.0.1:0'\n[admin]\nlisten = '127.0.0.1:0'\n[plugins]\n\
             directory = '{}'\nprivate-directory = 'private'\n[[plugin]]\nname = 'lync'\nfile = 'libuc_lync.so'\n\
             [plugin.settings]\nservers = ['localhost:{}']\naccounts = [{account}]\n[plugin.settings.tls]\n\
             ca = 'cert.pem'\n",
            plugins.display(),
            platform.port(),
        );
        fs::write(self.path("connector.toml"), config).unwrap();
        fs::write(self.path("directory.toml"), directory(users)).unwrap();
        self.path("connector.toml")
    }
}

/// `u0000007` at the desk with DN 10000007.
fn directory(users: u32) -> String {
    let mut text = String::from("[[switch]]\nname = 'lab'\nt-server = 'lab'\n");
    for user in 0..users {
        let dn = dn(user);
        write!(
            text,
            "[[place]]\nname = 'desk-{dn}'\ndns = [{{ dn = '{dn}', switch = 'lab' }}]\n[[worker]]\nuser = 'user{dn}'\n\
             agent-id = '{dn}'\nplace = 'desk-{dn}'\nsip-address = 'sip:u{user:07}@example.com'\n"
        )
        .unwrap();
    }
    text
}

/// The product, as it is shipped.
pub(super) fn product() -> PathBuf {
    plugin_directory().unwrap().join("uc-connector")
}

/// Whether the product was built as this bench was.
pub(super) fn is_built() -> bool {
    let there = |path: &Path| path.exists();
    there(&product()) && there(&plugin_directory().unwrap().join("libuc_lync.so"))
}
