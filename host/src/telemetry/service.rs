//! What systemd is told: ready, reloading, stopping, one line of status, and signs of life. Elsewhere than under
//! systemd all of it does nothing.

use sd_notify::NotifyState;
use std::{
    env, io,
    os::{
        linux::net::SocketAddrExt as _,
        unix::{
            ffi::OsStrExt as _,
            net::{SocketAddr, UnixDatagram},
        },
    },
    time::Duration,
};

/// Listeners are bound and work has begun.
pub fn ready(status: &str) {
    tell(&[NotifyState::Ready, NotifyState::Status(status)]);
}

/// One line that `systemctl status` shows.
pub fn status(text: &str) {
    tell(&[NotifyState::Status(text)]);
}

/// A reload has begun; [`ready`] ends it.
pub fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => tell(&[NotifyState::Reloading, now]),
        Err(error) => tracing::warn!(%error, "the clock cannot be read: systemd was not told of the reload"),
    }
}

/// The drain has begun.
pub fn stopping() {
    tell(&[NotifyState::Stopping, NotifyState::Status("draining")]);
}

/// A sign of life. To be given by the event loop itself: a loop that hangs must be restarted.
pub fn alive() {
    tell(&[NotifyState::Watchdog]);
}

/// How often systemd wants a sign of life, halved as it asks for; none: not at all.
pub fn watchdog_interval() -> Option<Duration> {
    sd_notify::watchdog_enabled().map(|limit| limit / 2)
}

fn tell(state: &[NotifyState<'_>]) {
    let abstract_name = env::var_os("NOTIFY_SOCKET").filter(|name| name.as_bytes().starts_with(b"@"));
    let told = match abstract_name {
        Some(name) => tell_abstract(&name.as_bytes()[1..], state),
        None => sd_notify::notify(state),
    };
    if let Err(error) = told {
        tracing::warn!(%error, "systemd cannot be told the state of the service; is NOTIFY_SOCKET right?");
    }
}

/// `@name` is a socket without a file, as containers' runtimes and older systemds give it; `sd-notify` knows paths alone.
fn tell_abstract(name: &[u8], state: &[NotifyState<'_>]) -> io::Result<()> {
    let text: String = state.iter().map(|state| format!("{state}\n")).collect();
    let socket = UnixDatagram::unbound()?;
    socket.send_to_addr(text.as_bytes(), &SocketAddr::from_abstract_name(name)?).map(drop)
}
