//! How calls come, change, pair and go.
//! Long, because it is the list of what a T-Server may tell of calls.

use super::{parties::MOST_PARTIES, *};

fn call(conn_id: u64) -> Call {
    Call { call_type: CallType::Inbound, ani: Some("5551234".into()), ..Call::new(ConnId(conn_id)) }
}

#[test]
fn a_call_lives_from_ringing_to_release_and_keeps_what_later_events_leave_out() {
    let (mut calls, now) = (Calls::default(), Moment::default());
    assert_eq!(calls.step(call(7), CallStep::Ringing, now), Change::Shown(ConnId(7)));
    calls.step(Call { ani: None, ..call(7) }, CallStep::Established, now);
    let live = calls.get(ConnId(7)).expect("known");
    assert_eq!((live.call.ani.as_deref(), live.step), (Some("5551234"), CallStep::Established));
    assert_eq!(calls.step(call(7), CallStep::Released, now), Change::Ended(ConnId(7), Ending::Ended));
    assert_eq!(calls.step(call(7), CallStep::Released, now), Change::Nothing);
}

#[test]
fn a_snapshot_removes_what_ended_while_the_link_was_down() {
    let (mut calls, now) = (Calls::default(), Moment::default());
    calls.step(call(7), CallStep::Established, now);
    calls.replace(vec![(call(9), CallStep::Held)], true, now);
    let ids: Vec<_> = calls.iter().map(|live| live.call.conn_id.0).collect();
    assert_eq!(ids, [9]);
}

#[test]
fn a_merged_call_goes_on_under_its_new_conn_id() {
    let (mut calls, now) = (Calls::default(), Moment::default());
    calls.step(call(7), CallStep::Established, now);
    let merged = Call { previous_conn_id: Some(ConnId(7)), ..call(9) };
    assert_eq!(calls.party(merged, PartyChange::Changed), Change::Merged(ConnId(7), ConnId(9)));
    assert!(calls.get(ConnId(7)).is_none() && calls.get(ConnId(9)).is_some());
}

