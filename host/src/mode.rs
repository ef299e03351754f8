//! The deployment mode, derived from the roles of the loaded plug-ins (requirements F23). There is no switch that
//! could contradict them.

use std::{fmt, sync::Arc};
use uc_plugin_api::Role;

/// What the connector does, all in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Presence of the UC platform becomes agent state; previews and pages are served.
    Normal,
    /// The worker's own choice in the browser becomes agent state; previews and pages are served.
    Standalone,
    /// As normal, and states that the platform has no word for go back to it.
    PresencePropagation,
    /// Agent state becomes presence on the UC platform; nothing else.
    PresenceConnector,
}

impl Mode {
    /// Whether UC platforms say who is available.
    pub fn follows_platforms(self) -> bool {
        matches!(self, Self::Normal | Self::PresencePropagation)
    }

    /// Whether agents' states are requested; otherwise they are only listened to.
    pub fn drives_agents(self) -> bool {
        self != Self::PresenceConnector
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Normal => "normal",
            Self::Standalone => "standalone",
            Self::PresencePropagation => "presence propagation",
            Self::PresenceConnector => "presence connector",
        })
    }
}

/// A plug-in as far as the mode depends on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its name in the configuration.
    pub name: Arc<str>,
    /// Its roles.
    pub roles: Vec<Role>,
}

/// These plug-ins make no mode. The operator's fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoMode {
    members: Vec<Member>,
}

/// Derives the mode.
///
/// An inviter may stand beside the plug-ins of every mode that serves previews, once: two would invite twice.
///
/// # Errors
/// The roles make none of the four modes.
pub fn derive(members: &[Member]) -> Result<Mode, NoMode> {
    let count = |role| members.iter().filter(|member| member.roles.contains(&role)).count();
    let roles = [Role::PresenceSource, Role::PresenceSink, Role::BrowserPresence, Role::Inviter].map(count);
    let mode = match roles {
        [1, 0, 0, 0 | 1] => Mode::Normal,
        [0, 0, 1, 0 | 1] => Mode::Standalone,
        [1, 1, 0, 0 | 1] => Mode::PresencePropagation,
        [0, 1, 0, 0] => Mode::PresenceConnector,
        _ => return Err(NoMode { members: members.to_vec() }),
    };
    let idle = members.iter().any(|member| member.roles.is_empty());
    if idle { Err(NoMode { members: members.to_vec() }) } else { Ok(mode) }
}

impl fmt::Display for NoMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("these plug-ins make no deployment mode: ")?;
        if self.members.is_empty() {
            f.write_str("none is loaded")?;
        }
        for (index, member) in self.members.iter().enumerate() {
            let roles: Vec<_> = member.roles.iter().copied().map(words).collect();
            let roles = if roles.is_empty() { "no role".to_owned() } else { roles.join(", ") };
            write!(f, "{}{} ({roles})", if index > 0 { "; " } else { "" }, member.name)?;
        }
        f.write_str(
            ". The modes are: normal (one that pulls presence), standalone (one with browser presence), \
             presence propagation (one that pulls and one that pushes), presence connector (only one that pushes); \
             one that invites may stand beside the first three",
        )
    }
}

impl std::error::Error for NoMode {}

fn words(role: Role) -> &'static str {
    match role {
        Role::PresenceSource => "pulls presence",
        Role::PresenceSink => "pushes presence",
        Role::BrowserPresence => "browser presence",
        Role::Inviter => "invites",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Role::{BrowserPresence, Inviter, PresenceSink, PresenceSource};
    use proptest::{collection::vec, prelude::*, sample::select};

    fn members(roles: &[&[Role]]) -> Vec<Member> {
        let name = |index| format!("plug-in-{index}").into();
        roles.iter().enumerate().map(|(index, roles)| Member { name: name(index), roles: roles.to_vec() }).collect()
    }

    #[test]
    fn the_four_modes() {
        let table: &[(&[&[Role]], Mode)] = &[
            (&[&[PresenceSource]], Mode::Normal),
            (&[&[PresenceSource, Inviter]], Mode::Normal),
            (&[&[PresenceSource], &[Inviter]], Mode::Normal),
            (&[&[BrowserPresence]], Mode::Standalone),
            (&[&[BrowserPresence], &[Inviter]], Mode::Standalone),
            (&[&[PresenceSource, Inviter], &[PresenceSink]], Mode::PresencePropagation),
            (&[&[PresenceSource, PresenceSink]], Mode::PresencePropagation),
            (&[&[PresenceSink]], Mode::PresenceConnector),
        ];
        for (roles, mode) in table {
            assert_eq!(derive(&members(roles)), Ok(*mode), "{roles:?}");
        }
    }

    #[test]
    fn anything_else_is_refused_in_words() {
        let table: &[&[&[Role]]] = &[
            &[],
            &[&[]],
            &[&[Inviter]],
            &[&[PresenceSource], &[PresenceSource]],
            &[&[PresenceSource], &[BrowserPresence]],
            &[&[PresenceSink], &[BrowserPresence]],
            &[&[PresenceSink], &[Inviter]],
            &[&[PresenceSource, Inviter], &[Inviter]],
            &[&[PresenceSource], &[]],
        ];
        for roles in table {
            let message = derive(&members(roles)).unwrap_err().to_string();
            for part in ["normal", "standalone", "presence propagation", "presence connector"] {
                assert!(message.contains(part), "{message}");
            }
            for member in members(roles) {
                assert!(message.contains(&*member.name), "{message}");
            }
        }
        let message = derive(&members(&[&[PresenceSource], &[BrowserPresence]])).unwrap_err().to_string();
        assert!(message.contains("plug-in-0 (pulls presence); plug-in-1 (browser presence)"), "{message}");
    }

    proptest! {
        #[test]
        fn order_of_the_plug_ins_does_not_matter(
            roles in vec(vec(select(vec![PresenceSource, PresenceSink, BrowserPresence, Inviter]), 0..3), 0..4)
        ) {
            let slices: Vec<&[Role]> = roles.iter().map(Vec::as_slice).collect();
            let mut members = members(&slices);
            let mode = derive(&members).ok();
            members.reverse();
            prop_assert_eq!(derive(&members).ok(), mode);
        }

        #[test]
        fn a_second_plug_in_that_pulls_is_always_refused(
            roles in vec(vec(select(vec![PresenceSource, PresenceSink, BrowserPresence, Inviter]), 0..3), 0..3)
        ) {
            let mut slices: Vec<&[Role]> = roles.iter().map(Vec::as_slice).collect();
            slices.extend([&[PresenceSource][..], &[PresenceSource][..]]);
            prop_assert!(derive(&members(&slices)).is_err());
        }
    }
}
