//! Tests of the parts together.

mod categories;
mod config;
mod conformance;
mod documents;
mod invitations;
mod model;
mod peer;
mod presentity;
mod roster;
mod scene;
mod subscriber;
mod unreadable;
