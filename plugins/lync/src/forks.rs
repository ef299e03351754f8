//! Several subscriptions that a server has made of one (RFC 4662, section 5.5), each with a document of its own: the least
//! available of what they tell in one notify counts, whatever their order. In doubt nobody is available. Pure.

use crate::{
    documents::{BadDocument, Document},
    resource_list::{Resources, Standing},
};
use std::collections::HashMap;

/// What is read of one part.
type Read = Result<Document, BadDocument>;

/// Those of one notify.
#[derive(Default)]
pub(crate) struct Forks {
    /// By Content-ID: whose a part is, by number.
    of: HashMap<String, usize>,
    /// What counts of each.
    told: Vec<Option<Read>>,
}

impl Forks {
    /// Learns from a resource list which parts tell of one person.
    pub(crate) fn learn(&mut self, list: &Resources) {
        for resource in list.all.iter().filter(|resource| resource.instances.len() > 1) {
            let active = resource.instances.iter().filter(|instance| instance.standing == Standing::Active);
            let number = self.told.len();
            let parts = active.filter(|instance| !instance.cid.is_empty());
            self.of.extend(parts.map(|instance| (instance.cid.clone(), number)));
            self.told.push(None);
        }
    }

    /// The part of this name is one of several that tell of one person.
    pub(crate) fn has(&self, id: &str) -> bool {
        self.of.contains_key(id)
    }

    /// Takes what a part tells, and keeps it if it is one of several that tell how the person is.
    pub(crate) fn take(&mut self, id: &str, read: Read) -> Option<Read> {
        let (Some(number), Some(rank)) = (self.of.get(id), rank(&read)) else { return Some(read) };
        let told = &mut self.told[*number];
        if told.as_ref().and_then(self::rank) <= Some(rank) {
            *told = Some(read);
        }
        None
    }

    /// What counts of each.
    pub(crate) fn told(self) -> impl Iterator<Item = Read> {
        self.told.into_iter().flatten()
    }
}

/// How little available somebody is who is told so; none: it does not say how they are.
fn rank(read: &Read) -> Option<u32> {
    match read {
        Ok(Document::Categories(news)) if news.is_clear() => {
            let number = news.state.as_ref()?.availability;
            // What is below all classes is not known.
            Some(if number < 3000 { u32::MAX } else { number })
        }
        Ok(Document::Categories(_)) | Err(_) => Some(u32::MAX),
        Ok(Document::Resources(_)) => None,
    }
}
