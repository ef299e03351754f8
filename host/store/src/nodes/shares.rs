//! Who is to own which partition: each node its fair share, and only what must move moves. Pure, and the same at
//! every node that has read the same.

use super::Partition;
use std::collections::BTreeMap;

/// Who owns each partition, and who is to.
pub(super) type Owners<'n> = BTreeMap<Partition, Option<&'n str>>;

/// Who is to own each of these. `nodes`: those that may; without any, nothing changes.
pub(super) fn shares<'n>(owned: &Owners<'n>, nodes: &[&'n str]) -> Owners<'n> {
    if nodes.is_empty() {
        return owned.clone();
    }
    let mut room = room(owned, nodes);
    let mut keeps = |owner: &'n str| match room.get_mut(owner) {
        Some(left @ 1..) => {
            *left -= 1;
            true
        }
        _ => false,
    };
    let kept: Vec<_> =
        owned.iter().map(|(partition, owner)| (*partition, owner.filter(|owner| keeps(owner)))).collect();
    let mut takers = room.into_iter().flat_map(|(node, left)| std::iter::repeat_n(node, left));
    kept.into_iter().map(|(partition, owner)| (partition, owner.or_else(|| takers.next()))).collect()
}

/// How many each node may own. Where they cannot be equal, those have one more that have it already.
fn room<'n>(owned: &Owners<'n>, nodes: &[&'n str]) -> BTreeMap<&'n str, usize> {
    let (each, more) = (owned.len() / nodes.len(), owned.len() % nodes.len());
    let has_more = |node: &&&str| owned.values().filter(|owner| **owner == Some(**node)).count() > each;
    let (mut first, rest): (Vec<&str>, Vec<&str>) = nodes.iter().partition(has_more);
    first.extend(rest);
    first.into_iter().enumerate().map(|(at, node)| (node, each + usize::from(at < more))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    const NAMES: [&str; 5] = ["a", "b", "c", "d", "e"];

    fn counts(owners: &Owners<'static>, nodes: &[&'static str]) -> Vec<usize> {
        nodes.iter().map(|node| owners.values().filter(|owner| **owner == Some(node)).count()).collect()
    }

    /// How many change hands at least, however they are dealt out: whoever has one more where not all can be equal is
    /// free.
    fn least(owned: &Owners<'static>, nodes: &[&'static str]) -> usize {
        let (each, more) = (owned.len() / nodes.len(), owned.len() % nodes.len());
        let counts = counts(owned, nodes);
        let full = counts.iter().filter(|count| **count > each).count().min(more);
        owned.len() - counts.iter().map(|count| (*count).min(each)).sum::<usize>() - full
    }

    #[test]
    fn shares_are_fair_and_nothing_moves_that_need_not() {
        let mut numbers = (0..u64::MAX).map(|number| (number.wrapping_mul(6_364_136_223_846_793_005) >> 33) as usize);
        let mut number = |below: usize| numbers.next().unwrap() % below;
        for _ in 0..2000 {
            let partitions = 1 + number(40);
            let owner = |at: usize| NAMES.get(at).copied();
            let owned: Owners<'_> = (0..partitions as u16).map(|at| (Partition(at), owner(number(6)))).collect();
            let nodes: BTreeSet<_> = (0..=number(4)).map(|_| NAMES[number(5)]).collect();
            let nodes: Vec<_> = nodes.into_iter().collect();
            let shared = shares(&owned, &nodes);
            let counts = counts(&shared, &nodes);
            assert_eq!(counts.iter().sum::<usize>(), partitions, "each has an owner");
            assert!(counts.iter().max().unwrap() - counts.iter().min().unwrap() < 2, "{counts:?}");
            let moved = shared.iter().filter(|(partition, owner)| owned[partition] != **owner).count();
            assert_eq!(moved, least(&owned, &nodes), "{owned:?} {nodes:?}");
            assert_eq!(shares(&shared, &nodes), shared, "it is stable");
        }
    }

    #[test]
    fn without_a_node_that_may_own_anything_all_stays() {
        let owned: Owners<'_> = [(Partition(0), Some("a")), (Partition(1), None)].into();
        assert_eq!(shares(&owned, &[]), owned);
    }
}
