//! A file on a mount that hangs, as it looks to whoever reads it: somebody holds a lease of it (fcntl(2)), so that it is a
//! file like any other, and opening it waits. The kernel ends such a wait after 45 seconds.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
};

/// Says when it holds the lease, and when somebody wants the file.
const HOLDS: &str = "use Fcntl qw(:DEFAULT F_SETLEASE); $| = 1; $SIG{IO} = sub { print qq(wanted\\n) };\
    open(my $file, '+<', $ARGV[0]) or die $!; fcntl($file, F_SETLEASE, F_WRLCK) or die $!; print qq(lent\\n);\
    sleep 1 while 1";

/// Nobody opens the file until this is dropped.
pub(crate) struct Lent {
    holder: Child,
    says: BufReader<ChildStdout>,
}

impl Lent {
    /// Lends a file that nobody has open.
    pub(crate) fn new(file: &Path) -> Self {
        let mut holder = Command::new("perl").args(["-e", HOLDS]).arg(file).stdout(Stdio::piped()).spawn().unwrap();
        let says = BufReader::new(holder.stdout.take().unwrap());
        let mut lent = Self { holder, says };
        lent.until("lent");
        lent
    }

    /// Waits until somebody is about to read it, who waits from here on.
    pub(crate) fn until_it_is_read(&mut self) {
        self.until("wanted");
    }

    fn until(&mut self, word: &str) {
        let mut line = String::new();
        self.says.read_line(&mut line).unwrap();
        assert_eq!(line.trim(), word);
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        // It has usually not ended by itself; the lease ends with it.
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}
