//! The life of a client of a site's servers, over one connection at a time: it connects, is served, is lost, waits and
//! comes back, and takes its owner's orders all the while. What happens over a connection is its [`Session`]'s
//! business.
//!
//! [`Session`]: super::Session

use super::{Again, Attempts, Connector, Ended, Proof, Server, Trouble};
use crate::transport::Stream;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

/// Who lives so.
pub trait Client: Send {
    /// What its owner asks of it.
    type Order: Send;

    /// Who it is, in words.
    fn name(&self) -> &str;

    /// What its account proves itself by; none: by nothing that refusals could lock.
    fn proof(&self) -> Option<Proof> {
        None
    }

    /// Where orders come from; their end is the end of its life.
    fn orders(&mut self) -> &mut mpsc::Receiver<Self::Order>;

    /// Carries an order out while there is no connection.
    fn offline(&mut self, order: Self::Order) -> Offline;

    /// Serves a connection to its end. Also says whether the server ever took it in.
    fn serve(&mut self, stream: Stream, server: &Server) -> impl Future<Output = (Ended, bool)> + Send;

    /// There is no connection, for this reason.
    fn down(&mut self, why: String);
}

/// What follows from an order while there is no connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offline {
    /// It goes on as before.
    Waits,
    /// It is tried now, whatever it waits for.
    TriesNow,
    /// It was to stop, and has.
    Stops,
}

/// Lives until it is told to stop.
pub async fn live(mut client: impl Client, servers: Vec<Server>, connector: Connector) {
    let mut attempts = Attempts::new(servers);
    let now = Instant::now();
    let wait = client.proof().map_or(Duration::ZERO, |proof| attempts.remember(proof, now.into_std()));
    if !wait.is_zero() {
        let why = format!(
            "{}: not tried at once: the account was refused twice within half an hour with this password, and one more \
             attempt might lock it{}",
            client.name(),
            again(&Again::Guarded, wait)
        );
        tracing::warn!("{why}");
        client.down(why);
        if rest(&mut client, &mut attempts, now + wait).await == Offline::Stops {
            return;
        }
    }
    loop {
        let server = attempts.server(Instant::now().into_std());
        let Some(trouble) = attempt(&mut client, server, &connector, &mut attempts).await else { return };
        let wait = attempts.wait(&trouble.again, Instant::now().into_std());
        let why = format!("{}: {}{}", client.name(), trouble.why, again(&trouble.again, wait));
        tracing::warn!("{why}");
        client.down(why);
        if rest(&mut client, &mut attempts, Instant::now() + wait).await == Offline::Stops {
            return;
        }
    }
}

/// Waits until the next attempt.
async fn rest(client: &mut impl Client, attempts: &mut Attempts, until: Instant) -> Offline {
    loop {
        let ended = idle(client, until).await;
        if ended != Offline::TriesNow || attempts.try_now(Instant::now().into_std()) {
            return ended;
        }
        let left = until.saturating_duration_since(Instant::now()).as_secs();
        tracing::warn!(
            "{}: not tried at once: the account was refused twice within half an hour, and one more attempt might lock \
             it; tried again in {left} s, or after a reload with another password",
            client.name()
        );
    }
}

/// A wait that is worth telling, in words: a long one, and whatever one before something that somebody must repair.
fn again(again: &Again, wait: Duration) -> String {
    let asks_for_somebody = matches!(again, Again::Slowly | Again::Refused) && !wait.is_zero();
    if asks_for_somebody || wait > Attempts::LONGEST {
        format!("; tried again in {} s", wait.as_secs().max(1))
    } else {
        String::new()
    }
}

/// One connection's life; none when told to stop.
async fn attempt(
    client: &mut impl Client,
    server: Server,
    connector: &Connector,
    attempts: &mut Attempts,
) -> Option<Trouble> {
    let connecting = connector.clone().connect(server.clone());
    tokio::pin!(connecting);
    let stream = loop {
        tokio::select! {
            connected = &mut connecting => match connected {
                Ok(stream) => break stream,
                Err(trouble) => return Some(trouble),
            },
            order = client.orders().recv() => if take(client, order) == Offline::Stops { return None },
        }
    };
    let begin = Instant::now();
    let (ended, taken_in) = client.serve(stream, &server).await;
    if taken_in {
        attempts.lived(begin.elapsed());
    }
    match ended {
        Ended::Trouble(trouble) => Some(trouble),
        Ended::Stopped => None,
    }
}

/// Waits and still listens, until the time has come or an order ends the wait.
async fn idle(client: &mut impl Client, until: Instant) -> Offline {
    loop {
        tokio::select! {
            () = sleep_until(until) => return Offline::Waits,
            order = client.orders().recv() => match take(client, order) {
                Offline::Waits => {}
                ended => return ended,
            },
        }
    }
}

