//! Says where the browser client is, and notices when it was built after the service. Compiles its language files in.

use std::{
    fs::{read_dir, write},
    path::Path,
};

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
    let languages = root.join("web/src/languages");
    println!("cargo:rerun-if-changed={}", languages.display());
    let out = std::env::var_os("OUT_DIR").expect("cargo says where to write");
    write(Path::new(&out).join("languages.rs"), table(&languages)).expect("cargo's folder can be written");
}

/// Each language with its file, in the order of their tags.
fn table(folder: &Path) -> String {
    let files = read_dir(folder).expect("the client has language files").map(|entry| entry.expect("is read").path());
    let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|ending| ending == "ftl")).collect();
    files.sort();
    let rows = files.iter().map(|path| {
        let tag = path.file_stem().expect("has a name before its ending").to_string_lossy();
        format!("    ({tag:?}, include_str!({path:?})),\n")
    });
    format!("&[\n{}]\n", rows.collect::<String>())
}
