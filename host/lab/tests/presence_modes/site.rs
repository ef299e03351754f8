//! Kim, an agent, at a site whose Front End trusts this host.

use crate::{
    front_end::{self, client::Client, publish, state},
    product::{self, Service},
};
use tempfile::TempDir;
use uc_connector::{tlib::Message, wire::KvList};
use uc_lab::{
    front_end::{FrontEnd, Presence, SiteFile, UserEntry},
    lab::Product,
    t_server::{self, Direction, SwitchFile, TServer},
};

/// Kim's DN.
pub(crate) const DN: &str = "5001";
/// Kim's address.
pub(crate) const KIM: &str = "sip:kim@example.com";
/// Instances of a device's state, and of the two kinds of choices (lync schema reference).
const MACHINE: u32 = 0x3000_0001;
const TIMED: u32 = 603_979_776;

/// Plug-ins that pull and push.
pub(crate) const PROPAGATION: &str = "\
[[plugin]]\nname = 'lync'\nfile = 'libuc_lync.so'\n[plugin.settings]\nservers = ['FRONT_END']\ntransport = 'tcp'\n\
accounts = [{ address = 'sip:watcher@example.com', auth = 'trusted' }]\n\
[[plugin]]\nname = 'lync-push'\nfile = 'libuc_lync_push.so'\n[plugin.settings]\nservers = ['FRONT_END']\n\
transport = 'tcp'\n[web]\nlisten = '127.0.0.1:0'\n[admin]\nlisten = '127.0.0.1:0'\n";
/// The one that pushes, and nothing else.
pub(crate) const CONNECTOR: &str = "\
[[plugin]]\nname = 'lync-push'\nfile = 'libuc_lync_push.so'\n[plugin.settings]\nservers = ['FRONT_END']\n\
transport = 'tcp'\n";

/// The running product and its peers.
pub(crate) struct Site<P = Product> {
    pub(crate) t_server: TServer,
    pub(crate) front_end: FrontEnd,
    pub(crate) product: P,
    folder: TempDir,
}

impl Site {
    /// Starts everything; `plugins` is the rest of the configuration.
    pub(crate) async fn start(plugins: &str, wrap_up_time: u64) -> Self {
        let front_end = FrontEnd::start(uc_lab::front_end::Config::for_tests(users())).await.unwrap();
        Self::beside(front_end, plugins, wrap_up_time).await
    }

    /// Beside a Front End that somebody uses already.
    pub(crate) async fn beside(front_end: FrontEnd, plugins: &str, wrap_up_time: u64) -> Self {
        Self::prepared(front_end, plugins, wrap_up_time, |_| ()).await
    }

    /// The same, and something has happened at the T-Server before the product starts.
    pub(crate) async fn prepared(
        front_end: FrontEnd,
        plugins: &str,
        wrap_up_time: u64,
        before: impl FnOnce(&TServer),
    ) -> Self {
        let (t_server, folder) = peers(&front_end, plugins, wrap_up_time).await;
        before(&t_server);
        let product = product::start(folder.path()).await;
        Self { t_server, front_end, product, folder }
    }

    /// Ends the product and starts it again beside the same peers.
    pub(crate) async fn restart(self) -> Self {
        self.product.stop().await.unwrap();
        let product = product::start(self.folder.path()).await;
        Self { product, ..self }
    }

    pub(crate) async fn stop(self) {
        self.product.stop().await.unwrap();
    }
}

impl Site<Service> {
    /// The same with the product as a process of its own, whose log tells what it does.
    pub(crate) async fn of_process(front_end: FrontEnd, plugins: &str) -> Self {
        let plugins = format!("{plugins}[log]\nlevel = 'info'\n[log.levels]\nplugin = 'debug'\ntlib = 'warn'\n");
        let (t_server, folder) = peers(&front_end, &plugins, 0).await;
        let product = Service::start(folder.path());
        Self { t_server, front_end, product, folder }
    }
}

/// A T-Server, and the product's files.
async fn peers(front_end: &FrontEnd, plugins: &str, wrap_up_time: u64) -> (TServer, TempDir) {
    let switch = SwitchFile { wrap_up_time, ..SwitchFile::of_extensions([DN]) };
    let t_server = TServer::start(t_server::Config::new(switch)).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let plugins = plugins.replace("FRONT_END", &front_end.addr().to_string());
    product::configure(folder.path(), t_server.addr(), DIRECTORY, &plugins);
    (t_server, folder)
}

impl<P> Site<P> {
    /// Waits until colleagues see Kim so: number, activity token, note.
    pub(crate) async fn shows(&self, number: u32, token: &str, note: &str) {
        let fits = |seen: &Presence| {
            let activity = seen.activity.as_ref().and_then(|activity| activity.token.as_deref()).unwrap_or_default();
            (seen.availability, activity, seen.note.as_deref().unwrap_or_default()) == (number, token, note)
        };
        let wanted = format!("Kim as {number} {token} {note}");
        let seen =
            self.front_end.wait_for(&wanted, |server| Some(server.presence(KIM).unwrap()).filter(|seen| fits(seen)));
        if let Err(error) = seen.await {
            panic!(
                "{error}; seen {:?}; published {:#?}",
                self.front_end.presence(KIM),
                self.front_end.publications(KIM)
            );
        }
    }

