//! Notices that the browser client was built after the service: the release build embeds it, and cargo watches only
//! embedded files that were there the last time.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // Debug builds read the client from disk at run time; watching a missing file would rebuild them every time.
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo:rerun-if-changed=../web/dist/index.html");
    }
}
