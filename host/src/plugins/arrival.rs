//! What comes from the plug-ins to their owner.

use super::id::PluginId;
use std::time::Duration;
use uc_plugin_api::{Event, PluginInfo, UserHandle, own_endpoints::OwnEndpoint};

/// One thing that happened at a plug-in. Of one plug-in they arrive in order.
#[derive(Clone, Debug)]
pub enum PluginArrival {
    /// A new instance runs and knows nothing yet: watch and publish again. Comes first, and after each restart or
    /// update.
    Started {
        /// Which.
        plugin: PluginId,
        /// What the library says of itself.
        info: PluginInfo,
    },
    /// The instance said something.
    Event {
        /// Which.
        plugin: PluginId,
        /// What; never [`Event::Failed`].
        event: Event,
    },
    /// The instance said this of endpoints that it signs in as users themselves. Comes before all that any plug-in says
    /// from then on.
    OwnEndpoints {
        /// Which.
        plugin: PluginId,
        /// Of whom, and what.
        endpoints: Vec<(UserHandle, OwnEndpoint)>,
    },
    /// The instance, which shows agents' states, is about to be told to stop: what it takes back then is nobody's choice.
    /// What it says as it leaves comes after this.
    Leaving {
        /// Which.
        plugin: PluginId,
    },
    /// The instance has had no turns for the time that a command may take: what it reported may be over.
    Hangs {
        /// Which.
        plugin: PluginId,
    },
    /// The one that hung has its turns again, and may have missed what happened meanwhile: watch again.
    Answers {
        /// Which.
        plugin: PluginId,
    },
    /// The instance is gone: what it reported is stale.
    Failed {
        /// Which.
        plugin: PluginId,
        /// Why, and what to do.
        why: String,
        /// When it is tried again.
        retry_in: Duration,
    },
    /// It was taken out of the configuration or the host ends; nothing comes after this.
    Stopped {
        /// Which.
        plugin: PluginId,
    },
}
