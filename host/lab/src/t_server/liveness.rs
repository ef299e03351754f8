//! How the simulated T-Server treats its connections as a whole.

/// How the server treats its connections as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Liveness {
    /// Serves.
    #[default]
    Serving,
    /// Reads nothing and writes nothing, as a process that hangs.
    Stalled,
    /// Reads and throws away, writes nothing, as a host behind a dead firewall entry.
    HalfOpen,
}
