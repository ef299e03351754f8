//! Signals of the operating system, sent to this very process: one test only, so that no other is hit.

use std::{future::pending, process::Command, time::Duration};
use uc_connector::signals::{Drained, Signal, Signals};

fn send(signal: &str) {
    let status = Command::new("kill").args([signal, &std::process::id().to_string()]).status();
    assert!(status.is_ok_and(|status| status.success()), "kill {signal}");
}

async fn next(signals: &mut Signals) -> Signal {
    tokio::time::timeout(Duration::from_secs(20), signals.next()).await.expect("the signal arrives")
}

#[tokio::test]
async fn signals_ask_for_reload_and_stop_and_a_second_stop_cuts_the_drain() {
    let mut signals = Signals::listen().expect("signals can be listened to");
    for (sent, asked) in [("-HUP", Signal::Reload), ("-TERM", Signal::Stop), ("-INT", Signal::Stop)] {
        send(sent);
        assert_eq!(next(&mut signals).await, asked);
    }
    let hour = Duration::from_secs(3600);
    assert_eq!(signals.drain(async {}, hour).await, Drained::Whole);
    assert_eq!(signals.drain(pending(), Duration::from_millis(1)).await, Drained::Late);
    send("-HUP");
    send("-TERM");
    assert_eq!(signals.drain(pending(), hour).await, Drained::Forced);
}
