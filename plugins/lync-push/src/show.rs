//! From what the host wants shown to publications (plugins/sip/docs/lync.md, "What is published"). Pure.
//!
//! | Wanted | Publications |
//! |---|---|
//! | Automatic | `phoneState` of our own in containers 2 and 3, bound to the endpoint: never over the user's choice |
//! | Manual | `userState` in 2 and 3 as a client would publish the choice |
//! | a note | personal, of our own instance, bound to the endpoint: beside the user's own, which shows again when ours goes |
//! | always | `machineState`: this endpoint is a device, and without a state of its own the user's old choice would show |
//!
//! The category `dndState`, which steers calls at Microsoft's own phones, is left alone: its schema is not public, and
//! clients show Do Not Disturb without it.

use crate::{
    choice::Choice,
    key::{AGGREGATED, Instances, Key, Lifetime, NOTED},
    publisher::Operation,
    value::{self, Kind, State},
};
use uc_plugin_api::{Availability, Publication, Standing};

/// Machine states: somebody works at it, and nobody does.
const ACTIVE: u32 = 3500;
const OFF: u32 = 18_500;

/// What the endpoint says of itself as a device.
#[derive(Clone, Copy, Debug, Default, serde::Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Device {
    /// Active while something is shown of the agent, off otherwise.
    #[default]
    WhilePublished,
    /// Always off: only the agent's own client makes them look present.
    Off,
}

/// How things are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Style {
    pub(crate) device: Device,
    /// Language number (LCID) of custom activities.
    pub(crate) language: u32,
}

/// One thing to be published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) key: Key,
    pub(crate) lifetime: Lifetime,
    pub(crate) value: String,
}

/// What the host wants shown, reduced to what is published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    standing: Standing,
    state: Option<State>,
    note: Box<str>,
}

impl Wanted {
    pub(crate) fn of(publication: &Publication, style: Style) -> Self {
        let presence = &publication.presence;
        let state = (presence.availability != Availability::Unknown).then(|| {
            let number = number(presence.availability, presence.number);
            State::active(number, &presence.activity).in_words(style.language, &presence.custom_activity)
        });
        Self { standing: publication.standing, state, note: presence.note.as_str().into() }
    }

    /// The choice that it puts in the place of the user's.
    pub(crate) fn choice(&self) -> Option<Choice> {
        self.state.clone().filter(|_| self.standing == Standing::Manual).map(Choice::of)
    }
}

/// The number of a class whose number the host left out, or that does not fit.
fn number(class: Availability, number: u32) -> u32 {
    if Availability::from_number(number) == class {
        return number;
    }
    match class {
        Availability::Unknown => 0,
        Availability::Available => 3500,
        Availability::AvailableIdle => 5000,
        Availability::Busy => 6500,
        Availability::BusyIdle => 7500,
        Availability::DoNotDisturb => 9500,
        Availability::BeRightBack => 12_500,
        Availability::Away => 15_500,
        Availability::Offline => OFF,
    }
}

/// Everything that is to stand under our own instances.
pub(crate) fn items(wanted: Option<&Wanted>, instances: Instances, style: Style) -> Vec<Item> {
    let mut all = Vec::new();
    let state = wanted.and_then(|wanted| wanted.state.as_ref());
    let present = style.device == Device::WhilePublished && state.is_some();
    let device = State::plain(if present { ACTIVE } else { OFF }).element(Kind::Machine);
    all.extend(both(instances.machine, &device));
    if let Some(wanted) = wanted {
        if let Some(state) = state.filter(|_| wanted.standing == Standing::Automatic) {
            all.extend(both(instances.phone, &state.element(Kind::Phone)));
        }
        if !wanted.note.is_empty() {
            let value = value::note(&wanted.note);
            let item = |container| (Key::note(instances.note, container), value.clone());
            all.extend(NOTED.map(item).map(bound));
        }
    }
    all
}

/// What keeps an endpoint that has just registered from counting as a device: it says that nobody works at it, before
/// anything else is known of what stands. Refused where a state of this device stands already, which is as good.
pub(crate) fn guard(instances: Instances) -> Vec<Operation> {
    let off = State::plain(OFF).element(Kind::Machine);
    let operation = |Item { key, lifetime, value }| Operation { key, version: 0, lifetime, value: Some(value) };
    both(instances.machine, &off).map(operation).into()
}

fn both(instance: u32, value: &str) -> [Item; 2] {
    AGGREGATED.map(|container| bound((Key::state(instance, container), value.to_owned())))
}

fn bound((key, value): (Key, String)) -> Item {
    Item { key, lifetime: Lifetime::Endpoint, value }
}

/// The publications of a choice of the user's own that is put back then.
pub(crate) fn put_back(choice: &Choice, now: u64) -> Vec<Item> {
    let lifetime = choice.left(now);
    chosen(choice).into_iter().map(|item| Item { lifetime, ..item }).collect()
}

/// The publications of a choice, as they are made.
pub(crate) fn chosen(choice: &Choice) -> Vec<Item> {
    let item =
        |(key, lifetime, state): (Key, Lifetime, &State)| Item { key, lifetime, value: state.element(Kind::User) };
    choice.states().map(item).into()
}
