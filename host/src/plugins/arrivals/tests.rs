use super::*;
use crate::plugins::edge::edge;
use proptest::prelude::*;
use std::collections::{BTreeMap, HashMap};
use uc_plugin_api::{
    Invited, PluginError, PluginInfo, UserHandle,
    abi::HostBox,
    own_endpoints::{OWN_ENDPOINTS, OwnEndpoint},
};

/// What may happen to one of three plug-ins, in any order.
#[derive(Clone, Debug)]
enum Deed {
    /// An instance starts, beside another or not, and says this much before its start is announced.
    Start(usize, u32),
    /// The running instance says this much.
    Say(usize, u32),
    /// Every instance that ran before says this much.
    SayLate(usize, u32),
    Fail(usize),
    Stop(usize),
    /// The owner takes this many.
    Take(usize),
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let plugin = || 0..3_usize;
    let deed = prop_oneof![
        2 => (plugin(), 0..3_u32).prop_map(|(p, n)| Deed::Start(p, n)),
        4 => (plugin(), 1..8_u32).prop_map(|(p, n)| Deed::Say(p, n)),
        1 => (plugin(), 500..1500_u32).prop_map(|(p, n)| Deed::Say(p, n)),
        1 => (plugin(), 1..4_u32).prop_map(|(p, n)| Deed::SayLate(p, n)),
        1 => plugin().prop_map(Deed::Fail),
        1 => plugin().prop_map(Deed::Stop),
        4 => (1..40_usize).prop_map(Deed::Take),
        1 => (800..2000_usize).prop_map(Deed::Take),
    ];
    prop::collection::vec(deed, 1..80)
}

fn id(plugin: usize) -> PluginId {
    PluginId::new(["one", "two", "three"][plugin]).unwrap()
}

fn info(instance: u32) -> PluginInfo {
    PluginInfo {
        name: "model".into(),
        version: instance.to_string().into(),
        api_version: "".into(),
        roles: vec![].into(),
        config_keys: vec![].into(),
        rustc: "".into(),
        unwinds: true,
    }
}

/// An instance and what the host took of what it said.
struct Speaker {
    number: u32,
    host: HostBox,
    said: u64,
}

impl Speaker {
    /// True when the host took it.
    fn say(&mut self) -> bool {
        let id = u64::from(self.number) << 32 | self.said;
        let taken = self.host.emit(Event::Invited(Invited { id, error: "".into() })).is_ok();
        self.said += u64::from(taken);
        taken
    }
}

/// What the owner must find: of each plug-in one instance after the other, each whole and in order.
#[derive(Default)]
struct Owner {
    running: HashMap<PluginId, u32>,
    heard: BTreeMap<u32, u64>,
}

impl Owner {
    fn take(&mut self, arrival: PluginArrival) {
        match arrival {
            PluginArrival::Started { plugin, info } => {
                let number: u32 = info.version.parse().unwrap();
                let before = self.running.insert(plugin, number);
                assert!(before.is_none_or(|before| before < number), "instances start in order");
                assert_eq!(self.heard.insert(number, 0), None, "an instance starts once, before it speaks");
            }
            PluginArrival::Event { plugin, event: Event::Invited(invited) } => {
                let number = u32::try_from(invited.id >> 32).unwrap();
                assert_eq!(self.running.get(&plugin), Some(&number), "only the running instance is heard");
                let heard = self.heard.get_mut(&number).unwrap();
                assert_eq!(invited.id & u64::from(u32::MAX), *heard, "in order, and nothing is missing");
                *heard += 1;
            }
            PluginArrival::Failed { plugin, .. } | PluginArrival::Stopped { plugin } => {
                self.running.remove(&plugin);
            }
            PluginArrival::Event { .. }
            | PluginArrival::OwnEndpoints { .. }
            | PluginArrival::Leaving { .. }
            | PluginArrival::Hangs { .. }
            | PluginArrival::Answers { .. } => unreachable!(),
        }
    }
}

/// The plug-ins as their supervisors know them.
struct Model {
    announcer: Announcer,
    arrivals: Arrivals,
    owner: Owner,
    running: [Option<Speaker>; 3],
    gone: [Vec<Speaker>; 3],
    instances: u32,
}

