//! The rules of a preview, each with its test.
//! Long, because it is the list of those rules.

use super::{open::PROMISED, *};
use crate::{
    routing::message::Verdict,
    web::{message::Pair, pairs::Pairs},
};
use std::{collections::HashMap, time::Duration};

pub(super) const LENGTH: Duration = Duration::from_secs(20);

pub(super) fn candidate(worker: &str) -> Candidate {
    Candidate { worker: worker.into(), asked_as: format!("agent of {worker}").into(), dn: None, switch: None }
}

pub(super) fn shown() -> Shown {
    let data = Pairs::from(vec![Pair {
        key: "Product".into(),
        value: "Tyre".into(),
        link: None,
        cut: 0,
        edit: false,
        fixed: false,
        stays: false,
    }]);
    let window = ShownData { notes: "again".into(), data, more: 0 };
    Shown { media_type: "voice".into(), caller: "030".into(), extension: window.clone(), window }
}

pub(super) fn inviters() -> Vec<PluginId> {
    ["one", "two"].iter().map(|name| PluginId::new(name).expect("a name")).collect()
}

pub(super) fn accept(worker: &str) -> Reply {
    let [agent, dn] = [format!("agent of {worker}"), format!("dn of {worker}")].map(Arc::from);
    Reply::Accept(Some(Delivery { agent, dn, switch: "S".into(), redirect: None }))
}

fn accepted(worker: &str) -> Outcome {
    let Reply::Accept(Some(Delivery { agent, dn, switch, redirect })) = accept(worker) else { unreachable!() };
    Outcome::Accepted { agent, dn, switch, redirect }
}

/// Previews with a list of what they asked for.
struct Bench {
    previews: Previews,
    now: Moment,
    shown: Vec<WorkerId>,
    invited: Vec<(InvitationId, PluginId)>,
    taken_back: Vec<(InvitationId, PluginId)>,
    closed: Vec<(WorkerId, PreviewEnd)>,
    outcomes: HashMap<AskerId, Outcome>,
}

impl Bench {
    fn new() -> Self {
        let (previews, now) = (Previews::default(), Moment::default());
        let (shown, invited, taken_back) = Default::default();
        let (closed, outcomes) = (Vec::new(), HashMap::new());
        Self { previews, now, shown, invited, taken_back, closed, outcomes }
    }

    fn offer<const N: usize>(&mut self, conn_id: u64, whom: [(&str, Reach); N]) -> (Option<PreviewId>, AskerId) {
        self.share(conn_id, whom, &[])
    }

    /// The same, of which these are asked at other nodes.
    fn share<const N: usize>(
        &mut self,
        conn_id: u64,
        whom: [(&str, Reach); N],
        elsewhere: &[&str],
    ) -> (Option<PreviewId>, AskerId) {
        let (asker, now) = (AskerId::fresh(), self.now);
        let candidates = whom.map(|(worker, reach)| (candidate(worker), reach)).into();
        let (elsewhere, conn_id) = (elsewhere.iter().map(|worker| WorkerId::from(*worker)).collect(), ConnId(conn_id));
        let proposal = Proposal { conn_id, candidates, elsewhere, shown: shown(), length: LENGTH, asker };
        let opened = self.turn(|previews, steps| previews.offer(proposal, &inviters(), now, steps));
        (opened.map(|(id, _)| id), asker)
    }

    fn open<const N: usize>(&mut self, conn_id: u64, whom: [(&str, Reach); N]) -> (PreviewId, AskerId) {
        let (id, asker) = self.offer(conn_id, whom);
        (id.expect("opened"), asker)
    }

    fn answer(&mut self, id: PreviewId, worker: &str, reply: Reply) -> Result<(), Closed> {
        let now = self.now;
        self.turn(|previews, steps| previews.answer(id, &worker.into(), reply, now, steps))
    }

    fn withdraw(&mut self, conn_id: u64, agent: Option<(&str, Option<&str>)>, why: Withdrawal) {
        let now = agent.and_then(|(_, now)| now).map(Arc::from);
        let agent = agent.map(|(word, _)| (word, now.as_ref()));
        self.turn(|previews, steps| previews.withdraw(ConnId(conn_id), agent, why, &"".into(), steps));
    }

    fn grace_over(&mut self, worker: &str) {
        self.turn(|previews, steps| previews.grace_over(&worker.into(), &[], steps));
    }

