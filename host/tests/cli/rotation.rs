//! Every kind of file that a configuration names, changed in every way in which files are rotated: a reload takes it
//! over or names it, and never answers with nothing.
//!
//! The directory itself is watched and taken over without a reload (`tests/directory_watch.rs`).

use crate::{
    pem::fresh,
    program::{built, samples},
    service::Service,
};
use std::{
    collections::BTreeSet,
    fs,
    net::{SocketAddr, TcpListener},
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

/// How a file gets another content.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// Written over, as by an editor or `cat >`.
    InPlace,
    /// Another file takes its name, as by `mv` or certbot.
    RenamedOver,
    /// The folder behind the link `..data` is swapped, as Kubernetes does it for a ConfigMap or a Secret.
    SwappedLink,
}

const WAYS: [Way; 3] = [Way::InPlace, Way::RenamedOver, Way::SwappedLink];

/// What becomes of a change.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    TakenOver,
    NeedsRestart,
}

/// What is told, the files that change together, and what becomes of it.
type Kind = (&'static str, &'static [&'static str], Fate);

const STANDALONE: &[Kind] = &[
    ("web.tls-cert (content)", &["web.pem", "web.key"], Fate::TakenOver),
    ("web.texts (content)", &["de.ftl"], Fate::TakenOver),
    ("uc-connector.audio-on-preview (content)", &["ring.mp3"], Fate::TakenOver),
    ("routing.tls.cert (content)", &["routing.pem", "routing.key"], Fate::NeedsRestart),
    ("routing.tls.client-ca (content)", &["strategies.pem"], Fate::NeedsRestart),
    ("routing.api-token-file (content)", &["routing.token"], Fate::TakenOver),
    ("t-server[lab].password-file (content)", &["t-server.secret"], Fate::NeedsRestart),
    ("t-server[lab].tls.ca (content)", &["t-server-ca.pem"], Fate::NeedsRestart),
    ("t-server[lab].tls.cert (content)", &["t-server.pem", "t-server.key"], Fate::NeedsRestart),
    ("stat-server.password-file (content)", &["stat.secret"], Fate::NeedsRestart),
    ("stat-server.tls.ca (content)", &["stat-ca.pem"], Fate::NeedsRestart),
    ("stat-server.tls.cert (content)", &["stat.pem", "stat.key"], Fate::NeedsRestart),
    ("admin.token-file (content)", &["admin.token"], Fate::NeedsRestart),
    ("presence-location (content)", &["presence.xml"], Fate::TakenOver),
];

const CLUSTER: &[Kind] = &[
    ("cluster.password-file (content)", &["etcd.secret"], Fate::NeedsRestart),
    // The certificate of a node is one that its own authority signs, or nothing begins: itself, here.
    ("cluster.node-tls.ca (content)", &["self.pem", "self.key"], Fate::NeedsRestart),
    ("cluster.node-tls.cert (content)", &["self.pem", "self.key"], Fate::NeedsRestart),
    ("cluster.tls.ca (content)", &["etcd-ca.pem"], Fate::NeedsRestart),
    ("cluster.tls.cert (content)", &["node.pem", "node.key"], Fate::NeedsRestart),
];

const NORMAL: &[Kind] = &[
    ("password-file (content)", &["lync.secret"], Fate::TakenOver),
    ("plugin[lync].settings.tls.ca (content)", &["pool-ca.pem"], Fate::TakenOver),
    ("plugin[lync].settings.tls.cert (content)", &["application.pem", "application.key"], Fate::TakenOver),
];

const CONNECTOR: &[Kind] = &[
    ("password-file (content)", &["kim.secret"], Fate::TakenOver),
    ("plugin[lync-push].settings.tls.ca (content)", &["pool-ca.pem"], Fate::TakenOver),
    ("plugin[lync-push].settings.tls.cert (content)", &["application.pem", "application.key"], Fate::TakenOver),
];

fn standalone() -> String {
    format!(
        "[directory]\nfile = 'directory.toml'\n\
         [[t-server]]\nname = 'lab'\naddress = '127.0.0.1:1'\npassword-file = 'files/t-server.secret'\n\
         tls = {{ ca = 'files/t-server-ca.pem', cert = 'files/t-server.pem', key = 'files/t-server.key' }}\n\
         [routing]\nlisten = '127.0.0.1:0'\napi-token-file = 'files/routing.token'\n\
         tls = {{ cert = 'files/routing.pem', key = 'files/routing.key', client-ca = 'files/strategies.pem' }}\n\
         [web]\nlisten = '127.0.0.1:0'\ntls-cert = 'files/web.pem'\ntls-key = 'files/web.key'\ntexts = 'files'\nfiles = 'files'\n\
         [uc-connector]\naudio-on-preview = 'ring.mp3'\n\
         [stat-server]\naddress = '127.0.0.1:1'\npassword-file = 'files/stat.secret'\n\
         tls = {{ ca = 'files/stat-ca.pem', cert = 'files/stat.pem', key = 'files/stat.key' }}\n\
         [admin]\nlisten = '127.0.0.1:0'\ntoken-file = 'files/admin.token'\n\
         [plugins]\ndirectory = '{}'\nprivate-directory = 'private'\n\
         [[plugin]]\nname = 'standalone'\nfile = 'libuc_standalone.so'\n\
         [plugin.settings]\npresence-location = 'files/presence.xml'\n",
        built().display()
    )
}

#[cfg(feature = "etcd")]
fn cluster() -> String {
    format!(
        "[directory]\nfile = 'directory.toml'\n[[t-server]]\nname = 'lab'\naddress = '127.0.0.1:1'\n\
         [cluster]\nnode = 'a'\nendpoints = ['https://127.0.0.1:1']\nuser = 'node'\npassword-file = 'files/etcd.secret'\n\
         tls = {{ ca = 'files/etcd-ca.pem', cert = 'files/node.pem', key = 'files/node.key' }}\n\
         partitions = 8\nlisten = '127.0.0.1:0'\naddress = 'localhost:1'\n\
         node-tls = {{ ca = 'files/self.pem', cert = 'files/self.pem', key = 'files/self.key' }}\n\
         [web]\nlisten = '127.0.0.1:0'\n[admin]\nlisten = '127.0.0.1:0'\n\
         [plugins]\ndirectory = '{}'\nprivate-directory = 'private'\n\
         [[plugin]]\nname = 'standalone'\nfile = 'libuc_standalone.so'\n",
        built().display()
    )
}

/// The system has just given this port and gives others first.
pub(crate) fn free_port() -> SocketAddr {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap()
}

fn normal() -> String {
    format!(
        "[directory]\nfile = 'directory.toml'\n[[t-server]]\nname = 'lab'\naddress = '127.0.0.1:1'\n\
         [web]\nlisten = '127.0.0.1:0'\n[admin]\nlisten = '127.0.0.1:0'\n\
         [plugins]\ndirectory = '{}'\nprivate-directory = 'private'\n\
         [[plugin]]\nname = 'lync'\nfile = 'libuc_lync.so'\n[plugin.settings]\nservers = ['127.0.0.1:1']\n\
         tls = {{ ca = 'files/pool-ca.pem', cert = 'files/application.pem', key = 'files/application.key' }}\n\
         [[plugin.settings.accounts]]\naddress = 'sip:watcher@example.com'\nauth = 'ntlm'\n\
         login = 'EXAMPLE\\watcher'\npassword-file = 'files/lync.secret'\n\
         [[plugin.settings.accounts]]\naddress = 'sip:application@example.com'\nauth = 'trusted'\n\
         [plugin.settings.listen]\naddress = '{}'\n",
        built().display(),
        free_port()
    )
}

fn connector() -> String {
    format!(
        "[directory]\nfile = 'directory.toml'\n[[t-server]]\nname = 'lab'\naddress = '127.0.0.1:1'\n\
         [admin]\nlisten = '127.0.0.1:0'\n[plugins]\ndirectory = '{}'\nprivate-directory = 'private'\n\
         [[plugin]]\nname = 'lync-push'\nfile = 'libuc_lync_push.so'\n[plugin.settings]\nservers = ['127.0.0.1:1']\n\
         state-dir = 'state'\n\
         tls = {{ ca = 'files/pool-ca.pem', cert = 'files/application.pem', key = 'files/application.key' }}\n\
         [[plugin.settings.accounts]]\naddress = 'sip:kim@example.com'\nauth = 'ntlm'\n\
         login = 'EXAMPLE\\kim'\npassword-file = 'files/kim.secret'\n\
         [plugin.settings.listen]\naddress = '{}'\n",
        built().display(),
        free_port()
    )
}

/// A folder as Kubernetes mounts one: `files/NAME -> ..data/NAME`, `..data -> ..1`.
struct Mount {
    files: PathBuf,
    generation: u32,
}

impl Mount {
    fn new(folder: &Path, kinds: &[Kind]) -> Self {
        let mount = Self { files: folder.join("files"), generation: 1 };
        fs::create_dir_all(mount.data()).unwrap();
        symlink("..1", mount.files.join("..data")).unwrap();
        let names: BTreeSet<_> = kinds.iter().flat_map(|(_, names, _)| names.iter()).collect();
        for name in names {
            symlink(Path::new("..data").join(name), mount.files.join(name)).unwrap();
        }
        for (_, names, _) in kinds {
            write(&mount.data(), names, 1);
        }
        mount
    }

    fn data(&self) -> PathBuf {
        self.files.join(format!("..{}", self.generation))
    }

    fn change(&mut self, names: &[&str], way: Way) {
        match way {
            Way::InPlace => write(&self.data(), names, 2),
            Way::RenamedOver => {
                let fresh = tempfile::tempdir_in(&self.files).unwrap();
                write(fresh.path(), names, 2);
                names.iter().for_each(|name| fs::rename(fresh.path().join(name), self.files.join(name)).unwrap());
            }
            Way::SwappedLink => {
                let before = self.data();
                self.generation += 1;
                fs::create_dir(self.data()).unwrap();
                for entry in fs::read_dir(before).unwrap().map(Result::unwrap) {
                    fs::copy(entry.path(), self.data().join(entry.file_name())).unwrap();
                }
                write(&self.data(), names, 2);
                symlink(format!("..{}", self.generation), self.files.join("..data_tmp")).unwrap();
                fs::rename(self.files.join("..data_tmp"), self.files.join("..data")).unwrap();
            }
        }
    }
}

/// Writes files that belong together, with a content of this version.
fn write(folder: &Path, names: &[&str], version: u32) {
    for name in names {
        let (stem, ending) = name.rsplit_once('.').unwrap();
        match ending {
            "pem" => fresh(folder, stem),
            // Beside its certificate.
            "key" => {}
            "ftl" => fs::write(folder.join(name), format!("help = Hilfe {version}\n")).unwrap(),
            "xml" => {
                let document = fs::read_to_string(samples().join(name)).unwrap();
                fs::write(folder.join(name), format!("{document}<!-- {version} -->\n")).unwrap();
            }
            _ => fs::write(folder.join(name), format!("a-secret-long-enough-to-be-safe-{version}\n")).unwrap(),
        }
    }
}

fn every_kind(text: &str, kinds: &[Kind]) {
    for way in WAYS {
        let folder = tempfile::tempdir().unwrap();
        fs::copy(samples().join("directory.toml"), folder.path().join("directory.toml")).unwrap();
        let mut mount = Mount::new(folder.path(), kinds);
        let file = folder.path().join("uc.toml");
        fs::write(&file, text).unwrap();
        let mut service = Service::start(file.to_str().unwrap());
        for (told, names, fate) in kinds {
            mount.change(names, way);
            service.signal("-HUP");
            let report = service.wait_for("needs_restart");
            let (changed, needs_restart) = report.split_once("needs_restart").unwrap();
            let in_changed = changed.contains(told);
            let in_restart = needs_restart.contains(told);
            let expected = (*fate == Fate::TakenOver, *fate == Fate::NeedsRestart);
            assert_eq!((in_changed, in_restart), expected, "{told}, {way:?}: {report}");
        }
        service.signal("-HUP");
        let report = service.wait_for("needs_restart");
        assert!(report.contains("changed=[]"), "what was taken over is told once: {report}");
        service.signal("-TERM");
        assert_eq!(service.ended(), Some(0));
    }
}

/// The keys that name files are read from where the host lists them: none is left out here.
#[test]
fn every_key_that_names_a_file_is_rotated_here() {
    let source = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/config/files.rs")).unwrap();
    let (_, table) = source.split_once("const PATHS").unwrap();
    let (table, _) = table.split_once("];").unwrap();
    let read = ["Target::Readable", "Target::Secret", "Target::Password"];
    let keys: Vec<_> = table.lines().filter(|line| read.iter().any(|target| line.contains(target))).collect();
    assert!(keys.len() > 10, "{table}");
    for line in keys {
        let key = line.split('"').nth(1).unwrap();
        // A key changes with its certificate; a link has a name.
        let told = key.replace("tls.key", "tls.cert").replace("tls-key", "tls-cert");
        let told = told.strip_prefix("t-server.").map_or(told.clone(), |rest| format!("t-server[lab].{rest}"));
        let rotated = STANDALONE.iter().chain(CLUSTER).any(|(content, ..)| *content == format!("{told} (content)"));
        assert!(rotated, "{key} is in no table");
    }
}

#[test]
fn the_files_of_the_host_and_of_standalone() {
    every_kind(&standalone(), STANDALONE);
}

#[cfg(feature = "etcd")]
#[test]
fn the_files_of_a_cluster() {
    every_kind(&cluster(), CLUSTER);
}

#[test]
fn the_files_of_a_lync_plug_in() {
    every_kind(&normal(), NORMAL);
}

#[test]
fn the_files_of_lync_push() {
    every_kind(&connector(), CONNECTOR);
}
