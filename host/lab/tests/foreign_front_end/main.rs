//! The product at a Front End that shares no code with it (`peers/front_end`).
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../lync/mod.rs"]
mod lync;

mod mutations;
mod numbers;
mod peer;
mod places;
mod propagation;
mod refusals;
mod sign_in;

const KIM: &str = "sip:kim@example.com";
const LEE: &str = "sip:lee@example.com";
const WATCHER: &str = "sip:watcher@example.com";
/// Kim's DN, and Lee's.
const DESKS: [(&str, &str); 2] = [("5002", KIM), ("5003", LEE)];
/// Seconds of grace in these tests.
const GRACE: u64 = 1;

/// Configuration in front of the plug-in's.
fn grace() -> String {
    format!("[uc-connector]\npresence-unknown-grace = {GRACE}\n")
}

/// Settings of the trusted watcher at this port.
fn trusted(port: u16) -> String {
    format!("servers = ['localhost:{port}']\naccounts = [{{ address = '{WATCHER}', auth = 'trusted' }}]\n")
}
