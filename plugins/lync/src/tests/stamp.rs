//! Times of publications.

use crate::stamp::order;
use std::cmp::Ordering;

#[test]
fn times_are_compared_as_times_and_not_as_texts() {
    for (older, newer) in [
        ("2026-06-01T08:00:00", "2026-06-01T08:00:00.001"),
        ("2026-06-01T08:00:00.9", "2026-06-01T08:00:00.95"),
        ("2026-06-01T10:00:00+02:00", "2026-06-01T08:00:01Z"),
        ("2026-06-01T09:00:00Z", "2026-06-01T08:00:00-05:00"),
        ("yesterday", "2026-06-01T08:00:00"),
        ("", "1970-01-01T00:00:00Z"),
    ] {
        assert_eq!((order(older, newer), order(newer, older)), (Ordering::Less, Ordering::Greater), "{older} {newer}");
    }
    for (one, same) in [("2026-06-01T08:00:00Z", "2026-06-01T08:00:00.000"), ("x", "y")] {
        assert_eq!(order(one, same), Ordering::Equal, "{one} {same}");
    }
}
