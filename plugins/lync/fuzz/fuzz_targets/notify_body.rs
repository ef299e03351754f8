//! Any bytes as the body of a notify: no panic, and what is accepted stays within its bounds.
//!
//! `make fuzz`, or the command in ../../../standalone/fuzz/fuzz_targets/presence_document.rs with this target's name.
#![no_main]

use libfuzzer_sys::fuzz_target;

// A cdylib cannot be imported.
#[allow(dead_code, reason = "the plug-in uses more of it")]
#[path = "../../src/categories.rs"]
mod categories;
#[allow(dead_code, reason = "the plug-in uses more of it")]
#[path = "../../src/documents.rs"]
mod documents;
#[allow(dead_code, reason = "the plug-in uses more of it")]
#[path = "../../src/forks.rs"]
mod forks;
#[allow(dead_code, reason = "the plug-in uses more of it")]
#[path = "../../src/presentity.rs"]
mod presentity;
#[allow(dead_code, reason = "the plug-in uses more of it")]
#[path = "../../src/resource_list.rs"]
mod resource_list;

use documents::Document;

const KINDS: [&str; 4] = [
    "application/msrtc-event-categories+xml",
    "application/rlmi+xml",
    "text/xml+msrtc.pidf",
    "multipart/related; boundary=B7",
];

fuzz_target!(|bytes: &[u8]| {
    for kind in KINDS {
        documents::read(kind, bytes, |document| {
            if let Ok(Document::Categories(news)) = document {
                assert!(!news.uri.is_empty());
                assert!(news.notes.iter().flatten().all(|note| !note.text.is_empty() && note.text.len() <= 4000));
                assert!(news.state.iter().all(|state| state.activities.len() <= 8));
            }
        });
    }
});