    fn present(&mut self, worker: &str) {
        self.turn(|previews, steps| previews.present(&worker.into(), steps));
    }

    fn fail(&mut self, invitation: &(InvitationId, PluginId)) {
        self.turn(|previews, steps| previews.invitation_ended(&invitation.1, invitation.0, true, steps));
    }

    fn outcome(&self, asker: AskerId) -> Option<Outcome> {
        self.outcomes.get(&asker).cloned()
    }

    fn turn<T>(&mut self, act: impl FnOnce(&mut Previews, &mut Vec<Step>) -> T) -> T {
        let mut steps = Vec::new();
        let result = act(&mut self.previews, &mut steps);
        for step in steps {
            match step {
                Step::Show(_, worker) => self.shown.push(worker),
                Step::Invite(id, plugin, _) => self.invited.push((id, plugin)),
                Step::Close(_, worker, end, _) => self.closed.push((worker, end)),
                Step::Outcome(asker, outcome) => assert_eq!(self.outcomes.insert(asker, outcome), None, "one each"),
                Step::TakeBack(plugin, ids) => self.taken_back.extend(ids.into_iter().map(|id| (id, plugin.clone()))),
                Step::Found(..) | Step::Away(..) | Step::Over(..) => {}
            }
        }
        result
    }
}

#[test]
fn acceptance_says_where_the_call_goes_as_of_now() {
    let mut bench = Bench::new();
    let (id, asker) = bench.open(1, [("kim", Reach::Page)]);
    assert_eq!(bench.answer(id, "kim", accept("kim")), Ok(()));
    assert_eq!(bench.outcome(asker), Some(accepted("kim")));
    assert_eq!(bench.closed, [("kim".into(), PreviewEnd::Accepted)]);
    assert_eq!(bench.answer(id, "kim", accept("kim")), Err(Closed), "a second answer is too late");
}

#[test]
fn an_acceptance_without_dn_is_an_error_and_leaves_a_broadcast_to_the_others() {
    let mut bench = Bench::new();
    let (id, alone) = bench.open(1, [("kim", Reach::Page)]);
    assert_eq!(bench.answer(id, "kim", Reply::Accept(None)), Ok(()));
    assert!(matches!(bench.outcome(alone), Some(Outcome::Error(text)) if text.contains("no DN")));
    assert_eq!(bench.closed, [("kim".into(), PreviewEnd::Undeliverable)], "the page is told");
    let (id, both) = bench.open(1, [("kim", Reach::Page), ("lee", Reach::Page)]);
    assert_eq!(bench.answer(id, "kim", Reply::Accept(None)), Ok(()));
    assert_eq!(bench.outcome(both), None);
    assert_eq!(bench.answer(id, "lee", accept("lee")), Ok(()));
    assert_eq!(bench.outcome(both), Some(accepted("lee")));
}

#[test]
fn an_answer_after_the_deadline_is_too_late_even_before_the_timer_fires() {
    let mut bench = Bench::new();
    let (id, asker) = bench.open(1, [("kim", Reach::Page)]);
    bench.now += LENGTH;
    assert_eq!(bench.answer(id, "kim", accept("kim")), Err(Closed));
    assert_eq!(bench.outcome(asker), None);
    let (again, second) = bench.open(1, [("kim", Reach::Page)]);
    assert_eq!(bench.outcome(asker), Some(Outcome::TimedOut), "whoever asks again gets a preview of their own");
    let now = bench.now;
    bench.turn(|previews, steps| previews.expire(id, now, steps));
    assert_eq!((bench.outcome(second), again != id), (None, true), "the first one's timer is not the second's");
}

#[test]
fn without_a_page_nobody_is_waited_for() {
    let mut bench = Bench::new();
    let (id, asker) = bench.offer(1, [("kim", Reach::Nothing)]);
    assert_eq!((id, bench.outcome(asker)), (None, Some(Outcome::NoClient)));
}

#[test]
fn a_repeated_request_joins_the_first_and_an_overlapping_one_is_refused() {
    let mut bench = Bench::new();
    let (id, first) = bench.open(1, [("kim", Reach::Page)]);
    let (again, second) = bench.offer(1, [("kim", Reach::Page)]);
    let (_, third) = bench.offer(1, [("kim", Reach::Page), ("lee", Reach::Page)]);
    assert_eq!(again, None);
    assert!(matches!(bench.outcome(third), Some(Outcome::Error(_))));
    assert_eq!(bench.answer(id, "kim", Reply::Decline), Ok(()));
    assert_eq!((bench.outcome(first), bench.outcome(second)), (Some(Outcome::Rejected), Some(Outcome::Rejected)));
    assert_eq!(&*bench.shown[0], "kim");
    assert_eq!(bench.shown.len(), 1, "one window");
}

