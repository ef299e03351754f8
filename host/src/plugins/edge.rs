//! The host as one plug-in instance sees it: its lane to the owner, its log and its metrics. Called from the plug-in's
//! threads, so nothing here waits and nothing may unwind.

use super::{
    arrivals::{LANE, Lane},
    id::PluginId,
    link_reports::LinkReports,
    log::Log,
    meters::Meters,
    own_endpoints::{Teller, own_endpoints},
    words::fit_event,
};
use abi_stable::{
    sabi_trait::TD_Opaque,
    std_types::{RErr, RResult, RSlice, RStr, RVec},
};
use metrics::{Counter, counter};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::sync::{mpsc, oneshot};
use uc_plugin_api::{
    Event, PluginError,
    abi::{HostBox, HostEdge, HostEdge_TO, Level, MetricKind},
    metric_descriptions::DESCRIBE_METRICS,
    own_endpoints::OWN_ENDPOINTS,
};

/// The host's side of one instance.
struct Edge {
    events: mpsc::Sender<Event>,
    own_endpoints: Teller,
    /// Taken by the first reason.
    failure: Mutex<Option<oneshot::Sender<String>>>,
    links: LinkReports,
    log: Log,
    meters: Meters,
    taken: Counter,
    refused: Counter,
    overflowing: AtomicBool,
}

/// The owner's and the supervisor's ends of one instance's edge.
#[derive(Debug)]
pub(super) struct Ends {
    /// What it says, for the owner.
    pub(super) lane: Lane,
    /// Why it cannot go on, for the supervisor, whatever still waits in the lane. Closed without a word: it let go of
    /// the host.
    pub(super) failure: oneshot::Receiver<String>,
}

/// The host's side for a new instance, and what comes out of it.
pub(super) fn edge(plugin: &PluginId) -> (HostBox, Ends) {
    let (edge, ends) = Edge::new(plugin);
    (HostEdge_TO::from_value(edge, TD_Opaque), ends)
}

impl HostEdge for Edge {
    fn emit(&self, event: Event) -> RResult<(), Event> {
        // What is handed back is the plug-in's own, as it was.
        match contained(None, || fit_event(&event)) {
            Some(fit) => self.say(fit).map_err(|_| event),
            None => self.say(event),
        }
        .into()
    }

    fn log_enabled(&self, level: Level, _: RStr<'_>) -> bool {
        contained(false, || self.log.enabled(level))
    }

    fn log(&self, level: Level, target: RStr<'_>, text: RStr<'_>) {
        contained((), || self.log.write(level, target.as_str(), text.as_str()));
    }

    fn metric(&self, kind: MetricKind, name: RStr<'_>, value: f64) {
        contained((), || self.meters.change(kind, name.as_str(), value));
    }

    fn call(&self, op: RStr<'_>, body: RSlice<'_, u8>) -> RResult<RVec<u8>, PluginError> {
        let otherwise = || Err("the host could not take it".to_owned());
        let told = match op.as_str() {
            OWN_ENDPOINTS => contained(otherwise(), || self.own_endpoints.tell(body.as_slice())),
            DESCRIBE_METRICS => contained(otherwise(), || {
                self.meters.describe(&String::from_utf8_lossy(body.as_slice()));
                Ok(())
            }),
            _ => return RErr(PluginError::Unsupported(op.into())),
        };
        told.map(|()| RVec::new()).map_err(|why| PluginError::Failed(why.into())).into()
    }
}

impl Edge {
    fn new(plugin: &PluginId) -> (Self, Ends) {
        let (events, said) = mpsc::channel(LANE);
        let (teller, told) = own_endpoints();
        let (failing, failure) = oneshot::channel();
        let log = Log::of(plugin);
        let edge = Self {
            events,
            own_endpoints: teller,
            failure: Mutex::new(Some(failing)),
            links: LinkReports::new(plugin.clone()),
            log,
            meters: Meters::new(plugin.clone(), log),
            taken: counter!("uc_plugin_events_total", "plugin" => plugin.to_string()),
            refused: counter!("uc_plugin_events_refused_total", "plugin" => plugin.to_string()),
            overflowing: AtomicBool::new(false),
        };
        (edge, Ends { lane: Lane::new(said, told), failure })
    }

