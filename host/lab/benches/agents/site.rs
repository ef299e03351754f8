//! The product's files, and certificates: the connector is a trusted application.

use super::{certificates::Authority, switch::dn};
use std::{
    fmt::Write,
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio_rustls::{TlsAcceptor, TlsConnector};
use uc_lab::lab::plugin_directory;
use uc_sip::transport::tls::{ClientTls, Identity, ServerTls};

/// The application's name.
pub(super) const APPLICATION: &str = "app.example.com";

/// A folder with certificates, configuration and directory.
pub(super) struct Site {
    pub(super) authority: Authority,
    server: Identity,
    pub(super) application: Identity,
}

impl Site {
    pub(super) fn new() -> Self {
        let authority = Authority::new();
        let identity = |(certificates, key)| Identity { certificates, key };
        let server = identity(authority.issue("server", &["localhost"]));
        let application = identity(authority.issue("application", &[APPLICATION]));
        fs::create_dir(authority.folder.path().join("private")).unwrap();
        Self { authority, server, application }
    }

    /// TLS of the Front End, which asks the application for its certificate.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        let server = ServerTls { identity: self.server.clone(), client_ca: Some(self.authority.ca()) };
        TlsAcceptor::from(server.load().unwrap())
    }

    /// Writes the files; `rates` are lines of the plug-in's settings. Gives the configuration's path.
    pub(super) fn write(&self, agents: u32, platform: SocketAddr, t_server: SocketAddr, rates: &str) -> PathBuf {
        let path = |name: &str| self.authority.folder.path().join(name);
        let config = format!(
            "[directory]\nfile = 'directory.toml'\n[log]\nfile = 'connector.log'\n[[t-server]]\nname = 'lab'\n\
             address = '{t_server}'\n[plugins]\ndirectory = '{}'\nprivate-directory = 'private'\n[[plugin]]\n\
             name = 'lync-push'\nfile = 'libuc_lync_push.so'\n[plugin.settings]\nservers = ['localhost:{}']\n{rates}\
             [plugin.settings.tls]\nca = 'ca.pem'\ncert = 'application.crt'\nkey = 'application.key'\n",
            plugin_directory().unwrap().display(),
            platform.port(),
        );
        fs::write(path("connector.toml"), config).unwrap();
        fs::write(path("directory.toml"), directory(agents)).unwrap();
        path("connector.toml")
    }
}

/// The application's side of TLS.
pub(super) fn connector(authority: &Path, application: &Identity) -> TlsConnector {
    let tls = ClientTls { ca: Some(authority.to_owned()), identity: Some(application.clone()) };
    TlsConnector::from(Arc::clone(&tls.load().unwrap()))
}

/// `u0000007` at the desk with DN 10000007.
fn directory(agents: u32) -> String {
    let mut text = String::from("[[switch]]\nname = 'lab'\nt-server = 'lab'\n");
    for agent in 0..agents {
        let dn = dn(agent);
        write!(
            text,
            "[[place]]\nname = 'desk-{dn}'\ndns = [{{ dn = '{dn}', switch = 'lab' }}]\n[[worker]]\nuser = 'user{dn}'\n\
             kind = 'agent'\nagent-id = '{dn}'\nplace = 'desk-{dn}'\nsip-address = 'sip:u{agent:07}@example.com'\n"
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
    product().exists() && plugin_directory().unwrap().join("libuc_lync_push.so").exists()
}
