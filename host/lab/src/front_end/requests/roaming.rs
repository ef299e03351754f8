//! What an endpoint learns about its own user: publications, containers, contact list, provisioning.

use crate::front_end::{
    documents::{escape, put, put_own},
    endpoint::EndpointId,
    pool::Pool,
    publications::Publication,
    subscription::{Package, SubscriptionId},
    users::{Account, UserId},
    xml::Element,
};
use bytes::BytesMut;
use std::{fmt::Write, time::SystemTime};

/// Type of a user's own data.
pub(in crate::front_end) const ROAMING_SELF: &str = "application/vnd-microsoft-roaming-self+xml";
const ROAMING_CONTACTS: &str = "application/vnd-microsoft-roaming-contacts+xml";
const PROVISIONING: &str = "application/vnd-microsoft-roaming-provisioning-v2+xml";
const OPEN: &str = "<roamingData xmlns=\"http://schemas.microsoft.com/2006/09/sip/roaming-self\">";

/// Own data that says nothing of publications.
pub(super) fn unlisted() -> (String, BytesMut) {
    (ROAMING_SELF.to_owned(), BytesMut::from(&*format!("{OPEN}</roamingData>")))
}

impl Pool {
    /// The parts of a user's own data that the body asks for; all without a body.
    pub(in crate::front_end) fn roaming_self(&self, user: UserId, wanted: Option<&Element<'_>>) -> (String, BytesMut) {
        let wants = |name: &str| {
            wanted.is_none_or(|list| list.all("roaming").iter().any(|part| part.get("type") == Some(name)))
        };
        let user = self.users.get(user);
        let account = user.account.as_deref();
        let mut out = BytesMut::new();
        put(&mut out, OPEN);
        if wants("categories") {
            let all: Vec<_> = account.iter().flat_map(|account| &account.publications.0).collect();
            put_own(&mut out, &user.uri, &all, &[]);
        }
        if wants("containers") {
            put_containers(&mut out, account);
        }
        if wants("subscribers") {
            put(&mut out, "<subscribers xmlns=\"http://schemas.microsoft.com/2006/09/sip/presence-subscribers\"/>");
        }
        put(&mut out, "</roamingData>");
        (ROAMING_SELF.to_owned(), out)
    }

    pub(in crate::front_end) fn roaming_contacts(&self, user: UserId) -> (String, BytesMut) {
        let mut out = BytesMut::new();
        match &self.users.get(user).account {
            Some(account) => account.contacts.put_list(&mut out),
            None => Account::default().contacts.put_list(&mut out),
        }
        (ROAMING_CONTACTS.to_owned(), out)
    }

    /// Every group that is asked for; only the first has anything in it.
    pub(in crate::front_end) fn provisioning(&self, wanted: Option<&Element<'_>>) -> (String, BytesMut) {
        let groups = wanted.map(|list| list.all("provisioningGroup")).unwrap_or_default();
        let mut out = BytesMut::new();
        put(
            &mut out,
            "<provisionGroupList xmlns=\"http://schemas.microsoft.com/2006/09/sip/provisiongrouplist-notification\">",
        );
        for name in groups.iter().filter_map(|group| group.get("name")) {
            put(&mut out, "<provisionGroup name=\"");
            escape(&mut out, name);
            put(&mut out, "\">");
            if name == "ServerConfiguration" {
                put(&mut out, "<ucMinMediaPort>1024</ucMinMediaPort>");
            }
            put(&mut out, "</provisionGroup>");
        }
        put(&mut out, "</provisionGroupList>");
        (PROVISIONING.to_owned(), out)
    }

    /// Own data as an answer to a publication carries it; nothing is published any more of the categories `gone`.
    pub(in crate::front_end) fn own(&self, user: UserId, publications: &[&Publication], gone: &[&str]) -> BytesMut {
        let mut out = BytesMut::new();
        put(&mut out, OPEN);
        put_own(&mut out, &self.users.get(user).uri, publications, gone);
        put(&mut out, "</roamingData>");
        out
    }

    /// Tells the user's other endpoints what one of them has published.
    pub(in crate::front_end) fn tell_other_endpoints(
        &mut self,
        user: UserId,
        publisher: Option<EndpointId>,
        body: &[u8],
        now: SystemTime,
    ) {
        let epid = publisher.and_then(|id| Some(self.endpoints.get(id)?.epid.clone())).unwrap_or_default();
        let others = self.of_package(user, Package::RoamingSelf, Some(&epid));
        others.into_iter().for_each(|id| self.notify(id, ROAMING_SELF, body, now));
    }

    /// Tells all of the user's endpoints of a change of the user's contact list.
    pub(in crate::front_end) fn tell_contacts(&mut self, user: UserId, body: &[u8], now: SystemTime) {
        let all = self.of_package(user, Package::RoamingContacts, None);
        all.into_iter().for_each(|id| self.notify(id, ROAMING_CONTACTS, body, now));
    }

    fn of_package(&self, user: UserId, package: Package, except: Option<&str>) -> Vec<SubscriptionId> {
        self.subscriptions
            .of_watcher(user, |subscription| subscription.package == package && except != Some(&*subscription.epid))
    }
}

fn put_containers(out: &mut BytesMut, account: Option<&Account>) {
    put(
        out,
        "<containers xmlns=\"http://schemas.microsoft.com/2006/09/sip/containers\">\
         <container id=\"200\" version=\"1\"><member type=\"sameEnterprise\"/></container>\
         <container id=\"100\" version=\"1\"><member type=\"federated\"/></container>",
    );
    for (container, member) in account.iter().flat_map(|account| &account.members) {
        let _ = write!(out, "<container id=\"{container}\" version=\"1\"><member type=\"user\" value=\"");
        escape(out, crate::front_end::documents::bare(member));
        put(out, "\"/></container>");
    }
    put(out, "</containers>");
}
