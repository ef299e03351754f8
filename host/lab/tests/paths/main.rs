//! The whole path: the product with its real plug-in between a simulated T-Server, a simulated URS and workers' pages.
//! One story a file, named for the rule it proves.
#![allow(clippy::unwrap_used, reason = "tests")]

mod auto_registration;
mod bad_lines;
mod bad_pages;
mod call_control;
mod calls;
mod chats;
mod choices;
mod drain;
mod foreign_t_server;
mod missed;
mod moves;
mod outcomes;
mod pages_in_step;
mod presence_document;
mod preview_outcomes;
mod preview_races;
mod redirects;
mod refusals;
mod reload;
mod reported;
mod secure;
mod shrunk_directory;
mod statistics;
mod story;
mod strategies;
mod t_server_lost;
mod t_server_pair;
mod t_server_pair_load;
mod urs_lost;
mod user_data;
