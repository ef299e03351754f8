//! An agent's own client: chooses, takes back, writes notes.

use super::{client::Client, publish, state};
use uc_lab::front_end::FrontEnd;

/// One client, signed in.
pub(crate) struct Desk {
    client: Client,
    name: String,
    server: FrontEnd,
}

impl Desk {
    /// The desk of a client that has yet to sign in.
    pub(crate) async fn sign_in(mut client: Client, name: &str, server: &FrontEnd) -> Self {
        assert_eq!(client.register().await.status(), Some(200));
        Self { client, name: name.to_owned(), server: server.clone() }
    }

    fn version(&self, category: &str, instance: u32, container: u32) -> u32 {
        let all = self.server.publications(&self.client.user).unwrap();
        let is = |known: &&uc_lab::front_end::Publication| {
            (&*known.category, known.instance, known.container) == (category, instance, container)
        };
        all.iter().find(is).map_or(0, |known| known.version)
    }

    async fn publish(&mut self, all: Vec<(&'static str, u32, u32, &'static str, String)>) {
        let all: Vec<_> = all
            .iter()
            .map(|(category, instance, container, lifetime, value)| {
                let version = self.version(category, *instance, *container);
                (*category, *instance, *container, version, *lifetime, value.as_str())
            })
            .collect();
        let answer = self.client.publish(publish(&self.name, &all)).await;
        assert_eq!(answer.status(), Some(200), "{answer:?}");
    }

    /// As clients do: one pair is published, the other removed.
    pub(crate) async fn choose(&mut self, number: u32) {
        let timed = (6000..12_000).contains(&number);
        let (instance, other) = if timed { (0x2400_0000, 0x2000_0000) } else { (0x2000_0000, 0x2400_0000) };
        let lifetime = if timed { "expireType=\"time\" expires=\"86400\"" } else { "expireType=\"static\"" };
        let mut all = Vec::new();
        for container in [2, 3] {
            all.push(("state", instance, container, lifetime, state("userState", number, "")));
            if self.version("state", other, container) > 0 {
                all.push(("state", other, container, "expireType=\"static\" expires=\"0\"", String::new()));
            }
        }
        self.publish(all).await;
    }

    /// Nothing is chosen any more.
    pub(crate) async fn take_back(&mut self) {
        let keys = [0x2000_0000, 0x2400_0000].into_iter().flat_map(|instance| [(instance, 2), (instance, 3)]);
        let there = keys.filter(|(instance, container)| self.version("state", *instance, *container) > 0);
        let gone = |(instance, container)| {
            ("state", instance, container, "expireType=\"static\" expires=\"0\"", String::new())
        };
        self.publish(there.map(gone).collect()).await;
    }

    /// A personal note for everybody.
    pub(crate) async fn note(&mut self, text: &str) {
        let value = format!(
            "<note xmlns=\"http://schemas.microsoft.com/2006/09/sip/note\"><body type=\"personal\" uri=\"\">{text}</body></note>"
        );
        let all = [200, 300, 400].map(|container| ("note", 0, container, "expireType=\"static\"", value.clone()));
        self.publish(all.into()).await;
    }

    /// What the device says of itself.
    pub(crate) async fn device(&mut self, number: u32) {
        let value = state("machineState", number, "");
        self.publish(
            [2, 3].map(|container| ("state", 0x3000_0007, container, "expireType=\"endpoint\"", value.clone())).into(),
        )
        .await;
    }
}
