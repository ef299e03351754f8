//! SUBSCRIBE: dialogs open, change, are refreshed and end.

use crate::front_end::{
    batch,
    documents::Standing,
    notify::Resource,
    pool::{Diagnostics, Pool, Sender, new_tag},
    requests::roaming::unlisted,
    subscription::{Package, Subscription, SubscriptionId},
    users::canonical,
    xml::Element,
};
use bytes::BytesMut;
use std::{
    collections::HashMap,
    time::{Duration, SystemTime},
};
use uc_sip::message::{Message, Name, Response};

/// Two pools that send people to each other.
const POOL_A: &str = "sip:pool-a.example.com@example.com;gruu;opaque=srvr:HomeServer:A";
const POOL_B: &str = "sip:pool-b.example.com@example.com;gruu;opaque=srvr:HomeServer:B";

/// What an answer carries as the first notify.
type Piggyback = Option<(String, BytesMut)>;

impl Pool {
    pub(in crate::front_end) fn subscribe(&mut self, sender: &Sender, message: &Message, now: SystemTime) {
        let event = message.get(Name::Event).unwrap_or_default();
        let Some(package) = Package::of(event.split(';').next().unwrap_or_default().trim()) else {
            return self.refuse(sender, message, 489, None);
        };
        let asked = message.expires().unwrap_or(u32::MAX);
        let presence = package == Package::Presence && asked > 0;
        if let Some(status) = presence.then(|| self.faults.refuses(&String::from_utf8_lossy(message.body()))).flatten()
        {
            return self.refuse(sender, message, status, None);
        }
        let granted = presence.then(|| self.faults.grants()).flatten();
        let expires = granted.unwrap_or_else(|| asked.min(self.site.subscription_expires));
        match message.to().and_then(|to| to.tag()) {
            Some(tag) => self.subscribe_within(sender, message, package, tag, expires, now),
            None => self.subscribe_anew(sender, message, package, expires, now),
        }
    }

    fn subscribe_within(
        &mut self,
        sender: &Sender,
        message: &Message,
        package: Package,
        tag: &str,
        expires: u32,
        now: SystemTime,
    ) {
        let id = self.subscriptions.of_dialog(message.call_id().unwrap_or_default(), tag);
        let cseq = message.cseq().map_or(0, |cseq| cseq.number);
        let Some((id, subscription)) = id.and_then(|id| Some((id, self.subscriptions.get_mut(id)?))) else {
            // Ending what has ended already does no harm.
            return match expires {
                0 => self.subscribed(sender, message, package, tag, 0, None),
                _ => self.refuse(sender, message, 481, Some((2014, "No such subscription dialog"))),
            };
        };
        if cseq <= subscription.remote_cseq {
            return self.refuse(sender, message, 500, None);
        }
        subscription.remote_cseq = cseq;
        if message.expires() == Some(0) && package != Package::ProvisioningV2 {
            self.end_subscription(id);
            return self.subscribed(sender, message, package, tag, 0, None);
        }
        subscription.ends = now + Duration::from_secs(expires.into());
        subscription.opaque.clone_from(&sender.opaque);
        self.serve_subscription(sender, message, id, false, expires, now);
    }

    fn subscribe_anew(&mut self, sender: &Sender, message: &Message, package: Package, expires: u32, now: SystemTime) {
        let (Some(from), Some(to)) = (message.from(), message.to()) else { return };
        let Some(contact) = message.contacts().find_map(Result::ok) else {
            return self.refuse(sender, message, 400, None);
        };
        let subscription = Subscription {
            package,
            watcher: sender.user,
            epid: from.epid().unwrap_or_default().into(),
            connection: sender.connection,
            opaque: sender.opaque.clone(),
            target: contact.uri.into(),
            call_id: message.call_id().unwrap_or_default().into(),
            local: (to.uri.into(), new_tag().into()),
            remote: (from.uri.into(), from.tag().unwrap_or_default().into()),
            local_cseq: self.site.first_notify.saturating_sub(1),
            remote_cseq: message.cseq().map_or(0, |cseq| cseq.number),
            benotify: message.has_option(Name::Supported, "ms-benotify"),
            list_version: self.site.first_version.saturating_sub(1),
            ends: now + Duration::from_secs(expires.into()),
            watched: HashMap::new(),
        };
        let id = self.subscriptions.open(subscription);
        self.serve_subscription(sender, message, id, true, expires, now);
        if expires == 0 {
            // A single question: answered, and over.
            self.end_subscription(id);
        }
    }