impl Model {
    fn new() -> Self {
        let (announcer, arrivals) = arrivals();
        let (running, gone) = Default::default();
        Self { announcer, arrivals, owner: Owner::default(), running, gone, instances: 0 }
    }

    fn carry_out(&mut self, deed: &Deed) {
        match *deed {
            Deed::Start(plugin, early) => {
                self.instances += 1;
                let (host, ends) = edge(&id(plugin));
                let mut speaker = Speaker { number: self.instances, host, said: 0 };
                (0..early).for_each(|_| assert!(speaker.say()));
                self.announce(plugin, InstanceChange::Started { info: info(speaker.number), lane: ends.lane });
                self.gone[plugin].extend(self.running[plugin].replace(speaker));
            }
            Deed::Say(plugin, times) => {
                if let Some(speaker) = &mut self.running[plugin] {
                    for _ in 0..times {
                        let waiting = speaker.said - self.owner.heard.get(&speaker.number).copied().unwrap_or(0);
                        assert_eq!(speaker.say(), waiting < LANE as u64, "{waiting} wait");
                    }
                }
            }
            Deed::SayLate(plugin, times) => {
                // Taken or handed back: what is taken before its end is announced arrives before it.
                let late = self.gone[plugin].iter_mut();
                for speaker in late {
                    let _taken = (0..times).filter(|_| speaker.say()).count();
                }
            }
            Deed::Fail(plugin) => {
                if let Some(speaker) = self.running[plugin].take() {
                    self.gone[plugin].push(speaker);
                    self.announce(
                        plugin,
                        InstanceChange::Failed { why: "as told".into(), retry_in: std::time::Duration::ZERO },
                    );
                }
            }
            Deed::Stop(plugin) => {
                self.gone[plugin].extend(self.running[plugin].take());
                self.announce(plugin, InstanceChange::Stopped);
            }
            Deed::Take(most) => self.take(most),
        }
    }

    fn announce(&mut self, plugin: usize, change: InstanceChange) {
        let mut announcement = Announcement::of(id(plugin), change);
        while let Err(mpsc::error::TrySendError::Full(back)) = self.announcer.0.try_send(announcement) {
            announcement = back;
            self.take(1);
        }
    }

