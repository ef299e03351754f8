//! The product's files in a temporary folder: configuration, directory, presence document, token, certificate and the
//! real plug-in.

use super::LabError;
use crate::t_server::SwitchFile;
use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, SaltString},
};
use std::{
    env, fs, io,
    net::SocketAddr,
    path::{Path, PathBuf},
};
use tempfile::TempDir;
use uc_connector::wire::tls::ClientConfigFiles;

/// Everybody's password.
pub const PASSWORD: &str = "secret";
/// Bearer token of the preview service over HTTP.
const TOKEN: &str = "token-of-the-lab-0123456789";
/// The T-Servers and their switches.
const SWITCHES: [&str; 2] = ["lab", "lab2"];
/// The plug-in of sites where workers choose their states on their pages.
const STANDALONE: &str = "libuc_standalone.so";
/// The plug-in of sites with a Front End.
const LYNC: &str = "libuc_lync.so";
/// The presence document of stories that bring none: one of each kind of state.
pub const DOCUMENT: &str = r#"<presence xmlns="http://genesyslab.com/schemas/ucc/presence">
  <state id="open"><display><menuText>Open</menuText></display><genesysAgent ready="true"/></state>
  <state id="busy"><display><menuText>Busy</menuText></display><genesysAgent ready="false"/></state>
  <state id="lunch"><display><menuText>Lunch</menuText><statusText>At lunch</statusText></display>
    <genesysAgent ready="false" mode="away"><reason>lunch</reason></genesysAgent></state>
</presence>"#;

/// What a story needs. The texts are lines of the sections they are named for.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// Workers by user name. The first has agent ID 1000 and DN 5000, the next 1001 and 5001; those after the first
    /// thousand have longer numbers.
    pub workers: Vec<String>,
    /// Every worker has a second DN, 6000, 6001, …, on a switch with a T-Server of its own: an agent ID logs in once
    /// at a T-Server.
    pub two_switches: bool,
    /// Pages and the preview service are served under TLS.
    pub tls: bool,
    /// `[uc-connector]`.
    pub connector: String,
    /// `[[t-server]]`.
    pub t_server: String,
    /// `[routing]`.
    pub routing: String,
    /// `[web]` and the sections below it.
    pub web: String,
    /// `[plugin.settings]`.
    pub settings: String,
    /// The presence document.
    pub document: String,
    /// More of the T-Server's DN file.
    pub dns: String,
    /// Further sections of the configuration.
    pub sections: String,
    /// The Front End whose presence counts: it has `sip:USER@example.com` for every worker, and `sip:watcher@example.com`,
    /// whom it does not challenge. None: workers choose on their pages.
    pub front_end: Option<SocketAddr>,
}

impl Setup {
    /// These workers and nothing else of note.
    pub fn of<'w>(workers: impl IntoIterator<Item = &'w str>) -> Self {
        let workers = workers.into_iter().map(str::to_owned).collect();
        Self { workers, document: DOCUMENT.to_owned(), ..Self::default() }
    }

    /// The main DNs of all workers, in order.
    pub fn numbers(&self) -> Vec<String> {
        (0..self.workers.len()).map(|worker| format!("5{worker:03}")).collect()
    }

    pub(super) fn second_switch(&self) -> SwitchFile {
        let numbers: Vec<_> = (0..self.workers.len()).map(|worker| format!("6{worker:03}")).collect();
        SwitchFile::of_extensions(numbers.iter().map(String::as_str))
    }

    /// The T-Server's DNs.
    pub fn switch(&self) -> SwitchFile {
        let numbers = self.numbers();
        let mut switch = SwitchFile::of_extensions(numbers.iter().map(String::as_str));
        // A mistake here shows as a DN that is missing.
        if let Ok(more) = SwitchFile::parse(&self.dns) {
            switch.dn.extend(more.dn.clone());
            switch = SwitchFile { dn: switch.dn, ..more };
        }
        switch
    }

    fn configuration(&self, t_servers: &[SocketAddr]) -> String {
        let Self { connector, t_server: link, routing, web, sections, .. } = self;
        let certificate = if self.tls { "tls-cert = 'cert.pem'\ntls-key = 'key.pem'" } else { "" };
        let links = SWITCHES.iter().zip(t_servers).map(|(name, address)| {
            let times = "reconnect-min = 0.05\nreconnect-max = 0.5";
            format!("[[t-server]]\nname = '{name}'\naddress = '{address}'\n{times}\n{link}\n")
        });
        let links: String = links.collect();
        format!(
            "[directory]\nfile = 'directory.toml'\n[uc-connector]\n{connector}\n{links}\
             [routing]\nlisten = '127.0.0.1:0'\napi-token-file = 'routing.token'\n{routing}\n\
             [web]\nlisten = '127.0.0.1:0'\n{certificate}\n{web}\n[admin]\nlisten = '127.0.0.1:0'\n\
             {sections}\n\
             [plugins]\ndirectory = 'plugins'\nprivate-directory = 'private'\n{}\n",
            self.plugin()
        )
    }

    fn plugin(&self) -> String {
        let (name, own) = match self.front_end {
            None => ("standalone", "presence-location = 'presence.xml'\nreload-seconds = 1".to_owned()),
            Some(address) => (
                "lync",
                format!(
                    "servers = ['{address}']\ntransport = 'tcp'\n\
                     accounts = [{{ address = 'sip:watcher@example.com', auth = 'trusted' }}]"
                ),
            ),
        };
        format!("[[plugin]]\nname = '{name}'\nfile = '{}'\n[plugin.settings]\n{own}\n{}", self.file(), self.settings)
    }

    fn file(&self) -> &'static str {
        if self.front_end.is_some() { LYNC } else { STANDALONE }
    }

    fn directory(&self) -> String {
        let hash = hash();
        let address = |user: &str| match self.front_end {
            Some(_) => format!("sip-address = 'sip:{user}@example.com'\n"),
            None => String::new(),
        };
        let worker = |(number, user): (usize, &String)| {
            let second = match self.two_switches {
                true => format!(", {{ dn = '6{number:03}', switch = 'lab2' }}"),
                false => String::new(),
            };
            format!(
                "[[place]]\nname = 'desk-{user}'\ndns = [{{ dn = '5{number:03}', switch = 'lab' }}{second}]\n\
                 [[worker]]\nuser = '{user}'\nagent-id = '{}'\nplace = 'desk-{user}'\npassword-hash = '{hash}'\n{}",
                1000 + number,
                address(user)
            )
        };
        let workers: String = self.workers.iter().enumerate().map(worker).collect();
        let switch = |name: &&str| format!("[[switch]]\nname = '{name}'\nt-server = '{name}'\n");
        let switches: String = SWITCHES.iter().take(1 + usize::from(self.two_switches)).map(switch).collect();
        format!("{switches}{workers}")
    }
}

