//! A published state: one input of the aggregation.

use super::{presence::Activity, stamp, xml::Element};
use std::time::SystemTime;

/// Which part of a user's life a state tells about (`xsi:type`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateKind {
    /// Chosen by the user.
    User,
    /// One device's.
    Machine,
    /// The mailbox's calendar.
    Calendar,
    /// A call under way.
    Phone,
    /// Published as the result itself, by applications.
    Aggregate,
}

/// A `state` element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// Whose state.
    pub kind: StateKind,
    /// Whether the user chose it.
    pub manual: bool,
    /// Availability number.
    pub availability: u32,
    /// The activity, if there is one.
    pub activity: Option<Activity>,
    /// Kind of device.
    pub device: Option<String>,
    /// Begin of a meeting.
    pub start: Option<SystemTime>,
}

impl State {
    /// Reads the element. None if it is of no kind that takes part in aggregation, or without a number.
    pub(super) fn read(element: &Element<'_>) -> Option<Self> {
        let kind = element.get("type")?;
        let kind = match kind.rsplit(':').next().unwrap_or(kind) {
            "userState" => StateKind::User,
            "machineState" => StateKind::Machine,
            "calendarState" => StateKind::Calendar,
            "phoneState" => StateKind::Phone,
            "aggregateState" => StateKind::Aggregate,
            _ => return None,
        };
        Some(Self {
            kind,
            manual: element.get("manual") == Some("true"),
            availability: element.child("availability")?.text.trim().parse().ok()?,
            activity: element.child("activity").map(activity).filter(|found| *found != Activity::default()),
            device: element.child("device").map(|device| device.text.trim().to_owned()),
            start: element.get("startTime").and_then(stamp::parse),
        })
    }
}

fn activity(element: &Element<'_>) -> Activity {
    let custom = element.children.iter().filter(|child| child.name == "custom");
    Activity {
        token: element.get("token").map(Into::into),
        custom: custom.map(|text| (text.number("LCID").unwrap_or(1033), text.text.as_str().into())).collect(),
        min: element.number("minAvailability"),
        max: element.number("maxAvailability"),
    }
}
