//! Several links as a plug-in's one.

use super::{Host, host::lock};
use crate::message::LinkStatus;
use std::sync::{Arc, Mutex};

/// The links of one instance, such as a connection for each account. Cheap to clone.
#[derive(Clone)]
pub struct Links(Arc<Shared>);

struct Shared {
    host: Host,
    links: Mutex<Vec<(LinkStatus, String)>>,
}

impl Links {
    /// So many links, all down as yet.
    pub fn new(host: Host, count: usize) -> Self {
        let links = Mutex::new(vec![(LinkStatus::Down, "not connected yet".to_owned()); count]);
        Self(Arc::new(Shared { host, links }))
    }

    /// Sets a link, numbered from 0, and reports the whole: up when all are, down when all are, else degraded. True if
    /// the whole is not down.
    pub fn set(&self, number: usize, status: LinkStatus, why: impl Into<String>) -> bool {
        // The lock is held while reporting, so that the last report is the last state.
        let mut links = lock(&self.0.links);
        links[number] = (status, why.into());
        let (status, why) = whole(&links);
        self.0.host.link(status, why);
        status != LinkStatus::Down
    }
}

/// With the reasons of those that are not up.
fn whole(links: &[(LinkStatus, String)]) -> (LinkStatus, String) {
    let all = |wanted| links.iter().all(|(status, _)| *status == wanted);
    let status = match () {
        () if all(LinkStatus::Up) => LinkStatus::Up,
        () if all(LinkStatus::Down) => LinkStatus::Down,
        () => LinkStatus::Degraded,
    };
    let told = links.iter().filter(|(link, _)| status == LinkStatus::Up || *link != LinkStatus::Up);
    (status, told.map(|(_, why)| &**why).collect::<Vec<_>>().join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use LinkStatus::{Degraded, Down, Up};

    #[test]
    fn one_link_down_degrades_and_all_down_is_down() {
        for (links, status, why) in [
            (&[(Up, "a"), (Up, "b")][..], Up, "a; b"),
            (&[(Up, "a"), (Down, "b")], Degraded, "b"),
            (&[(Down, "a"), (Down, "b")], Down, "a; b"),
            (&[(Degraded, "a"), (Down, "b")], Degraded, "a; b"),
        ] {
            let links: Vec<_> = links.iter().map(|(status, why)| (*status, (*why).to_owned())).collect();
            assert_eq!(whole(&links), (status, why.to_owned()));
        }
    }
}