/// The files of one product.
pub struct Site {
    folder: TempDir,
    t_servers: Vec<SocketAddr>,
    /// What the files were written from.
    pub setup: Setup,
}

impl Site {
    /// Writes the files of a product that is connected to these T-Servers.
    ///
    /// # Errors
    /// [`LabError::NoPlugin`], or the disk is full.
    pub fn build(setup: Setup, t_servers: Vec<SocketAddr>) -> Result<Self, LabError> {
        let site = Self { folder: tempfile::tempdir()?, t_servers, setup };
        let built = plugin_directory()?.join(site.setup.file());
        fs::create_dir(site.path("plugins"))?;
        if !built.exists() {
            return Err(LabError::NoPlugin(built.display().to_string()));
        }
        // A link costs nothing; where the folders are on two disks it takes a copy.
        fs::hard_link(&built, site.plugin()).or_else(|_| fs::copy(&built, site.plugin()).map(drop))?;
        if site.setup.tls {
            let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).map_err(io::Error::other)?;
            site.write("cert.pem", made.cert.pem())?;
            site.write("key.pem", made.signing_key.serialize_pem())?;
        }
        site.write("routing.token", TOKEN)?;
        site.rewrite()?;
        Ok(site)
    }

    /// The file with this name.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The configuration.
    pub fn config(&self) -> PathBuf {
        self.path("uc.toml")
    }

    /// The plug-in's file.
    pub fn plugin(&self) -> PathBuf {
        self.path("plugins").join(self.setup.file())
    }

    /// What to trust; none: there is no TLS.
    pub fn authority(&self) -> Option<ClientConfigFiles> {
        let (ca, server_name) = (Some(self.path("cert.pem")), Some("localhost".to_owned()));
        self.setup.tls.then(|| ClientConfigFiles { ca, server_name, ..ClientConfigFiles::default() })
    }

    /// `Authorization` of a strategy over HTTP.
    pub fn authorization(&self) -> String {
        format!("Authorization: Bearer {TOKEN}")
    }

    /// Writes a file the way an installer does: whole or not at all.
    ///
    /// # Errors
    /// The disk is full or the folder is gone.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> io::Result<()> {
        let unfinished = self.path("unfinished");
        fs::write(&unfinished, content)?;
        fs::rename(unfinished, self.path(name))
    }

    /// Writes configuration, directory and presence document anew from [`Site::setup`].
    ///
    /// # Errors
    /// As [`Site::write`].
    pub fn rewrite(&self) -> io::Result<()> {
        self.write("uc.toml", self.setup.configuration(&self.t_servers))?;
        self.write("directory.toml", self.setup.directory())?;
        self.write("presence.xml", &self.setup.document)
    }
}

/// Where cargo puts plug-ins: beside the binary that runs, or above the test that runs.
///
/// # Errors
/// The system does not say where this program is.
pub fn plugin_directory() -> io::Result<PathBuf> {
    let program = env::current_exe()?;
    let folder = program.parent().unwrap_or(Path::new("."));
    let tests = folder.ends_with("deps");
    Ok(if tests { folder.parent().unwrap_or(folder).to_owned() } else { folder.to_owned() })
}

/// Hash of [`PASSWORD`] at the lowest price: a thousand workers sign in within a second.
fn hash() -> String {
    let cheap = Params::new(Params::MIN_M_COST, 1, 1, None).expect("the least that argon2 takes");
    let salt = SaltString::from_b64("bGFiLWxhYi1sYWI").expect("15 characters of base64");
    let hash = Argon2::new(Algorithm::Argon2id, Version::V0x13, cheap).hash_password(PASSWORD.as_bytes(), &salt);
    hash.expect("8 KiB are there").to_string()
}