#[test]
fn two_previews_of_one_interaction_end_apart() {
    let mut bench = Bench::new();
    let (_, first) = bench.open(1, [("kim", Reach::Page)]);
    let (_, second) = bench.open(1, [("lee", Reach::Page)]);
    bench.withdraw(1, None, Withdrawal::AskerGone(first));
    assert_eq!(bench.closed, [("kim".into(), PreviewEnd::Cancelled)]);
    bench.withdraw(1, Some(("agent of lee", None)), Withdrawal::CallerGone);
    assert_eq!((bench.outcome(first), bench.outcome(second)), (None, Some(Outcome::CallerGone)));
}

#[test]
fn cancelling_one_worker_of_a_broadcast_leaves_the_others() {
    let mut bench = Bench::new();
    let (id, asker) = bench.open(1, [("kim", Reach::Page), ("lee", Reach::Page)]);
    bench.withdraw(1, Some(("agent of kim", None)), Withdrawal::Cancelled);
    assert_eq!(bench.outcome(asker), None);
    assert_eq!(bench.answer(id, "kim", accept("kim")), Err(Closed));
    bench.withdraw(1, None, Withdrawal::CallerGone);
    assert_eq!(bench.outcome(asker), Some(Outcome::CallerGone));
    assert_eq!(bench.closed, [("kim".into(), PreviewEnd::Cancelled), ("lee".into(), PreviewEnd::CallerGone)]);
}

#[test]
fn a_withdrawal_names_the_worker_as_the_request_did_whoever_has_the_agent_id_now() {
    let mut bench = Bench::new();
    let (_, asker) = bench.open(1, [("kim", Reach::Page), ("lee", Reach::Page)]);
    bench.withdraw(1, Some(("agent of kim", Some("lee"))), Withdrawal::Cancelled);
    assert_eq!(bench.closed, [("kim".into(), PreviewEnd::Cancelled)]);
    bench.withdraw(1, Some(("lee's other word", Some("lee"))), Withdrawal::Cancelled);
    assert_eq!(bench.outcome(asker), Some(Outcome::Cancelled));
    let (_, another) = bench.open(1, [("kim", Reach::Page)]);
    bench.withdraw(1, Some(("agent of mo", Some("mo"))), Withdrawal::Cancelled);
    bench.withdraw(1, Some(("nobody", None)), Withdrawal::Cancelled);
    assert_eq!(bench.outcome(another), None);
}

#[test]
fn a_worker_whose_part_was_withdrawn_gets_no_window_by_coming_back() {
    let mut bench = Bench::new();
    let (id, asker) = bench.open(1, [("kim", Reach::Page), ("lee", Reach::Page)]);
    for worker in ["kim", "lee"] {
        bench.withdraw(1, Some((&format!("agent of {worker}"), None)), Withdrawal::Cancelled);
        bench.grace_over(worker);
        bench.present(worker);
        assert_eq!(bench.previews.shown_to(worker).count(), 0);
    }
    assert_eq!(bench.outcome(asker), Some(Outcome::Cancelled));
    assert_eq!(bench.answer(id, "kim", accept("kim")), Err(Closed));
}

#[test]
fn a_refusal_stays_one_when_the_worker_is_withdrawn_afterwards() {
    let mut bench = Bench::new();
    let (id, asker) = bench.open(1, [("kim", Reach::Page), ("lee", Reach::Page)]);
    assert_eq!(bench.answer(id, "kim", Reply::Decline), Ok(()));
    bench.withdraw(1, Some(("agent of kim", None)), Withdrawal::Cancelled);
    bench.withdraw(1, Some(("agent of lee", None)), Withdrawal::Cancelled);
    assert_eq!(bench.outcome(asker), Some(Outcome::Rejected));
}

#[test]
fn a_lost_asker_ends_only_what_nobody_else_waits_for() {
    let mut bench = Bench::new();
    let (_, first) = bench.open(1, [("kim", Reach::Page)]);
    let (_, second) = bench.offer(1, [("kim", Reach::Page)]);
    for _ in 0..2 {
        bench.withdraw(1, None, Withdrawal::AskerGone(first));
        assert_eq!(bench.closed, []);
    }
    bench.withdraw(1, None, Withdrawal::AskerGone(second));
    assert_eq!(bench.closed, [("kim".into(), PreviewEnd::Cancelled)]);
    assert!(bench.outcomes.is_empty(), "there is nobody to tell");
}

