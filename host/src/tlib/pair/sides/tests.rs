use super::*;
use proptest::prelude::*;

type Says = Vec<(Side, Stage)>;

fn primary() -> Stage {
    Stage::Primary("t".into())
}

fn away(cause: &str) -> Stage {
    Stage::Away(cause.into())
}

/// U up, D down, S switched, L switched as the other was lost, M something keeps the backup away, m nothing does.
fn words(moves: &[Move]) -> String {
    let word = |step: &Move| match step {
        Move::Up(..) => 'U',
        Move::Down(_) => 'D',
        Move::Switched { lost: false, .. } => 'S',
        Move::Switched { lost: true, .. } => 'L',
        Move::Backup(Some(_)) => 'M',
        Move::Backup(None) => 'm',
    };
    moves.iter().map(word).collect()
}

fn said(says: Says, knows: bool) -> (Sides, Vec<Move>) {
    let (mut sides, mut moves, now) = (Sides::new("hq", ["a:1", "b:1"]), Vec::new(), Instant::now());
    let mut is_away = [true; 2];
    for (side, stage) in says {
        is_away[side.index()] = matches!(stage, Stage::Away(_));
        sides.says(side, stage, is_away.map(|away| knows && !away), now, &mut moves);
    }
    (sides, moves)
}

#[test]
fn of_two_primaries_the_one_with_its_switch_is_used() {
    use Side::{First, Second};
    let both = || said(vec![(First, primary()), (Second, primary())], true);
    for (switches, expected, used) in [
        (vec![(First, false)], "S", Second),
        (vec![(Second, false)], "", First),
        (vec![(First, false), (First, true)], "S", Second),
        (vec![(Second, false), (First, false)], "", First),
        (vec![(Second, false), (First, false), (Second, true)], "S", Second),
        (vec![(First, false), (Second, false), (First, true)], "SS", First),
    ] {
        let (mut sides, _) = both();
        let mut moves = Vec::new();
        switches.iter().for_each(|(side, connected)| sides.switch(*side, *connected, [true; 2], &mut moves));
        let switched = words(&moves).replace(['M', 'm'], "");
        assert_eq!((switched.as_str(), sides.used()), (expected, Some(used)), "{switches:?}");
    }
}

#[test]
fn what_each_says_and_what_follows() {
    use Side::{First, Second};
    use Stage::Standby;
    let table: [(&str, Says, &str, &str); 16] = [
        ("the first is primary", vec![(First, primary())], "U", "U"),
        ("only the second answers", vec![(First, away("x")), (Second, primary())], "DUM", "DUM"),
        ("the old one goes", vec![(First, primary()), (Second, Standby), (First, away("x"))], "UD", "U"),
        (
            "a switchover, the old one first",
            vec![(First, primary()), (Second, Standby), (First, away("x")), (Second, primary())],
            "UDUM",
            "ULM",
        ),
        (
            "the old one is backup now",
            vec![(First, primary()), (Second, Standby), (First, Standby), (Second, primary())],
            "UDU",
            "US",
        ),
        (
            "the new one first",
            vec![(First, primary()), (Second, Standby), (Second, primary()), (First, Standby)],
            "UMDU",
            "UMSm",
        ),
        (
            "and back",
            vec![
                (First, primary()),
                (Second, Standby),
                (First, Standby),
                (Second, primary()),
                (First, primary()),
                (Second, Standby),
            ],
            "UDUMDU",
            "USMSm",
        ),
        (
            "it is primary again before another is",
            vec![(First, primary()), (Second, Standby), (First, Standby), (First, primary())],
            "UDU",
            "U",
        ),
        (
            "it went, and came back as primary",
            vec![(First, primary()), (Second, Standby), (First, away("x")), (First, primary())],
            "UDU",
            "UDU",
        ),
        ("both go", vec![(First, primary()), (Second, Standby), (First, away("x")), (Second, away("y"))], "UDD", "UD"),
        (
            "the backup waits from the beginning",
            vec![(First, primary()), (Second, Standby), (Second, Standby)],
            "U",
            "U",
        ),
        ("the backup goes", vec![(First, primary()), (Second, away("x")), (Second, away("x"))], "UM", "UM"),
        ("for another reason", vec![(First, primary()), (Second, away("x")), (Second, away("y"))], "UMM", "UMM"),
        ("and comes", vec![(First, primary()), (Second, away("x")), (Second, Standby)], "UMm", "UMm"),
        ("both say that they are primary", vec![(First, primary()), (Second, primary())], "UM", "UM"),
        ("neither can be reached", vec![(First, away("x")), (Second, away("y")), (Second, away("y"))], "DD", "DD"),
    ];
    for (what, says, cold, hot) in table {
        assert_eq!(words(&said(says.clone(), false).1), cold, "{what}, registered with one alone");
        assert_eq!(words(&said(says, true).1), hot, "{what}, registered with both");
    }
}

#[test]
fn no_primary_is_waited_for_longer_than_its_time() {
    let (mut sides, mut moves) = said(vec![(Side::First, primary()), (Side::Second, Stage::Standby)], true);
    let now = Instant::now();
    moves.clear();
    sides.says(Side::First, Stage::Standby, [true; 2], now, &mut moves);
    assert_eq!((sides.used(), sides.heard(), sides.waits()), (None, Some(Side::First), true));
    sides.tick(now + PROMOTION - Duration::from_millis(1), &mut moves);
    assert_eq!(words(&moves), "");
    sides.tick(now + PROMOTION, &mut moves);
    assert_eq!((words(&moves).as_str(), sides.waits()), ("D", false));
}

#[test]
fn why_neither_can_be_used_names_both() {
    let (_, moves) =
        said(vec![(Side::First, primary()), (Side::First, away("closed")), (Side::Second, Stage::Standby)], false);
    assert_eq!(moves[1], Move::Down("a:1: closed; b:1: not connected yet".into()));
    assert_eq!(moves[2], Move::Down("a:1: closed; b:1: backup".into()));
}

proptest! {
    /// Whatever they say: up and down in turn, a switch only while up, and requests only ever go to a primary.
    #[test]
    fn one_link_to_its_owner(says in prop::collection::vec((any::<bool>(), 0..3_u8, any::<bool>(), 0..4_u64), 0..60)) {
        let (mut sides, mut moves, mut now) = (Sides::new("hq", ["a:1", "b:1"]), Vec::new(), Instant::now());
        let (mut is_primary, mut knows) = ([false; 2], [false; 2]);
        for (first, kind, hot, seconds) in says {
            now += Duration::from_secs(seconds);
            sides.tick(now, &mut moves);
            let side = if first { Side::First } else { Side::Second };
            let stage = match kind {
                0 => primary(),
                1 => away("x"),
                _ => Stage::Standby,
            };
            is_primary[side.index()] = kind == 0;
            knows[side.index()] = kind != 1 && hot;
            sides.says(side, stage, knows, now, &mut moves);
            prop_assert!(sides.used().is_none_or(|used| is_primary[used.index()]));
            prop_assert!(sides.used().is_some() || !is_primary.contains(&true), "in use while one is primary");
        }
        let mut is_up = false;
        for step in &moves {
            match step {
                Move::Up(..) => prop_assert!(!std::mem::replace(&mut is_up, true)),
                Move::Down(_) => is_up = false,
                Move::Switched { .. } | Move::Backup(_) => prop_assert!(is_up),
            }
        }
    }
}
