//! Notifies: changes of presence to everybody who watches, straight into the connections' buffers.

use super::{
    connection::Head,
    documents::{
        CATEGORIES, Categories, RLMI, Standing, begin_part, end_part, end_parts, multipart, put, put_categories,
        put_number, put_rlmi,
    },
    pool::{Pool, new_tag},
    presence::Presence,
    subscription::{Package, Subscription, SubscriptionId},
    users::UserId,
};
use bytes::{BufMut, BytesMut};
use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime},
};
use uc_sip::{
    auth::SignedFields,
    message::{Message, Name},
};

/// One resource of a list.
#[derive(Clone, Debug)]
pub(super) struct Resource {
    pub(super) uri: Box<str>,
    pub(super) user: Option<UserId>,
    pub(super) standing: Standing,
}

/// How a notify says the subscription stands.
#[derive(Clone, Copy)]
enum Outlook<'a> {
    Active,
    /// With that reason, may be empty.
    Terminated(&'a str),
}

impl Pool {
    /// Sets what watchers see of a user, and tells them.
    pub(super) fn show(&mut self, user: UserId, presence: Presence, now: SystemTime) {
        let changed = self.users.change(user, presence);
        self.tell_watchers(user, changed, now);
    }

    /// Sets several users; each watcher gets one notify for all of them.
    pub(super) fn show_together(&mut self, updates: Vec<(UserId, Presence)>, now: SystemTime) {
        let mut by_watcher = BTreeMap::<SubscriptionId, Vec<Resource>>::new();
        for (user, presence) in updates {
            self.users.change(user, presence);
            let known = self.users.get(user);
            for (watcher, _) in &known.watchers {
                let resource = Resource { uri: known.uri.clone(), user: Some(user), standing: Standing::Active };
                by_watcher.entry(*watcher).or_default().push(resource);
            }
        }
        by_watcher.into_iter().for_each(|(id, resources)| self.notify_resources(id, &resources, now));
    }

    fn tell_watchers(&mut self, user: UserId, changed: Categories, now: SystemTime) {
        let watchers = std::mem::take(&mut self.users.get_mut(user).watchers);
        let mut body = BytesMut::with_capacity(1024);
        let mut written = None;
        for (id, wanted) in &watchers {
            let Some(subscription) = self.subscriptions.get(*id) else { continue };
            let known = self.users.get(user);
            let form = (known.view(&self.users.get(subscription.watcher).uri), wanted.both(changed));
            if form.1 == Categories::default() {
                continue;
            }
            if written.replace(form) != Some(form) {
                body.clear();
                put_categories(&mut body, known, &known.seen(form.0), form.1, now);
            }
            self.notify(*id, CATEGORIES, &body, now);
        }
        self.users.get_mut(user).watchers = watchers;
    }

    /// One notify with the lists's state and the presence of its active resources.
    pub(super) fn notify_resources(&mut self, id: SubscriptionId, resources: &[Resource], now: SystemTime) {
        if let Some(subscription) = self.subscriptions.get_mut(id) {
            subscription.list_version += 1;
            let (kind, body) = self.list(id, resources, now);
            self.notify(id, &kind, &body, now);
        }
    }

    /// A bare list: resources that are to be subscribed to elsewhere, or that are refused.
    pub(super) fn notify_standing(&mut self, id: SubscriptionId, resources: &[Resource], now: SystemTime) {
        let Some(subscription) = self.subscriptions.get_mut(id) else { return };
        subscription.list_version += 1;
        let mut body = BytesMut::new();
        let all = resources.iter().map(|resource| (&*resource.uri, &resource.standing));
        put_rlmi(&mut body, &subscription.remote.0, subscription.list_version, all);
        self.notify(id, RLMI, &body, now);
    }

    /// The list with the presence of its active resources: type and body.
    pub(super) fn list(&self, id: SubscriptionId, resources: &[Resource], now: SystemTime) -> (String, BytesMut) {
        let boundary = format!("N_{:016x}", rand::random::<u64>());
        let mut body = BytesMut::with_capacity(256 + resources.len() * 1024);
        let Some(subscription) = self.subscriptions.get(id) else { return (multipart(&boundary), body) };
        begin_part(&mut body, &boundary, "resourceList", RLMI);
        let all = resources.iter().map(|resource| (&*resource.uri, &resource.standing));
        put_rlmi(&mut body, &subscription.remote.0, subscription.list_version, all);
        end_part(&mut body);
        let watcher = &self.users.get(subscription.watcher).uri;
        for resource in resources {
            let (Some(user), Standing::Active) = (resource.user, &resource.standing) else { continue };
            let user_state = self.users.get(user);
            let wanted = subscription.watched.get(&user).copied().unwrap_or_default();
            begin_part(&mut body, &boundary, user_state.bare(), CATEGORIES);
            put_categories(&mut body, user_state, &user_state.seen(user_state.view(watcher)), wanted, now);
            end_part(&mut body);
        }
        end_parts(&mut body, &boundary);
        (multipart(&boundary), body)
    }

    /// Sends a notify in a subscription.
    pub(super) fn notify(&mut self, id: SubscriptionId, kind: &str, body: &[u8], now: SystemTime) {
        self.write_notify(id, Outlook::Active, kind, body, now);
    }

