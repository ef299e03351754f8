//! A Kerberos realm of its own, with a real KDC on loopback (Debian: krb5-kdc, krb5-admin-server). The lab uses it,
//! too.

#![allow(dead_code, clippy::unwrap_used, reason = "tests; each file uses what it needs")]

use std::{
    fs,
    net::{TcpListener, UdpSocket},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// Folder of the realm for the run inside it.
const INSIDE: &str = "UC_TEST_INSIDE_REALM";

/// What GSS-API reads from the environment of a process, and the files in the realm's folder that it finds there.
const ENVIRONMENT: [(&str, &str); 4] = [
    ("KRB5_CONFIG", "krb5.conf"),
    ("KRB5_KTNAME", "server.keytab"),
    ("KRB5_CLIENT_KTNAME", CLIENT_KEYTAB),
    ("KRB5CCNAME", CACHE),
];
const CLIENT_KEYTAB: &str = "client.keytab";
const CACHE: &str = "client.cache";

/// Runs a test in a process of its own with the environment of a realm: nobody else's may change. The test begins with
/// this, and goes on with the folder that it gives; none: it has run.
pub(crate) fn inside(test: &str) -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os(INSIDE) {
        return Some(folder.into());
    }
    let folder = tempfile::tempdir().unwrap();
    let mut inner = Command::new(std::env::current_exe().unwrap());
    inner.args(["--exact", test, "--nocapture"]).env(INSIDE, folder.path());
    inner.envs(ENVIRONMENT.map(|(name, file)| (name, folder.path().join(file))));
    let inner = inner.output().unwrap();
    let said = String::from_utf8_lossy(&inner.stdout);
    let passed = inner.status.success() && said.contains("1 passed");
    assert!(passed, "{said}{}", String::from_utf8_lossy(&inner.stderr));
    None
}

pub(crate) struct Realm {
    folder: PathBuf,
    port: u16,
    kdc: Option<Child>,
    /// Removes the folder in the end, if it is the realm's own.
    own: Option<TempDir>,
}

impl Drop for Realm {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Realm {
    /// EXAMPLE.COM with users and their passwords, and services whose keys are in a keytab.
    pub(crate) fn new(users: &[(&str, &str)], services: &[&str]) -> Self {
        let own = tempfile::tempdir().unwrap();
        let mut realm = Self::within(own.path(), users, services);
        realm.own = Some(own);
        realm
    }

    /// The same in a folder that is there already.
    pub(crate) fn within(folder: &Path, users: &[(&str, &str)], services: &[&str]) -> Self {
        let mut realm = Self { folder: folder.to_owned(), port: free_port(), kdc: None, own: None };
        realm.configure();
        realm.run("kdb5_util", &["create", "-s", "-P", "master", "-r", "EXAMPLE.COM"]);
        for (user, password) in users {
            realm.admin(&format!("addprinc -pw {password} {user}"));
        }
        for service in services {
            realm.admin(&format!("addprinc -randkey {service}"));
            realm.admin(&format!("ktadd -k {}/server.keytab {service}", folder.display()));
        }
        while !realm.listens() {
            realm.port = free_port();
            realm.configure();
        }
        realm
    }

    fn configure(&self) {
        let (root, port) = (self.folder.display(), self.port);
        let krb5 = format!(
            "[libdefaults]\ndefault_realm = EXAMPLE.COM\ndns_canonicalize_hostname = false\nrdns = false\n\
             [realms]\nEXAMPLE.COM = {{\n kdc = 127.0.0.1:{port}\n}}\n[domain_realm]\n.example.com = EXAMPLE.COM\n"
        );
        fs::write(self.config(), krb5).unwrap();
        let kdc = format!(
            "[kdcdefaults]\nkdc_listen = 127.0.0.1:{port}\nkdc_tcp_listen = 127.0.0.1:{port}\n[realms]\n\
             EXAMPLE.COM = {{\n database_name = {root}/principal\n key_stash_file = {root}/stash\n}}\n[logging]\n\
             kdc = FILE:{root}/kdc.log\n"
        );
        fs::write(self.folder.join("kdc.conf"), kdc).unwrap();
    }

