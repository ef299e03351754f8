//! SIP addresses that several workers have. Nobody can tell whose presence is meant, or whose is shown: all of them go
//! without, each is told of, and everybody else is undisturbed (issue "Presence connector", bad input).

use super::{Worker, WorkerId, raw};
use crate::config::{Problem, Source, Told};
use foldhash::fast::RandomState as Quick;
use std::{collections::HashMap, sync::Arc};

/// Takes disputed addresses away. Gives who is without, and why; warns at each place in the file.
pub(super) fn settle(
    source: &Arc<Source>,
    raw: &[raw::Worker],
    workers: &mut [Worker],
    warnings: &mut Told,
) -> HashMap<WorkerId, Arc<str>> {
    let mut without = HashMap::new();
    for (address, owners) in disputed(workers) {
        for &index in &owners {
            let others = owners.iter().filter(|other| **other != index).map(|other| &*workers[*other].id);
            let others = others.take(3).collect::<Vec<_>>().join(", ");
            let why: Arc<str> = format!("{address} is the sip-address of {others} too: neither is used").into();
            without.insert(workers[index].id.clone(), why.clone());
            warnings.tell(|| {
                let span = raw[index].sip_address.as_ref().map(|address| raw::place(address, raw[index].from));
                let warning = Problem::with_key(source, span, format!("worker[{index}].sip-address"), &*why);
                warning.allowing("each SIP address once")
            });
        }
        owners.into_iter().for_each(|index| workers[index].address = None);
    }
    without
}

/// Each address that several have, with the indexes of all of them.
fn disputed(workers: &[Worker]) -> Vec<(Arc<str>, Vec<usize>)> {
    let mut first: HashMap<&str, usize, Quick> = HashMap::with_capacity_and_hasher(workers.len(), Quick::default());
    let mut owners: HashMap<Arc<str>, Vec<usize>> = HashMap::new();
    for (index, worker) in workers.iter().enumerate() {
        let Some(address) = &worker.address else { continue };
        // Nearly every address has one owner: only the others need a list.
        match first.insert(address, index) {
            None => {}
            Some(before) => owners.entry(address.clone()).or_insert_with(|| vec![before]).push(index),
        }
    }
    let mut disputed: Vec<_> = owners.into_iter().collect();
    // In the file's order, so that of many warnings the first ones are shown.
    disputed.sort_unstable_by_key(|(_, owners)| owners[0]);
    disputed
}
