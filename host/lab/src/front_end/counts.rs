//! What happened so far, in numbers.

/// Counters of a simulated Front End; they only rise, except those that say "now".
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Connections now.
    pub connections: usize,
    /// Connections accepted.
    pub accepted: u64,
    /// Endpoints registered now.
    pub endpoints: usize,
    /// REGISTERs answered 200.
    pub registered: u64,
    /// Requests answered 401.
    pub challenged: u64,
    /// Sign-ins refused: wrong password, clock, unknown or disabled user.
    pub refused: u64,
    /// Messages whose signature was verified.
    pub verified: u64,
    /// Messages with a wrong signature; each cost its connection.
    pub bad_signatures: u64,
    /// Empty lines received.
    pub keep_alives: u64,
    /// Requests received, SUBSCRIBE.
    pub subscribes: u64,
    /// Requests received, SERVICE.
    pub services: u64,
    /// Publications refused with 409.
    pub conflicts: u64,
    /// Instant messages and other dialogs' requests passed on.
    pub relayed: u64,
    /// Subscriptions now.
    pub subscriptions: usize,
    /// Users watched now, summed over subscriptions.
    pub watched: usize,
    /// BENOTIFYs written.
    pub benotifies: u64,
    /// NOTIFYs written.
    pub notifies: u64,
    /// 200s to NOTIFYs.
    pub notify_answers: u64,
    /// Answers to NOTIFYs that were no 200.
    pub notify_refusals: u64,
    /// Bytes that wait to be written now.
    pub waiting: usize,
    /// Connections dropped because their client took nothing.
    pub overruns: u64,
    /// Messages that could not be read or were not acceptable.
    pub malformed: u64,
}
