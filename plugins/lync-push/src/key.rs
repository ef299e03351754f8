//! What names a publication (MS-PRES: category, instance, container), and which instances are ours.

use uc_sip::ms::Epid;

/// Containers that the server aggregates states from: 2 for most watchers, 3 for the workgroup.
pub(crate) const AGGREGATED: [u32; 2] = [2, 3];
/// Containers of notes: colleagues, workgroup, friends.
pub(crate) const NOTED: [u32; 3] = [200, 300, 400];
/// The user's choice that stays until they make another.
pub(crate) const LASTING: u32 = 0x2000_0000;
/// The user's choice that ends by itself: Busy, Do Not Disturb.
pub(crate) const TIMED: u32 = 0x2400_0000;

/// A category that matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Category {
    State,
    Note,
}

impl Category {
    pub(crate) const ALL: [Self; 2] = [Self::State, Self::Note];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::State => "state",
            Self::Note => "note",
        }
    }

    pub(crate) fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.name() == name)
    }
}

/// Names one publication of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Key {
    pub(crate) category: Category,
    pub(crate) instance: u32,
    pub(crate) container: u32,
}

impl Key {
    pub(crate) fn state(instance: u32, container: u32) -> Self {
        Self { category: Category::State, instance, container }
    }

    pub(crate) fn note(instance: u32, container: u32) -> Self {
        Self { category: Category::Note, instance, container }
    }

    /// Whether it is the user's own choice, whoever published it.
    pub(crate) fn is_choice(self) -> bool {
        self.category == Category::State && matches!(self.instance, LASTING | TIMED)
    }
}

/// Instances that only this endpoint publishes: the same after every start, so that what a lost connection left behind
/// is found again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Instances {
    pub(crate) machine: u32,
    pub(crate) phone: u32,
    pub(crate) note: u32,
}

impl Instances {
    /// Of the endpoint with this epid.
    pub(crate) fn of(epid: &Epid) -> Self {
        // Twenty-eight bits are the endpoint's, the four above them say what it is.
        let own = (epid.instance().as_u128() as u32) & 0x0fff_ffff;
        // A personal note of instance 0 is the user's own.
        Self { machine: 0x3000_0000 | own, phone: 0x8000_0000 | own, note: own.max(1) }
    }

    /// Whether a publication is this endpoint's.
    pub(crate) fn own(self, key: Key) -> bool {
        match key.category {
            Category::State => key.instance == self.machine || key.instance == self.phone,
            Category::Note => key.instance == self.note,
        }
    }
}

/// How long a publication stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Lifetime {
    /// Until it is removed.
    Lasting,
    /// As long as this endpoint is registered.
    Endpoint,
    /// So many seconds.
    Seconds(u32),
}
