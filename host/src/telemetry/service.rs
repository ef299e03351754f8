//! What systemd is told: ready, reloading, stopping, one line of status, and signs of life. Elsewhere than under
//! systemd all of it does nothing.

use sd_notify::NotifyState;
use std::{
    env,
    ffi::OsStr,
    io,
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
    let Some(socket) = env::var_os("NOTIFY_SOCKET") else { return };
    if let Err(error) = tell_at(socket.as_bytes(), state) {
        tracing::warn!(%error, "systemd cannot be told the state of the service; is NOTIFY_SOCKET right?");
    }
}

/// `@name` is a socket without a file, as containers' runtimes and older systemds give it. Never waits: whoever tells has
/// more to do than to wait for one who does not read.
fn tell_at(socket: &[u8], state: &[NotifyState<'_>]) -> io::Result<()> {
    let at = match socket.strip_prefix(b"@") {
        Some(name) => SocketAddr::from_abstract_name(name)?,
        None => SocketAddr::from_pathname(OsStr::from_bytes(socket))?,
    };
    let text: String = state.iter().map(|state| format!("{state}\n")).collect();
    let ours = UnixDatagram::unbound()?;
    ours.set_nonblocking(true)?;
    ours.send_to_addr(text.as_bytes(), &at).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{io::ErrorKind, iter};

    #[test]
    fn whoever_does_not_read_holds_nobody_up() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("notify");
        let hidden = [b"@", file.as_os_str().as_bytes()].concat();
        let at = SocketAddr::from_abstract_name(&hidden[1..]).unwrap();
        let _unread = (UnixDatagram::bind(&file).unwrap(), UnixDatagram::bind_addr(&at).unwrap());
        for socket in [file.as_os_str().as_bytes(), &hidden] {
            let full = iter::repeat_with(|| tell_at(socket, &[NotifyState::Watchdog])).find_map(Result::err).unwrap();
            assert_eq!(full.kind(), ErrorKind::WouldBlock);
        }
    }
}
