//! What every client does over one connection: everything that one read brings is worked through, then it has its
//! effects and leaves in one write, until the connection or the client is to end.

use super::{
    Server, Trouble,
    turns::{self, Turn},
};
use crate::message::{Limits, Message};
use crate::transport::{Arrived, LinkEnd, LinkSettings, Reader, Stream, local_addr, protocol, split};
use bytes::Bytes;
use std::io;
use std::time::Instant;
use tokio::sync::mpsc;
use tokio::time::sleep_until;

/// Messages that are worked through before anything is sent; bounds how late an effect may be.
const MAX_AT_ONCE: usize = 256;

/// Why a connection is over.
#[derive(Debug)]
pub enum Ended {
    /// Something went wrong; it is tried again.
    Trouble(Trouble),
    /// The client was told to stop.
    Stopped,
}

/// What a client does over one connection.
pub trait Session: Send {
    /// What comes from elsewhere meanwhile.
    type News: Send;

    /// Longest message, in bytes.
    const MAX_MESSAGE: usize;

    /// The connection stands. `address` is our end as `host:port`, `transport` is `TLS` or `TCP`.
    fn begin(&mut self, address: &str, transport: &'static str, now: Instant);

    /// Whether receiving this message asks a KDC for a ticket, which holds the thread for as long as that takes.
    fn needs_ticket(&self, message: &Message) -> bool;

    /// A message came over it.
    fn receive(&mut self, message: Message, now: Instant);

    /// A notify came that cannot be read, and has been answered: what is left of it, or none if nobody can tell whose it
    /// was.
    fn lost_notify(&mut self, notify: Option<Message>, now: Instant);

    /// Waits for what comes from elsewhere. Cancel-safe.
    fn news(&mut self) -> impl Future<Output = Self::News> + Send;

    /// It came.
    fn take(&mut self, news: Self::News, now: Instant);

    /// When [`Self::handle_timeout`] is due.
    fn poll_timeout(&self) -> Option<Instant>;

    /// Does what is due.
    fn handle_timeout(&mut self, now: Instant);

    /// Lets everything that happened have its effects.
    fn settle(&mut self, now: Instant);

    /// What is to be sent now.
    fn poll_transmit(&mut self) -> Option<Bytes>;

    /// Why the connection is of no use any more.
    fn take_trouble(&mut self) -> Option<Trouble>;

    /// Until when it may sign out; none: it was not told to stop.
    fn leaves_until(&self) -> Option<Instant>;

    /// Whether it has signed out.
    fn has_left(&self) -> bool;
}

/// Serves a connection to its end.
pub async fn serve<S: Session>(session: &mut S, stream: Stream, server: &Server) -> Ended {
    let address = match local_addr(&stream) {
        Ok(address) => address.to_string(),
        Err(error) => return Ended::Trouble(Trouble::soon(format!("{server}: {error}"))),
    };
    let transport = protocol(&stream);
    let limits = Limits::with_message(S::MAX_MESSAGE);
    let (reader, writer) = split(stream, LinkSettings { limits, ..LinkSettings::default() });
    let (output, mut writing) = writer.spawn();
    let mut reader = reader.answering(output.clone());
    session.begin(&address, transport, Instant::now());
    let mut lost = None;
    // Nothing that came after it is read before it is answered, and no time runs out for it.
    let mut held = None;
    loop {
        if let Some(ended) = settle(session, &mut lost, &output).await {
            return placed(ended, server);
        }
        let due = session.poll_timeout().filter(|_| held.is_none()).into_iter().chain(session.leaves_until()).min();
        tokio::select! {
            // Our own end of its queue is held, so it has not ended of itself.
            written = &mut writing => lost = Some(unwritten(written)),
            turn = turns::come(&mut held) => match turn {
                Ok((challenge, _permit)) => session.receive(challenge, Instant::now()),
                Err(trouble) => lost = Some(trouble),
            },
            read = reader.next(), if held.is_none() => match work(session, read, &mut reader) {
                Ok(waits) => held = waits,
                Err(trouble) => lost = Some(trouble),
            },
            news = session.news() => session.take(news, Instant::now()),
            () = until(due) => session.handle_timeout(Instant::now()),
        }
    }
}

/// Works through what one read brought, up to a challenge that has to wait for its turn. No message is taken from the reader
/// that is neither worked through nor given back.
fn work(
    session: &mut impl Session,
    first: Result<Arrived, LinkEnd>,
    reader: &mut Reader,
) -> Result<Option<Turn>, Trouble> {
    let mut arrived = first.map_err(|end| Trouble::from(&end))?;
    for left in (0..MAX_AT_ONCE).rev() {
        match arrived {
            Arrived::Message(message) if session.needs_ticket(&message) => return Ok(Some(Turn::of(message))),
            Arrived::Message(message) => session.receive(message, Instant::now()),
            Arrived::LostNotify(notify) => session.lost_notify(notify, Instant::now()),
        }
        match if left == 0 { None } else { reader.ready().map_err(|end| Trouble::from(&end))? } {
            Some(next) => arrived = next,
            None => break,
        }
    }
    Ok(None)
}

fn unwritten(ended: io::Result<()>) -> Trouble {
    Trouble::soon(ended.map_or_else(|error| error.to_string(), |()| "the connection takes nothing".to_owned()))
}

async fn settle(session: &mut impl Session, lost: &mut Option<Trouble>, output: &mpsc::Sender<Bytes>) -> Option<Ended> {
    let now = Instant::now();
    session.settle(now);
    while let Some(bytes) = session.poll_transmit() {
        if output.send(bytes).await.is_err() {
            lost.get_or_insert_with(|| Trouble::soon("the server takes nothing"));
            break;
        }
    }
    let trouble = session.take_trouble().or_else(|| lost.take());
    match session.leaves_until() {
        Some(until) if trouble.is_some() || until <= now || session.has_left() => Some(Ended::Stopped),
        _ => trouble.map(Ended::Trouble),
    }
}

fn placed(ended: Ended, server: &Server) -> Ended {
    match ended {
        Ended::Trouble(Trouble { why, again }) => Ended::Trouble(Trouble { why: format!("{server}: {why}"), again }),
        Ended::Stopped => Ended::Stopped,
    }
}

/// Waits, for ever without a point in time.
pub async fn until(due: Option<Instant>) {
    match due {
        Some(due) => sleep_until(due.into()).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        sync::atomic::{AtomicBool, Ordering},
        time::Duration,
    };
    use tokio::io::AsyncWriteExt;
    use tokio::net::{TcpListener, TcpStream};

    /// Counts what comes, and is told to stop by the last one.
    #[derive(Default)]
    struct Counting {
        numbers: Vec<u32>,
        /// Whose notifies could not be read.
        lost: Vec<Option<String>>,
        until: Option<Instant>,
        /// What receiving takes of a thread; none: nothing.
        asks: Option<fn()>,
    }

    const ALL: u32 = 1000;

    impl Session for Counting {
        type News = ();
        const MAX_MESSAGE: usize = 65_536;

        fn begin(&mut self, _: &str, _: &'static str, _: Instant) {}

        fn needs_ticket(&self, _: &Message) -> bool {
            self.asks.is_some()
        }

        fn receive(&mut self, message: Message, now: Instant) {
            self.numbers.extend(message.cseq().map(|cseq| cseq.number));
            self.until = (self.numbers.last() == Some(&ALL)).then_some(now);
            if let Some(asks) = self.asks {
                asks();
            }
        }

        fn lost_notify(&mut self, notify: Option<Message>, _: Instant) {
            self.lost.push(notify.and_then(|notify| notify.call_id().map(str::to_owned)));
        }

        async fn news(&mut self) {
            std::future::pending::<()>().await;
        }

        fn take(&mut self, (): (), _: Instant) {}

        fn poll_timeout(&self) -> Option<Instant> {
            None
        }

        fn handle_timeout(&mut self, _: Instant) {}

        fn settle(&mut self, _: Instant) {}

        fn poll_transmit(&mut self) -> Option<Bytes> {
            None
        }

        fn take_trouble(&mut self) -> Option<Trouble> {
            None
        }

        fn leaves_until(&self) -> Option<Instant> {
            self.until
        }

        fn has_left(&self) -> bool {
            false
        }
    }

    async fn pair() -> (Stream, TcpStream, Server) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (ours, theirs) = tokio::join!(TcpStream::connect(address), listener.accept());
        (Stream::Left(ours.unwrap()), theirs.unwrap().0, Server::try_from(address.to_string()).unwrap())
    }

    #[tokio::test]
    async fn of_many_messages_that_come_at_once_none_is_left_out() {
        let (stream, mut peer, server) = pair().await;
        peer.write_all((1..=ALL).map(message).collect::<String>().as_bytes()).await.unwrap();
        let mut session = Counting::default();
        assert!(matches!(serve(&mut session, stream, &server).await, Ended::Stopped));
        assert_eq!(session.numbers, (1..=ALL).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn a_notify_that_cannot_be_read_is_told_of_at_once() {
        let (stream, mut peer, server) = pair().await;
        for (method, sound, broken) in [
            ("NOTIFY", "Via:", &b"Via"[..]),
            ("MESSAGE", "Via:", b"Via"),
            ("BENOTIFY", "Via:", b"\xff\r\nVia:"),
            ("NOTIFY", "Call-ID: x", b"Call-ID: \xff"),
        ] {
            let text = message(7).replace("MESSAGE", method);
            let (before, after) = text.split_once(sound).unwrap();
            peer.write_all(&[before.as_bytes(), broken, after.as_bytes()].concat()).await.unwrap();
        }
        peer.write_all(message(ALL).as_bytes()).await.unwrap();
        let mut session = Counting::default();
        assert!(matches!(serve(&mut session, stream, &server).await, Ended::Stopped));
        assert_eq!(
            (session.numbers, session.lost),
            (vec![ALL], vec![Some("x".to_owned()), Some("x".to_owned()), None])
        );
    }

    fn message(number: u32) -> String {
        format!(
            "MESSAGE sip:a@b SIP/2.0\r\nVia: SIP/2.0/TCP h\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\n\
             Call-ID: x\r\nCSeq: {number} MESSAGE\r\nContent-Length: 0\r\n\r\n"
        )
    }

    /// As many threads as a plug-in has, and a KDC that says nothing until the task beside has had its turns.
    #[test]
    fn accounts_that_wait_for_a_kdc_leave_threads_to_everybody_else() {
        static ANSWERS: AtomicBool = AtomicBool::new(false);
        let asks = || {
            tokio::task::block_in_place(|| {
                while !ANSWERS.load(Ordering::Acquire) {
                    std::thread::sleep(Duration::from_millis(1));
                }
            });
        };
        let builder = &mut tokio::runtime::Builder::new_multi_thread();
        let runtime = builder.worker_threads(1).max_blocking_threads(16).enable_all().build().unwrap();
        let (done, finished) = std::sync::mpsc::channel();
        runtime.spawn(async move {
            let mut accounts = tokio::task::JoinSet::new();
            for _ in 0..40 {
                accounts.spawn(async move {
                    let (stream, mut peer, server) = pair().await;
                    peer.write_all(message(ALL).as_bytes()).await.unwrap();
                    let mut session = Counting { asks: Some(asks), ..Counting::default() };
                    matches!(serve(&mut session, stream, &server).await, Ended::Stopped) && session.numbers == [ALL]
                });
            }
            let beside = tokio::spawn(async {
                for _ in 0..200 {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                tokio::task::spawn_blocking(|| ANSWERS.store(true, Ordering::Release)).await
            });
            beside.await.unwrap().unwrap();
            done.send(accounts.join_all().await).unwrap();
        });
        let answered = finished.recv_timeout(Duration::from_secs(30));
        ANSWERS.store(true, Ordering::Release);
        assert_eq!(answered, Ok(vec![true; 40]));
    }

    #[tokio::test]
    async fn a_connection_that_ends_is_trouble_at_its_server() {
        let (stream, peer, server) = pair().await;
        drop(peer);
        let Ended::Trouble(trouble) = serve(&mut Counting::default(), stream, &server).await else { panic!() };
        assert!(trouble.why.starts_with(&server.to_string()), "{}", trouble.why);
    }
}
