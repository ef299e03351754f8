//! Who of many nodes takes part and owns what, as an operator reads it.

use std::{collections::BTreeSet, fmt::Write as _, time::Duration};
use uc_store::{
    lease::Timing,
    nodes::{Partition, View},
};

/// What node `me` knows. `held`: what it works for now, whatever it has read; `silence`: for how long the store has
/// taken no sign of life of it, none: it never has. `twin`: another process takes part under its name.
pub(super) fn text(me: &str, view: &View, held: &BTreeSet<Partition>, silence: Option<Duration>, twin: bool) -> String {
    let mut text = old(silence);
    for (name, node) in &view.nodes {
        let is_me = name == me;
        let owns: Vec<_> = view.of_node(name).filter(|at| !is_me || held.contains(at)).collect();
        let (is_me, drains) = (if is_me { " (this node)" } else { "" }, if node.drains { ", drains" } else { "" });
        let (version, count, owns) = (&node.version, owns.len(), words(&owns));
        // Writing to a String does not fail.
        let _ = writeln!(text, "{name}{is_me}: version {version}{drains}, {count} partitions: {owns}");
    }
    let theirs: Vec<_> = view.of_node(me).filter(|at| twin && !held.contains(at)).collect();
    if !theirs.is_empty() {
        let _ = writeln!(text, "owned by another process of this name: {}", words(&theirs));
    }
    let free = free(me, view, held, twin);
    if !free.is_empty() {
        let _ = writeln!(text, "owned by nobody now: {}", words(&free));
    }
    text
}

/// What nobody works for now, as far as node `me` knows.
pub(super) fn free(me: &str, view: &View, held: &BTreeSet<Partition>, twin: bool) -> Vec<Partition> {
    let is_free = |at: &Partition, owner: &Option<String>| match owner.as_deref() {
        Some(owner) => owner == me && !twin && !held.contains(at),
        None => true,
    };
    view.owners.iter().filter(|(at, owner)| is_free(at, owner)).map(|(at, _)| *at).collect()
}

/// A first line where the rest may be old by now.
fn old(silence: Option<Duration>) -> String {
    match silence {
        Some(silence) if silence < Timing::DEFAULT.takes => String::new(),
        Some(silence) => format!(
            "the store of [cluster] has taken no sign of life of this node for {} s: this node works for nobody, nor does any \
             other that the store does not answer; what follows is what was read before\n",
            silence.as_secs()
        ),
        None => "the store of [cluster] has taken no sign of life of this node yet: it works for nobody\n".to_owned(),
    }
}

fn words(partitions: &[Partition]) -> String {
    partitions.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use uc_store::nodes::NodeView;

    #[test]
    fn what_a_node_does_not_hold_it_does_not_own_whatever_was_read_last() {
        let node = || NodeView { version: "1".into(), ..NodeView::default() };
        let owners = [(0, Some("a")), (1, Some("a")), (2, Some("b")), (3, None)];
        let view = View {
            nodes: BTreeMap::from([("a".into(), node()), ("b".into(), NodeView { drains: true, ..node() })]),
            owners: owners.map(|(at, owner)| (Partition(at), owner.map(str::to_owned))).into(),
        };
        let shown = |held: &[u16], silence: Option<u64>| {
            text("a", &view, &held.iter().copied().map(Partition).collect(), silence.map(Duration::from_secs), false)
        };
        let b = "b: version 1, drains, 1 partitions: 2\n";
        let well = shown(&[0, 1], Some(0));
        assert_eq!(well, format!("a (this node): version 1, 2 partitions: 0 1\n{b}owned by nobody now: 3\n"));
        assert!(shown(&[0], Some(0)).ends_with("owned by nobody now: 1 3\n"), "it lets one go");
        let cut_off = shown(&[], Some(12));
        assert!(
            cut_off.starts_with("the store of [cluster] has taken no sign of life of this node for 12 s"),
            "{cut_off}"
        );
        assert!(cut_off.contains("a (this node): version 1, 0 partitions: \n"), "{cut_off}");
        assert!(cut_off.ends_with("owned by nobody now: 0 1 3\n"), "{cut_off}");
        let twin = text("a", &view, &BTreeSet::new(), None, true);
        assert!(twin.ends_with("owned by another process of this name: 0 1\nowned by nobody now: 3\n"), "{twin}");
        assert!(shown(&[], None).starts_with("the store of [cluster] has taken no sign of life of this node yet"));
    }
}
