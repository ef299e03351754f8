//! REGISTER: endpoints come, stay and go (MS-SIPREGE).

use crate::front_end::{
    connection::Head,
    deregistration::Deregistration,
    endpoint::{Endpoint, EndpointId},
    pool::{Diagnostics, Pool, Sender, new_tag},
    subscription::Package,
};
use bytes::BytesMut;
use std::{
    fmt::Write,
    time::{Duration, SystemTime},
};
use uc_sip::{
    auth::SignedFields,
    message::{Address, Message, Name, Response},
    ms::{Epid, gruu},
};
use uuid::Uuid;

impl Pool {
    pub(in crate::front_end) fn register(&mut self, sender: &Sender, message: &Message, now: SystemTime) {
        let endpoint = match self.binding(sender, message, now) {
            Ok(endpoint) => endpoint,
            Err((status, why)) => return self.refuse(sender, message, status, why),
        };
        let expires = self.granted(message);
        if expires == 0 {
            if let Some(known) = self.endpoints.of_epid(sender.user, &endpoint.epid) {
                self.remove_endpoint(known, now);
            }
            return self.registered(sender, message, &endpoint, 0, "deleted");
        }
        let (_, is_new) = self.endpoints.register(endpoint.clone());
        self.counts.registered += 1;
        self.registered(sender, message, &endpoint, expires, if is_new { "added" } else { "refreshed" });
        self.hold_to_quota(sender, now);
        if is_new {
            self.aggregate_if_published(sender.user, now);
        }
    }

