//! Says where the browser client is, and notices when it was built after the service.

use std::path::Path;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // A debug build reads the client from disk at run time. It compares canonical paths, and a folder that is not
    // there yet has none that rust-embed could find out by itself.
    let root = Path::new("..").canonicalize().expect("the folder of the workspace exists");
    println!("cargo:rustc-env=UC_WEB_DIST={}", root.join("web/dist").display());
    // A release build embeds it; cargo watches only files that were there the last time.
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo:rerun-if-changed=../web/dist/index.html");
    }
}
