//! SERVICE: publications, containers, contact list edits (MS-PRES).

use crate::front_end::{
    faults::Fault,
    pool::{Pool, Sender, new_tag, reason},
    publications::Refused,
    publish::{self, Operation},
    requests::roaming::ROAMING_SELF,
    users::{UserId, canonical},
    xml::Element,
};
use std::{fmt::Write, time::SystemTime};
use uc_sip::message::{Message, Response};

/// A refusal: status, ms-diagnostics and its words.
type Refusal = (u16, u32, String);

impl Pool {
    pub(in crate::front_end) fn service(&mut self, sender: &Sender, message: &Message, now: SystemTime) {
        if let Err((status, number, words)) = self.serve(sender, message, now) {
            self.refuse(sender, message, status, Some((number, &words)));
        }
    }

    fn serve(&mut self, sender: &Sender, message: &Message, now: SystemTime) -> Result<(), Refusal> {
        let bad = |(number, words)| (400, number, words);
        let body = std::str::from_utf8(message.body()).map_err(|error| (400, 4001, error.to_string()))?;
        let parsed = || Element::parse(body).map_err(|error| bad(publish::unreadable(&error)));
        let kind = message.content_type().to_ascii_lowercase();
        match kind.as_str() {
            "application/msrtc-category-publish+xml" => self.publish(sender, message, &parsed()?, now),
            "application/msrtc-setcontainermembers+xml" => {
                self.set_members(sender.user, &parsed()?);
                self.aggregate_if_published(sender.user, now);
                self.served(sender, message);
                Ok(())
            }
            // Nobody is ever prompted, so there is nothing to acknowledge.
            "application/msrtc-presence-setsubscriber+xml" => {
                parsed()?;
                self.served(sender, message);
                Ok(())
            }
            "application/soap+xml" => {
                let edited = self.users.get_mut(sender.user).account_mut().contacts.edit(&parsed()?);
                let delta = edited.map_err(|(number, words)| (400, number, words.to_owned()))?;
                self.served(sender, message);
                self.tell_contacts(sender.user, &delta, now);
                Ok(())
            }
            _ => Err((415, 4013, format!("Content-Type {kind} is not served"))),
        }
    }

    fn served(&mut self, sender: &Sender, message: &Message) {
        let tag = new_tag();
        self.reply(sender.connection, sender.opaque.as_deref(), &Response::to(message, 200, "OK").tag(&tag));
    }

    fn publish(
        &mut self,
        sender: &Sender,
        message: &Message,
        body: &Element<'_>,
        now: SystemTime,
    ) -> Result<(), Refusal> {
        let (user, operations) = publish::operations(body).map_err(|(number, words)| (400, number, words))?;
        if self.users.find(&user) != Some(sender.user) {
            return Err((403, 4004, "Credentials are not authorized for these publications".into()));
        }
        let epid = message.from().and_then(|from| from.epid()).unwrap_or_default();
        let endpoint = self.endpoints.of_epid(sender.user, epid);
        let endpoint = endpoint.ok_or_else(|| (403, 4010, "the endpoint is not registered".to_owned()))?;
        self.conflict_on_demand(sender.user, &operations, now);
        let first = self.site.first_version;
        let publications = &mut self.users.get_mut(sender.user).account_mut().publications;
        match publications.apply(&operations, endpoint, first, now) {
            Ok(()) => {}
            Err(Refused::TooMany) => return Err((413, 2010, "too many publications".into())),
            Err(Refused::WrongVersion(wrong)) => {
                self.counts.conflicts += 1;
                self.conflict(sender, message, &wrong);
                return Ok(());
            }
        }
        self.published(sender, message, &operations);
        let own = self.changed(sender.user, &operations);
        self.tell_other_endpoints(sender.user, Some(endpoint), &own, now);
        self.aggregate(sender.user, now);
        Ok(())
    }