    /// Ends a subscription, and says so.
    pub(super) fn terminate(&mut self, id: SubscriptionId, reason: &str, now: SystemTime) {
        self.write_notify(id, Outlook::Terminated(reason), "", b"", now);
        self.end_subscription(id);
    }

    fn write_notify(&mut self, id: SubscriptionId, outlook: Outlook<'_>, kind: &str, body: &[u8], now: SystemTime) {
        let Some(subscription) = self.subscriptions.get_mut(id) else { return };
        let Some(connection) = self.connections.get_mut(&subscription.connection) else { return };
        subscription.local_cseq = self.faults.notify_number(subscription.local_cseq);
        match subscription.benotify {
            true => self.counts.benotifies += 1,
            false => self.counts.notifies += 1,
        }
        let mut head = std::mem::take(&mut self.scratch);
        head.clear();
        put_head(&mut head, subscription, (connection.transport, &self.address_text), outlook, kind, now);
        let mut digits = itoa::Buffer::new();
        let head_and_signed =
            Head { text: &head, signed: signed(subscription, digits.format(subscription.local_cseq)) };
        let opaque = subscription.opaque.as_deref();
        let start = connection.out.len();
        connection.notify(opaque, &head_and_signed, body, &mut self.faults, &mut self.counts);
        if let Some(time) = self.faults.makes_late(self.users.get(subscription.watcher).bare()) {
            connection.make_late(start, now + time);
            self.delays_more.notify_one();
        }
        self.scratch = head;
    }

    /// A client has answered a NOTIFY. 481 means that it knows no such subscription.
    pub(super) fn notify_answered(&mut self, message: &Message) {
        if message.status().is_none_or(|status| status < 200) {
            return;
        }
        if message.status() == Some(200) {
            self.counts.notify_answers += 1;
            return;
        }
        self.counts.notify_refusals += 1;
        let tag = message.from().and_then(|from| from.tag()).unwrap_or_default();
        let known = self.subscriptions.of_dialog(message.get(Name::CallId).unwrap_or_default(), tag);
        if let Some(id) = known.filter(|_| message.status() == Some(481)) {
            self.end_subscription(id);
        }
    }

    /// What a subscriber has been told of every user they watch, as one would be told now.
    pub(super) fn seen_by(&self, watcher: UserId) -> Vec<(&str, Presence)> {
        let uri = &self.users.get(watcher).uri;
        let own =
            |subscription: &&Subscription| subscription.watcher == watcher && subscription.package == Package::Presence;
        let watched = self.subscriptions.iter().filter(own).flat_map(|subscription| subscription.watched.keys());
        watched
            .map(|user| self.users.get(*user))
            .map(|user| (&*user.uri, user.seen(user.view(uri)).into_owned()))
            .collect()
    }
}

/// Everything above Content-Length.
fn put_head(
    out: &mut BytesMut,
    subscription: &Subscription,
    (transport, address): (&str, &str),
    outlook: Outlook<'_>,
    kind: &str,
    now: SystemTime,
) {
    let method = method(subscription);
    for text in [method, " ", &subscription.target, " SIP/2.0\r\nVia: SIP/2.0/", transport, " ", address] {
        put(out, text);
    }
    put(out, ";branch=z9hG4bK");
    put(out, &new_tag());
    put(out, "\r\nMax-Forwards: 70\r\nFrom: <");
    let (local, remote) = (&subscription.local, &subscription.remote);
    for text in [&local.0, ">;tag=", &local.1, "\r\nTo: <", &remote.0, ">;tag=", &remote.1] {
        put(out, text);
    }
    if !subscription.epid.is_empty() {
        put(out, ";epid=");
        put(out, &subscription.epid);
    }
    put(out, "\r\nCall-ID: ");
    put(out, &subscription.call_id);
    put(out, "\r\nCSeq: ");
    put_number(out, subscription.local_cseq);
    for text in [" ", method, "\r\nEvent: ", subscription.package.name()] {
        put(out, text);
    }
    match outlook {
        Outlook::Active => {
            let left = subscription.ends.duration_since(now).unwrap_or(Duration::ZERO);
            put(out, "\r\nsubscription-state: active;expires=");
            put_number(out, left.as_secs() as u32);
        }
        Outlook::Terminated(reason) => {
            put(out, "\r\nsubscription-state: terminated;expires=0");
            if !reason.is_empty() {
                put(out, ";reason=");
                put(out, reason);
            }
        }
    }
    if subscription.package == Package::Presence && !kind.is_empty() {
        put(out, "\r\nRequire: eventlist");
    }
    if !kind.is_empty() {
        put(out, "\r\nContent-Type: ");
        put(out, kind);
    }
    out.put_slice(b"\r\n");
}

fn method(subscription: &Subscription) -> &'static str {
    if subscription.benotify { "BENOTIFY" } else { "NOTIFY" }
}

fn signed<'a>(subscription: &'a Subscription, cseq: &'a str) -> SignedFields<'a> {
    SignedFields {
        call_id: &subscription.call_id,
        cseq_number: cseq,
        cseq_method: method(subscription),
        from_uri: &subscription.local.0,
        from_tag: &subscription.local.1,
        to_uri: &subscription.remote.0,
        to_tag: &subscription.remote.1,
        sip_identity: "",
        tel_identity: "",
        expires: "",
        status: None,
    }
}
