//! The lab's servers, each startable alone: `lab --help`.

mod cli;

fn main() -> std::process::ExitCode {
    cli::run()
}