#[test]
fn an_invited_worker_is_waited_for_until_all_of_the_round_have_failed() {
    let mut bench = Bench::new();
    let (id, asker) = bench.open(1, [("kim", Reach::Invitation)]);
    let [first, second] = [bench.invited[0].clone(), bench.invited[1].clone()];
    assert_eq!(bench.answer(id, "kim", accept("kim")), Err(Closed), "there is no window yet");
    bench.fail(&first);
    bench.fail(&first);
    bench.fail(&(second.0, first.1));
    assert_eq!(bench.outcome(asker), None, "the second inviter's word is its own");
    bench.fail(&second);
    assert_eq!(bench.outcome(asker), Some(Outcome::NoClient));
}

#[test]
fn what_rings_is_taken_back_when_nobody_needs_it_any_more() {
    type Happens = fn(&mut Bench, PreviewId);
    let ways: [(&str, Happens); 4] = [
        ("the caller goes", |bench, _| {
            let (conn_id, gone) = (ConnId(1), Withdrawal::CallerGone);
            bench.turn(|previews, steps| previews.withdraw(conn_id, None, gone, &"".into(), steps));
        }),
        ("they come by themselves", |bench, _| bench.present("kim")),
        ("another answers", |bench, id| assert_eq!(bench.answer(id, "lee", accept("lee")), Ok(()))),
        ("they leave", |bench, _| bench.turn(|previews, steps| previews.left(&"kim".into(), steps))),
    ];
    for (case, happens) in ways {
        let mut bench = Bench::new();
        let (id, _) = bench.open(1, [("kim", Reach::Invitation), ("lee", Reach::Page)]);
        let [arrived, rings] = [bench.invited[0].clone(), bench.invited[1].clone()];
        bench.turn(|previews, steps| previews.invitation_ended(&arrived.1, arrived.0, false, steps));
        happens(&mut bench, id);
        assert_eq!(bench.taken_back, [rings], "{case}");
    }
}

#[test]
fn an_invitation_that_fails_late_ends_no_other_preview() {
    let mut bench = Bench::new();
    let (id, first) = bench.open(1, [("kim", Reach::Invitation)]);
    let late = std::mem::take(&mut bench.invited);
    bench.present("kim");
    assert_eq!(bench.answer(id, "kim", Reply::Decline), Ok(()));
    let (_, second) = bench.open(1, [("kim", Reach::Invitation)]);
    late.iter().for_each(|invitation| bench.fail(invitation));
    assert_eq!((bench.outcome(first), bench.outcome(second)), (Some(Outcome::Rejected), None));
    let due = std::mem::take(&mut bench.invited);
    due.iter().for_each(|invitation| bench.fail(invitation));
    assert_eq!(bench.outcome(second), Some(Outcome::NoClient));
}

#[test]
fn an_invitation_that_arrived_is_waited_for_and_one_whose_inviter_ended_is_not() {
    let mut bench = Bench::new();
    let (_, asker) = bench.open(1, [("kim", Reach::Invitation)]);
    let (id, plugin) = bench.invited[0].clone();
    bench.turn(|previews, steps| previews.invitation_ended(&plugin, id, false, steps));
    for plugin in inviters() {
        bench.turn(|previews, steps| previews.inviter_ended(&plugin, &[], steps));
    }
    assert_eq!(bench.outcome(asker), None, "the UC client has it");
    let (_, lost) = bench.open(2, [("kim", Reach::Invitation)]);
    for plugin in inviters() {
        bench.turn(|previews, steps| previews.inviter_ended(&plugin, &[], steps));
    }
    assert_eq!(bench.outcome(lost), Some(Outcome::NoClient));
}

