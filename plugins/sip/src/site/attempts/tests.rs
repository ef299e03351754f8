//! When what is tried again, over minutes and hours that nobody waits for.

use super::*;

/// What follows from each start of an instance, at these minutes: whether it tries at once.
fn starts(proofs: &[(u64, Proof)]) -> Vec<bool> {
    let begin = Instant::now();
    let start = |(minute, proof): &(u64, Proof)| {
        let now = begin + Duration::from_secs(60 * minute);
        let mut anew = attempts(1);
        let tries = anew.remember(*proof, now).is_zero();
        if tries {
            anew.wait(&Again::Guarded, now);
        }
        tries
    };
    proofs.iter().map(start).collect()
}

#[test]
fn instances_that_follow_each_other_have_two_attempts_together_and_another_secret_two_of_its_own() {
    let all = |number: u8| (0..6).map(move |minute| (minute, [number; 20])).collect::<Vec<_>>();
    assert_eq!(starts(&all(1)), [true, true, false, false, false, false]);
    let other = [(0, [2; 20]), (1, [2; 20]), (2, [3; 20]), (3, [3; 20]), (4, [2; 20]), (5, [3; 20]), (31, [2; 20])];
    assert_eq!(starts(&other), [true, true, true, true, false, false, true]);
    // Taken in once, it has been the right secret since.
    let now = Instant::now();
    let mut taken_in = attempts(1);
    assert!(taken_in.remember([4; 20], now).is_zero());
    taken_in.wait(&Again::Guarded, now);
    taken_in.wait(&Again::Guarded, now);
    assert!(!attempts(1).remember([4; 20], now).is_zero());
    taken_in.lived(Duration::from_secs(1));
    assert!(attempts(1).remember([4; 20], now).is_zero());
}

#[test]
fn one_that_follows_waits_for_the_window_and_grows_as_its_predecessor_would() {
    let (mut first, begin) = (attempts(1), Instant::now());
    first.remember([5; 20], begin);
    first.wait(&Again::Guarded, begin);
    let mut second = attempts(1);
    assert!(second.remember([5; 20], begin).is_zero());
    assert!(second.wait(&Again::Guarded, begin) >= BEYOND_WINDOW.0, "it is the second attempt");
    let mut third = attempts(1);
    let wait = third.remember([5; 20], begin);
    assert!(wait > WINDOW && !third.try_now(begin) && third.try_now(begin + wait));
}

fn attempts(servers: usize) -> Attempts {
    Attempts::new(vec![Server { host: "fe".into(), port: None }; servers])
}

#[test]
fn who_is_dropped_again_and_again_comes_back_ever_more_slowly() {
    let mut attempts = attempts(1);
    let mut drop_after = |time| {
        attempts.lived(time);
        attempts.wait(&Again::Soon, Instant::now())
    };
    for longest in [1, 2, 4, 8, 16, 30, 30] {
        let wait = drop_after(Duration::from_secs(1)).as_secs_f64();
        assert!((f64::from(longest) / 2.0..=f64::from(longest)).contains(&wait), "{wait} of {longest}");
    }
    assert!(drop_after(SETTLED) <= Duration::from_secs(1));
}

#[test]
fn two_servers_that_send_to_each_other_are_followed_ever_more_slowly() {
    let (mut attempts, start) = (attempts(1), Instant::now());
    let (mut now, mut connections) = (start, 0);
    while now < start + Duration::from_secs(300) {
        connections += 1;
        attempts.server(now);
        attempts.lived(Duration::from_secs(1));
        now += attempts.wait(&Again::At("sip:other.example.com".into()), now);
    }
    assert!((20..150).contains(&connections), "{connections} in five minutes");
}

