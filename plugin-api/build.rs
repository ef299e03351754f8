//! Tells the library which compiler builds it, so that a plug-in can say so when it is listed.

use std::{env, process::Command};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("--version").output().ok().and_then(|out| String::from_utf8(out.stdout).ok());
    println!("cargo:rustc-env=UC_PLUGIN_RUSTC={}", version.as_deref().unwrap_or("unknown compiler").trim());
}
