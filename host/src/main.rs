//! The service `uc-connector`.

use tokio::runtime::Runtime;
use uc_connector::{
    Host, Process,
    check::{Sound, inspect, report},
    cli::{Arguments, File},
    exit::Exit,
    host::serve,
    telemetry,
};

fn main() -> Exit {
    match Arguments::read() {
        Ok(command) => command.answer().unwrap_or_else(|file| run(&file)),
        Err(exit) => exit,
    }
}

/// Nothing is opened before everything is known to be sound.
fn run(file: &File) -> Exit {
    match inspect(&file.config) {
        Ok(sound) => start(sound),
        Err(problems) => {
            report(&problems);
            Exit::Config
        }
    }
}

fn start(sound: Sound) -> Exit {
    let (log, metrics) = match (telemetry::log::start(&sound.config.log), telemetry::metrics::install()) {
        (Ok(log), Ok(metrics)) => (log, metrics),
        (Err(error), _) => return fail(&error, Exit::Io),
        (_, Err(error)) => return fail(&error, Exit::Software),
    };
    let process = Process { log: Some(log), metrics };
    match Runtime::new() {
        Ok(runtime) => runtime.block_on(async {
            match Host::build(sound, process).await {
                Ok(host) => serve(host).await,
                Err(error) => fail(&error, error.exit()),
            }
        }),
        Err(error) => fail(&error, Exit::Unavailable),
    }
}

/// To the terminal, not to the log: the service has not begun.
fn fail(error: &impl std::fmt::Display, exit: Exit) -> Exit {
    eprintln!("error: {error}");
    exit
}