fn take<C: Client>(client: &mut C, order: Option<C::Order>) -> Offline {
    order.map_or(Offline::Stops, |order| client.offline(order))
}

#[cfg(test)]
mod tests {
    use super::super::Transport;
    use super::*;

    /// Somebody whom no server takes in.
    struct Homeless {
        orders: mpsc::Receiver<bool>,
        /// What follows from an order that does not end it.
        stays: Offline,
        /// What each server sends it away with.
        again: Again,
        log: mpsc::UnboundedSender<String>,
    }

    impl Client for Homeless {
        type Order = bool;

        fn name(&self) -> &str {
            "kim"
        }

        fn orders(&mut self) -> &mut mpsc::Receiver<bool> {
            &mut self.orders
        }

        fn offline(&mut self, stays: bool) -> Offline {
            let _ = self.log.send(format!("told {stays}"));
            if stays { self.stays } else { Offline::Stops }
        }

        async fn serve(&mut self, _: Stream, server: &Server) -> (Ended, bool) {
            let _ = self.log.send(format!("at {server}"));
            let (again, taken_in) = (self.again.clone(), self.again != Again::Guarded);
            (Ended::Trouble(Trouble { why: "out of order".into(), again }), taken_in)
        }

        fn down(&mut self, why: String) {
            let _ = self.log.send(why);
        }
    }

    fn homeless(
        address: String,
        stays: Offline,
        again: Again,
    ) -> (mpsc::Sender<bool>, mpsc::UnboundedReceiver<String>, impl Future<Output = ()>) {
        let (sender, orders) = mpsc::channel(8);
        let (log, told) = mpsc::unbounded_channel();
        let connector = Connector { transport: Transport::Tcp, tls: None, server_name: None };
        let servers = vec![Server::try_from(address).unwrap()];
        (sender, told, live(Homeless { orders, stays, again, log }, servers, connector))
    }

    #[tokio::test]
    async fn orders_are_taken_while_there_is_no_connection_and_the_last_one_ends_it() {
        let (orders, mut told, life) = homeless("127.0.0.1:1".into(), Offline::Waits, Again::Soon);
        let life = tokio::spawn(life);
        assert!(told.recv().await.unwrap().starts_with("kim: 127.0.0.1:1"));
        for stays in [true, true, false] {
            orders.send(stays).await.unwrap();
            // It tries again meanwhile.
            while told.recv().await.unwrap() != format!("told {stays}") {}
        }
        life.await.unwrap();
    }

    #[tokio::test]
    async fn whoever_owned_it_being_gone_ends_it() {
        let (orders, _told, life) = homeless("127.0.0.1:1".into(), Offline::Waits, Again::Soon);
        drop(orders);
        life.await;
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_for_somebody_to_act_comes_back_when_told_that_it_was_done() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (orders, mut told, life) = homeless(address, Offline::TriesNow, Again::Slowly);
        let life = tokio::spawn(life);
        for _ in 0..3 {
            while !told.recv().await.unwrap().contains("tried again in") {}
            let mended = Instant::now();
            orders.send(true).await.unwrap();
            while !told.recv().await.unwrap().starts_with("at ") {}
            assert!(mended.elapsed() < Duration::from_secs(1), "{:?}", mended.elapsed());
        }
        drop(orders);
        life.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn an_account_that_was_refused_twice_waits_on_when_told_that_something_was_mended() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (orders, mut told, life) = homeless(address, Offline::TriesNow, Again::Guarded);
        let life = tokio::spawn(life);
        let begin = Instant::now();
        for _ in 0..3 {
            while !told.recv().await.unwrap().starts_with("at ") {}
            for _ in 0..5 {
                orders.send(true).await.unwrap();
            }
        }
        assert!(begin.elapsed() > Duration::from_secs(35 * 60), "{:?}", begin.elapsed());
        drop(orders);
        life.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_ends_every_session_is_come_back_to_ever_more_slowly() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let accepting = async { while listener.accept().await.is_ok() {} };
        let (_orders, mut told, life) = homeless(address, Offline::Waits, Again::Soon);
        let both = async { tokio::join!(accepting, life) };
        let ended = tokio::time::timeout(Duration::from_secs(300), both).await;
        assert!(ended.is_err(), "it is tried for ever");
        let connections = std::iter::from_fn(|| told.try_recv().ok()).filter(|said| said.starts_with("at ")).count();
        assert!((5..30).contains(&connections), "{connections} in five minutes");
    }
}