#[test]
fn a_page_that_reloads_is_waited_for_and_then_the_worker_is_invited_if_anybody_can() {
    let mut bench = Bench::new();
    let (id, asker) = bench.open(1, [("kim", Reach::Returning)]);
    assert_eq!(bench.answer(id, "kim", accept("kim")), Err(Closed), "there is no window yet");
    bench.present("kim");
    assert_eq!(bench.previews.shown_to("kim").count(), 1);
    assert_eq!(bench.answer(id, "kim", accept("kim")), Ok(()));
    assert_eq!(bench.outcome(asker), Some(accepted("kim")));
    let (_, away) = bench.open(2, [("kim", Reach::Returning)]);
    bench.grace_over("kim");
    assert_eq!(bench.outcome(away), Some(Outcome::NoClient));
    let (_, invited) = bench.open(3, [("kim", Reach::Returning)]);
    bench.turn(|previews, steps| previews.grace_over(&"kim".into(), &inviters(), steps));
    assert_eq!((bench.outcome(invited), bench.invited.len()), (None, 2));
}

#[test]
fn a_worker_without_a_page_for_too_long_ends_it_unless_they_come_back() {
    let mut bench = Bench::new();
    let (_, asker) = bench.open(1, [("kim", Reach::Page), ("lee", Reach::Nothing)]);
    bench.present("lee");
    bench.grace_over("kim");
    assert_eq!(bench.outcome(asker), None, "the other has come meanwhile");
    bench.grace_over("lee");
    assert_eq!(bench.outcome(asker), Some(Outcome::NoClient));
}

#[test]
fn a_worker_who_left_the_directory_and_came_back_sees_the_broadcast_again() {
    let mut bench = Bench::new();
    let (id, asker) = bench.open(1, [("kim", Reach::Page), ("lee", Reach::Page)]);
    bench.turn(|previews, steps| previews.left(&"kim".into(), steps));
    assert_eq!(bench.answer(id, "kim", accept("kim")), Err(Closed));
    bench.present("kim");
    let (again, second) = bench.offer(1, [("kim", Reach::Page), ("lee", Reach::Page)]);
    assert_eq!(again, None, "the same request joins");
    assert_eq!(bench.answer(id, "kim", accept("kim")), Ok(()));
    assert_eq!((bench.outcome(asker), bench.outcome(second)), (Some(accepted("kim")), Some(accepted("kim"))));
}

#[test]
fn an_open_preview_can_be_written_out_and_read_back() {
    let mut bench = Bench::new();
    let reaches = [Reach::Page, Reach::Returning, Reach::Invitation, Reach::Nothing];
    let workers = ["kim", "lee", "mo", "zoe"];
    let (id, _) = bench.open(0x1f, std::array::from_fn::<_, 4, _>(|i| (workers[i], reaches[i])));
    assert_eq!(bench.answer(id, "kim", Reply::Decline), Ok(()));
    let preview = bench.previews.get(id).expect("open");
    let text = serde_json::to_string(preview).expect("plain data");
    let read: Preview = serde_json::from_str(&text).expect("its own text");
    assert_eq!(Preview { deadline: preview.deadline, ..read }, *preview, "{text}");
}

#[test]
fn an_asker_ends_what_they_asked_for_and_no_other_preview_of_the_interaction() {
    let mut bench = Bench::new();
    let (_, first) = bench.open(1, [("kim", Reach::Page), ("lee", Reach::Page)]);
    let (_, joined) = bench.offer(1, [("kim", Reach::Page), ("lee", Reach::Page)]);
    let (_, other) = bench.open(1, [("mo", Reach::Page)]);
    bench.turn(|previews, steps| previews.end_of(first, Withdrawal::CallerGone, &"".into(), steps));
    let outcomes = [first, joined, other].map(|asker| bench.outcomes.get(&asker).cloned());
    assert_eq!(outcomes, [Some(Outcome::CallerGone), Some(Outcome::CallerGone), None]);
    assert_eq!(bench.previews.len(), 1);
}

#[test]
fn a_share_is_compared_with_all_its_workers_wherever_they_are_asked() {
    let kim = || [("kim", Reach::Page)];
    for (whom, elsewhere, joins) in [
        (kim(), &["lee"][..], true),
        (kim(), &[], false),
        (kim(), &["mo"], false),
        (kim(), &["lee", "mo"], false),
        ([("mo", Reach::Page)], &["lee"], false),
    ] {
        let mut bench = Bench::new();
        let (_, first) = bench.share(1, kim(), &["lee"]);
        let (again, second) = bench.share(1, whom, elsewhere);
        assert_eq!((again, bench.outcome(first)), (None, None), "{elsewhere:?}");
        let refused = bench.outcome(second).is_some_and(|outcome| outcome.is_open_with_others());
        assert_eq!(refused, !joins, "{whom:?} and {elsewhere:?}");
    }
    let mut bench = Bench::new();
    bench.share(1, kim(), &["lee"]);
    let (other, _) = bench.share(1, [("mo", Reach::Page)], &["zoe"]);
    assert!(other.is_some(), "nobody is asked twice");
}

