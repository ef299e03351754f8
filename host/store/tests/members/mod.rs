//! Real members of an etcd (Debian's `etcd-server`), on free ports of this machine.

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// One etcd. Its members end with it.
pub(crate) struct Members {
    members: Vec<Member>,
}

struct Member {
    client: u16,
    arguments: Vec<String>,
    process: Option<Child>,
    scheme: &'static str,
    folder: TempDir,
}

impl Members {
    /// So many members, which answer.
    #[allow(dead_code, reason = "each test file uses some of this")]
    pub(crate) fn start(count: usize) -> Self {
        Self::start_with(count, &[])
    }

    /// The same with further arguments, of which etcd takes the last of a kind.
    pub(crate) fn start_with(count: usize, more: &[(&str, &str)]) -> Self {
        let ports: Vec<_> = (0..count).map(|_| (free_port(), free_port())).collect();
        let cluster: Vec<_> =
            ports.iter().enumerate().map(|(one, (_, peer))| format!("m{one}=http://127.0.0.1:{peer}")).collect();
        let members = ports.iter().enumerate().map(|(one, ports)| Member::new(one, *ports, &cluster.join(",")));
        let mut members = Self { members: members.collect() };
        for member in &mut members.members {
            member.arguments.extend(more.iter().flat_map(|(key, value)| [(*key).to_owned(), (*value).to_owned()]));
        }
        (0..count).for_each(|one| members.begin(one));
        members.wait();
        members
    }

    /// One member that has so many bytes of room.
    #[allow(dead_code, reason = "each test file uses some of this")]
    pub(crate) fn start_small(room: usize) -> Self {
        let (client, peer) = (free_port(), free_port());
        let mut member = Member::new(0, (client, peer), &format!("m0=http://127.0.0.1:{peer}"));
        member.arguments.extend(["--quota-backend-bytes".to_owned(), room.to_string()]);
        let mut members = Self { members: vec![member] };
        members.begin(0);
        members.wait();
        members
    }

    /// One member, to whom clients prove who they are by certificates of this authority (PEM), as it does to them. It may not
    /// answer yet.
    #[allow(dead_code, reason = "each test file uses some of this")]
    pub(crate) fn start_secure(authority: &str, certificate: &str, key: &str) -> Self {
        let (client, peer) = (free_port(), free_port());
        let mut member = Member::new(0, (client, peer), &format!("m0=http://127.0.0.1:{peer}"));
        for (flag, name, text) in
            [("--trusted-ca-file", "ca", authority), ("--cert-file", "cert", certificate), ("--key-file", "key", key)]
        {
            let file = member.folder.path().join(name);
            std::fs::write(&file, text).unwrap();
            member.arguments.extend([flag.to_owned(), file.display().to_string()]);
        }
        member.arguments.push("--client-cert-auth".to_owned());
        member.scheme = "https";
        for argument in &mut member.arguments {
            if *argument == format!("http://127.0.0.1:{client}") {
                *argument = format!("https://127.0.0.1:{client}");
            }
        }
        let mut members = Self { members: vec![member] };
        members.begin(0);
        members
    }

    /// Where clients connect.
    pub(crate) fn endpoints(&self) -> Vec<String> {
        self.members.iter().map(Member::endpoint).collect()
    }

