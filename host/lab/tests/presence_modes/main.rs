//! The two modes that push, whole: T-Server, product with the real plug-ins, Front End, what watchers see in the end.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../front_end/mod.rs"]
mod front_end;
mod product;
mod site;

mod absence;
mod co_worker;
mod connector;
mod crowd;
mod killed;
mod propagation;
