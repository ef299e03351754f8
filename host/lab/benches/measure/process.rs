//! A process under load: its processor time and its memory, as the system counts them.

use std::{
    fs,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

/// What the kernel counts processor time in, since 1996 and on every platform that has /proc.
const TICK: Duration = Duration::from_millis(10);

/// Ends with its owner.
pub(super) struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Process {
    pub(super) fn start(program: &Path, arguments: &[&str]) -> Self {
        let child = Command::new(program).args(arguments).stdin(Stdio::null()).spawn();
        Self(child.unwrap_or_else(|error| panic!("{}: {error}: build the workspace first", program.display())))
    }

    /// Processor time so far, of user and system.
    pub(super) fn processor_time(&self) -> Duration {
        processor_time(&self.0.id().to_string())
    }

    /// Proportional set size, KiB.
    pub(super) fn memory(&self) -> u64 {
        let text = fs::read_to_string(format!("/proc/{}/smaps_rollup", self.0.id())).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix("Pss:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }
}

fn processor_time(process: &str) -> Duration {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    // The program's name may hold blanks; fields are counted behind it.
    let fields: Vec<_> = text.rsplit(") ").next().unwrap().split(' ').collect();
    TICK * (fields[11].parse::<u32>().unwrap() + fields[12].parse::<u32>().unwrap())
}

/// Processor time of everything on this machine, and how much there was.
fn machine() -> (Duration, Duration) {
    let text = fs::read_to_string("/proc/stat").unwrap();
    let ticks: Vec<u32> = text.lines().next().unwrap().split_whitespace().skip(1).flat_map(str::parse).collect();
    let (all, idle) = (ticks[..8].iter().sum::<u32>(), ticks[3] + ticks[4]);
    (TICK * (all - idle), TICK * all)
}

/// Who spends the processor's time during a measure.
pub(super) struct Meter {
    process: Duration,
    own: Duration,
    machine: (Duration, Duration),
}

impl Meter {
    pub(super) fn start(process: &Process) -> Self {
        Self { process: process.processor_time(), own: processor_time("self"), machine: machine() }
    }

    /// The process's time an update, the bench's own, and everybody else's share.
    pub(super) fn stop(&self, process: &Process, updates: u64) -> String {
        let now = Self::start(process);
        let (spent, own) = (now.process - self.process, now.own - self.own);
        let busy = (now.machine.0 - self.machine.0).saturating_sub(spent + own);
        let share = 100.0 * busy.as_secs_f64() / (now.machine.1 - self.machine.1).as_secs_f64();
        let each = |time: Duration| time.as_secs_f64() * 1e6 / updates.max(1) as f64;
        format!("CPU {:.1} µs each, the bench's own {:.1} µs; other {share:.0} %", each(spent), each(own))
    }
}
