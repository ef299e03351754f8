//! UC Connector: makes enterprise employees reachable by a Genesys contact centre.
//!
//! # Bird's eye
//!
//! One process, one loop that owns all state ([`hub`]), and five edges that speak to the world. Edges know their own
//! messages and never each other; only the hub and the wiring ([`host`]) know all. Between an edge and the hub stands
//! one bounded queue each way.
//!
//! ```text
//!   plug-ins (cdylibs) ──▶ plugins ──┐                 ┌── tlib ◀──▶ T-Servers, or bridges to them
//!   presence, wishes, menus          ├──▶   hub   ◀──▶─┤
//!   browsers ◀──────────▶  web ──────┘   (directory)   ├── routing ◀── URS (preview link), ORS (HTTP)
//!                                                      └── stat_server ◀──▶ a Stat Server, or its backup
//! ```
//!
//! # Where to begin
//!
//! * `main.rs` is the door; [`host::serve`] the table of contents: signals → configuration → build → run → drain.
//! * [`hub`] has the routing table: every cause, what it goes through, every effect.
//! * [`worker`] has everything of one worker and nothing else: `step(input, now)` → outputs.
//! * `docs/walks.md` follows four messages file by file, with each queue, copy and conversion on their way.
//! * [`host::Host::build`] joins the parts; [`host::Host::run`] says what closes when, and why.
//!
//! # Code map
//!
//! | Module | What it is | It never |
//! |---|---|---|
//! | [`hub`] | routes: who is meant → that worker's step → effects; previews, pages, seats, timers | reads a socket; blocks; locks |
//! | [`worker`] | one worker as one value: lines, sources, hold, publication, calls; can be written out and read back | reads a clock; knows the hub |
//! | [`policy`] | what a presence means for an agent, and back: rules and defaults | knows a worker |
//! | `desk` | what pages see of a worker: menu, snapshot, calls | decides anything |
//! | [`folded`] | words as people type them who look for something | knows what they look for |
//! | [`clock`] | the hub's steady timeline | jumps |
//! | [`directory`] | who is who; a file, read whole, watched | changes: a reload makes a new one |
//! | [`agent_link`] | what the hub and any T-Server protocol say to each other | has a wire format |
//! | [`tlib`] | T-Library messages, codec, client (`PROTOCOL.md`) | knows the host, or decides what to ask |
//! | [`stat_server`] | statistics of a Stat Server pair: codec, what is open, client (`PROTOCOL.md`) | knows the host, or decides what to open |
//! | [`routing`] | the preview service: link and HTTP (`PREVIEW.md`) | knows workers or pages |
//! | [`nodes`] | what arrives at one of many nodes and is another's to do: goes there, and the answer comes back | knows whose what is for longer than a message |
//! | [`kept`] | what lives through a restart, in the store of the state directory (`uc-store`) | decides anything; keeps the hub waiting |
//! | [`wire`] | JSON lines, key-value lists, heartbeats, TLS: what all Genesys links share | knows a message |
//! | [`plugins`] | loader, instances, supervision; the only `dlopen` | unloads; trusts a file |
//! | [`web`] | pages, sign-in, sessions, the operator's address | decides anything about agents |
//! | [`config`] | one TOML file, every fault at once with its place | reads the environment |
//! | [`mode`] | the deployment mode, derived from plug-in roles | is configured |
//! | [`texts`] | what pages of this site say otherwise: Fluent files, checked whole | is read by a page unchecked |
//! | [`role`] | which of several nodes works: alone, by a lease, or by an arbiter outside | acts |
//! | [`check`] | everything that can be found wrong before a socket opens | starts anything |
//! | [`etcd`] | the etcd of `[cluster]`: how it is reached, how its members are | keeps anything there |
//! | [`live`] | what the peers answer to `check --live` | changes anything there |
//! | [`tasks`] | who notices when a task or thread is lost | lets one vanish without a word |
//! | [`reload`], [`signals`], [`telemetry`], [`cli`], [`exit`] | the operator's side | |
//!
//! # Who may import whom
//!
//! `host` → `hub` and the edges; `hub` → `desk`, `worker`, `directory`; `desk` → `worker`; `worker` → `policy`,
//! `agent_link`; what workers are told is a [`remark`]; `tlib` → `agent_link` → `wire`; `stat_server` → `wire`;
//! `config` → `policy`, never back. `tests/arrows.rs` holds every import to the whole table.
//!
//! # Where the next part goes
//!
//! | Part | In | Through | Out |
//! |---|---|---|---|
//! | another T-Server protocol | a folder beside `tlib`, behind [`agent_link`] | nothing else changes | |
//! | chat | a folder `worker/chat`; an input for each edge that speaks | `Worker::step` | an output for each message |
//! | previews that another node goes on with | a kept form of `hub/preview`, on a shelf of [`kept`] | `hub/keeping` | as of workers |
//!
//! # What always holds
//!
//! * The T-Server's events are the truth. What is wished and what is confirmed are two things; the next request follows
//!   from their difference, so that reconnects, refusals and late answers need no code of their own. A state that
//!   somebody else brought about is shown, and never asked for.
//! * On doubt an agent becomes not ready, never ready. A page shows what is known, or that it is not known.
//! * A preview ends exactly once; a broadcast has exactly one winner.
//! * Nothing that a peer controls is without a bound; what does not fit is handed back or dropped, counted, and said.
//! * Pure parts take the time as an argument and read no clock.
//! * A plug-in's panic stays in the plug-in, a connection's in the connection; any other ends the process, to be
//!   started again ([`tasks`]). `unsafe` stands in `plugin-api` and [`plugins`] alone.
//!
//! # How a presence becomes agent state
//!
//! A plug-in reports in batches; the bounded queue of [`plugins`] hands back what does not fit, and the SDK keeps the
//! latest of each user. The hub maps it (operator's rules, then the documented default), merges it with the user's
//! other sources, sets what is *wished* on every line, and each line yields its next request. The T-Server client gives
//! it a ReferenceID, writes it, and matches the answer. An answer that differs is the T-Server's decision: it is shown,
//! and asked for again only with growing pauses.
//!
//! # How a call is previewed
//!
//! URS or ORS asks; the hub finds the worker's pages, offers the preview with a deadline, and takes the first answer.
//! Every end (declined, timed out, cancelled, caller gone, no page, link lost) is an arm of the same machine.
//!
//! # How a node takes over
//!
//! [`role`] says whether this node works. One that does not is built whole, without plug-ins: its links are connected
//! and registered, and nothing of what the hub decides is sent. When its turn comes it reads what the one before has
//! kept ([`kept::KeptState`]), every worker goes on from there, and the plug-ins start. A node that is primary no
//! longer replaces its process by a fresh one: [`host::serve`].
//!
//! # What crosses everything
//!
//! Logs are `tracing` records by module path, levels changeable live; metrics are counted where things happen, without
//! names of users; errors name whose fault it is and what to do; secrets print as `***`.

pub mod agent_link;
pub mod check;
pub mod cli;
pub mod clock;
pub mod config;
mod desk;
pub mod directory;
pub mod etcd;
pub mod exit;
pub mod fingerprint;
pub mod folded;
pub mod host;
pub mod hub;
pub mod kept;
pub mod live;
pub mod mode;
pub mod nodes;
pub mod plugins;
pub mod policy;
pub mod preview_end;
pub mod reload;
pub mod remark;
pub mod role;
pub mod routing;
pub mod secret;
pub mod signals;
pub mod stat_server;
pub mod tasks;
pub mod telemetry;
pub mod texts;
pub mod tlib;
pub mod web;
pub mod wire;
pub mod worker;

pub use host::{Addresses, Host, Process, StartError};
