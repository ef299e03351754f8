//! Tests of the parts together.

mod categories;
mod config;
mod conformance;
mod documents;
mod invitations;
mod peer;
mod roster;
mod subscriber;
mod unreadable;
