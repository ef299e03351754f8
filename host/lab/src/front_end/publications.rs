//! What one user's endpoints have published: keys, versions, lifetimes. Pure.

use super::{
    aggregation::{Published, aggregate},
    endpoint::EndpointId,
    presence::Presence,
    publish::{Lifetime, Operation},
    state::State,
};
use std::time::{Duration, SystemTime};

/// The endpoint of whoever has none; none is counted from 0.
const NOBODYS: EndpointId = EndpointId(0);
/// Most publications of a user.
const MAX_PUBLICATIONS: usize = 512;

/// Until when a publication stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ends {
    /// When it is removed.
    Never,
    /// When its endpoint goes.
    Endpoint(EndpointId),
    /// When the user's last endpoint goes.
    User,
    /// At a point in time.
    At(SystemTime),
}

/// One published category.
#[derive(Clone, Debug)]
pub struct Publication {
    /// Name of the category: `state`, `note`, `device`…
    pub category: Box<str>,
    /// Instance.
    pub instance: u32,
    /// Container.
    pub container: u32,
    /// Version, from 1.
    pub version: u32,
    /// The value element as the client wrote it.
    pub value: Box<str>,
    /// The value, if it is a state.
    pub state: Option<State>,
    /// Its text, if it is a note: whether it is out-of-office, and what it says.
    pub note: Option<(bool, Box<str>)>,
    pub(super) ends: Ends,
    pub(super) published: SystemTime,
}

impl Publication {
    /// `expireType` as the client named it.
    pub(super) fn lifetime(&self) -> &'static str {
        match self.ends {
            Ends::Never => "static",
            Ends::Endpoint(_) => "endpoint",
            Ends::User => "user",
            Ends::At(_) => "time",
        }
    }

    fn is(&self, operation: &Operation<'_>) -> bool {
        *self.category == *operation.category
            && self.instance == operation.instance
            && self.container == operation.container
    }
}

/// Why nothing of a request was applied. The client's fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// Index from 1, version the client named, version that stands.
    WrongVersion(Vec<(usize, u32, u32)>),
    TooMany,
}

/// All publications of one user.
#[derive(Clone, Debug, Default)]
pub(super) struct Publications(pub(super) Vec<Publication>);

