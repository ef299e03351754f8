//! Invitations under way: what a plug-in says of one concerns the preview it was for, and no other.

use super::{PreviewId, Step};
use crate::{directory::WorkerId, plugins::PluginId};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Number of an invitation, never used twice while the process lives. Each plug-in that is asked gets one of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub(in crate::hub) struct InvitationId(pub u64);

/// What an invitation is for, and who carries it out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Invitation {
    pub(super) plugin: PluginId,
    pub(super) preview: PreviewId,
    pub(super) worker: WorkerId,
}

/// Those whose result has not come.
#[derive(Debug, Default)]
pub(super) struct Invitations {
    last: u64,
    under_way: HashMap<InvitationId, Invitation>,
}

impl Invitations {
    pub(super) fn begin(&mut self, invitation: Invitation) -> InvitationId {
        self.last += 1;
        self.under_way.insert(InvitationId(self.last), invitation);
        InvitationId(self.last)
    }

    /// The result has come. Nothing for a number that is not this plug-in's.
    pub(super) fn end(&mut self, plugin: &PluginId, id: InvitationId) -> Option<Invitation> {
        self.under_way.get(&id).filter(|invitation| invitation.plugin == *plugin)?;
        self.under_way.remove(&id)
    }

    /// All that this plug-in carries out, oldest first.
    pub(super) fn of(&self, plugin: &PluginId) -> BTreeSet<InvitationId> {
        let mine = self.under_way.iter().filter(|(_, invitation)| invitation.plugin == *plugin);
        mine.map(|(id, _)| *id).collect()
    }

    /// Nobody needs these any more, and their results do not matter: what rings is to be taken back.
    pub(super) fn take_back(&mut self, ids: &BTreeSet<InvitationId>) -> impl Iterator<Item = Step> + use<> {
        let mut of_plugins = BTreeMap::<PluginId, Vec<InvitationId>>::new();
        for id in ids {
            if let Some(Invitation { plugin, .. }) = self.under_way.remove(id) {
                of_plugins.entry(plugin).or_default().push(*id);
            }
        }
        of_plugins.into_iter().map(|(plugin, ids)| Step::TakeBack(plugin, ids))
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.under_way.is_empty()
    }
}
