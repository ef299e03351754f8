//! The links of all accounts as the plug-in's one link.

use std::sync::{Arc, Mutex, PoisonError};
use uc_plugin_api::{Host, LinkStatus};

/// Shared by the accounts of one instance.
#[derive(Clone)]
pub(crate) struct Board(Arc<Shared>);

struct Shared {
    host: Host,
    links: Mutex<Vec<(LinkStatus, String)>>,
}

impl Board {
    /// For so many accounts, all down as yet.
    pub(crate) fn new(host: Host, accounts: usize) -> Self {
        let links = Mutex::new(vec![(LinkStatus::Down, "not connected yet".to_owned()); accounts]);
        Self(Arc::new(Shared { host, links }))
    }

    /// Sets an account's link and reports the whole. True if the plug-in's link is not down.
    pub(crate) fn set(&self, account: usize, status: LinkStatus, why: impl Into<String>) -> bool {
        // The lock is held while reporting, so that the last report is the last state.
        let mut links = self.0.links.lock().unwrap_or_else(PoisonError::into_inner);
        links[account] = (status, why.into());
        let (status, why) = whole(&links);
        self.0.host.link(status, why);
        status != LinkStatus::Down
    }
}

/// Up when all are, down when all are, else degraded; with the reasons of those that are not up.
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
    fn one_account_down_degrades_and_all_down_is_down() {
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
