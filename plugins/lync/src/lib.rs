//! Presence pulled from Lync and Skype for Business, and invitations through their clients (requirements F1, F2, F34,
//! F48).
//!
//! Each watcher account is one endpoint with a connection of its own (`endpoint`; `session` is what it does over one,
//! and `uc_sip::site::live` connects and comes back). It subscribes in batches (`subscriber`, `adhoc_list`), no more
//! often than anybody should be asked for (`pace`), reads what it is notified of (`notify`, `documents`, `categories`,
//! `presentity`, `resource_list`, `forks`), keeps the latest of each person (`roster`, `person`) and reports it in batches while
//! a live subscription covers the person (`coverage`): otherwise the person is reported as unknown. It invites people
//! by message and extension window (`inviter`, `invitation`, `window`, `talks`). A trusted application also takes connections that
//! Front Ends open (`incoming`). Everything but `endpoint`, `session`, `incoming` and `lync` is given what it needs and
//! touches neither network nor clock.

mod adhoc_list;
mod categories;
mod config;
mod coverage;
mod documents;
mod endpoint;
mod forks;
mod incoming;
mod invitation;
mod inviter;
mod language;
mod lync;
mod notify;
mod pace;
mod person;
mod presentity;
mod resource_list;
mod roster;
mod session;
mod standing;
mod subscriber;
mod talks;
mod window;

#[cfg(test)]
mod tests;

uc_plugin_api::export_plugin!(lync::Lync);
