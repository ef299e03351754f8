//! What a new directory takes from people at work, so that a truncated, emptied or wrongly generated file does not log
//! everybody out. Pure: it compares two directories and judges; the operator's side keeps such a file out. Whether a DN
//! and a login stay is answered by what the hub goes by: [`Worker::has`](super::Worker::has) and
//! [`Worker::logs_in_as`](super::Worker::logs_in_as).

use super::{Directory, file::Loaded};
use crate::config::Allowance;
use crate::web::accounts::Accounts;
use std::{fmt, sync::Arc};

/// What people have of a directory, each counted by itself: a small part of it may be all that some work with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Belonging {
    /// The worker as such, by user name.
    Worker,
    /// The AgentID that the worker is logged in with.
    AgentId,
    /// A DN at a T-Server: taken away, given to another worker, or moved to another link.
    Dn,
    /// The SIP address by which the platform knows the worker.
    SipAddress,
    /// The password or role that lets the worker sign in.
    SignIn,
    /// A DN that is a free seat.
    Seat,
    /// Anything of these: the same person is counted once.
    Any,
}

/// So many of those who have something lose it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loss {
    /// What.
    pub what: Belonging,
    /// How many lose it.
    pub lost: usize,
    /// How many have it.
    pub of: usize,
}

/// Everything that more people lose than is allowed; empty: the new directory can be taken over.
pub fn excessive((directory, accounts): (&Directory, &Accounts), new: &Loaded, allowance: Allowance) -> Vec<Loss> {
    let mut losses = losses(directory, accounts, new);
    losses.retain(|loss| loss.exceeds(allowance));
    losses
}

fn losses(directory: &Directory, accounts: &Accounts, new: &Loaded) -> Vec<Loss> {
    use Belonging::{AgentId, Any, Dn, Seat, SignIn, SipAddress, Worker};
    let mut counts = [Worker, AgentId, Dn, SipAddress, SignIn, Seat, Any].map(|what| Loss { what, lost: 0, of: 0 });
    let mut count = |what: Belonging, kept: bool| {
        let loss = &mut counts[what as usize];
        loss.of += 1;
        loss.lost += usize::from(!kept);
        kept
    };
    for old in directory.workers() {
        let now = new.directory.worker(&old.id);
        let mut whole = count(Worker, now.is_some());
        whole &= count(AgentId, now.is_some_and(|now| now.logs_in_as(old)));
        let has = |at| now.is_some_and(|now| now.has(&at));
        if !old.lines.is_empty() {
            whole &= count(Dn, old.lines.iter().all(|line| has(line.at())));
        }
        if old.address.is_some() {
            whole &= count(SipAddress, now.is_some_and(|now| now.address == old.address));
        }
        if let Some(account) = accounts.get(&old.id).filter(|account| account.hash.is_some()) {
            let now = new.accounts.get(&old.id).filter(|now| now.hash.is_some());
            let may = |now: &Arc<crate::web::accounts::Account>| {
                now.roles.worker >= account.roles.worker && now.roles.admin >= account.roles.admin
            };
            whole &= count(SignIn, now.is_some_and(may));
        }
        count(Any, whole);
    }
    for seat in directory.free() {
        let at = seat.at();
        count(Seat, new.directory.is_free(&at) || new.directory.owner(at.0, &at.1).is_some());
    }
    counts.to_vec()
}

