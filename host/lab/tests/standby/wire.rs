//! The wire between one node and its T-Server: it can be cut for that node alone.

use std::net::SocketAddr;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

/// A wire, whole at first.
pub(crate) struct Wire {
    address: SocketAddr,
    whole: watch::Sender<bool>,
    serving: JoinHandle<()>,
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Wire {
    pub(crate) async fn to(target: SocketAddr) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let (address, whole) = (listener.local_addr().unwrap(), watch::Sender::new(true));
        let seen = whole.subscribe();
        let serving = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                if *seen.borrow() {
                    tokio::spawn(pass_on(near, target, seen.clone()));
                }
            }
        });
        Self { address, whole, serving }
    }

    /// Where the node finds its T-Server.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Every connection ends, and none is made any more.
    pub(crate) fn cut(&self) {
        self.whole.send_replace(false);
    }

    /// Connections can be made again.
    pub(crate) fn mend(&self) {
        self.whole.send_replace(true);
    }
}

async fn pass_on(mut near: TcpStream, target: SocketAddr, mut whole: watch::Receiver<bool>) {
    let Ok(mut far) = TcpStream::connect(target).await else { return };
    tokio::select! {
        _ = copy_bidirectional(&mut near, &mut far) => {}
        _ = whole.wait_for(|whole| !whole) => {}
    }
}