    fn tool(&self, name: &str) -> Command {
        let mut command = Command::new(format!("/usr/sbin/{name}"));
        command.env("KRB5_CONFIG", self.config()).env("KRB5_KDC_PROFILE", self.folder.join("kdc.conf"));
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    fn run(&self, name: &str, args: &[&str]) {
        let status = self.tool(name).args(args).status();
        assert!(status.expect("krb5-kdc and krb5-admin-server are installed").success(), "{name} {args:?}");
    }

    /// What an administrator does to the KDC's accounts, in the words of kadmin.
    pub(crate) fn admin(&self, query: &str) {
        self.run("kadmin.local", &["-q", query]);
    }

    /// Starts the KDC again, where it was.
    pub(crate) fn start(&mut self) {
        let end = Instant::now() + Duration::from_secs(30);
        while !self.listens() {
            assert!(Instant::now() < end, "the KDC does not listen: {}", self.log());
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// Starts the KDC, and waits until it says that it works: who answers at its port could be somebody else. False: it
    /// has ended, because somebody else uses its port.
    fn listens(&mut self) -> bool {
        let _ = fs::remove_file(self.log_file());
        let mut kdc = self.tool("krb5kdc").arg("-n").spawn().unwrap();
        let end = Instant::now() + Duration::from_secs(30);
        while !self.log().contains("commencing operation") {
            if kdc.try_wait().unwrap().is_some() {
                assert!(self.log().contains("in use"), "the KDC has ended: {}", self.log());
                return false;
            }
            assert!(Instant::now() < end, "the KDC does not begin: {}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
        self.kdc = Some(kdc);
        true
    }

    fn log_file(&self) -> PathBuf {
        self.folder.join("kdc.log")
    }

    fn log(&self) -> String {
        fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    /// Takes the KDC away.
    pub(crate) fn stop(&mut self) {
        if let Some(mut kdc) = self.kdc.take() {
            let _ = kdc.kill();
            let _ = kdc.wait();
        }
    }

    /// Where the KDC listens.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// What clients need in KRB5_CONFIG.
    pub(crate) fn config(&self) -> PathBuf {
        self.folder.join("krb5.conf")
    }

    /// A keytab with a user's key, for a client that has no password; the password stays good.
    pub(crate) fn keytab_of(&self, user: &str) -> PathBuf {
        let keytab = self.folder.join(format!("{user}.keytab"));
        self.admin(&format!("ktadd -norandkey -k {} {user}", keytab.display()));
        assert!(keytab.exists(), "{user}");
        keytab
    }

    /// Makes a keytab the one that the process inside the realm uses; none: it has none.
    pub(crate) fn use_keytab(&self, keytab: Option<&Path>) {
        let own = self.folder.join(CLIENT_KEYTAB);
        match keytab {
            Some(keytab) => drop(fs::copy(keytab, own).unwrap()),
            None => drop(fs::remove_file(own)),
        }
    }

    /// Throws away the tickets of the process inside the realm.
    pub(crate) fn forget_tickets(&self) {
        let _ = fs::remove_file(self.folder.join(CACHE));
    }

    /// Environment of a server with the services' keys.
    pub(crate) fn server(&self) -> [(&'static str, PathBuf); 2] {
        [("KRB5_CONFIG", self.config()), ("KRB5_KTNAME", self.folder.join("server.keytab"))]
    }
}

/// A port that nobody uses, over TCP or UDP. Asked of TCP first: of its ports the system gives listeners others than
/// outgoing connections, of UDP's any.
fn free_port() -> u16 {
    loop {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        if UdpSocket::bind(listener).is_ok() {
            return listener.port();
        }
    }
}
