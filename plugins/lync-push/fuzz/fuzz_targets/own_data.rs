//! Any bytes as a user's own data and as a fault: no panic, what is accepted stays within its bounds, and a choice that
//! is read and written again is the same.
//!
//! `make fuzz`, or the command in ../../../standalone/fuzz/fuzz_targets/presence_document.rs with this target's name.
#![no_main]

use libfuzzer_sys::fuzz_target;

// A cdylib cannot be imported.
#[allow(dead_code, reason = "the plug-in uses more of it")]
#[path = "../../src/choice.rs"]
mod choice;
#[allow(dead_code, reason = "the plug-in uses more of it")]
#[path = "../../src/fault.rs"]
mod fault;
#[allow(dead_code, reason = "the plug-in uses more of it")]
#[path = "../../src/key.rs"]
mod key;
#[allow(dead_code, reason = "the plug-in uses more of it")]
#[path = "../../src/roaming.rs"]
mod roaming;
#[allow(dead_code, reason = "the plug-in uses more of it")]
#[path = "../../src/value.rs"]
mod value;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(conflicts) = fault::conflicts(bytes) {
        assert!(conflicts.len() <= 64 && conflicts.iter().all(|conflict| conflict.index > 0));
    }
    let Ok(own) = roaming::Own::read(bytes) else { return };
    assert!(own.named.len() <= 2 && own.versions.len() <= 512);
    if let Some(choice) = own.choice(0) {
        let element = choice.most.element(value::Kind::User);
        let again = format!(
            "<roamingData xmlns=\"http://schemas.microsoft.com/2006/09/sip/roaming-self\"><categories \
             xmlns=\"http://schemas.microsoft.com/2006/09/sip/categories\"><category name=\"state\" \
             instance=\"536870912\" container=\"2\" version=\"1\">{element}</category></categories></roamingData>"
        );
        roaming::Own::read(again.as_bytes()).expect("what we write is XML");
    }
});
