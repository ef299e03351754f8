//! A customer on the line.

use tokio_util::sync::CancellationToken;

/// Waits in the queue until they hang up. Cheap to clone: all clones are the same customer.
#[derive(Clone, Debug, Default)]
pub struct Customer(CancellationToken);

impl Customer {
    /// One who has just called.
    pub fn new() -> Self {
        Self::default()
    }

    /// Loses patience.
    pub fn hang_up(&self) {
        self.0.cancel();
    }

    /// Returns when the customer has hung up.
    pub async fn gone(&self) {
        self.0.cancelled().await;
    }
}
