//! The directory file: a sound one of 100,000 workers read, and one in which 10,000 references dangle told about.
//! Prints the best and the middle time of several, and what the processors spent. Run by `make bench`.

use std::{
    fmt::Write as _,
    hint::black_box,
    sync::Arc,
    time::{Duration, Instant},
};
use uc_connector::{
    config::{Source, render},
    directory::file::read,
};

const HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$DLgwr4rGrT3XJ0B4Tt7Zyw$1XxIqBOEOhGLmJZlCKDAOpLzY7d7TLkg8AyHyUtdxQU";

fn main() {
    let sound = text(100_000, "s", HASH);
    println!("a file of {} MiB", sound.len() / 1024 / 1024);
    measure("100,000 workers read", 9, &source(sound), |source| read(source, &t_servers()).expect("it is sound"));
    let twin = text(100_000, "s", "").replacen("sip:user-1@", "sip:user-2@", 1);
    measure("100,000 workers read, two with one address", 5, &source(twin), |source| {
        let loaded = read(source, &t_servers()).expect("it is usable");
        assert!(!loaded.warnings.is_empty());
        loaded
    });
    let dangling = text(10_000, "unknown", "");
    measure("10,000 dangling references told", 5, &source(dangling), |source| {
        let problems = read(source, &t_servers()).expect_err("the switch is unknown");
        black_box((render(&problems, false), problems.iter().map(ToString::to_string).collect::<Vec<_>>()));
    });
    let places = text(10_000, "s", "").replace("place = \"place", "place = \"plaec");
    measure("10,000 unknown places told", 5, &source(places), |source| {
        let problems = read(source, &t_servers()).expect_err("the places are unknown");
        black_box((render(&problems, false), problems.iter().map(ToString::to_string).collect::<Vec<_>>()));
    });
}

fn t_servers() -> [Arc<str>; 1] {
    ["north".into()]
}

fn source(text: String) -> Arc<Source> {
    Arc::new(Source { path: "directory.toml".into(), text })
}

/// A generated directory: each worker with a place of their own and everything that most sites fill in.
fn text(workers: u32, switch: &str, hash: &str) -> String {
    let mut text = "[[switch]]\nname = \"s\"\nt-server = \"north\"\n[[group]]\nname = \"back-office\"\n".to_owned();
    for number in 0..workers {
        let _ = write!(
            text,
            "\n[[place]]\nname = \"place-{number}\"\ndns = [{{ dn = \"{}\", switch = \"{switch}\" }}]\n\
             [[worker]]\nuser = \"user-{number}\"\nname = \"Worker Number {number}\"\nagent-id = \"{}\"\n\
             place = \"place-{number}\"\ngroups = [\"back-office\"]\nsip-address = \"sip:user-{number}@example.com\"\n",
            500_000 + number,
            100_000 + number
        );
        if !hash.is_empty() {
            let _ = writeln!(text, "password-hash = \"{hash}\"");
        }
    }
    text
}

/// What was made is freed outside the time: whoever reads a directory keeps it.
fn measure<T>(what: &str, times: usize, source: &Arc<Source>, work: impl Fn(&Arc<Source>) -> T) {
    let before = processor();
    let mut taken: Vec<Duration> = (0..times)
        .map(|_| {
            let begun = Instant::now();
            let made = work(source);
            let taken = begun.elapsed();
            drop(made);
            taken
        })
        .collect();
    let processor = (processor() - before) / u32::try_from(times).expect("a few");
    taken.sort_unstable();
    println!("{what}: best {:?}, middle {:?}, processor time {processor:?}", taken[0], taken[times / 2]);
}

/// What this process has used of the processors, to 10 ms; on a machine with other work it tells more than the clock.
fn processor() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    Duration::from_millis(fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum::<u64>() * 10)
}
