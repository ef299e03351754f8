//! Runs the program and keeps what it said.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// What a run left behind.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

pub(crate) fn run(arguments: &[&str]) -> Ran {
    run_with(arguments, "")
}

pub(crate) fn run_with(arguments: &[&str], input: &str) -> Ran {
    let mut program = Command::new(env!("CARGO_BIN_EXE_uc-connector"));
    program.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = program.spawn().unwrap();
    // A program that does not read its input ends before all is written.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    Ran {
        code: output.status.code().expect("ended by itself"),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The folder in which cargo puts the program and the plug-ins.
pub(crate) fn built() -> PathBuf {
    let folder = Path::new(env!("CARGO_BIN_EXE_uc-connector")).parent().unwrap().to_owned();
    let library = folder.join("libuc_standalone.so");
    assert!(library.exists(), "{} is missing: run `cargo build --workspace` first", library.display());
    folder
}

/// The sample configurations of the repository.
pub(crate) fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../config").canonicalize().unwrap()
}

/// A folder of its own with a sound configuration `uc.toml`, `edit`ed.
pub(crate) fn stage(edit: impl FnOnce(String) -> String) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    for name in ["directory.toml", "presence.xml"] {
        fs::copy(samples().join(name), folder.path().join(name)).unwrap();
    }
    let lab = fs::read_to_string(samples().join("lab/standalone.toml")).unwrap();
    let text = lab.replace("../../target/debug", built().to_str().unwrap()).replace("\"../", "\"");
    let file = folder.path().join("uc.toml");
    fs::write(&file, edit(text)).unwrap();
    let file = file.to_str().unwrap().to_owned();
    (folder, file)
}