    /// Waits for an agent request with these reasons for `KW_UC_STATUS`, from this place in the T-Server's log on.
    pub(crate) async fn asked(&self, mark: usize, name: &str, status: Option<&str>) {
        let fits = |entry: &t_server::Entry| {
            let said = entry.message.kv_list("reasons").and_then(|reasons| reasons.str("KW_UC_STATUS"));
            entry.direction == Direction::Received && entry.message.name == name && said == status
        };
        self.t_server.wait_for(mark, name, fits).await.unwrap();
    }

    /// Agent requests of the product from this place on.
    pub(crate) fn agent_requests(&self, mark: usize) -> Vec<String> {
        let received =
            self.t_server.log().into_iter().skip(mark).filter(|entry| entry.direction == Direction::Received);
        received.map(|entry| entry.message.name.to_string()).filter(|name| name.starts_with("RequestAgent")).collect()
    }

    /// What Kim does at another desktop.
    pub(crate) fn desktop(&self, name: &'static str, mode: Option<&str>, reason: Option<&str>) {
        desktop(&self.t_server, name, mode, reason);
    }

    /// A customer's call that Kim takes, and its end.
    pub(crate) fn call(&self) {
        let call = self.t_server.make_call("+49301", DN, KvList::default()).unwrap();
        self.t_server.answer(call, DN).unwrap();
        self.t_server.release(call, DN).unwrap();
    }
}

/// What Kim does at a desktop that is none of the product's.
pub(crate) fn desktop(t_server: &TServer, name: &'static str, mode: Option<&str>, reason: Option<&str>) {
    let mut reasons = KvList::default();
    reason.into_iter().for_each(|code| reasons.push_str("ReasonCode", code));
    let request = Message::new(name).with("thisDN", DN).with("agentID", "1001");
    let request = request.with_some("agentWorkMode", mode.map(str::to_owned));
    t_server.act(&request.with_some("reasons", reason.map(|_| reasons))).unwrap();
}

/// Kim, a watcher, and a Front End that challenges nobody on this host.
pub(crate) fn users() -> SiteFile {
    let user = |name: &str| UserEntry {
        sip: format!("sip:{name}@example.com"),
        password: Some(front_end::PASSWORD.into()),
        ..UserEntry::default()
    };
    let trusted_hosts = vec!["127.0.0.1".parse().unwrap()];
    SiteFile { users: ["kim", "watcher"].map(user).to_vec(), trusted_hosts, ..SiteFile::default() }
}

/// Kim's own client, in front of which Kim sits.
pub(crate) async fn kim_signs_in(front_end: &FrontEnd) -> Client {
    let kim = front_end::signed_in(front_end.addr(), "kim").await;
    active(kim).await
}

/// Somebody sits in front of it.
pub(crate) async fn active(mut kim: Client) -> Client {
    let active = state("machineState", 3500, "");
    let one = |container| ("state", MACHINE, container, 0, "expireType=\"endpoint\"", active.as_str());
    let answer = kim.publish(publish("kim", &[one(2), one(3)])).await;
    assert_eq!(answer.status(), Some(200), "{answer:?}");
    kim
}

/// Kim chooses Do Not Disturb, which the workgroup sees as busy.
pub(crate) async fn kim_wants_no_disturbance(kim: &mut Client) {
    kim_chooses(kim, (9500, ""), (6900, "urgent-interruptions-only")).await;
}

/// Kim chooses to be available.
pub(crate) async fn kim_wants_to_be_available(kim: &mut Client) {
    kim_chooses(kim, (3500, ""), (3500, "")).await;
}

async fn kim_chooses(kim: &mut Client, most: (u32, &str), workgroup: (u32, &str)) {
    let [most, workgroup] = [most, workgroup].map(|(number, token)| state("userState", number, token));
    let time = "expireType=\"time\" expires=\"86400\"";
    let all = [("state", TIMED, 2, 0, time, most.as_str()), ("state", TIMED, 3, 0, time, workgroup.as_str())];
    let answer = kim.publish(publish("kim", &all)).await;
    assert_eq!(answer.status(), Some(200), "{answer:?}");
}

pub(crate) const DIRECTORY: &str = "\
[[switch]]\nname = 'lab'\nt-server = 'lab'\n[[place]]\nname = 'desk'\ndns = [{ dn = '5001', switch = 'lab' }]\n\
[[worker]]\nuser = 'kim'\nkind = 'agent'\nagent-id = '1001'\nplace = 'desk'\nsip-address = 'sip:kim@example.com'\n";
