//! Agent state pushed to Lync and Skype for Business as the agents' own presence (requirements F20, F24, F36, F48). What
//! an agent's state is shown as is the host's business; this publishes it and says how that goes.
//!
//! Each agent is one endpoint of his own user, registered over the connections of a trusted application (mutual TLS, no
//! passwords) or, for small sites, over a connection of his own with his account. `carrier` keeps a connection, `session`
//! is one connection's life, `crowd` sorts its messages among the agents and lets them take turns, `agent` is one
//! endpoint. `publisher` decides what to publish from what is wanted (`show`), what stands (`roaming`), and what the
//! server refused (`fault`, `refusal`); it also tells the user's own choice from ours (`choice`). `roster` holds each SIP
//! address to one agent, `told` and `tally` are what the host hears. Only `carrier`, `session` and `lync_push` touch
//! network and clock.

mod agent;
mod body;
mod carrier;
mod choice;
mod config;
mod crowd;
mod fault;
mod key;
mod lync_push;
mod order;
mod pace;
mod publisher;
mod refusal;
mod roaming;
mod roster;
mod session;
mod show;
mod tally;
mod told;
mod value;

#[cfg(test)]
mod tests;

uc_plugin_api::export_plugin!(lync_push::LyncPush);