impl Publications {
    /// Applies a request whole, or not at all. `first` is the version of what was not there.
    ///
    /// # Errors
    /// [`Refused`].
    pub(super) fn apply(
        &mut self,
        operations: &[Operation<'_>],
        endpoint: EndpointId,
        first: u32,
        now: SystemTime,
    ) -> Result<(), Refused> {
        let wrong: Vec<_> = (1..)
            .zip(operations)
            .map(|(index, operation)| (index, operation.version, self.version(operation)))
            .filter(|(_, claimed, current)| claimed != current)
            .collect();
        if !wrong.is_empty() {
            return Err(Refused::WrongVersion(wrong));
        }
        if self.0.len() + operations.len() > MAX_PUBLICATIONS {
            return Err(Refused::TooMany);
        }
        operations.iter().for_each(|operation| self.apply_one(operation, endpoint, first, now));
        Ok(())
    }

    /// Applies operations whatever versions they name: their author knows what is there.
    pub(super) fn replace(&mut self, operations: &[Operation<'_>], first: u32, now: SystemTime) {
        operations.iter().for_each(|operation| self.apply_one(operation, NOBODYS, first, now));
    }

    fn version(&self, operation: &Operation<'_>) -> u32 {
        self.0.iter().find(|known| known.is(operation)).map_or(0, |known| known.version)
    }

    fn apply_one(&mut self, operation: &Operation<'_>, endpoint: EndpointId, first: u32, now: SystemTime) {
        let known = self.0.iter().find(|known| known.is(operation));
        let version = known.map_or(first, |known| known.version + 1);
        self.0.retain(|known| !known.is(operation));
        let Some(value) = &operation.value else { return };
        let ends = match operation.lifetime {
            Lifetime::Static => Ends::Never,
            Lifetime::Endpoint => Ends::Endpoint(endpoint),
            Lifetime::User => Ends::User,
            Lifetime::Time(seconds) => Ends::At(now + Duration::from_secs(seconds.into())),
        };
        self.0.push(Publication {
            category: operation.category.as_str().into(),
            instance: operation.instance,
            container: operation.container,
            version,
            value: value.raw.into(),
            state: value.state.clone(),
            note: value.note.clone(),
            ends,
            published: now,
        });
    }

    /// Publishes the same under another version than its client believes, as if another endpoint had done it meanwhile.
    pub(super) fn disturb(&mut self, operation: &Operation<'_>, version: u32, endpoint: EndpointId, now: SystemTime) {
        self.apply_one(operation, endpoint, version, now);
        if let Some(known) = self.0.iter_mut().find(|known| known.is(operation)) {
            known.version = version;
        }
    }

    /// An endpoint is gone. Says whether anything went with it.
    pub(super) fn endpoint_gone(&mut self, endpoint: EndpointId, was_last: bool) -> bool {
        let before = self.0.len();
        self.0.retain(|known| match known.ends {
            Ends::Endpoint(owner) => owner != endpoint,
            Ends::User => !was_last,
            Ends::Never | Ends::At(_) => true,
        });
        self.0.len() != before
    }

    /// Removes what has run out. Says whether anything has.
    pub(super) fn expire(&mut self, now: SystemTime) -> bool {
        let before = self.0.len();
        self.0.retain(|known| !matches!(known.ends, Ends::At(end) if end <= now));
        self.0.len() != before
    }

    /// What watchers of a class get: 2 is aggregated for most, 3 for the workgroup; notes lie in `note_container`.
    pub(super) fn presence(&self, aggregated_from: u32, note_container: u32) -> Presence {
        let states: Vec<Published<'_>> = self
            .0
            .iter()
            .filter(|known| known.container == aggregated_from)
            .filter_map(|known| Some((known.state.as_ref()?, known.published)))
            .collect();
        let note = |out_of_office: bool| {
            let notes = self.0.iter().filter(|known| known.container == note_container);
            let notes = notes.filter_map(|known| Some((known.note.as_ref()?, known.published)));
            let newest = notes.filter(|((oof, _), _)| *oof == out_of_office).max_by_key(|(_, at)| *at)?;
            Some(&*newest.0.1).filter(|text| !text.is_empty()).map(Into::into)
        };
        Presence { note: note(false), out_of_office: note(true), ..aggregate(&states) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::front_end::publish::Value;
    use proptest::prelude::*;
    use std::time::UNIX_EPOCH;

    fn operation(container: u32, version: u32, lifetime: Lifetime, stays: bool) -> Operation<'static> {
        let value = stays.then_some(Value { raw: "<x/>", state: None, note: None });
        Operation { category: "state".into(), instance: 7, container, version, lifetime, value }
    }

    const ONE: EndpointId = EndpointId(1);
    const OTHER: EndpointId = EndpointId(2);
    const FIRST: u32 = 2;

    proptest! {
        /// A request is applied whole or not at all; versions rise by one and begin anew after a removal.
        #[test]
        fn versions_are_held(requests in prop::collection::vec(
            prop::collection::vec((0_u32..3, 0_u32..4, any::<bool>()), 1..3), 1..40)
        ) {
            let mut publications = Publications::default();
            let mut model = [0_u32; 3];
            for request in requests {
                let mut seen = std::collections::HashSet::new();
                let request: Vec<_> = request.into_iter().filter(|(container, ..)| seen.insert(*container)).collect();
                let operations: Vec<_> =
                    request.iter().map(|(container, version, stays)| operation(*container, *version, Lifetime::Static, *stays)).collect();
                let fits = request.iter().all(|(container, version, _)| model[*container as usize] == *version);
                prop_assert_eq!(publications.apply(&operations, ONE, FIRST, UNIX_EPOCH).is_ok(), fits);
                if fits {
                    for (container, version, stays) in request {
                        let next = if version == 0 { FIRST } else { version + 1 };
                        model[container as usize] = if stays { next } else { 0 };
                    }
                }
                for container in 0..3 {
                    let current = publications.version(&operation(container, 0, Lifetime::Static, true));
                    prop_assert_eq!(current, model[container as usize]);
                }
            }
        }
    }

    #[test]
    fn publications_go_with_what_they_are_bound_to() {
        let mut all = Publications::default();
        let lifetimes = [Lifetime::Static, Lifetime::Endpoint, Lifetime::User, Lifetime::Time(60)];
        let operations: Vec<_> = lifetimes
            .into_iter()
            .zip(0..)
            .map(|(lifetime, container)| operation(container, 0, lifetime, true))
            .collect();
        all.apply(&operations, ONE, FIRST, UNIX_EPOCH).unwrap();
        let left = |all: &Publications| all.0.iter().map(|known| known.container).collect::<Vec<_>>();
        assert!(!all.endpoint_gone(OTHER, false));
        assert!(all.endpoint_gone(ONE, false));
        assert_eq!(left(&all), [0, 2, 3]);
        assert!(all.endpoint_gone(OTHER, true));
        assert!(!all.expire(UNIX_EPOCH + Duration::from_secs(59)));
        assert!(all.expire(UNIX_EPOCH + Duration::from_secs(60)));
        assert_eq!(left(&all), [0]);
    }
}
