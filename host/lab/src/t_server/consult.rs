//! Transfers and conferences in two steps: a call is held while another party is consulted, then they become one.

use super::{
    calls::{Leg, Step},
    switch::{Refused, Switch},
};
use uc_connector::{
    tlib::Message,
    wire::{ConnId, KvList},
};

impl Switch {
    /// Requests about two calls, or about a third party.
    pub(super) fn consult_request(&mut self, id: ConnId, dn: &str, request: &Message) -> Result<(), Refused> {
        let other = || request.str("otherDN").unwrap_or_default();
        let second = |name: &str| request.conn_id(name).ok_or(Refused { code: 56 });
        match &*request.name {
            "RequestInitiateTransfer" | "RequestInitiateConference" => self.initiate(id, dn, other()),
            "RequestCompleteTransfer" => self.complete_transfer(id, second("transferConnID")?, dn),
            "RequestCompleteConference" => self.complete_conference(id, second("conferenceConnID")?, dn),
            "RequestAlternateCall" => self.alternate(id, second("previousConnID")?, dn),
            "RequestReconnectCall" => self.reconnect(id, second("previousConnID")?, dn),
            "RequestSingleStepConference" => self.join(id, dn, other()),
            _ => Err(Refused { code: 51 }),
        }
    }

    /// The call is held, and a consult call is dialled.
    fn initiate(&mut self, id: ConnId, dn: &str, to: &str) -> Result<(), Refused> {
        self.expect(id, dn, |step| step == Step::Established)?;
        self.reachable(to)?;
        if to == dn {
            return Err(Refused { code: 71 });
        }
        let data = self.call(id)?.user_data.clone();
        self.turn(id, dn, Step::Established, Step::Held, "EventHeld")?;
        self.make_consult_call(id, dn, to, data);
        Ok(())
    }

    fn make_consult_call(&mut self, of: ConnId, from: &str, to: &str, user_data: KvList) {
        let consult = self.new_call("Consult", from, to, user_data);
        if let Some(call) = self.calls.get_mut(&consult) {
            call.consult_of = Some(of);
        }
        self.arrive(consult, to);
    }

    /// The pair of a party: the call that was there first, and the consult call, whichever is named first.
    fn pair(&self, one: ConnId, other: ConnId, dn: &str) -> Result<(ConnId, ConnId), Refused> {
        let of = |id: ConnId| self.calls.get(&id).and_then(|call| call.consult_of);
        let (original, consult) = if of(one) == Some(other) { (other, one) } else { (one, other) };
        if of(consult) != Some(original) {
            return Err(Refused { code: 56 });
        }
        self.expect(original, dn, |_| true)?;
        self.expect(consult, dn, |_| true)?;
        Ok((original, consult))
    }

    /// Whoever completes talks to one of the two, and the other waits.
    fn talks_to_one(&self, original: ConnId, consult: ConnId, dn: &str) -> Result<(), Refused> {
        let held = |id| self.expect(id, dn, |step| step == Step::Held);
        let talks = |id| self.expect(id, dn, |step| step == Step::Established);
        held(original).and_then(|()| talks(consult)).or_else(|_| held(consult).and_then(|()| talks(original)))
    }

    fn complete_transfer(&mut self, one: ConnId, other: ConnId, dn: &str) -> Result<(), Refused> {
        let (original, consult) = self.pair(one, other, dn)?;
        self.talks_to_one(original, consult, dn)?;
        self.call_event("EventReleased", original, dn, Some("Transferred"));
        self.call_event("EventReleased", consult, dn, Some("Transferred"));
        let (staying, coming) = self.merge(original, consult, dn)?;
        self.call(original)?.legs.retain(|leg| leg.dn != dn);
        self.tell_merged(original, consult, (dn, "Transferred"), &coming);
        for party in &staying {
            let event = self.describe("EventPartyChanged", original, party);
            let event = event.with("thirdPartyDN", dn).with("callState", "Transferred");
            self.event(party, &event);
        }
        self.begin_wrap_up(dn);
        Ok(())
    }

