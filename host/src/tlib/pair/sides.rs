//! Which of two T-Servers is in use, and what the owner of the link is told of either. Pure.

use crate::agent_link::{LinkId, Report};
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

/// What is known of both.
#[derive(Debug)]
pub(super) struct Sides {
    name: Arc<str>,
    addresses: [Arc<str>; 2],
    /// What each calls itself while it is primary and connected.
    primary: [Option<Arc<str>>; 2],
    /// Why each is not connected, as it said last.
    away: [Option<Arc<str>>; 2],
    used: Option<Side>,
}

impl Sides {
    pub(super) fn new(name: &str, addresses: [&str; 2]) -> Self {
        let addresses = addresses.map(Into::into);
        Self { name: name.into(), addresses, primary: [None, None], away: [None, None], used: None }
    }

    /// The one that requests go to.
    pub(super) fn used(&self) -> Option<Side> {
        self.used
    }

    /// What one of them says, and what of it the owner is told. A request's refusal always is: each has one end.
    pub(super) fn hears(&mut self, side: Side, report: Report, told: &mut Vec<Report>) {
        match report {
            Report::Up { server } => self.is_primary(side, server, told),
            Report::Down { cause } => self.is_away(side, &cause, told),
            refused @ Report::Refused(..) => told.push(refused),
            event @ Report::Event(..) if self.used == Some(side) => told.push(event),
            // The queue that the owner fills is the pair's own.
            Report::Event(..) | Report::Room => {}
        }
    }

    fn is_primary(&mut self, side: Side, server: Arc<str>, told: &mut Vec<Report>) {
        self.away[side.index()] = None;
        self.primary[side.index()] = Some(server.clone());
        if self.used.is_none() {
            return self.use_this(side, server, told);
        }
        let [name, address] = [&self.name, &self.addresses[side.index()]];
        tracing::warn!(
            "T-Server `{name}`: {address} says that it is primary, and so does the one in use, which stays in use"
        );
    }

    fn use_this(&mut self, side: Side, server: Arc<str>, told: &mut Vec<Report>) {
        self.used = Some(side);
        tracing::info!("T-Server `{}`: {} is primary, and in use", self.name, self.addresses[side.index()]);
        told.push(Report::Up { server });
    }

    fn is_away(&mut self, side: Side, cause: &Arc<str>, told: &mut Vec<Report>) {
        self.primary[side.index()] = None;
        let before = self.away[side.index()].replace(cause.clone());
        let other = side.other();
        if self.used.is_some_and(|used| used == other) {
            if before.as_ref() != Some(cause) {
                let [name, address] = [&self.name, &self.addresses[side.index()]];
                tracing::warn!("T-Server `{name}`: {address} cannot take over: {cause}");
            }
            return;
        }
        if self.used.take().is_some() || before.as_ref() != Some(cause) {
            told.push(Report::Down { cause: self.causes() });
        }
        if let Some(server) = self.primary[other.index()].clone() {
            self.use_this(other, server, told);
        }
    }

    /// Why neither can be used.
    fn causes(&self) -> Arc<str> {
        let of = |at: usize| {
            let cause = self.away[at].as_deref().unwrap_or("not primary");
            format!("{}: {cause}", self.addresses[at])
        };
        format!("{}; {}", of(0), of(1)).into()
    }
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
            Report::Room => 'O',
        };
        told.iter().map(word).collect()
    }

    #[test]
    fn what_each_says_and_what_the_owner_is_told() {
        use Side::{First, Second};
        let table: [(&str, Says, &str); 8] = [
            ("the first is primary", vec![(First, up()), (First, event())], "UE"),
            ("only the second answers", vec![(First, down("x")), (Second, up())], "DU"),
            ("a switchover, the old one first", vec![(First, up()), (First, down("x")), (Second, up())], "UDU"),
            ("a switchover, the new one first", vec![(First, up()), (Second, up()), (First, down("x"))], "UDU"),
            ("and back", vec![(Second, up()), (First, up()), (Second, down("x")), (First, event())], "UDUE"),
            ("the backup goes and comes", vec![(First, up()), (Second, down("x")), (Second, down("y"))], "U"),
            ("both say that they are primary", vec![(First, up()), (Second, up()), (Second, event())], "U"),
            ("neither can be reached", vec![(First, down("x")), (Second, down("y")), (Second, down("y"))], "DD"),
        ];
        for (what, says, wanted) in table {
            let (mut sides, mut told) = (Sides::new("hq", ["a:1", "b:1"]), Vec::new());
            says.into_iter().for_each(|(side, report)| sides.hears(side, report, &mut told));
            assert_eq!(words(&told), wanted, "{what}");
        }
    }

    #[test]
    fn why_neither_can_be_used_names_both() {
        let (mut sides, mut told) = (Sides::new("hq", ["a:1", "b:1"]), Vec::new());
        sides.hears(Side::First, up(), &mut told);
        sides.hears(Side::First, down("closed"), &mut told);
        assert!(matches!(&told[1], Report::Down { cause } if &**cause == "a:1: closed; b:1: not primary"), "{told:?}");
    }

    proptest! {
        /// Whatever they say: the owner is told up and down in turn, events only while up, and every refusal.
        #[test]
        fn one_link_to_its_owner(says in prop::collection::vec((any::<bool>(), 0..4_u8), 0..60)) {
            let (mut sides, mut told, mut refusals) = (Sides::new("hq", ["a:1", "b:1"]), Vec::new(), 0);
            let mut primary = [false; 2];
            for (first, kind) in says {
                let side = if first { Side::First } else { Side::Second };
                let report = match kind {
                    0 => up(),
                    1 => down("x"),
                    2 => event(),
                    _ => unsent(Ticket(7), "x"),
                };
                match kind {
                    0 | 1 => primary[side.index()] = kind == 0,
                    _ => refusals += usize::from(kind == 3),
                }
                sides.hears(side, report, &mut told);
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
