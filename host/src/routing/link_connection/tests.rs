//! An asker that takes nothing of what it is told, in simulated time.

use super::*;
use crate::routing::asker::Answers;
use tokio::{
    io::DuplexStream,
    sync::{mpsc, watch},
    task::{JoinHandle, yield_now},
    time::Instant as Moment,
};

const SECOND: Duration = Duration::from_secs(1);
/// Room between both sides: a hello and a few answers.
const ROOM: usize = 512;

struct Link {
    asker: DuplexStream,
    hub: mpsc::Receiver<RoutingArrival>,
    _answers: Answers,
    stop: CancellationToken,
    serving: JoinHandle<Result<(), Closing>>,
}

impl Link {
    /// One whose preview is open, and whose answers from then on find no room.
    async fn that_does_not_read() -> Self {
        let (host, asker) = tokio::io::duplex(ROOM);
        let (sender, hub) = mpsc::channel(8);
        let (askers, answers) = Askers::new(sender, 8);
        let limits = Limits { max_targets: 1, max_open: 8, addp_timeout: Duration::ZERO };
        let (shared, stop) = (
            Shared {
                askers,
                serves: watch::channel(true).1,
                limits,
                max_line: 10_000,
                complaints: Complaints::default(),
            },
            CancellationToken::new(),
        );
        let stopped = stop.clone();
        let serving = tokio::spawn(async move { run(host, &shared, None, &stopped).await.1 });
        let mut link = Self { asker, hub, _answers: answers, stop, serving };
        link.says(r#"{"messageName":"LinkHello","protocol":"preview","version":1,"name":"URS"}"#).await;
        link.says(r#"{"messageName":"PreviewInteractionRequest","agent":"KW1","connId":"1f"}"#).await;
        assert!(matches!(link.hub.recv().await, Some(RoutingArrival::Offer(_))));
        for _ in 0..10 {
            link.says(r#"{"messageName":"RequestMakeCall"}"#).await;
        }
        // It has taken all that, and waits for room.
        for _ in 0..100 {
            yield_now().await;
        }
        link
    }

    async fn says(&mut self, line: &str) {
        self.asker.write_all(format!("{line}\n").as_bytes()).await.unwrap();
    }

    async fn withdrawn(&mut self) {
        assert!(matches!(self.hub.recv().await, Some(RoutingArrival::Withdraw { .. })));
    }
}

#[tokio::test(start_paused = true)]
async fn the_windows_of_an_asker_that_does_not_read_close_as_soon_as_it_is_given_up() {
    let mut link = Link::that_does_not_read().await;
    let begin = Moment::now();
    link.withdrawn().await;
    assert!(begin.elapsed() < UNREAD + SECOND, "{:?}", begin.elapsed());
    assert_eq!(link.serving.await.unwrap(), Err(Closing("the other side does not read".into())));
    assert!(begin.elapsed() < UNREAD + SECOND, "nothing more is said to it: {:?}", begin.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_stop_does_not_wait_for_an_asker_that_does_not_read() {
    let mut link = Link::that_does_not_read().await;
    let begin = Moment::now();
    link.stop.cancel();
    link.withdrawn().await;
    assert!(begin.elapsed() < SECOND, "{:?}", begin.elapsed());
    assert_eq!(link.serving.await.unwrap(), Ok(()));
    assert!(begin.elapsed() < 3 * SECOND, "{:?}", begin.elapsed());
}