    fn complete_conference(&mut self, one: ConnId, other: ConnId, dn: &str) -> Result<(), Refused> {
        let (original, consult) = self.pair(one, other, dn)?;
        self.talks_to_one(original, consult, dn)?;
        self.call_event("EventReleased", consult, dn, Some("Conferenced"));
        let (mut staying, coming) = self.merge(original, consult, dn)?;
        let own = self.call(original)?.legs.iter_mut().find(|leg| leg.dn == dn);
        if let Some(leg) = own.filter(|leg| leg.step == Step::Held) {
            leg.step = Step::Established;
            self.call_event("EventRetrieved", original, dn, None);
        }
        self.tell_merged(original, consult, (dn, "Conferenced"), &coming);
        staying.push(dn.to_owned());
        for (party, new) in staying.iter().flat_map(|party| coming.iter().map(move |new| (party, new))) {
            self.party_event("EventPartyAdded", original, party, new, dn);
        }
        Ok(())
    }

    /// Whom `dn` consulted takes part in the call from now on; who was there besides `dn`, and who comes.
    fn merge(&mut self, original: ConnId, consult: ConnId, dn: &str) -> Result<(Vec<String>, Vec<String>), Refused> {
        let others = |legs: &[Leg]| -> Vec<Leg> { legs.iter().filter(|leg| leg.dn != dn).cloned().collect() };
        let coming = others(&self.call(consult)?.legs);
        let staying = others(&self.call(original)?.legs);
        self.calls.remove(&consult);
        self.call(original)?.legs.extend(coming.iter().cloned());
        let names = |legs: Vec<Leg>| legs.into_iter().map(|leg| leg.dn).collect();
        Ok((names(staying), names(coming)))
    }

    /// Who was consulted hears that their call has another ConnID, by whom and how.
    fn tell_merged(&mut self, original: ConnId, consult: ConnId, (by, how): (&str, &str), coming: &[String]) {
        for party in coming {
            let event = self.describe("EventPartyChanged", original, party);
            let event = event.with("previousConnID", consult).with("thirdPartyDN", by).with("callState", how);
            self.event(party, &event);
        }
    }

    /// The one who is talked to waits, the other is talked to.
    fn alternate(&mut self, active: ConnId, held: ConnId, dn: &str) -> Result<(), Refused> {
        self.pair(active, held, dn)?;
        self.expect(active, dn, |step| step == Step::Established)?;
        self.expect(held, dn, |step| step == Step::Held)?;
        self.turn(active, dn, Step::Established, Step::Held, "EventHeld")?;
        self.turn(held, dn, Step::Held, Step::Established, "EventRetrieved")
    }

    /// The consult call ends, and the one who waits is talked to.
    fn reconnect(&mut self, consult: ConnId, original: ConnId, dn: &str) -> Result<(), Refused> {
        if self.pair(consult, original, dn)? != (original, consult) {
            return Err(Refused { code: 53 });
        }
        self.expect(original, dn, |step| step == Step::Held)?;
        self.release(consult, dn)?;
        self.turn(original, dn, Step::Held, Step::Established, "EventRetrieved")
    }

    /// One more party, called at once.
    fn join(&mut self, id: ConnId, dn: &str, to: &str) -> Result<(), Refused> {
        self.expect(id, dn, |step| step == Step::Established)?;
        self.reachable(to)?;
        if self.call(id)?.legs.iter().any(|leg| leg.dn == to) {
            return Err(Refused { code: 71 });
        }
        let mut there: Vec<_> = self.call(id)?.legs.iter().map(|leg| leg.dn.clone()).collect();
        there.sort_by_key(|party| party != dn);
        self.arrive(id, to);
        there.iter().for_each(|party| self.party_event("EventPartyAdded", id, party, to, dn));
        Ok(())
    }

    /// Tells a party of a call that another came or went.
    pub(super) fn party_event(&mut self, name: &'static str, id: ConnId, dn: &str, other: &str, by: &str) {
        let mut event = self.describe(name, id, dn);
        event.attributes.retain(|(name, _)| name != "otherDN");
        self.event(dn, &event.with("otherDN", other).with("thirdPartyDN", by));
    }
}
