//! Agent state pushed to Lync and Skype for Business as the agents' own presence (requirements F20, F24, F36, F48).
//! What an agent's state is shown as is the host's business; this publishes it and says how that goes.
//!
//! Each agent is one endpoint of their own user, registered over the connections of a trusted application (mutual TLS,
//! no passwords) or, for small sites, over a connection of their own with their account (`start`). `carrier` keeps a
//! connection, `session` is one connection's life, `crowd` sorts its messages among the agents and lets them take
//! turns, `agent` is one endpoint. `publisher` decides what to publish from what is wanted (`show`), what stands
//! (`roaming`), and what the server refused (`fault`, `refusal`); it also tells the user's own choice from ours
//! (`choice`). What ours replaces is remembered on disk first (`record`, `journal`, `state_directory`). `roster` holds
//! each SIP address to one agent, `told` and `tally` are what the host hears. Only `carrier`, `session`, `journal` and
//! `lync_push` touch network, disk and clock.

mod agent;
mod body;
mod carrier;
mod choice;
mod config;
mod crowd;
mod fault;
mod journal;
mod key;
mod lync_push;
mod order;
mod pace;
mod publisher;
mod record;
mod refusal;
mod roaming;
mod roster;
mod session;
mod show;
mod start;
mod state_directory;
mod tally;
mod told;
mod value;

#[cfg(test)]
mod tests;

uc_plugin_api::export_plugin!(lync_push::LyncPush);
