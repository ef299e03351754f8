//! How the program ends: 0 done, 64 wrong arguments, 69 a listener or link could not be had or `check --live` has found a
//! peer that is not as it must be, 70 a bug of ours, 74 reading
//! or writing failed, 75 the drain was cut short, 78 the configuration is wrong.

use std::process::{ExitCode, Termination};

/// Exit codes of sysexits.h, so that a supervisor can tell a bad configuration from a bad day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// EX_USAGE: wrong arguments.
    Usage = 64,
    /// EX_UNAVAILABLE: an address is taken, or something else the service needs is not there.
    Unavailable = 69,
    /// EX_SOFTWARE: a bug of ours.
    Software = 70,
    /// EX_IOERR: reading or writing failed.
    Io = 74,
    /// EX_TEMPFAIL: the drain was cut short, by its deadline or a second signal.
    CutShort = 75,
    /// EX_CONFIG: the configuration is wrong. Starting again does not help.
    Config = 78,
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        ExitCode::from(self as u8)
    }
}
