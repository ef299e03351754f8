//! The web edge: static client, sign-in, sessions, pages (WebSockets), the operator's address. Knows nothing of the
//! host: pages report through [`PageArrival`](arrival::PageArrival), frames go out through [`Frames`](arrival::Frames).
//!
//! The users' address (`[web] listen`, HTTP/1.1, TLS by certificate files):
//!
//! | Request | What it does |
//! |---|---|
//! | `POST /api/v1/session` | sign in: `{"user", "password"}` → who, CSRF token, cookie |
//! | `GET /api/v1/session` | who am I: [`message::SignedIn`]; 401 without session |
//! | `DELETE /api/v1/session` | sign out (`X-CSRF-Token`); pages of the session close |
//! | `GET /join/TOKEN` | one-time sign-in by an invitation; leads to the page; so does `/join/`, without signing in |
//! | `GET /api/v1/pages` | the WebSocket of a page; frames of [`message`]; `?language=`, `?window=extension` |
//! | `GET /api/v1/texts/LANGUAGE` | the texts of the pages, with what the site says otherwise |
//! | `GET /files/…` | the site's icons and sounds |
//! | `GET /…` | the browser client |
//! | `GET /livez` | the process answers |
//!
//! The operator's address (`[admin] listen`): `/livez`, `/readyz[?verbose]`, `/metrics`, `POST /-/reload`,
//! `GET|PUT /-/log-level`. Refusals everywhere are problem documents (RFC 9457).
//!
//! Close codes of a page: 1001 the service stops or another node takes over, 1003 binary frame, 1007 not UTF-8, 1008 too
//! many malformed frames, 1009 frame too large, 1011 the service failed, 4001 signed out, 4008 too slow (reconnect for a
//! snapshot), 4029 too many frames.

mod accept;
pub mod accounts;
mod admin;
mod agent_list;
pub mod arrival;
mod assets;
mod browser;
mod chat;
#[cfg(test)]
mod chat_tests;
mod config;
mod connection;
mod fault;
#[cfg(test)]
mod golden;
mod head;
mod hosts;
mod hotkeys;
mod invitations;
mod kept_sessions;
mod known_sessions;
mod known_version;
pub mod message;
mod outcome;
mod page;
pub mod pairs;
mod rates;
mod readiness;
mod redirect_order;
mod server;
mod sessions;
mod sign_in;
mod socket;
mod standby;
mod texts;
mod tls;

pub use admin::{AdminRequest, Arbiter, Metrics, ReloadReport};
pub use agent_list::{AgentRow, PUBLICATION_WORDS, Shows};
pub use assets::is_fetchable;
pub use config::{AdminConfig, Config, Limits, Problem};
pub use hotkeys::Hotkeys;
pub use invitations::Invitations;
pub use known_sessions::KnownSessions;
pub use page::ALIVE_SECONDS;
pub use readiness::Readiness;
pub use redirect_order::{NotRedirected, RedirectChange, RedirectOrder};
pub use server::{Addresses, Bound, Opens, Parts, Server};
pub use standby::Driven;
pub use texts::{SiteTexts, languages, own_texts};
pub use tls::{Certificate, Fresh as FreshCertificate};
