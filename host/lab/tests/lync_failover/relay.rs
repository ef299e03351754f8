//! A relay between the product and a Front End, whose wire can be cut without either end being told.

use std::net::SocketAddr;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

/// A running relay; connections made after a cut work again.
pub(crate) struct Relay {
    address: SocketAddr,
    cuts: watch::Sender<u32>,
    serving: JoinHandle<()>,
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Relay {
    pub(crate) async fn to(target: SocketAddr) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let (address, cuts) = (listener.local_addr().unwrap(), watch::Sender::new(0));
        let made = cuts.clone();
        let serving = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(pass_on(near, target, made.subscribe()));
            }
        });
        Self { address, cuts, serving }
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// From now on the present connections pass nothing on. Both ends stay open, and the kernel still acknowledges what
    /// it is sent: only somebody who waits for an answer can notice.
    pub(crate) fn cut(&self) {
        self.cuts.send_modify(|count| *count += 1);
    }
}

async fn pass_on(mut near: TcpStream, target: SocketAddr, mut cuts: watch::Receiver<u32>) {
    // Nobody behind it: the near end is closed.
    let Ok(mut far) = TcpStream::connect(target).await else { return };
    tokio::select! {
        _ = copy_bidirectional(&mut near, &mut far) => {}
        cut = cuts.changed() => if cut.is_ok() {
            // Holds both ends for as long as the relay lives.
            while cuts.changed().await.is_ok() {}
        }
    }
}
