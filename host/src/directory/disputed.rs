//! SIP addresses that several workers have. Nobody can tell whose presence is meant, or whose is shown: all of them go
//! without, each is told of, and everybody else is undisturbed (issue "Presence connector", bad input).

use super::{Worker, WorkerId, raw};
use crate::config::{Problem, Source};
use std::{collections::HashMap, sync::Arc};

/// Takes disputed addresses away. Gives who is without, and why, and a warning at each place in the file.
pub(super) fn settle(
    source: &Arc<Source>,
    raw: &[raw::Worker],
    workers: &mut [Worker],
) -> (HashMap<WorkerId, Arc<str>>, Vec<Problem>) {
    let mut owners: HashMap<Arc<str>, Vec<usize>> = HashMap::with_capacity(workers.len());
    for (index, worker) in workers.iter().enumerate() {
        worker.address.iter().for_each(|address| owners.entry(address.clone()).or_default().push(index));
    }
    let (mut without, mut warnings) = (HashMap::new(), Vec::new());
    let disputed: Vec<_> = owners.into_iter().filter(|(_, owners)| owners.len() > 1).collect();
    for (address, owners) in disputed {
        for &index in &owners {
            let others = owners.iter().filter(|other| **other != index).map(|other| &*workers[*other].id);
            let others = others.take(3).collect::<Vec<_>>().join(", ");
            let why: Arc<str> = format!("{address} is the sip-address of {others} too: neither is used").into();
            without.insert(workers[index].id.clone(), why.clone());
            let span = raw[index].sip_address.as_ref().map(toml::Spanned::span);
            let warning = Problem::with_key(source, span, format!("worker[{index}].sip-address"), &*why);
            warnings.push(warning.allowing("each SIP address once"));
        }
        owners.into_iter().for_each(|index| workers[index].address = None);
    }
    warnings.sort_by_key(|warning| warning.span.as_ref().map_or(0, |span| span.start));
    (without, warnings)
}