#[test]
fn nobody_is_sent_to_twice_between_two_waits() {
    let named = |host: &str| Server { host: host.into(), port: None };
    // The servers; to whom each one sends.
    type Sent<'a> = &'a [(&'a str, &'a str)];
    let cases: [(&[&str], Sent<'_>); 6] = [
        (&["a"], &[("a", "a")]),
        (&["a"], &[("a", "b"), ("b", "a")]),
        (&["a", "b"], &[("a", "b"), ("b", "a")]),
        (&["a", "b"], &[("a", "B"), ("b", "A"), ("A", "b"), ("B", "a")]),
        (&["a", "b", "c"], &[("a", "b"), ("b", "c"), ("c", "a")]),
        (&["a", "b"], &[("a", "x"), ("x", "y"), ("y", "x"), ("b", "x")]),
    ];
    for (servers, sent) in cases {
        let mut attempts = Attempts::new(servers.iter().map(|host| named(host)).collect());
        let (mut now, mut tries) = (Instant::now(), 0);
        let mut hosts: Vec<_> = sent.iter().map(|(_, to)| to.to_lowercase()).collect();
        hosts.sort_unstable();
        hosts.dedup();
        for _ in 0..60 {
            tries += 1;
            let asked = attempts.server(now).host;
            let to = sent.iter().find(|(from, _)| *from == asked).map_or("", |(_, to)| to);
            // Signed in for a moment or not at all.
            attempts.lived(Duration::from_millis(100));
            let wait = attempts.wait(&Again::At(format!("sip:{to}")), now);
            if !wait.is_zero() {
                assert!(tries <= servers.len() + hosts.len(), "{servers:?} {sent:?}: {tries}");
                (now, tries) = (now + wait, 0);
            }
        }
        assert!(tries <= servers.len() + hosts.len(), "{servers:?} {sent:?}: {tries} without a wait");
    }
}

#[test]
fn whoever_sent_somewhere_may_be_sent_to_once_a_session_has_lived() {
    let (mut attempts, now) = (attempts(1), Instant::now());
    for (lived, again) in [(SETTLED, true), (Duration::from_secs(1), false)] {
        attempts.try_now(now);
        assert_eq!(attempts.server(now).host, "fe");
        assert!(attempts.wait(&Again::At("sip:other".into()), now).is_zero());
        assert_eq!(attempts.server(now).host, "other");
        attempts.lived(lived);
        assert_eq!(attempts.wait(&Again::At("sip:fe".into()), now).is_zero(), again, "it moved back after {lived:?}");
        attempts.server(now);
        attempts.wait(&Again::Soon, now);
    }
}

#[test]
fn a_refused_account_is_tried_for_ever_and_never_three_times_within_a_lockout_window() {
    for servers in [1, 3] {
        let (mut attempts, begin) = (attempts(servers), Instant::now());
        let mut tries = vec![begin];
        for _ in 0..20 {
            let now = *tries.last().unwrap();
            attempts.server(now);
            tries.push(now + attempts.wait(&Again::Guarded, now));
        }
        assert!(tries[1] <= begin + Duration::from_secs(20), "a domain controller may have been away for a moment");
        assert!(tries.windows(3).all(|three| three[2] - three[0] > WINDOW));
        let longest = tries.windows(2).map(|two| two[1] - two[0]).max().unwrap();
        assert!(longest <= Duration::from_secs(6 * 3600));
        attempts.lived(Duration::from_secs(1));
        assert!(attempts.wait(&Again::Guarded, begin) <= Duration::from_secs(20));
    }
}

#[test]
fn whoever_says_again_and_again_that_something_was_mended_never_has_an_account_locked() {
    let (mut attempts, begin) = (attempts(1), Instant::now());
    let (mut tries, mut until) = (Vec::new(), begin);
    for minute in 0..300 {
        let now = begin + Duration::from_secs(60 * minute);
        if until <= now || attempts.try_now(now) {
            tries.push(now);
            until = now + attempts.wait(&Again::Guarded, now);
        }
    }
    assert!(tries.windows(3).all(|three| three[2] - three[0] > WINDOW));
    assert!((15..=20).contains(&tries.len()), "{} in five hours: it is tried when it may be", tries.len());
    attempts.lived(Duration::from_secs(1));
    let now = *tries.last().unwrap();
    assert!(attempts.wait(&Again::Guarded, now) <= Duration::from_secs(20) && attempts.try_now(now));
    assert!((BEYOND_WINDOW.0..BEYOND_WINDOW.0 * 2).contains(&attempts.wait(&Again::Guarded, now)));
    assert!(!attempts.try_now(now));
}

#[test]
fn servers_that_ask_for_little_or_no_time_are_asked_ever_more_slowly() {
    let second = Duration::from_secs(1);
    for again in [Again::Soon, Again::After(Duration::ZERO), Again::After(second)] {
        for servers in [1_u32, 2, 3] {
            let (mut attempts, start) = (attempts(servers as usize), Instant::now());
            let (mut now, mut connections) = (start, 0);
            while now < start + Duration::from_secs(300) {
                connections += 1;
                attempts.server(now);
                // Signed in, and out of order when it is to refresh.
                attempts.lived(second);
                now += attempts.wait(&again, now).max(Duration::from_millis(1));
            }
            assert!((10 * servers..30 * servers).contains(&connections), "{again:?}, {servers}: {connections}");
        }
    }
}

#[test]
fn an_account_that_was_signed_in_not_long_ago_is_soon_tried_again_when_it_is_refused() {
    let (mut attempts, mut now) = (attempts(1), Instant::now());
    let who_waits = |attempts: &mut Attempts, mut now: Instant| {
        let waits: Vec<_> = (0..8)
            .map(|_| {
                let wait = attempts.wait(&Again::Refused, now);
                now += wait;
                wait
            })
            .collect();
        assert!(waits[0] <= SLOWLY.0 && waits[7] > BACKOFF.1 && waits[7] <= SLOWLY.1, "{waits:?}");
    };
    who_waits(&mut attempts, now);
    attempts.lived(SLOWLY.1);
    let begin = now;
    while now < begin + WINDOW {
        let wait = attempts.wait(&Again::Refused, now);
        assert!(wait <= BACKOFF.1, "{wait:?}");
        now += wait.max(Duration::from_secs(1));
    }
    who_waits(&mut attempts, now + WINDOW);
}

#[test]
fn what_only_somebody_can_repair_is_tried_within_seconds_at_first_and_ever_more_slowly() {
    let (mut attempts, begin) = (attempts(1), Instant::now());
    let (mut now, mut tries) = (begin, Vec::new());
    while now < begin + Duration::from_secs(3600) {
        tries.push(now - begin);
        attempts.server(now);
        now += attempts.wait(&Again::Slowly, now);
    }
    assert!(tries[1] <= SLOWLY.0 && tries[3] <= Duration::from_secs(30), "right soon after the server is: {tries:?}");
    assert!((10..25).contains(&tries.len()), "{} in an hour", tries.len());
    attempts.lived(SETTLED);
    assert!(attempts.wait(&Again::Slowly, now) > BACKOFF.1, "somebody else may have taken it over meanwhile");
    attempts.lived(SLOWLY.1);
    assert!(attempts.wait(&Again::Slowly, now) <= SLOWLY.0);
}

#[test]
fn one_that_only_somebody_can_repair_does_not_keep_from_one_that_rests() {
    let (mut attempts, now) = (attempts(2), Instant::now());
    attempts.server(now);
    attempts.wait(&Again::After(Duration::from_secs(5)), now);
    attempts.server(now);
    assert!(attempts.wait(&Again::Slowly, now) <= Duration::from_secs(5));
}

#[test]
fn what_the_server_sent_to_asks_for_does_not_rest_the_one_that_sent() {
    let (mut attempts, now) = (attempts(1), Instant::now());
    let own = attempts.server(now);
    attempts.wait(&Again::At("sip:fe1.example.com".into()), now);
    assert_ne!(attempts.server(now), own);
    let pause = attempts.wait(&Again::After(Duration::from_secs(3600)), now);
    assert!(pause < Duration::from_secs(600), "{pause:?}");
    assert_eq!(attempts.server(now), own);
}

#[test]
fn every_server_of_the_pool_is_tried_before_waiting() {
    let mut attempts = attempts(3);
    let waits: Vec<_> = (0..6).map(|_| attempts.wait(&Again::Soon, Instant::now()).is_zero()).collect();
    assert_eq!(waits, [true, true, false, true, true, false]);
}

#[test]
fn a_server_is_left_alone_as_long_as_it_asks_while_others_are_tried() {
    let named = |host: &str| Server { host: host.into(), port: None };
    let (mut attempts, now) = (Attempts::new(vec![named("a"), named("b")]), Instant::now());
    let minutes = |count: u64| Duration::from_secs(60 * count);
    assert_eq!(attempts.server(now).host, "a");
    assert_eq!(attempts.wait(&Again::After(minutes(15)), now), Duration::ZERO);
    for _ in 0..3 {
        assert_eq!(attempts.server(now).host, "b");
        assert!(attempts.wait(&Again::Soon, now) > Duration::ZERO, "there is nobody else to try");
    }
    assert_eq!(attempts.server(now).host, "b");
    assert_eq!(attempts.wait(&Again::After(minutes(20)), now), minutes(15), "both rest");
    assert_eq!(attempts.server(now + minutes(15)).host, "a");
}
