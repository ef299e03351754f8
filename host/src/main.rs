//! The service `uc-connector`.

use tokio::runtime::Runtime;
use uc_connector::{
    cli::{Arguments, File},
    exit::Exit,
    host::serve,
    telemetry::LastRecords,
};

fn main() -> Exit {
    match Arguments::read() {
        Ok(command) => command.answer().unwrap_or_else(run),
        Err(exit) => exit,
    }
}

fn run(file: File) -> Exit {
    // Dropped last, so that what is said at the end is written, too.
    let _written = LastRecords;
    let runtime = match Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: no threads can be had: {error}");
            return Exit::Unavailable;
        }
    };
    let exit = runtime.block_on(serve(file.config));
    // What still waits for a file or a name server has had its time.
    runtime.shutdown_background();
    exit
}
