//! Noticing that the other machine is gone without a word: power lost, cable cut, a firewall that forgot the
//! connection. Nobody sends FIN or RST then, and TCP alone would retransmit for a quarter of an hour.

use socket2::{SockRef, TcpKeepalive};
use std::io;
use std::time::Duration;
use tokio::net::TcpStream;

/// An idle connection is probed after that time, and from then on at that interval.
const IDLE: Duration = Duration::from_secs(8);
const INTERVAL: Duration = Duration::from_secs(4);
/// Bytes or probes that nobody acknowledges for that time end the connection.
const UNACKNOWLEDGED: Duration = Duration::from_secs(20);

/// Makes the system end the connection with an error about 20 s after the other machine was heard last.
///
/// # Errors
/// The system's.
pub(super) fn watch(stream: &TcpStream) -> io::Result<()> {
    let socket = SockRef::from(stream);
    socket.set_tcp_keepalive(&TcpKeepalive::new().with_time(IDLE).with_interval(INTERVAL))?;
    socket.set_tcp_user_timeout(Some(UNACKNOWLEDGED))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn the_system_watches_the_connection() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        watch(&stream).unwrap();
        let socket = SockRef::from(&stream);
        assert!(socket.keepalive().unwrap());
        assert_eq!((socket.tcp_keepalive_time().unwrap(), socket.tcp_keepalive_interval().unwrap()), (IDLE, INTERVAL));
        assert_eq!(socket.tcp_user_timeout().unwrap(), Some(UNACKNOWLEDGED));
    }
}
