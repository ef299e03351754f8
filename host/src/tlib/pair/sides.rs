//! Which of two T-Servers is in use, and what the owner of the link is told of either. Pure.

use crate::{
    agent_link::{LinkId, Report},
    tlib::session::link::DEMOTED,
};
use std::sync::Arc;

/// One of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// `address`.
    First,
    /// `backup-address`.
    Second,
}

impl Side {
    pub(super) fn index(self) -> usize {
        match self {
            Self::First => 0,
            Self::Second => 1,
        }
    }

    fn other(self) -> Self {
        match self {
            Self::First => Self::Second,
            Self::Second => Self::First,
        }
    }
}

impl From<Side> for LinkId {
    fn from(side: Side) -> Self {
        Self(if side == Side::First { 0 } else { 1 })
    }
}

impl From<LinkId> for Side {
    fn from(link: LinkId) -> Self {
        if link.0 == 0 { Self::First } else { Self::Second }
    }
}

/// What one of them said last of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Stage {
    /// Nothing yet.
    Unheard,
    /// Not connected, and why.
    Away(Arc<str>),
    /// Connected, and backup.
    Standby,
    /// Connected and primary, with what it calls itself.
    Primary(Arc<str>),
}

/// What is known of both.
#[derive(Debug)]
pub(super) struct Sides {
    name: Arc<str>,
    addresses: [Arc<str>; 2],
    stages: [Stage; 2],
    used: Option<Side>,
    /// What the owner was told last to keep the other from taking over.
    missing: Option<Arc<str>>,
}

impl Sides {
    pub(super) fn new(name: &str, addresses: [&str; 2]) -> Self {
        let stages = [Stage::Unheard, Stage::Unheard];
        Self { name: name.into(), addresses: addresses.map(Into::into), stages, used: None, missing: None }
    }

    /// The one that requests go to.
    pub(super) fn used(&self) -> Option<Side> {
        self.used
    }

    /// What one of them says, and what of it the owner is told. A request's refusal always is: each has one end.
    pub(super) fn report(&mut self, side: Side, report: Report, told: &mut Vec<Report>) {
        let stage = match report {
            Report::Up { server } => Stage::Primary(server),
            Report::Standby => Stage::Standby,
            Report::Down { cause } => Stage::Away(cause),
            refused @ Report::Refused(..) => return told.push(refused),
            event @ Report::Event(..) if self.used == Some(side) => return told.push(event),
            // The queue that the owner fills is the pair's own, and so is what is said of a pair.
            Report::Event(..) | Report::Room | Report::Backup { .. } => return,
        };
        let before = std::mem::replace(&mut self.stages[side.index()], stage.clone());
        let news = before != stage && !is_demoted(&before, &stage);
        let is_primary = matches!(stage, Stage::Primary(_));
        if self.used == Some(side) && !is_primary {
            self.used = None;
            told.push(Report::Down { cause: self.causes() });
        } else if self.used.is_none() && news && !is_primary && self.is_worth_telling(&stage) {
            told.push(Report::Down { cause: self.causes() });
        }
        match self.used {
            None => self.use_whichever_is_primary(told),
            Some(_) => self.tell_missing(told),
        }
    }

    /// Of a backup alone nothing is told before the other has said what it is.
    fn is_worth_telling(&self, stage: &Stage) -> bool {
        *stage != Stage::Standby || !self.stages.contains(&Stage::Unheard)
    }

    fn use_whichever_is_primary(&mut self, told: &mut Vec<Report>) {
        for side in [Side::First, Side::Second] {
            if let Stage::Primary(server) = &self.stages[side.index()] {
                tracing::info!("T-Server `{}`: {} is primary, and in use", self.name, self.addresses[side.index()]);
                told.push(Report::Up { server: server.clone() });
                (self.used, self.missing) = (Some(side), None);
                return self.tell_missing(told);
            }
        }
    }

    /// What keeps the one that is not in use from taking over.
    fn tell_missing(&mut self, told: &mut Vec<Report>) {
        let Some(other) = self.used.map(Side::other) else { return };
        let address = &self.addresses[other.index()];
        let missing: Option<Arc<str>> = match &self.stages[other.index()] {
            Stage::Unheard | Stage::Standby => None,
            Stage::Away(cause) => Some(format!("the backup {address} cannot take over: {cause}").into()),
            Stage::Primary(_) => Some(
                format!("{address} says that it is primary, and so does the one in use, which stays in use").into(),
            ),
        };
        if self.missing == missing {
            return;
        }
        match &missing {
            Some(missing) => tracing::warn!("T-Server `{}`: {missing}", self.name),
            None => tracing::info!("T-Server `{}`: the backup {address} can take over", self.name),
        }
        self.missing = missing.clone();
        told.push(Report::Backup { missing });
    }

    /// Why neither can be used.
    fn causes(&self) -> Arc<str> {
        let of = |at: usize| {
            let cause = match &self.stages[at] {
                Stage::Away(cause) => cause,
                Stage::Unheard => "not connected yet",
                Stage::Standby | Stage::Primary(_) => "backup",
            };
            format!("{}: {cause}", self.addresses[at])
        };
        format!("{}; {}", of(0), of(1)).into()
    }
}

