//! Sessions in simulated time.

use super::{
    super::accounts::{DECOY, Roles},
    *,
};

const IDLE: Duration = Duration::from_secs(60);
const LIFE: Duration = Duration::from_secs(600);

fn account(worker: &str) -> Arc<Account> {
    let roles = Roles { worker: true, admin: false };
    let hash = Hash::try_from(Arc::<str>::from(DECOY)).ok();
    Arc::new(Account { worker: worker.into(), hash, name: "".into(), language: "".into(), roles })
}

fn sessions() -> (Sessions, Instant) {
    (Sessions::new(IDLE, LIFE, false), Instant::now())
}

#[test]
fn activity_keeps_a_session_but_not_for_ever() {
    let (sessions, start) = sessions();
    let (id, session) = sessions.open("kim".into(), account("kim"), start);
    for step in 1..12 {
        assert!(sessions.find(&id, start + step * IDLE / 2).is_some(), "{step}");
    }
    assert!(sessions.find(&id, start + 6 * IDLE + IDLE / 2).is_none(), "idle");
    sessions.sweep(start + 7 * IDLE);
    assert!(session.ended.is_cancelled());
}

#[test]
fn an_open_page_is_activity_up_to_the_absolute_life() {
    let (sessions, start) = sessions();
    let (id, session) = sessions.open("kim".into(), account("kim"), start);
    assert!(sessions.page_opened(&session, 1));
    assert!(sessions.find(&id, start + 5 * IDLE).is_some());
    assert!(sessions.find(&id, start + LIFE).is_none());
}

#[test]
fn pages_are_counted_by_worker_over_all_sessions() {
    let (sessions, start) = sessions();
    let (_, one) = sessions.open("kim".into(), account("kim"), start);
    let (_, two) = sessions.open("kim".into(), account("kim"), start);
    assert!(sessions.page_opened(&one, 2) && sessions.page_opened(&two, 2));
    assert!(!sessions.page_opened(&one, 2));
    sessions.end(&two, SignedOutWhy::Asked);
    sessions.page_closed(&two, start);
    assert!(sessions.page_opened(&one, 2));
    assert!(!sessions.page_opened(&two, 9), "ended");
}

#[test]
fn the_oldest_session_of_a_user_makes_room() {
    let (sessions, start) = sessions();
    let opened: Vec<_> = (0..=PER_USER as u32)
        .map(|second| sessions.open("kim".into(), account("kim"), start + Duration::from_secs(second.into())).1)
        .collect();
    let ended: Vec<_> = opened.iter().map(|session| session.ended.is_cancelled()).collect();
    assert!(ended[0] && ended[1..].iter().all(|ended| !ended), "{ended:?}");
}

#[test]
fn a_reload_ends_the_sessions_of_the_removed() {
    let (sessions, start) = sessions();
    let (id, session) = sessions.open("kim".into(), account("kim"), start);
    sessions.apply(&Accounts::default());
    assert!(session.ended.is_cancelled() && sessions.find(&id, start).is_none());
    assert_eq!(session.why(), SignedOutWhy::Account);
}

#[test]
fn a_restart_keeps_who_is_signed_in_and_nobody_who_should_not_be() {
    let (first, start) = sessions();
    let account = Arc::new(Account { hash: None, ..(*account("kim")).clone() });
    let (id, session) = first.open("kim".into(), account.clone(), start);
    let kept = first.kept(Now { instant: start, unix: 1_000 });
    let accounts = |account: &Account| {
        let mut accounts = Accounts::default();
        accounts.insert("kim".into(), account.clone());
        accounts
    };
    let after = |seconds, accounts: &Accounts| {
        let second = Sessions::new(IDLE, LIFE, false);
        let now = Now { instant: start + LIFE + LIFE, unix: 1_000 + seconds };
        second.restore(kept.clone(), accounts, now);
        second.find(&id, now.instant).map(|session| session.csrf.clone())
    };
    assert_eq!(after(300, &accounts(&account)), Some(session.csrf.clone()), "longer than idle, within its life");
    assert_eq!(after(LIFE.as_secs(), &accounts(&account)), None, "too old");
    let other = Account { roles: Roles { worker: true, admin: true }, ..(*account).clone() };
    assert_eq!(after(1, &accounts(&other)), None, "other roles");
    assert_eq!(after(1, &Accounts::default()), None, "gone");
    first.end(&session, SignedOutWhy::Asked);
    assert_eq!(first.kept(Now { instant: start, unix: 1_000 }), [], "signed out");
}