    fn take(&mut self, most: usize) {
        for _ in 0..most {
            match self.arrivals.try_recv() {
                Ok(arrival) => self.owner.take(arrival),
                Err(_) => return,
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Whatever happens in whatever order: each instance starts before it is heard, is heard whole and in order, and
    /// never after its end; nothing that the host took is lost.
    #[test]
    fn each_instance_is_heard_whole_between_its_start_and_its_end(deeds in deeds()) {
        let mut model = Model::new();
        deeds.iter().for_each(|deed| model.carry_out(deed));
        model.take(usize::MAX);
        let Model { owner, running, gone, .. } = model;
        let speakers = running.iter().flatten().chain(gone.iter().flatten());
        for speaker in speakers {
            prop_assert_eq!(owner.heard.get(&speaker.number), Some(&speaker.said));
        }
    }
}

/// An instance that runs, announced.
fn started(announcer: &Announcer, plugin: usize, number: u32) -> Speaker {
    let (host, ends) = edge(&id(plugin));
    let change = InstanceChange::Started { info: info(number), lane: ends.lane };
    announcer.0.try_send(Announcement::of(id(plugin), change)).unwrap();
    Speaker { number, host, said: 0 }
}

#[test]
fn a_flood_delays_others_by_one_event_a_lane() {
    let (announcer, mut arrivals) = arrivals();
    let [mut flood, mut quiet] = [0, 1].map(|plugin| started(&announcer, plugin, plugin as u32));
    while flood.say() {}
    assert_eq!(flood.said, LANE as u64);
    assert!(quiet.say());
    let _third = started(&announcer, 2, 2);
    for expected in ["one", "two", "three"] {
        assert!(
            matches!(arrivals.try_recv(), Ok(PluginArrival::Started { plugin, .. }) if plugin.as_str() == expected)
        );
    }
    let next: Vec<_> = std::iter::from_fn(|| arrivals.try_recv().ok()).take(3).collect();
    let quiet =
        |arrival: &PluginArrival| matches!(arrival, PluginArrival::Event { plugin, .. } if plugin.as_str() == "two");
    assert_eq!(next.iter().filter(|arrival| quiet(arrival)).count(), 1, "{next:?}");
}

#[test]
fn a_late_word_of_a_supervisor_that_ended_ends_nobody() {
    let (announcer, mut arrivals) = arrivals();
    let stopped = Announcement::of(id(0), InstanceChange::Stopped);
    let mut speaker = started(&announcer, 0, 1);
    announcer.0.try_send(stopped).unwrap();
    assert!(speaker.say());
    assert!(matches!(arrivals.try_recv(), Ok(PluginArrival::Started { .. })));
    assert!(matches!(arrivals.try_recv(), Ok(PluginArrival::Event { .. })));
    assert!(matches!(arrivals.try_recv(), Err(TryRecvError::Empty)));
    drop((announcer, speaker));
    assert!(matches!(arrivals.try_recv(), Err(TryRecvError::Disconnected)));
}

/// The same as the model, with threads that really speak at the same time as instances come and go.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn threads_that_speak_while_instances_change_lose_nothing() {
    let (announcer, mut arrivals) = arrivals();
    let mut threads = Vec::new();
    let mut owner = Owner::default();
    for number in 1..=40 {
        let plugin = number as usize % 2;
        let mut speaker = started(&announcer, plugin, number);
        // Each speaks until its lane is closed, because its successor or its end was announced.
        threads.push(std::thread::spawn(move || {
            let mut handed_back = 0;
            while handed_back < 100_000 && speaker.said < 300 {
                handed_back += u32::from(!speaker.say());
            }
            (speaker.number, speaker.said)
        }));
        for _ in 0..200 {
            match arrivals.try_recv() {
                Ok(arrival) => owner.take(arrival),
                Err(_) => tokio::task::yield_now().await,
            }
        }
    }
    let said: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    drop(announcer);
    while let Some(arrival) = arrivals.recv().await {
        owner.take(arrival);
    }
    for (number, said) in said {
        assert_eq!(owner.heard.get(&number), Some(&said));
    }
}

#[tokio::test]
async fn what_is_said_of_own_endpoints_comes_before_whatever_is_said_later() {
    let (announcer, mut arrivals) = arrivals();
    let [mut sink, mut source] = [0, 1].map(|plugin| started(&announcer, plugin, plugin as u32));
    let _ = [arrivals.recv().await, arrivals.recv().await];
    while sink.say() {}
    assert!(tell(&sink, "7 stands\n7 appears\n8 appears\n").is_ok(), "there is room, however much waits");
    assert!(source.say());
    let first = arrivals.recv().await;
    let Some(PluginArrival::OwnEndpoints { plugin, endpoints }) = first else { panic!("{first:?}") };
    let appear = [7, 8].map(|user| (UserHandle(user), OwnEndpoint::Appears));
    assert_eq!((plugin.as_str(), endpoints), ("one", appear.to_vec()), "of each user the latest");
    assert!(matches!(arrivals.recv().await, Some(PluginArrival::Event { .. })), "once");
}

#[tokio::test]
async fn they_wake_the_owner_and_what_cannot_be_read_is_refused() {
    let (announcer, mut arrivals) = arrivals();
    let sink = started(&announcer, 0, 1);
    let _ = arrivals.recv().await;
    assert!(tell(&sink, "7 vanishes\n").is_err());
    assert!(matches!(arrivals.try_recv(), Err(TryRecvError::Empty)));
    let waiting = tokio::spawn(async move { arrivals.recv().await });
    tokio::task::yield_now().await;
    tell(&sink, "7 stands\n").unwrap();
    assert!(matches!(waiting.await.unwrap(), Some(PluginArrival::OwnEndpoints { .. })));
}

fn tell(sink: &Speaker, text: &str) -> Result<(), PluginError> {
    Result::from(sink.host.call(OWN_ENDPOINTS.into(), text.as_bytes().into())).map(|_| ())
}
