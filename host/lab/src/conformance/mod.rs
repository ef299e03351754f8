//! Checks of other people's servers and bridges against the protocols of this project.

pub mod may;
pub mod stat_server;
pub mod t_server;

/// What came of one check.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What the server must do.
    pub check: &'static str,
    /// Empty-handed, or what it did instead.
    pub result: Result<(), String>,
}