    /// Carries out the body, answers, and sends what did not fit into the answer.
    fn serve_subscription(
        &mut self,
        sender: &Sender,
        message: &Message,
        id: SubscriptionId,
        is_new: bool,
        expires: u32,
        now: SystemTime,
    ) {
        let Some(subscription) = self.subscriptions.get(id) else { return };
        let (package, tag) = (subscription.package, subscription.local.1.clone());
        let (first, later) = match self.first_notify(message, id, now) {
            Ok(content) => content,
            Err((status, why)) => {
                if is_new {
                    self.end_subscription(id);
                }
                return self.refuse(sender, message, status, why);
            }
        };
        let piggyback = message.has_option(Name::Supported, "ms-piggyback-first-notify");
        let (first, listed) = match package == Package::RoamingSelf && self.faults.lists_later() {
            true => (Some(unlisted()), first),
            false => (first, None),
        };
        match first {
            Some((kind, body)) if piggyback => {
                let low = !is_new && self.faults.low_piggyback();
                let cseq = self.subscriptions.get_mut(id).map_or(1, |subscription| {
                    subscription.local_cseq = if low { 1 } else { subscription.local_cseq + 1 };
                    subscription.local_cseq
                });
                self.subscribed(sender, message, package, &tag, expires, Some((cseq, &kind, &body)));
            }
            Some((kind, body)) => {
                self.subscribed(sender, message, package, &tag, expires, None);
                self.notify(id, &kind, &body, now);
            }
            None => self.subscribed(sender, message, package, &tag, expires, None),
        }
        let batch = self.site.max_piggyback.max(1);
        later.chunks(batch).for_each(|resources| self.notify_resources(id, resources, now));
        listed.into_iter().for_each(|(kind, body)| self.notify(id, &kind, &body, now));
    }

    fn first_notify(
        &mut self,
        message: &Message,
        id: SubscriptionId,
        now: SystemTime,
    ) -> Result<(Piggyback, Vec<Resource>), (u16, Diagnostics<'static>)> {
        let Some(subscription) = self.subscriptions.get(id) else { return Ok((None, Vec::new())) };
        let watcher = subscription.watcher;
        let unreadable = (400, Some((4001, "XML parse failure")));
        let body = std::str::from_utf8(message.body()).map_err(|_| unreadable)?;
        let parsed = if body.trim().is_empty() { None } else { Some(Element::parse(body).map_err(|_| unreadable)?) };
        let own = match subscription.package {
            Package::Presence => {
                let Some(parsed) = parsed else { return Ok((None, Vec::new())) };
                let mut resources = self.watch(id, &batch::actions(&parsed).ok_or(unreadable)?);
                let later = resources.split_off(resources.len().min(self.site.max_piggyback));
                let first = (!resources.is_empty()).then(|| self.list(id, &resources, now));
                return Ok((first, later));
            }
            Package::RoamingSelf => self.roaming_self(watcher, parsed.as_ref()),
            Package::RoamingContacts => self.roaming_contacts(watcher),
            Package::ProvisioningV2 => self.provisioning(parsed.as_ref()),
            Package::PresenceWpending => return Ok((None, Vec::new())),
        };
        Ok((Some(own), Vec::new()))
    }

    /// Adds and removes watched users. Gives how each of the added ones stands.
    fn watch(&mut self, id: SubscriptionId, actions: &[batch::Action]) -> Vec<Resource> {
        let Some(subscription) = self.subscriptions.get_mut(id) else { return Vec::new() };
        // A user who is asked for at another pool, or at their own address, is where they are said to be.
        let at_home = canonical(&subscription.local.0) == canonical(&subscription.remote.0);
        let mut resources = Vec::new();
        for action in actions {
            for uri in &action.users {
                let Some(user) = self.users.find(uri) else {
                    resources.push(Resource {
                        uri: uri.as_str().into(),
                        user: None,
                        standing: Standing::Terminated(404),
                    });
                    continue;
                };
                let known = self.users.get_mut(user);
                known.watchers.retain(|(watcher, _)| *watcher != id);
                subscription.watched.remove(&user);
                if !action.subscribe {
                    continue;
                }
                let to = match &*subscription.local.0 {
                    POOL_A => POOL_B,
                    _ => POOL_A,
                };
                let standing = match &known.moved {
                    _ if self.faults.bounces(known.bare()) => Standing::Resubscribe(Some(to.into())),
                    Some(moved) if at_home => (**moved).clone(),
                    _ if known.load() + action.categories.count() > self.site.max_category_subscriptions => {
                        Standing::Terminated(403)
                    }
                    _ => Standing::Active,
                };
                if standing == Standing::Active {
                    known.watchers.push((id, action.categories));
                    subscription.watched.insert(user, action.categories);
                }
                resources.push(Resource { uri: known.uri.clone(), user: Some(user), standing });
            }
        }
        resources
    }

    fn subscribed(
        &mut self,
        sender: &Sender,
        message: &Message,
        package: Package,
        tag: &str,
        expires: u32,
        first: Option<(u32, &str, &[u8])>,
    ) {
        let contact = format!("<sip:{};transport=tls>", self.site.host);
        let mut response = Response::to(message, 200, "OK")
            .tag(tag)
            .field("Contact", contact)
            .field("Expires", expires.to_string())
            .field("Event", package.name())
            .field("Supported", "ms-benotify, ms-piggyback-first-notify");
        let state = if expires == 0 && first.is_none() { "terminated" } else { "active" };
        response = response.field("subscription-state", format!("{state};expires={expires}"));
        if let Some((cseq, kind, body)) = first {
            response = response.field("ms-piggyback-cseq", cseq.to_string());
            if package == Package::Presence {
                response = response.field("Require", "eventlist");
            }
            response = response.body(kind, body);
        }
        self.reply(sender.connection, sender.opaque.as_deref(), &response);
    }

    /// Forgets a subscription without a word.
    pub(in crate::front_end) fn end_subscription(&mut self, id: SubscriptionId) {
        let Some(subscription) = self.subscriptions.remove(id) else { return };
        for user in subscription.watched.keys() {
            self.users.get_mut(*user).watchers.retain(|(watcher, _)| *watcher != id);
        }
    }
}
