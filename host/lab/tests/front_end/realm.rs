//! A Kerberos realm of its own, with a real KDC on loopback (Debian: krb5-kdc, krb5-admin-server).

use std::{
    net::{TcpStream, UdpSocket},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;

pub(crate) struct Realm {
    pub(crate) folder: TempDir,
    kdc: Child,
}

impl Drop for Realm {
    fn drop(&mut self) {
        let _ = self.kdc.kill();
        let _ = self.kdc.wait();
    }
}

fn tool(folder: &Path, name: &str) -> Command {
    let mut command = Command::new(format!("/usr/sbin/{name}"));
    command.env("KRB5_CONFIG", folder.join("krb5.conf")).env("KRB5_KDC_PROFILE", folder.join("kdc.conf"));
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

impl Realm {
    /// EXAMPLE.COM with users and their passwords, and services whose keys are in a keytab.
    pub(crate) fn new(users: &[(&str, &str)], services: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        let port = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let krb5 = format!(
            "[libdefaults]\ndefault_realm = EXAMPLE.COM\ndns_canonicalize_hostname = false\nrdns = false\n\
             [realms]\nEXAMPLE.COM = {{\n kdc = 127.0.0.1:{port}\n}}\n[domain_realm]\n.example.com = EXAMPLE.COM\n"
        );
        std::fs::write(path.join("krb5.conf"), krb5).unwrap();
        let root = path.display();
        let kdc = format!(
            "[kdcdefaults]\nkdc_listen = 127.0.0.1:{port}\nkdc_tcp_listen = 127.0.0.1:{port}\n[realms]\n\
             EXAMPLE.COM = {{\n database_name = {root}/principal\n key_stash_file = {root}/stash\n}}\n[logging]\n\
             kdc = FILE:{root}/kdc.log\n"
        );
        std::fs::write(path.join("kdc.conf"), kdc).unwrap();
        let run = |name: &str, args: &[&str]| {
            let status = tool(path, name).args(args).status();
            assert!(status.expect("krb5-kdc and krb5-admin-server are installed").success(), "{name} {args:?}");
        };
        run("kdb5_util", &["create", "-s", "-P", "master", "-r", "EXAMPLE.COM"]);
        for (user, password) in users {
            run("kadmin.local", &["-q", &format!("addprinc -pw {password} {user}")]);
        }
        for service in services {
            run("kadmin.local", &["-q", &format!("addprinc -randkey {service}")]);
            run("kadmin.local", &["-q", &format!("ktadd -k {root}/server.keytab {service}")]);
        }
        let kdc = tool(path, "krb5kdc").arg("-n").spawn().unwrap();
        let end = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < end, "the KDC does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        Self { folder, kdc }
    }

    /// What clients need in KRB5_CONFIG.
    pub(crate) fn config(&self) -> PathBuf {
        self.folder.path().join("krb5.conf")
    }

    /// A keytab with a user's key, for a client that has no password; the password stays good.
    pub(crate) fn keytab_of(&self, user: &str) -> PathBuf {
        let keytab = self.folder.path().join(format!("{user}.keytab"));
        let query = format!("ktadd -norandkey -k {} {user}", keytab.display());
        let made = tool(self.folder.path(), "kadmin.local").args(["-q", &query]).status().unwrap();
        assert!(made.success() && keytab.exists(), "{query}");
        keytab
    }

    /// Environment of a server with the services' keys.
    pub(crate) fn server(&self) -> [(&'static str, PathBuf); 2] {
        [("KRB5_CONFIG", self.config()), ("KRB5_KTNAME", self.folder.path().join("server.keytab"))]
    }
}