#[test]
fn who_has_signed_in_later_by_this_clock_stays_so_and_is_kept() {
    let (ahead, start) = sessions();
    let mut accounts = Accounts::default();
    accounts.insert("kim".into(), Account { hash: None, ..(*account("kim")).clone() });
    let (id, _) = ahead.open("kim".into(), accounts.get("kim").cloned().unwrap(), start);
    let hour = 3600;
    let kept = ahead.kept(Now { instant: start, unix: 1_000 + hour });
    for shared in [false, true] {
        let behind = Sessions::new(LIFE * 2, LIFE, shared);
        behind.restore(kept.clone(), &accounts, Now { instant: start, unix: 1_000 });
        assert!(behind.find(&id, start).is_some(), "shared: {shared}");
        behind.sweep(start);
        let names = |kept: Vec<KeptSession>| kept.into_iter().map(|kept| kept.key).collect::<Vec<_>>();
        assert_eq!(names(behind.kept(Now { instant: start, unix: 1_000 })), names(kept.clone()));
        assert_eq!(behind.ended().unwrap_or_default(), Vec::<Key>::new());
        assert!(behind.find(&id, start + LIFE).is_none(), "no longer than any other from now on");
    }
}

#[test]
fn what_ends_at_one_of_several_nodes_ends_at_all_but_not_for_being_idle_at_one() {
    let start = Instant::now();
    let [one, other] = [(); 2].map(|()| Sessions::new(IDLE, LIFE, true));
    let mut accounts = Accounts::default();
    accounts.insert("kim".into(), Account { hash: None, ..(*account("kim")).clone() });
    let account = accounts.get("kim").cloned().unwrap();
    let (id, session) = one.open("kim".into(), account, start);
    let now = |seconds| Now { instant: start + Duration::from_secs(seconds), unix: 1_000 + seconds };
    let kept = one.kept(now(0));
    other.restore(kept.clone(), &accounts, now(1));
    let at_other = other.find(&id, start).expect("it is known there");
    other.restore(kept.clone(), &accounts, now(2));
    assert!(Arc::ptr_eq(&at_other, &other.find(&id, start).unwrap()), "it is the same, with its pages");
    one.sweep(start + IDLE);
    assert_eq!((one.ended(), one.find(&id, start + IDLE).is_none()), (Some(Vec::new()), true), "idle here");
    one.restore(kept, &accounts, now(IDLE.as_secs()));
    assert!(one.find(&id, start + IDLE).is_none(), "it was idle here");
    other.end(&at_other, SignedOutWhy::Asked);
    assert_eq!(other.ended(), Some(vec![session.key]));
    let (id, session) = one.open("kim".into(), at_other.account.clone(), start);
    one.end_with_others(&[session.key]);
    assert!(session.ended.is_cancelled() && one.find(&id, start).is_none());
    assert_eq!(one.ended(), Some(Vec::new()), "the store knows it");
}

#[test]
fn what_is_in_use_at_one_of_several_nodes_is_idle_at_none() {
    let start = Instant::now();
    let [one, other] = [(); 2].map(|()| Sessions::new(IDLE, LIFE, true));
    let mut accounts = Accounts::default();
    accounts.insert("kim".into(), Account { hash: None, ..(*account("kim")).clone() });
    let (id, session) = one.open("kim".into(), accounts.get("kim").cloned().unwrap(), start);
    let now = |time: Duration| Now { instant: start + time, unix: 1_000 + time.as_secs() };
    other.restore(one.kept(now(Duration::ZERO)), &accounts, now(Duration::ZERO));
    assert!(one.page_opened(&session, 1));
    let mut notes = 0;
    for step in 1..=40 {
        let time = IDLE * step / 10;
        [&one, &other].iter().for_each(|node| node.sweep(start + time));
        let (noted, echoed) = (one.in_use(now(time)), other.in_use(now(time)));
        notes += noted.len();
        assert_eq!(echoed, [], "it is not in use there");
        other.restore(noted, &accounts, now(time));
    }
    assert!((12..=16).contains(&notes), "{notes}");
    one.page_closed(&session, start + IDLE * 4);
    assert!(other.find(&id, start + IDLE * 4).is_some(), "the first node is gone, and the browser comes");
    let late = IDLE * 6;
    other.sweep(start + late);
    assert!(other.find(&id, start + late).is_none());
    let said = KeptSession { seen: Some(now(late).unix), ..session.kept(now(late)) };
    other.restore(vec![said.clone()], &accounts, now(late));
    assert!(other.find(&id, start + late).is_some(), "used elsewhere by now");
    other.end(&other.find(&id, start + late).unwrap(), SignedOutWhy::Asked);
    assert_eq!(other.ended(), Some(vec![session.key]));
    other.restore(vec![said], &accounts, now(late));
    assert!(other.find(&id, start + late).is_none());
    assert_eq!(other.ended(), Some(vec![session.key]), "whoever did not know it yet has written it again");
}

#[test]
fn ids_and_tokens_are_long_and_differ() {
    let (sessions, start) = sessions();
    let (id, session) = sessions.open("kim".into(), account("kim"), start);
    assert_eq!((id.len(), session.csrf.len()), (43, 43));
    assert_ne!(*id, *session.csrf);
    assert!(session.csrf_matches(session.csrf.as_bytes()) && !session.csrf_matches(b""));
}