    fn say(&self, event: Event) -> Result<(), Event> {
        match event {
            Event::Failed(why) => {
                contained((), || self.fail(why.into()));
                Ok(())
            }
            Event::Link(status, detail) => self.links.report(status, detail, |event| self.put(event)),
            event => {
                self.links.other_event();
                self.put(event)
            }
        }
    }

    /// Straight into the owner's queue; back to the plug-in when its lane is full or closed.
    fn put(&self, event: Event) -> Result<(), Event> {
        match self.events.try_send(event) {
            Ok(()) => {
                self.taken.increment(1);
                Ok(())
            }
            Err(mpsc::error::TrySendError::Full(event)) => {
                contained((), || self.overflow());
                Err(event)
            }
            Err(mpsc::error::TrySendError::Closed(event)) => Err(event),
        }
    }

    /// The first reason counts.
    fn fail(&self, why: String) {
        let failing = self.failure.lock().unwrap_or_else(PoisonError::into_inner).take();
        // An instance that was exchanged meanwhile fails unheard.
        let _ = failing.map(|failing| failing.send(why));
    }

    /// Counted always, said once in the life of an instance.
    fn overflow(&self) {
        self.refused.increment(1);
        if !self.overflowing.swap(true, Ordering::Relaxed) {
            let text = format!(
                "{LANE} events of this plug-in wait for the hub, more are handed back: it reports faster than the host \
                 works, or the host stands still; further ones are only counted (uc_plugin_events_refused_total)"
            );
            self.log.write(Level::Warn, "host", &text);
        }
    }
}

/// A log writer or metrics recorder that panics must not take the plug-in's thread with it.
pub(super) fn contained<T>(otherwise: T, f: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(f)).unwrap_or(otherwise)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uc_plugin_api::{Invited, LinkStatus, Published, UserHandle};

    proptest! {
        #[test]
        fn whatever_a_plugin_says_reaches_operators_as_one_bounded_line(text in any::<String>(), times in 0..2_000_usize) {
            let text = format!("gone\n[+] t-server lab: ready\u{1b}[2J{}", text.repeat(times));
            let (edge, mut ends) = Edge::new(&PluginId::new("x").unwrap());
            let results = vec![Published { user: UserHandle(1), error: text.as_str().into() }];
            let link = Event::Link(LinkStatus::Down, text.as_str().into());
            let invited = Event::Invited(Invited { id: 1, error: text.as_str().into() });
            for event in [link, Event::Published(results.into()), invited] {
                prop_assert_eq!(edge.emit(event).into_result(), Ok(()));
            }
            prop_assert_eq!(edge.emit(Event::Failed(text.into())).into_result(), Ok(()));
            let mut read = vec![ends.failure.try_recv().unwrap()];
            while let Some(event) = ends.lane.next() {
                read.push(match event {
                    Event::Link(_, detail) => detail.into(),
                    Event::Published(results) => results[0].error.to_string(),
                    Event::Invited(invited) => invited.error.into(),
                    other => panic!("{other:?}"),
                });
            }
            prop_assert_eq!(read.len(), 4);
            for words in read {
                prop_assert!(!words.contains(char::is_control) && words.len() < 16_000, "{}", words);
            }
        }
    }

    #[test]
    fn what_is_handed_back_is_the_plugins_own() {
        let (edge, ends) = Edge::new(&PluginId::new("x").unwrap());
        drop(ends);
        let said = Event::Link(LinkStatus::Down, "a\nb".into());
        assert_eq!(edge.emit(said.clone()).into_result(), Err(said));
    }
}