    fn conflict_on_demand(&mut self, user: UserId, operations: &[Operation<'_>], now: SystemTime) {
        let wanted = self.faults.take(|fault| match fault {
            Fault::Conflict { index, version, count } => Some((count, (*index, *version))),
            _ => None,
        });
        let Some((index, version)) = wanted else { return };
        let Some(operation) = operations.get(index.saturating_sub(1)).or(operations.last()) else { return };
        // A client that has just learned the number must meet another one.
        let version = if operation.version == version { version + 1 } else { version };
        let endpoint = self.endpoints.of_user(user).first().copied();
        if let Some(endpoint) = endpoint {
            self.users.get_mut(user).account_mut().publications.disturb(operation, version, endpoint, now);
        }
    }

    /// Everything published of the categories that were touched: clients read a category that is named as told whole,
    /// and one without instances as gone.
    pub(in crate::front_end) fn changed(&self, user: UserId, operations: &[Operation<'_>]) -> bytes::BytesMut {
        let account = self.users.get(user).account.as_deref();
        let mut names: Vec<_> = operations.iter().map(|operation| &*operation.category).collect();
        names.sort_unstable();
        names.dedup();
        let all = account.iter().flat_map(|account| &account.publications.0);
        let touched: Vec<_> = all.filter(|known| names.contains(&&*known.category)).collect();
        let gone: Vec<_> =
            names.into_iter().filter(|name| touched.iter().all(|known| *known.category != **name)).collect();
        self.own(user, &touched, &gone)
    }

    fn published(&mut self, sender: &Sender, message: &Message, operations: &[Operation<'_>]) {
        let own = self.changed(sender.user, operations);
        let tag = new_tag();
        let response = Response::to(message, 200, "OK").tag(&tag).body(ROAMING_SELF, &own[..]);
        self.reply(sender.connection, sender.opaque.as_deref(), &response);
    }

    fn conflict(&mut self, sender: &Sender, message: &Message, wrong: &[(usize, u32, u32)]) {
        let mut body = "<Fault xmlns=\"http://schemas.microsoft.com/2006/09/sip/fault\">\
                        <Faultcode>Client.BadCall.WrongDelta</Faultcode><details>"
            .to_owned();
        for (index, version, current) in wrong {
            let _ = write!(body, "<operation index=\"{index}\" version=\"{version}\" curVersion=\"{current}\"/>");
        }
        body.push_str("</details></Fault>");
        let tag = new_tag();
        let response = Response::to(message, 409, reason(409)).tag(&tag);
        let response = response.body("application/msrtc-fault+xml", body.as_bytes());
        self.reply(sender.connection, sender.opaque.as_deref(), &response);
    }

    fn set_members(&mut self, user: UserId, body: &Element<'_>) {
        let members = &mut self.users.get_mut(user).account_mut().members;
        for container in body.all("container") {
            let Some(id) = container.number("id") else { continue };
            for member in container.children.iter().filter(|child| child.get("type") == Some("user")) {
                let uri = canonical(member.get("value").unwrap_or_default());
                members.retain(|known| *known != (id, uri.as_str().into()));
                if member.get("action") != Some("remove") && members.len() < 1000 {
                    members.push((id, uri.into()));
                }
            }
        }
    }

    /// Works out what watchers see now, and tells them.
    pub(in crate::front_end) fn aggregate(&mut self, user: UserId, now: SystemTime) {
        let registered = !self.endpoints.of_user(user).is_empty();
        let Some(account) = self.users.get_mut(user).account.as_mut() else { return };
        let online = registered || account.sits_there;
        let mut shown = account.publications.presence(2, 200);
        let mut workgroup = account.publications.presence(3, 300);
        if !online {
            // Without an endpoint everybody is offline, whatever lies published; notes stay.
            for presence in [&mut shown, &mut workgroup] {
                (presence.availability, presence.activity, presence.device) = (18_500, None, None);
            }
        }
        account.workgroup = Some(workgroup).filter(|workgroup| *workgroup != shown);
        self.show(user, shown, now);
    }

    /// The same, unless the user has published nothing: then what was set by hand stays.
    pub(in crate::front_end) fn aggregate_if_published(&mut self, user: UserId, now: SystemTime) {
        let account = self.users.get(user).account.as_ref();
        if account.is_some_and(|account| !account.publications.0.is_empty()) {
            self.aggregate(user, now);
        }
    }
}