/// What a T-Server that leaves `previousConnID` out, or names a call that is nowhere, says of a transfer.
#[test]
fn the_call_that_goes_on_is_found_without_its_earlier_conn_id_or_the_dn_is_in_doubt() {
    type Row<'r> = (&'r [(u64, &'r str)], Option<u64>, Option<&'r str>, Option<u64>);
    let with = |conn_id, party: &str| Call { other_dn: Some(party.into()), ..call(conn_id) };
    let changed = |previous: Option<u64>, left: Option<&str>| Call {
        previous_conn_id: previous.map(ConnId),
        third_party_dn: left.map(Dn::from),
        other_dn: Some("0199".into()),
        ..call(9)
    };
    // The calls at the DN with their parties; what the event says; which one goes on.
    let rows: [Row<'_>; 10] = [
        (&[(8, "5001")], None, Some("5001"), Some(8)),
        (&[(8, "5001")], None, None, Some(8)),
        (&[(8, "5001")], Some(9), None, Some(8)),
        (&[(8, "5001")], Some(77), None, Some(8)),
        (&[(7, "0177"), (8, "5001")], None, Some("5001"), Some(8)),
        (&[(7, "0177"), (8, "5001")], Some(7), Some("5001"), Some(7)),
        (&[(7, "0177"), (8, "5001")], None, None, None),
        (&[(7, "5001"), (8, "5001")], None, Some("5001"), None),
        (&[(7, "0177"), (8, "5001")], None, Some("5555"), None),
        (&[], None, Some("5001"), None),
    ];
    for (there, previous, left, goes_on) in rows {
        let (mut calls, now) = (Calls::default(), Moment::default());
        for (conn_id, party) in there {
            calls.step(with(*conn_id, party), CallStep::Established, now);
        }
        let change = calls.party(changed(previous, left), PartyChange::Changed);
        let expected = goes_on.map_or(Change::Doubtful, |old| Change::Merged(ConnId(old), ConnId(9)));
        assert_eq!(change, expected, "{there:?} {previous:?} {left:?}");
        let ids: Vec<_> = calls.iter().map(|live| live.call.conn_id.0).collect();
        let expected: Vec<_> = there.iter().map(|(id, _)| if Some(*id) == goes_on { 9 } else { *id }).collect();
        assert_eq!(ids, expected, "{there:?}");
    }
}

#[test]
fn a_change_of_parties_of_a_known_call_takes_no_other_for_it() {
    for previous in [None, Some(9), Some(77)] {
        let (mut calls, now) = (Calls::default(), Moment::default());
        for conn_id in [8, 9] {
            calls.step(call(conn_id), CallStep::Established, now);
        }
        let moved = Call { previous_conn_id: previous.map(ConnId), other_dn: Some("0199".into()), ..call(9) };
        assert_eq!(calls.party(moved, PartyChange::Changed), Change::Shown(ConnId(9)));
        assert_eq!(calls.iter().count(), 2);
    }
}

#[test]
fn two_calls_that_merge_leave_one() {
    let (mut calls, now) = (Calls::default(), Moment::default());
    calls.step(call(7), CallStep::Held, now);
    calls.step(call(9), CallStep::Established, now);
    calls.party(Call { previous_conn_id: Some(ConnId(7)), ..call(9) }, PartyChange::Changed);
    let ids: Vec<_> = calls.iter().map(|live| live.call.conn_id.0).collect();
    assert_eq!(ids, [9]);
}

fn consult(conn_id: u64, of: Option<u64>) -> Call {
    let transfer_conn_id = of.map(ConnId);
    Call { call_type: CallType::Consult, other_dn: Some("5003".into()), transfer_conn_id, ..call(conn_id) }
}

fn pair(of: Option<u64>) -> Calls {
    let (mut calls, now) = (Calls::default(), Moment::default());
    calls.step(call(7), CallStep::Established, now);
    calls.step(call(7), CallStep::Held, now);
    calls.step(consult(8, of), CallStep::Dialing, now);
    calls
}

fn beside(calls: &Calls, conn_id: u64) -> Beside {
    calls.get(ConnId(conn_id)).map(|live| calls.beside(live)).expect("known")
}

#[test]
fn a_consult_call_and_the_call_it_was_made_from_are_a_pair_until_either_ends() {
    for of in [Some(7), None] {
        let mut calls = pair(of);
        assert_eq!(beside(&calls, 8), Beside::Original(CallStep::Held), "{of:?}");
        assert_eq!(beside(&calls, 7), Beside::Consult(CallStep::Dialing), "{of:?}");
        assert!(calls.take_beside().contains(&ConnId(7)));
        calls.step(consult(8, None), CallStep::Released, Moment::default());
        assert_eq!(beside(&calls, 7), Beside::Nothing);
        assert!(calls.take_beside().contains(&ConnId(7)));
    }
}

#[test]
fn the_call_that_is_dialled_after_a_consultation_was_asked_for_is_it_whatever_its_type() {
    let now = Moment::default();
    for (expected, beside_it) in [(Some(7), Beside::Original(CallStep::Held)), (None, Beside::Nothing)] {
        let mut calls = Calls::default();
        calls.step(call(7), CallStep::Held, now);
        calls.expect_consult(expected.map(|id| (ConnId(id), "5003".into())), now);
        calls.step(Call::new(ConnId(8)), CallStep::Ringing, now);
        calls.step(Call::new(ConnId(9)), CallStep::Dialing, now);
        calls.step(Call::new(ConnId(10)), CallStep::Dialing, now);
        assert_eq!((beside(&calls, 8), beside(&calls, 9)), (Beside::Nothing, beside_it));
        assert_eq!(beside(&calls, 10), Beside::Nothing, "one is asked for");
    }
}

#[test]
fn a_call_that_was_not_asked_for_is_no_consult_call_and_one_that_was_is_however_it_begins() {
    type Between = fn(&mut Calls, Moment);
    let number = |dn: &str, call_type| Call { other_dn: Some(dn.into()), call_type, ..Call::new(ConnId(9)) };
    let (soon, late) = (Moment::default(), Moment::default() + CONSULT);
    let nothing: Between = |_, _| ();
    let rows: [(&str, Between, Call, CallStep, Moment, bool); 9] = [
        ("it is dialled", nothing, number("5003", CallType::Internal), CallStep::Dialing, soon, true),
        ("written otherwise", nothing, number("95003", CallType::Consult), CallStep::Dialing, soon, true),
        ("answered at once", nothing, number("5003", CallType::Consult), CallStep::Established, soon, true),
        ("to another number", nothing, number("0199", CallType::Outbound), CallStep::Dialing, soon, false),
        (
            "nothing says whom",
            nothing,
            Call { other_dn: None, ..number("", CallType::Outbound) },
            CallStep::Dialing,
            soon,
            false,
        ),
        ("much later", nothing, number("5003", CallType::Internal), CallStep::Dialing, late, false),
        ("it rings", nothing, number("5003", CallType::Consult), CallStep::Ringing, soon, false),
        (
            "after another one failed",
            |calls, _| calls.consult_comes_to_nothing(Some(ConnId(7))),
            number("5003", CallType::Internal),
            CallStep::Dialing,
            soon,
            false,
        ),
        (
            "back with the caller",
            |calls, now| assert_ne!(calls.step(call(7), CallStep::Established, now), Change::Nothing),
            number("5003", CallType::Internal),
            CallStep::Dialing,
            soon,
            false,
        ),
    ];
    for (case, between, dialled, step, at, paired) in rows {
        let (mut calls, now) = (Calls::default(), Moment::default());
        calls.step(call(6), CallStep::Held, now);
        calls.step(call(7), CallStep::Held, now);
        calls.expect_consult(Some((ConnId(7), "5003".into())), now);
        between(&mut calls, now);
        calls.step(dialled, step, at);
        assert_eq!(beside(&calls, 9) != Beside::Nothing, paired, "{case}");
    }
}

#[test]
fn a_snapshot_that_names_the_call_it_was_made_from_needs_no_type() {
    let mut calls = Calls::default();
    let consult = Call { transfer_conn_id: Some(ConnId(7)), ..Call::new(ConnId(8)) };
    let told = vec![(call(7), CallStep::Held), (consult, CallStep::Established)];
    calls.replace(told, true, Moment::default());
    assert_eq!(beside(&calls, 8), Beside::Original(CallStep::Held));
}

#[test]
fn the_number_of_who_leaves_counts_no_more_where_the_event_itself_tells_it_first() {
    let with = |dn: &str, ani: Option<&str>| Call { other_dn: Some(dn.into()), ani: ani.map(Into::into), ..call(7) };
    for before in [None, Some("5001")] {
        let (mut calls, now) = (Calls::default(), Moment::default());
        calls.step(with("5001", before), CallStep::Established, now);
        calls.party(with("0199", None), PartyChange::Added);
        calls.party(with("0199", Some("0199")), PartyChange::Deleted);
        calls.step(with("5001", Some("0199")), CallStep::Held, now);
        assert_eq!(calls.get(ConnId(7)).and_then(|live| live.call.ani.as_deref()), before);
    }
}

#[test]
fn the_first_call_here_of_those_that_a_consult_call_may_be_made_from_is_it() {
    // TransferConnID, PreviousConnID, from which call it was asked for here; another call is at the DN beside it; which
    // one it was made from.
    type Row = (Option<u64>, Option<u64>, Option<u64>, bool, Option<u64>);
    let rows: [Row; 10] = [
        (Some(7), None, None, true, Some(7)),
        (Some(0xffff), Some(7), None, true, Some(7)),
        (Some(8), Some(7), None, true, Some(7)),
        (None, Some(7), Some(6), true, Some(7)),
        (Some(0xffff), None, Some(7), true, Some(7)),
        (Some(0xffff), Some(0xfffe), Some(7), true, Some(7)),
        (Some(0xffff), None, None, false, Some(7)),
        (None, Some(0xffff), None, false, Some(7)),
        (Some(0xffff), None, None, true, None),
        (Some(6), Some(7), None, true, Some(6)),
    ];
    for (transfer, previous, asked, another, expected) in rows {
        let (mut calls, now) = (Calls::default(), Moment::default());
        if another {
            calls.step(call(6), CallStep::Held, now);
        }
        calls.step(call(7), CallStep::Held, now);
        calls.expect_consult(asked.map(|id| (ConnId(id), "5003".into())), now);
        let told = Call { previous_conn_id: previous.map(ConnId), ..consult(8, transfer) };
        calls.step(told, CallStep::Dialing, now);
        let made_from =
            |calls: &Calls| calls.get(ConnId(8)).and_then(|live| calls.original(live)).map(|live| live.call.conn_id.0);
        assert_eq!(made_from(&calls), expected, "{transfer:x?} {previous:x?} {asked:?} {another}");
    }
}

#[test]
fn a_consult_call_whose_original_is_gone_is_made_from_no_other() {
    type Goes = fn(&mut Calls) -> Change;
    let goes: [Goes; 2] = [
        |calls| calls.step(call(7), CallStep::Released, Moment::default()),
        |calls| calls.replace(vec![(consult(8, None), CallStep::Dialing)], false, Moment::default()),
    ];
    for goes in goes {
        for of in [Some(7), None] {
            let (mut calls, now) = (Calls::default(), Moment::default());
            calls.step(call(7), CallStep::Held, now);
            calls.expect_consult(Some((ConnId(7), "5003".into())), now);
            calls.step(consult(8, of), CallStep::Dialing, now);
            goes(&mut calls);
            calls.step(call(9), CallStep::Held, now);
            assert_eq!(beside(&calls, 8), Beside::Nothing, "{of:?}");
        }
    }
}

#[test]
fn who_was_muted_before_a_time_in_which_nothing_was_heard_may_be_heard_again() {
    for (afresh, muted, change) in [(true, false, Change::Replaced), (false, true, Change::Nothing)] {
        let (mut calls, now) = (Calls::default(), Moment::default());
        calls.step(call(7), CallStep::Established, now);
        calls.mute(ConnId(7), true);
        assert_eq!(calls.replace(vec![(call(7), CallStep::Established)], afresh, now), change);
        assert_eq!(calls.get(ConnId(7)).map(|live| live.muted), Some(muted));
    }
}

#[test]
fn the_number_of_who_has_left_counts_again_after_a_time_in_which_nothing_was_heard() {
    let with = |dn: &str, ani: &str| Call { other_dn: Some(dn.into()), ani: Some(ani.into()), ..call(7) };
    for (afresh, ani) in [(true, Some("0199")), (false, None)] {
        let (mut calls, now) = (Calls::default(), Moment::default());
        calls.step(with("0199", "0199"), CallStep::Established, now);
        calls.party(with("5003", "0199"), PartyChange::Added);
        calls.party(with("0199", "0199"), PartyChange::Deleted);
        calls.replace(vec![(with("5003", "0199"), CallStep::Established)], afresh, now);
        assert_eq!(calls.get(ConnId(7)).and_then(|live| live.call.ani.as_deref()), ani, "{afresh}");
    }
}

#[test]
fn who_is_consulted_has_no_pair() {
    let (mut calls, now) = (Calls::default(), Moment::default());
    calls.step(call(7), CallStep::Held, now);
    for of in [None, Some(99)] {
        calls.step(consult(8, of), CallStep::Ringing, now);
        assert_eq!((beside(&calls, 7), beside(&calls, 8)), (Beside::Nothing, Beside::Nothing));
    }
}

#[test]
fn calls_that_name_each_other_are_a_pair_once() {
    let mut calls = pair(Some(7));
    let held = Call { transfer_conn_id: Some(ConnId(8)), ..call(7) };
    calls.step(held, CallStep::Held, Moment::default());
    assert_eq!(beside(&calls, 8), Beside::Original(CallStep::Held));
    assert_eq!(beside(&calls, 7), Beside::Consult(CallStep::Dialing));
}

#[test]
fn attached_data_of_a_consult_call_merges_nothing() {
    let mut calls = pair(Some(7));
    calls.change(Call { previous_conn_id: Some(ConnId(7)), ..consult(8, None) });
    assert!(calls.get(ConnId(7)).is_some() && calls.get(ConnId(8)).is_some());
}

#[test]
fn a_conference_is_talked_to_when_its_consult_call_has_joined_it() {
    let mut calls = pair(None);
    let joined = Call { ending: Ending::Conferenced, ..consult(8, None) };
    calls.step(joined, CallStep::Released, Moment::default());
    assert_eq!(calls.get(ConnId(7)).map(|live| live.step), Some(CallStep::Established));
}

#[test]
fn parties_come_go_and_take_places_and_are_no_more_than_are_shown() {
    let (mut calls, now) = (Calls::default(), Moment::default());
    let with = |dn: &str| Call { other_dn: Some(dn.into()), ..call(7) };
    let parties = |calls: &Calls| -> Vec<String> {
        calls.get(ConnId(7)).expect("known").parties.iter().map(|dn| dn.to_string()).collect()
    };
    calls.step(with("0199"), CallStep::Established, now);
    calls.party(with("5003"), PartyChange::Added);
    calls.party(with("5003"), PartyChange::Added);
    calls.step(with("5003"), CallStep::Held, now);
    assert_eq!(parties(&calls), ["0199", "5003"]);
    calls.party(Call { third_party_dn: Some("5003".into()), ..with("5004") }, PartyChange::Changed);
    assert_eq!(parties(&calls), ["0199", "5004"]);
    for n in 0..MOST_PARTIES {
        calls.party(with(&format!("6{n}")), PartyChange::Added);
    }
    assert_eq!(parties(&calls).len(), MOST_PARTIES);
    calls.party(with("5004"), PartyChange::Deleted);
    assert!(!parties(&calls).contains(&"5004".to_owned()));
}

#[test]
fn a_call_that_another_joins_goes_on_as_the_worker_was_talking() {
    for (consult_is, held_is, after) in [
        (CallStep::Established, CallStep::Held, CallStep::Established),
        (CallStep::Held, CallStep::Held, CallStep::Held),
        (CallStep::Held, CallStep::Established, CallStep::Established),
    ] {
        let mut calls = Calls::default();
        calls.step(call(7), CallStep::Established, Moment::default());
        calls.step(consult(8, Some(7)), CallStep::Established, Moment::default());
        calls.step(call(7), held_is, Moment::default());
        calls.step(consult(8, Some(7)), consult_is, Moment::default());
        let joined = Call { previous_conn_id: Some(ConnId(8)), ending: Ending::Conferenced, ..call(7) };
        assert_eq!(calls.party(joined, PartyChange::Changed), Change::Merged(ConnId(8), ConnId(7)));
        assert_eq!(calls.get(ConnId(7)).map(|live| live.step), Some(after), "{consult_is:?} {held_is:?}");
    }
}

#[test]
fn who_was_consulted_talks_to_both_after_a_conference_and_to_one_after_a_transfer() {
    for (ending, parties, with) in [
        (Ending::Conferenced, &["5001", "0199"][..], "5001"),
        (Ending::Transferred, &["0199"], "0199"),
        (Ending::Ended, &["0199"], "0199"),
    ] {
        let mut calls = Calls::default();
        let consulted = Call { other_dn: Some("5001".into()), ..consult(8, Some(7)) };
        calls.step(consulted, CallStep::Established, Moment::default());
        let (previous_conn_id, third_party_dn) = (Some(ConnId(8)), Some("5001".into()));
        let goes_on = Call { previous_conn_id, third_party_dn, other_dn: Some("0199".into()), ending, ..call(7) };
        assert_eq!(calls.party(goes_on, PartyChange::Changed), Change::Merged(ConnId(8), ConnId(7)));
        let live = calls.get(ConnId(7)).expect("it goes on");
        assert_eq!(live.parties.iter().map(|dn| &**dn).collect::<Vec<_>>(), parties, "{ending:?}");
        assert_eq!(live.call.other_dn.as_deref(), Some(with), "{ending:?}");
    }
}

#[test]
fn what_is_known_already_is_no_change() {
    let (mut calls, now) = (Calls::default(), Moment::default());
    let later = now + std::time::Duration::from_secs(1);
    calls.step(call(7), CallStep::Established, now);
    calls.take_changed();
    for told in [call(7), Call { ani: None, call_type: CallType::Unknown, ..call(7) }] {
        assert_eq!(calls.step(told.clone(), CallStep::Established, later), Change::Nothing);
        assert_eq!(calls.change(told.clone()), Change::Nothing);
        assert_eq!(calls.party(told.clone(), PartyChange::Changed), Change::Nothing);
        assert_eq!(calls.replace(vec![(told, CallStep::Established)], true, later), Change::Nothing);
    }
    assert_eq!(calls.mute(ConnId(7), false), Change::Nothing);
    assert!(!calls.take_changed() && calls.take_beside().is_empty());
    assert_eq!(calls.get(ConnId(7)).map(|live| live.since), Some(now));
    assert_eq!(calls.replace(vec![(call(7), CallStep::Held)], false, later), Change::Replaced);
    assert_eq!(calls.replace(Vec::new(), false, later), Change::Replaced);
    assert_eq!(calls.replace(Vec::new(), false, later), Change::Nothing);
}