#[test]
fn a_share_that_nobody_takes_stands_in_the_way_until_the_others_have_answered() {
    for (reach, declines, outcome) in
        [(Reach::Page, true, Outcome::Rejected), (Reach::Nothing, false, Outcome::NoClient)]
    {
        let mut bench = Bench::new();
        let (id, asker) = bench.share(1, [("kim", reach)], &["lee"]);
        if declines {
            assert_eq!(bench.answer(id.expect("opened"), "kim", Reply::Decline), Ok(()));
        }
        assert_eq!(bench.outcome(asker), Some(outcome));
        bench.present("kim");
        let (_, alone) = bench.offer(1, [("kim", Reach::Page)]);
        assert!(bench.outcome(alone).is_some_and(|outcome| outcome.is_open_with_others()), "lee may still accept");
        bench.withdraw(1, None, Withdrawal::AskerGone(asker));
        assert!(bench.offer(1, [("kim", Reach::Page)]).0.is_some(), "the whole is over");
    }
}

#[test]
fn an_acceptance_of_a_share_waits_for_its_verdict_and_is_told_once_it_is_known() {
    type Then = fn(&mut Bench, AskerId);
    let verdict = |bench: &mut Bench, asker, verdict| {
        bench.turn(|previews, steps| previews.verdict(asker, verdict, steps));
    };
    let cases: [(&str, Then, PreviewEnd); 5] = [
        ("won", |_, _| (), PreviewEnd::Accepted),
        ("lost", |_, _| (), PreviewEnd::TakenByAnother),
        (
            "the asker is gone",
            |bench, asker| bench.withdraw(1, None, Withdrawal::AskerGone(asker)),
            PreviewEnd::Cancelled,
        ),
        ("no verdict comes", |bench, _| bench.now += PROMISED, PreviewEnd::Accepted),
        (
            "the service stops",
            |bench, _| bench.turn(|previews, steps| previews.stop(&"stops".into(), &"".into(), steps)),
            PreviewEnd::Accepted,
        ),
    ];
    for (case, then, end) in cases {
        let mut bench = Bench::new();
        let (id, asker) = bench.share(1, [("kim", Reach::Page), ("mo", Reach::Page)], &["lee"]);
        let id = id.expect("opened");
        assert_eq!(bench.answer(id, "kim", accept("kim")), Ok(()));
        assert_eq!((bench.outcome(asker), &bench.closed[..]), (Some(accepted("kim")), &[][..]), "{case}");
        assert_eq!(bench.answer(id, "mo", accept("mo")), Err(Closed), "{case}");
        bench.withdraw(1, None, Withdrawal::CallerGone);
        bench.turn(|previews, steps| previews.end_of(asker, Withdrawal::Cancelled, &"".into(), steps));
        verdict(&mut bench, asker, Verdict::Taken);
        bench.now += LENGTH;
        let now = bench.now;
        bench.turn(|previews, steps| previews.expire(id, now, steps));
        assert_eq!(bench.closed, [], "{case}: a cancel, an acceptance elsewhere and the deadline come too late");
        match case {
            "won" => verdict(&mut bench, asker, Verdict::Won),
            "lost" => verdict(&mut bench, asker, Verdict::Lost),
            _ => then(&mut bench, asker),
        }
        let now = bench.now;
        bench.turn(|previews, steps| previews.expire(id, now, steps));
        let others = if end == PreviewEnd::Accepted { PreviewEnd::TakenByAnother } else { end };
        assert_eq!(bench.closed, [("kim".into(), end), ("mo".into(), others)], "{case}");
        assert_eq!(bench.previews.len(), 0, "{case}");
    }
}

#[test]
fn who_has_not_answered_a_share_that_is_taken_elsewhere_is_told_so() {
    let mut bench = Bench::new();
    let (_, asker) = bench.share(1, [("kim", Reach::Page)], &["lee"]);
    bench.turn(|previews, steps| previews.verdict(asker, Verdict::Taken, steps));
    assert_eq!(bench.closed, [("kim".into(), PreviewEnd::TakenByAnother)]);
    assert_eq!(bench.outcome(asker), Some(Outcome::Cancelled));
}
