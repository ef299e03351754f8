//! What comes from the plug-ins to their owner.

use super::id::PluginId;
use std::time::Duration;
use uc_plugin_api::{Event, PluginInfo, UserHandle, own_endpoints::OwnEndpoint};

/// One thing that happened at a plug-in. Of one plug-in they arrive in order.
#[derive(Clone, Debug)]
pub enum Arrival {
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
