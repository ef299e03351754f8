//! From published states to the one that watchers get: a fair approximation of the server's script, which Microsoft
//! describes but does not publish. Pure.

use super::{
    presence::{Activity, OFFLINE, Presence},
    state::{State, StateKind},
};
use std::time::SystemTime;

/// A state and when the server took it; clients' clocks do not count.
pub(super) type Published<'a> = (&'a State, SystemTime);

/// The result of the states in one container.
pub(super) fn aggregate(states: &[Published<'_>]) -> Presence {
    let of = |kind| states.iter().filter(move |(state, _)| state.kind == kind).copied();
    if let Some((state, _)) = newest(of(StateKind::Aggregate)) {
        return presence(state.availability, state.activity.clone(), states);
    }
    let user = newest(of(StateKind::User));
    // The most active device speaks for all.
    let machine = of(StateKind::Machine).map(|(state, _)| state.availability).min();
    let calendar = of(StateKind::Calendar).filter(|meeting| !suppressed(meeting, user));
    let stated = calendar.chain(of(StateKind::Phone)).chain(user).map(|(state, _)| state.availability).max();
    let availability = match (stated, machine) {
        (None, None) => OFFLINE,
        (Some(stated), None) => stated,
        (None, Some(machine)) => machine,
        (Some(stated), Some(machine)) => with_machine(stated, machine),
    };
    presence(availability, None, states)
}

/// A manual Available that is newer than the meeting's begin says that the user is not in it.
fn suppressed((meeting, published): &Published<'_>, user: Option<Published<'_>>) -> bool {
    let begin = meeting.start.unwrap_or(*published);
    user.is_some_and(|(state, at)| state.manual && (3000..4500).contains(&state.availability) && at > begin)
}

fn with_machine(stated: u32, machine: u32) -> u32 {
    match (stated, machine) {
        // Idle.
        (3000..4500, 4500..6000) => 5000,
        (6000..7500, 4500..6000) => 7500,
        (_, 4500..6000) => stated,
        // Away from the device, but do not disturb stays.
        (9000..12_000, 12_000..OFFLINE) => stated,
        _ => stated.max(machine),
    }
}

fn presence(availability: u32, activity: Option<Activity>, states: &[Published<'_>]) -> Presence {
    let fitting =
        states.iter().copied().filter(|(state, _)| state.activity.as_ref().is_some_and(|a| a.holds(availability)));
    let device = states.iter().find_map(|(state, _)| state.device.as_deref());
    Presence {
        availability,
        activity: activity.or_else(|| newest(fitting)?.0.activity.clone()),
        note: None,
        out_of_office: None,
        device: Some(device.unwrap_or("computer").into()),
    }
}

fn newest<'a>(states: impl Iterator<Item = Published<'a>>) -> Option<Published<'a>> {
    states.max_by_key(|(_, at)| *at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, UNIX_EPOCH};

    fn state(kind: StateKind, availability: u32, token: &str) -> State {
        let activity = (!token.is_empty()).then(|| Activity::token(token));
        State { kind, manual: kind == StateKind::User, availability, activity, device: None, start: None }
    }

    /// States in the order they were published, a second apart.
    fn result(states: &[(StateKind, u32, &str)]) -> (u32, Option<String>) {
        let states: Vec<_> = states.iter().map(|(kind, number, token)| state(*kind, *number, token)).collect();
        let at = |second| UNIX_EPOCH + Duration::from_secs(second);
        let published: Vec<_> = states.iter().zip(0..).map(|(state, second)| (state, at(second))).collect();
        let presence = aggregate(&published);
        (presence.availability, presence.activity.and_then(|activity| activity.token).map(|token| token.to_string()))
    }

    #[test]
    fn the_least_available_wins_and_devices_make_idle() {
        use StateKind::*;
        let on = |token: &str| Some(token.to_owned());
        assert_eq!(result(&[]), (OFFLINE, None));
        assert_eq!(result(&[(Machine, 3500, "")]), (3500, None));
        assert_eq!(result(&[(Machine, 15_500, ""), (Machine, 3500, "")]), (3500, None));
        assert_eq!(result(&[(Machine, 3500, ""), (Phone, 6500, "on-the-phone")]), (6500, on("on-the-phone")));
        assert_eq!(result(&[(Machine, 5000, ""), (User, 3500, "")]), (5000, None));
        assert_eq!(result(&[(Machine, 5000, ""), (User, 6500, "")]), (7500, None));
        assert_eq!(result(&[(Machine, 15_500, ""), (User, 9500, "")]), (9500, None));
        assert_eq!(result(&[(Machine, 15_500, ""), (User, 6500, "")]), (15_500, None));
        assert_eq!(result(&[(User, 6500, ""), (Phone, 9500, "")]), (9500, None));
        assert_eq!(result(&[(Machine, 3500, ""), (Phone, 6500, "on-the-phone"), (User, 15_500, "off-work")]).0, 15_500);
        assert_eq!(result(&[(User, 12_500, ""), (Phone, 6500, "on-the-phone")]), (12_500, None));
        assert_eq!(result(&[(Machine, 3500, ""), (Aggregate, 3500, "")]), (3500, None));
    }

    #[test]
    fn a_newer_manual_available_leaves_the_meeting() {
        use StateKind::*;
        let meeting = (Calendar, 6500, "in-a-meeting");
        assert_eq!(result(&[meeting, (User, 3500, "")]), (3500, None));
        assert_eq!(result(&[(User, 3500, ""), meeting]).0, 6500);
    }
}