impl Loss {
    fn exceeds(self, allowance: Allowance) -> bool {
        let share = self.lost as u64 * 100 > u64::from(allowance.percent) * self.of as u64;
        share && self.lost as u64 > u64::from(allowance.people)
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { lost, of, .. } = self;
        match self.what {
            Belonging::Worker => write!(f, "{lost} of {of} workers are gone"),
            Belonging::AgentId => write!(f, "{lost} of {of} workers lose their agent-id"),
            Belonging::Dn => write!(f, "{lost} of {of} workers lose a DN"),
            Belonging::SipAddress => write!(f, "{lost} of {of} workers lose their sip-address"),
            Belonging::SignIn => write!(f, "{lost} of {of} people lose their password or role"),
            Belonging::Seat => write!(f, "{lost} of {of} free seats are gone"),
            Belonging::Any => write!(f, "{lost} of {of} workers lose something"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{config::Source, directory::file::read};
    use std::fmt::Write as _;

    const ALLOWANCE: Allowance = Allowance { percent: 10, people: 10 };
    const HASH: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$DLgwr4rGrT3XJ0B4Tt7Zyw$1XxIqBOEOhGLmJZlCKDAOpLzY7d7TLkg8AyHyUtdxQU";

    /// A directory of so many workers; the first twenty may sign in.
    fn text(workers: std::ops::Range<u32>) -> String {
        let mut text =
            "[[switch]]\nname = 's'\nt-server = 'north'\n[[switch]]\nname = 'z'\nt-server = 'south'\n".to_owned();
        for number in workers {
            let hash = if number < 20 { format!("password-hash = '{HASH}'\n") } else { String::new() };
            let _ = write!(
                text,
                "[[place]]\nname = 'p{number}'\ndns = [{{ dn = '5{number:04}', switch = 's' }}]\n\
                 [[place]]\nname = 'free{number}'\ndns = [{{ dn = '7{number:04}', switch = 's' }}]\n\
                 [[worker]]\nuser = 'u{number}'\nagent-id = '{number}'\nplace = 'p{number}'\n\
                 sip-address = 'sip:u{number}@example.com'\n{hash}"
            );
        }
        text
    }

    fn loaded(text: &str) -> Loaded {
        let source = Arc::new(Source { path: "directory.toml".into(), text: text.to_owned() });
        read(&source, &["north".into(), "south".into()]).unwrap()
    }

    fn judged(old: &str, new: &str) -> Vec<Belonging> {
        let (old, new) = (loaded(old), loaded(new));
        excessive((&old.directory, &old.accounts), &new, ALLOWANCE).into_iter().map(|loss| loss.what).collect()
    }

    #[test]
    fn whatever_takes_much_from_people_is_found() {
        use Belonging::{AgentId, Any, Dn, Seat, SignIn, SipAddress, Worker};
        let old = text(0..100);
        let everything = vec![Worker, AgentId, Dn, SipAddress, SignIn, Seat, Any];
        assert_eq!(judged(&old, ""), everything, "emptied");
        assert_eq!(judged(&old, "# nobody\n"), everything, "nothing but a remark");
        assert_eq!(judged(&old, &text(0..80)), [Worker, AgentId, Dn, SipAddress, Seat, Any], "truncated");
        let changed = |from: &str, to: &str| judged(&old, &old.replace(from, to));
        assert_eq!(changed("user = 'u", "user = 'v"), [Worker, AgentId, Dn, SipAddress, SignIn, Any], "renamed");
        assert_eq!(changed("agent-id = '", "agent-id = '9"), [AgentId, Any], "other logins");
        assert_eq!(changed("dn = '5", "dn = '8"), [Dn, Any], "other DNs");
        assert_eq!(changed("switch = 's'", "switch = 'z'"), [Dn, Seat, Any], "another link");
        assert_eq!(changed("sip-address = ", "#"), [SipAddress, Any], "no addresses");
        assert_eq!(changed("example.com", "example.org"), [SipAddress, Any], "other addresses");
        assert_eq!(changed("password-hash = ", "#"), [SignIn, Any], "no passwords");
        assert_eq!(changed("password-hash", "roles = ['admin']\npassword-hash"), [SignIn, Any], "no pages");
    }

    #[test]
    fn desks_shifted_by_one_are_found() {
        let shifted = |line: &str| match line.strip_prefix("place = 'p").and_then(|rest| rest.strip_suffix('\'')) {
            Some(number) => format!("place = 'p{}'\n", (number.parse::<u32>().unwrap() + 1) % 100),
            None => format!("{line}\n"),
        };
        let old = text(0..100);
        let new: String = old.lines().map(shifted).collect();
        assert_eq!(judged(&old, &new), [Belonging::Dn, Belonging::Any]);
    }

    #[test]
    fn what_is_usual_is_taken_over() {
        let old = text(0..200);
        for (new, why) in [
            (old.clone(), "nothing changed"),
            (text(0..400), "many come"),
            (text(0..180), "a tenth leaves"),
            (
                old.replace("name = 's'", "name = 't'").replace("switch = 's'", "switch = 't'"),
                "a switch gets another name",
            ),
            (old.replace("user = 'u", "name = 'Somebody'\nuser = 'u"), "everybody gets another name"),
            (old.replace("sip:u1", "sip:v1").replacen("sip:v1", "sip:u1", 101), "ten change their address"),
        ] {
            assert_eq!(judged(&old, &new), [], "{why}");
        }
        assert_eq!(judged(&text(0..10), ""), [], "ten of ten: more than that many are asked about");
        assert_eq!(judged("", &old), []);
    }

    #[test]
    fn a_seat_that_becomes_somebodys_own_is_no_loss() {
        let own = text(0..100).replace("place = 'p", "place = 'free");
        let what = judged(&text(0..100), &own);
        assert!(!what.contains(&Belonging::Seat), "{what:?}");
    }
}
