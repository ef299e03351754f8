//! What a person does at a client of their own, without one: for the demo's page, where people play themselves.

use super::{
    handle::{FrontEnd, Unknown},
    pool::Pool,
    publish::{Lifetime, Operation, Value},
    state::State,
    users::UserId,
    xml::Element,
};
use std::time::SystemTime;

/// Instance of the state of the device that they sit in front of.
const MACHINE: u32 = 0x3000_0001;
/// Instances of choices: those that last, and those that end by themselves.
const LASTING: u32 = 0x2000_0000;
const TIMED: u32 = 0x2400_0000;
const DAY: u32 = 86_400;
/// What the workgroup is shown for Do Not Disturb.
const URGENT: u32 = 6900;
/// What watchers of the aggregated classes are shown is made of these containers.
const AGGREGATED: [u32; 2] = [2, 3];

impl FrontEnd {
    /// The person sits in front of a client and chooses this availability, as a client would publish it; none: they sign
    /// out there. Watchers and the person's other endpoints are told.
    ///
    /// # Errors
    /// No such user.
    pub fn person_chooses(&self, user: &str, availability: Option<u32>) -> Result<(), Unknown> {
        self.with_user(user, |pool, user| pool.person_chooses(user, availability, SystemTime::now()))
    }
}

impl Pool {
    fn person_chooses(&mut self, user: UserId, availability: Option<u32>, now: SystemTime) {
        let values = Values::of(availability);
        let operations = values.operations();
        let account = self.users.get_mut(user).account_mut();
        account.sits_there = availability.is_some();
        account.publications.replace(&operations, self.site.first_version, now);
        let own = self.changed(user, &operations);
        self.tell_other_endpoints(user, None, &own, now);
        self.aggregate(user, now);
    }
}

/// The texts of the values, and whether a choice ends by itself.
struct Values {
    machine: Option<String>,
    chosen: Option<[String; 2]>,
    timed: bool,
}

impl Values {
    fn of(availability: Option<u32>) -> Self {
        let workgroup = |number| if (9000..12_000).contains(&number) { URGENT } else { number };
        Self {
            machine: availability.map(|_| state("machineState", 3500)),
            chosen: availability.map(|number| [state("userState", number), state("userState", workgroup(number))]),
            timed: availability.is_some_and(|number| (6000..12_000).contains(&number)),
        }
    }

    /// A choice of one kind replaces one of the other; who signs out takes the device's state away, and the choice stays.
    fn operations(&self) -> Vec<Operation<'_>> {
        let mut all = Vec::new();
        for (place, container) in AGGREGATED.into_iter().enumerate() {
            all.push(operation(MACHINE, container, Lifetime::Static, self.machine.as_deref()));
            let Some(chosen) = self.chosen.as_ref().map(|values| &*values[place]) else { continue };
            let (lasting, timed) = if self.timed { (None, Some(chosen)) } else { (Some(chosen), None) };
            all.push(operation(LASTING, container, Lifetime::Static, lasting));
            all.push(operation(TIMED, container, Lifetime::Time(DAY), timed));
        }
        all
    }
}

fn operation(instance: u32, container: u32, lifetime: Lifetime, raw: Option<&str>) -> Operation<'_> {
    let state = |raw| Element::parse(raw).ok().as_ref().and_then(State::read);
    let value = raw.map(|raw| Value { raw, state: state(raw), note: None });
    Operation { category: "state".to_owned(), instance, container, version: 0, lifetime, value }
}

fn state(kind: &str, availability: u32) -> String {
    format!(
        "<state xmlns=\"http://schemas.microsoft.com/2006/09/sip/state\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"{kind}\" manual=\"true\">\
         <availability>{availability}</availability></state>"
    )
}

#[cfg(test)]
mod tests {
    use crate::front_end::{Config, FrontEnd, OFFLINE, SiteFile, UserEntry};

    const KIM: &str = "sip:kim@example.com";

    #[tokio::test]
    async fn who_sits_there_is_seen_as_they_chose_and_who_signs_out_is_gone() {
        let kim = UserEntry { sip: KIM.into(), ..UserEntry::default() };
        let site = SiteFile { users: vec![kim], ..SiteFile::default() };
        let server = FrontEnd::start(Config::for_tests(site)).await.unwrap();
        let seen = || server.presence(KIM).unwrap().availability;
        assert_eq!(seen(), OFFLINE);
        for number in [3500, 9500, 6500, 3500, 15_500] {
            server.person_chooses(KIM, Some(number)).unwrap();
            assert_eq!(seen(), number);
        }
        server.person_chooses(KIM, None).unwrap();
        assert_eq!(seen(), OFFLINE);
        assert!(server.person_chooses("sip:nobody@example.com", None).is_err());
    }
}
