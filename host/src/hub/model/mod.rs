//! The hub against T-Servers that may do anything, from random seeds.
//!
//! A [`world`] of two T-Servers answers legally and illegally ([`odd`]), late, twice or never, one request at a time or
//! everything at once in one and the same way; other clients act at the same DNs; calls come and go; links, switches
//! and the plug-in go; queues are full; pages open, buttons are pressed on them, and [`business`] data is changed;
//! workers wish, platforms speak, directories change, in each of the four modes ([`scene`]), and others sit at DNs
//! that are nobody's ([`seats`]). After every step [`check`] holds the hub to what must always be so, by a [`ledger`]
//! of its own of what was said; in the end everybody behaves, every line must reach what was wished for it, and
//! nothing be asked any more.
//!
//! `make test` runs 100,000 seeds; `make model SEEDS=…` as many as there is time for. A failure prints its seed:
//! `UC_MODEL_FIRST=<seed> UC_MODEL_SEEDS=1` runs it alone, and tells everything that happens. `README.md` beside this
//! file says which faults it finds when they are put back, and by which seed.

mod answered;
mod business;
mod check;
mod desk;
mod ledger;
mod odd;
mod outlets;
mod play;
mod scene;
mod seats;
mod takeover;
mod time;
mod told;
mod wishes;
mod world;

use play::Play;
use std::{env, time::Instant};

fn from_env(name: &str, default: u64) -> u64 {
    env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Runs these of the seeds that are asked for.
fn run(begin: impl Fn(u64, bool) -> Play + std::panic::RefUnwindSafe, these: impl Fn(u64) -> bool) {
    let (first, seeds) = (from_env("UC_MODEL_FIRST", 0), from_env("UC_MODEL_SEEDS", 100_000));
    let (begun, mut played) = (Instant::now(), 0);
    for seed in (first..first + seeds).filter(|seed| seeds == 1 || these(*seed)) {
        let sound = std::panic::catch_unwind(|| begin(seed, seeds == 1).run()).is_ok();
        assert!(sound, "seed {seed} failed: UC_MODEL_FIRST={seed} UC_MODEL_SEEDS=1 runs it alone");
        played += 1;
    }
    println!("{played} seeds in {:?}", begun.elapsed());
}

#[test]
fn any_t_server_even_seeds() {
    run(Play::new, |seed| seed % 2 == 0);
}

#[test]
fn any_t_server_odd_seeds() {
    run(Play::new, |seed| seed % 2 == 1);
}

/// Fewer, since much is as without.
#[test]
fn any_t_server_with_free_seats() {
    run(Play::with_free_seats, |seed| seed / 16 % 3 == 0);
}
