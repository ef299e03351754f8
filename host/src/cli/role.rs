//! `uc-connector role`: which of several nodes works, and to say so; for arbiters outside and for operators.

use super::{Exit, File, running};
use crate::role::Role;
use clap::{Args, ValueEnum};

/// What is asked.
#[derive(Debug, Args)]
pub struct RoleOrder {
    /// What the node is to be; without: what it is
    #[arg(value_enum)]
    pub role: Option<Word>,
    /// With standby: though no other node stands by
    #[arg(long, requires = "role")]
    pub force: bool,
    /// The configuration file of the node, which says where it listens for operators
    #[command(flatten)]
    pub file: File,
}

/// A role as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Word {
    /// It works
    Primary,
    /// Another works
    Standby,
}

impl From<Word> for Role {
    fn from(word: Word) -> Self {
        match word {
            Word::Primary => Self::Primary,
            Word::Standby => Self::Standby,
        }
    }
}

/// Answers the command.
pub(super) fn role(order: &RoleOrder) -> Exit {
    let word = order.role.map(|word| match (word, order.force) {
        (Word::Standby, true) => "standby force",
        (word, _) => Role::from(word).word(),
    });
    running::ask(&order.file, "role", word)
}