    /// What the request wants to register.
    fn binding(
        &self,
        sender: &Sender,
        message: &Message,
        now: SystemTime,
    ) -> Result<Endpoint, (u16, Diagnostics<'static>)> {
        let bad = |number, reason| (400, Some((number, reason)));
        if message.get(Name::Event).is_some_and(|event| event != "registration") {
            return Err((489, None));
        }
        let from = message.from();
        let epid = from.and_then(|from| from.epid()).unwrap_or_default();
        if epid.is_empty() && sender.opaque.is_some() {
            return Err(bad(4011, "From has no epid"));
        }
        if epid.len() > 16 {
            return Err(bad(4012, "epid is longer than 16 characters"));
        }
        // `*` removes a binding, without naming it.
        let contact = message.contacts().find_map(Result::ok);
        let instance = contact.and_then(|contact| contact.params.get("+sip.instance"));
        if instance.is_some_and(|instance| !fits(instance, epid)) {
            return Err(bad(4010, "+sip.instance does not belong to epid"));
        }
        Ok(Endpoint {
            user: sender.user,
            epid: epid.into(),
            instance: instance.map(Into::into),
            contact: contact.map(|contact: Address<'_>| contact.uri).unwrap_or_default().into(),
            gruu: instance.and_then(uuid_of).map(|uuid| gruu(&self.users.get(sender.user).uri, uuid).into()),
            connection: sender.connection,
            opaque: sender.opaque.clone(),
            ends: now + Duration::from_secs(self.granted(message).into()),
        })
    }

    /// Seconds the registration lasts.
    fn granted(&self, message: &Message) -> u32 {
        let in_contact = message.contacts().find_map(|contact| contact.ok()?.params.get("expires")?.parse().ok());
        message.expires().or(in_contact).unwrap_or(u32::MAX).min(self.site.registration_expires)
    }

    fn registered(&mut self, sender: &Sender, message: &Message, endpoint: &Endpoint, expires: u32, action: &str) {
        let tag = new_tag();
        let mut contact = format!("<{}>;expires={expires}", endpoint.contact);
        if let Some(instance) = &endpoint.instance {
            // Compared by real clients as text: echoed as it came.
            contact += &format!(";+sip.instance={instance}");
        }
        if let Some(gruu) = &endpoint.gruu {
            contact += &format!(";gruu=\"{gruu}\"");
        }
        let events: Vec<_> = Package::ALL.iter().map(|package| package.name()).collect();
        let mut response = Response::to(message, 200, "OK").tag(&tag);
        if expires > 0 {
            response = response.field("Contact", contact);
        }
        response = response
            .field("Expires", expires.to_string())
            .field("presence-state", format!("register-action=\"{action}\""))
            .field("Allow-Events", events.join(","))
            .field("Supported", "adhoclist")
            .field("Supported", "msrtc-event-categories")
            .field("Supported", "ms-userservices-state-notification")
            .field("ms-userservices-state", "available")
            .field("ms-user-logon-data", "InternalUser")
            .field("ms-keep-alive", format!("UAS; tcp=no; hop-hop=yes; end-end=no; timeout={}", self.site.keep_alive))
            .field("Server", "RTC/6.0");
        self.reply(sender.connection, sender.opaque.as_deref(), &response);
    }

    /// Beyond the quota a user loses their oldest endpoint.
    fn hold_to_quota(&mut self, sender: &Sender, now: SystemTime) {
        let all = self.endpoints.of_user(sender.user);
        let surplus = all.len().saturating_sub(self.site.max_endpoints);
        all.into_iter().take(surplus).for_each(|oldest| self.deregister(oldest, Deregistration::Unregistered, now));
    }

    /// Tells an endpoint that it is registered no more, and removes it.
    pub(in crate::front_end) fn deregister(&mut self, id: EndpointId, why: Deregistration, now: SystemTime) {
        if let Some(endpoint) = self.endpoints.get(id).cloned() {
            self.tell_deregistered(&endpoint, why);
        }
        self.remove_endpoint(id, now);
    }

    fn tell_deregistered(&mut self, endpoint: &Endpoint, why: Deregistration) {
        let Some(connection) = self.connections.get_mut(&endpoint.connection) else { return };
        let user = &self.users.get(endpoint.user).uri;
        let (call_id, tag) = (format!("{:016x}", rand::random::<u64>()), new_tag());
        let target = endpoint.gruu.as_deref().unwrap_or(&endpoint.contact);
        let mut head = BytesMut::new();
        // Growing a buffer cannot fail.
        let _ = write!(
            head,
            "NOTIFY {target} SIP/2.0\r\nVia: SIP/2.0/{} {};branch=z9hG4bK{:016x}\r\nMax-Forwards: 70\r\n\
             From: <{user}>;tag={tag}\r\nTo: <{user}>;epid={}\r\nCall-ID: {call_id}\r\nCSeq: 1 NOTIFY\r\n\
             Event: registration-notify\r\nsubscription-state: terminated;expires=0\r\n",
            connection.transport,
            self.address_text,
            rand::random::<u64>(),
            endpoint.epid,
        );
        if let Some((number, reason)) = why.diagnostics() {
            let _ = write!(head, "ms-diagnostics-public: {number};reason=\"{reason}\"\r\n");
        }
        head.extend_from_slice(b"Content-Type: text/registration-event\r\n");
        let signed = SignedFields {
            call_id: &call_id,
            cseq_number: "1",
            cseq_method: "NOTIFY",
            from_uri: user,
            from_tag: &tag,
            to_uri: user,
            to_tag: "",
            sip_identity: "",
            tel_identity: "",
            expires: "",
            status: None,
        };
        let body = format!("deregistered;event={}", why.name());
        self.counts.notifies += 1;
        let head = Head { text: &head, signed };
        connection.request(endpoint.opaque.as_deref(), &head, body.as_bytes(), &mut self.faults);
    }
}

/// Whether `+sip.instance` is made of the epid, as clients must do it.
fn fits(instance: &str, epid: &str) -> bool {
    // Clients without an epid are trusted applications; those with a name of another form cannot be checked.
    let expected = Epid::new(epid).map(|epid| epid.instance());
    expected.is_err() || uuid_of(instance) == expected.ok()
}

fn uuid_of(instance: &str) -> Option<Uuid> {
    let text = instance.trim_matches(['"', '<', '>']);
    text.strip_prefix("urn:uuid:")?.parse().ok()
}