/// What it was is told already: that it is backup now.
fn is_demoted(before: &Stage, now: &Stage) -> bool {
    *now == Stage::Standby && matches!(before, Stage::Away(cause) if &**cause == DEMOTED)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent_link::{Cause, Event, EventKind, Ticket};
    use crate::tlib::session::unsent;
    use proptest::prelude::*;

    type Says = Vec<(Side, Report)>;

    fn up() -> Report {
        Report::Up { server: "t".into() }
    }

    fn down(cause: &str) -> Report {
        Report::Down { cause: cause.into() }
    }

    fn event() -> Report {
        Report::Event(Event { this_dn: "1".into(), kind: EventKind::Acknowledged }, Cause::Elsewhere)
    }

    /// U up, D down, E event, R refusal.
    fn words(told: &[Report]) -> String {
        let word = |report: &Report| match report {
            Report::Up { .. } => 'U',
            Report::Down { .. } => 'D',
            Report::Event(..) => 'E',
            Report::Refused(..) => 'R',
            Report::Backup { missing: Some(_) } => 'M',
            Report::Backup { missing: None } => 'm',
            Report::Standby | Report::Room => 'O',
        };
        told.iter().map(word).collect()
    }

    #[test]
    fn what_each_says_and_what_the_owner_is_told() {
        use Report::Standby;
        use Side::{First, Second};
        let table: [(&str, Says, &str); 14] = [
            ("the first is primary", vec![(First, up()), (First, event())], "UE"),
            ("only the second answers", vec![(First, down("x")), (Second, up())], "DUM"),
            ("a switchover, the old one first", vec![(First, up()), (First, down("x")), (Second, up())], "UDUM"),
            ("the old one is backup", vec![(First, up()), (First, down("x")), (First, Standby), (Second, up())], "UDU"),
            ("a switchover, the new one first", vec![(First, up()), (Second, up()), (First, down("x"))], "UMDUM"),
            ("and back", vec![(Second, up()), (First, up()), (Second, down("x")), (First, event())], "UMDUME"),
            (
                "the old one says that it is backup now",
                vec![(Second, Standby), (First, up()), (First, down(DEMOTED)), (First, Standby)],
                "UD",
            ),
            ("the backup waits", vec![(Second, Standby), (First, up())], "U"),
            ("the backup waits from the beginning", vec![(First, up()), (Second, Standby), (Second, Standby)], "U"),
            ("the backup goes", vec![(First, up()), (Second, down("x")), (Second, down("x"))], "UM"),
            ("for another reason", vec![(First, up()), (Second, down("x")), (Second, down("y"))], "UMM"),
            ("and comes", vec![(First, up()), (Second, down("x")), (Second, Standby), (Second, event())], "UMm"),
            ("both say that they are primary", vec![(First, up()), (Second, up()), (Second, event())], "UM"),
            ("neither can be reached", vec![(First, down("x")), (Second, down("y")), (Second, down("y"))], "DD"),
        ];
        for (what, says, wanted) in table {
            let (mut sides, mut told) = (Sides::new("hq", ["a:1", "b:1"]), Vec::new());
            says.into_iter().for_each(|(side, report)| sides.report(side, report, &mut told));
            assert_eq!(words(&told), wanted, "{what}");
        }
    }

    #[test]
    fn why_neither_can_be_used_names_both() {
        let (mut sides, mut told) = (Sides::new("hq", ["a:1", "b:1"]), Vec::new());
        sides.report(Side::First, up(), &mut told);
        sides.report(Side::First, down("closed"), &mut told);
        assert!(
            matches!(&told[1], Report::Down { cause } if &**cause == "a:1: closed; b:1: not connected yet"),
            "{told:?}"
        );
        sides.report(Side::Second, Report::Standby, &mut told);
        assert!(matches!(&told[2], Report::Down { cause } if cause.ends_with("b:1: backup")), "{told:?}");
    }

    proptest! {
        /// Whatever they say: the owner is told up and down in turn, events only while up, and every refusal.
        #[test]
        fn one_link_to_its_owner(says in prop::collection::vec((any::<bool>(), 0..5_u8), 0..60)) {
            let (mut sides, mut told, mut refusals) = (Sides::new("hq", ["a:1", "b:1"]), Vec::new(), 0);
            let mut primary = [false; 2];
            for (first, kind) in says {
                let side = if first { Side::First } else { Side::Second };
                let report = match kind {
                    0 => up(),
                    1 => down("x"),
                    2 => event(),
                    3 => unsent(Ticket(7), "x"),
                    _ => Report::Standby,
                };
                match kind {
                    0 | 1 | 4 => primary[side.index()] = kind == 0,
                    _ => refusals += usize::from(kind == 3),
                }
                sides.report(side, report, &mut told);
                prop_assert_eq!(sides.used().is_some(), primary.contains(&true), "in use while one is primary");
                prop_assert!(sides.used().is_none_or(|used| primary[used.index()]));
            }
            let mut is_up = false;
            for report in &told {
                match report {
                    Report::Up { .. } => prop_assert!(!std::mem::replace(&mut is_up, true)),
                    Report::Down { .. } => is_up = false,
                    Report::Event(..) => prop_assert!(is_up),
                    _ => {}
                }
            }
            prop_assert_eq!(words(&told).matches('R').count(), refusals);
        }
    }
}