    /// Starts a member, for the first time or again.
    pub(crate) fn begin(&mut self, one: usize) {
        let member = &mut self.members[one];
        let etcd = Command::new("etcd")
            .args(&member.arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        member.process = Some(etcd.expect("etcd: `make setup` installs Debian's etcd-server"));
    }

    #[allow(dead_code, reason = "each test file uses some of this")]
    /// Kills a member.
    pub(crate) fn kill(&mut self, one: usize) {
        self.members[one].end();
    }

    #[allow(dead_code, reason = "each test file uses some of this")]
    /// The member begins anew, without anything of before: another etcd.
    pub(crate) fn begin_anew(&mut self, one: usize) {
        let member = &mut self.members[one];
        member.end();
        let token = ["--initial-cluster-token".to_owned(), "another".to_owned()];
        member.arguments.extend(token);
        self.begin_empty(one);
    }

    #[allow(dead_code, reason = "each test file uses some of this")]
    /// The only member begins as it was started before, without its data: another etcd with the same id.
    pub(crate) fn begin_empty(&mut self, one: usize) {
        let member = &mut self.members[one];
        member.end();
        std::fs::remove_dir_all(member.folder.path().join("etcd")).unwrap();
        self.begin(one);
        self.wait();
    }

    #[allow(dead_code, reason = "each test file uses some of this")]
    /// Lets etcd's own tool do something; what it says.
    pub(crate) fn ctl(&self, arguments: &[&str]) -> String {
        let endpoints = self.endpoints().join(",");
        let ctl =
            Command::new("etcdctl").env("ETCDCTL_API", "3").args(["--endpoints", &endpoints]).args(arguments).output();
        String::from_utf8_lossy(&ctl.expect("etcdctl, of Debian's etcd-client").stdout).into_owned()
    }

    #[allow(dead_code, reason = "each test file uses some of this")]
    /// Which one leads.
    pub(crate) fn leader(&self) -> usize {
        let begun = Instant::now();
        loop {
            let status = self.ctl(&["endpoint", "status"]);
            // Endpoint, id, version, size, whether it leads; a size has two words and no comma.
            let leads = |line: &&str| line.split(", ").nth(4) == Some("true");
            let endpoint = status.lines().find(leads).and_then(|line| line.split(", ").next());
            if let Some(one) = endpoint.and_then(|at| self.endpoints().iter().position(|endpoint| endpoint == at)) {
                return one;
            }
            assert!(begun.elapsed() < Duration::from_secs(30), "nobody leads: {status}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    #[allow(dead_code, reason = "each test file uses some of this")]
    /// How often somebody has signed in at a member, or tried to.
    pub(crate) fn sign_ins(&self, one: usize) -> u64 {
        let page = self.members[one].page("metrics").unwrap();
        let tells = |line: &&str| line.starts_with("grpc_server_started_total") && line.contains("\"Authenticate\"");
        let line = page.lines().find(tells).and_then(|line| line.split(' ').nth(1));
        line.map_or(0, |count| count.parse().unwrap())
    }

    /// Waits until all that run answer.
    pub(crate) fn wait(&self) {
        let begun = Instant::now();
        while !self.members.iter().filter(|member| member.process.is_some()).all(Member::answers) {
            assert!(begun.elapsed() < Duration::from_secs(30), "etcd does not answer");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Member {
    fn new(one: usize, (client, peer): (u16, u16), cluster: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (client_url, peer_url) = (format!("http://127.0.0.1:{client}"), format!("http://127.0.0.1:{peer}"));
        let arguments = [
            ("--name", format!("m{one}")),
            ("--data-dir", folder.path().join("etcd").display().to_string()),
            ("--listen-client-urls", client_url.clone()),
            ("--advertise-client-urls", client_url),
            ("--listen-peer-urls", peer_url.clone()),
            ("--initial-advertise-peer-urls", peer_url),
            ("--initial-cluster", cluster.to_owned()),
            ("--heartbeat-interval", "50".to_owned()),
            ("--election-timeout", "500".to_owned()),
            ("--quota-backend-bytes", (64 << 20).to_string()),
        ];
        let arguments = arguments.into_iter().flat_map(|(key, value)| [key.to_owned(), value]).collect();
        Self { client, arguments, process: None, scheme: "http", folder }
    }

    fn endpoint(&self) -> String {
        format!("{}://127.0.0.1:{}", self.scheme, self.client)
    }

    /// It knows its leader.
    fn answers(&self) -> bool {
        self.page("health").is_some_and(|page| page.contains("\"true\""))
    }

    fn page(&self, name: &str) -> Option<String> {
        use std::io::{Read as _, Write as _};
        let mut stream = std::net::TcpStream::connect(("127.0.0.1", self.client)).ok()?;
        write!(stream, "GET /{name} HTTP/1.0\r\n\r\n").ok()?;
        let mut page = String::new();
        stream.read_to_string(&mut page).ok()?;
        Some(page)
    }

    fn end(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        self.end();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
