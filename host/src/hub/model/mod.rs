//! The hub against T-Servers that may do anything, from random seeds.
//!
//! A [`world`] of two T-Servers answers legally and illegally ([`odd`]), late, twice or never, one request at a time or
//! everything at once in one and the same way; other clients act at the same DNs; calls come and go; links, switches and
//! the plug-in go; queues are full; pages open, and buttons are pressed on them; workers wish, platforms speak, directories
//! change, in each of the four modes ([`scene`]). After every step [`check`] holds the hub to what must always be so, by a
//! [`ledger`] of its own of what was said; in the end everybody behaves, every line must reach what was wished for it, and
//! nothing be asked any more.
//!
//! `make test` runs 100,000 seeds; `make model SEEDS=…` as many as there is time for. A failure prints its seed:
//! `UC_MODEL_FIRST=<seed> UC_MODEL_SEEDS=1` runs it alone, and tells everything that happens. `README.md` beside this file
//! says which faults it finds when they are put back, and by which seed.

mod answered;
mod check;
mod desk;
mod ledger;
mod odd;
mod outlets;
mod play;
mod scene;
mod time;
mod told;
mod wishes;
mod world;

use play::Play;
use std::{env, time::Instant};

fn from_env(name: &str, default: u64) -> u64 {
    env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// Runs every second seed from `offset` on, so that two tests share the work.
fn run(offset: u64) {
    let (first, seeds) = (from_env("UC_MODEL_FIRST", 0), from_env("UC_MODEL_SEEDS", 100_000));
    let begun = Instant::now();
    for seed in (first..first + seeds).filter(|seed| seed % 2 == offset) {
        let played = std::panic::catch_unwind(|| Play::new(seed, seeds == 1).run());
        assert!(played.is_ok(), "seed {seed} failed: UC_MODEL_FIRST={seed} UC_MODEL_SEEDS=1 runs it alone");
    }
    println!("{} seeds in {:?}", seeds / 2, begun.elapsed());
}

#[test]
fn any_t_server_even_seeds() {
    run(0);
}

#[test]
fn any_t_server_odd_seeds() {
    run(1);
}
