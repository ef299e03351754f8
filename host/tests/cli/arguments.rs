//! Arguments, help, and the password hash.

use crate::program::{run, run_with};
use std::sync::Arc;
use uc_connector::web::accounts::Hash;

#[test]
fn help_and_version_are_answers() {
    let help = run(&["--help"]);
    assert_eq!(help.code, 0);
    for command in ["run", "check", "plugins", "client-package", "hash-password"] {
        assert!(help.out.contains(command), "{}", help.out);
    }
    let version = run(&["--version"]);
    assert_eq!((version.code, version.out.trim()), (0, concat!("uc-connector ", env!("CARGO_PKG_VERSION"))));
}

#[test]
fn wrong_arguments_end_with_64() {
    for arguments in [&["chek"][..], &["--colour"], &["check", "--config"], &["run", "extra"]] {
        let ran = run(arguments);
        assert_eq!(ran.code, 64, "{ran:?}");
        assert!(ran.err.contains("error:"), "{ran:?}");
    }
}

#[test]
fn a_password_is_hashed_from_standard_input() {
    let ran = run_with(&["hash-password"], "s3cret\n");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(Hash::try_from(Arc::<str>::from(ran.out.trim())).is_ok());
    assert!(!ran.out.contains("s3cret") && !ran.err.contains("s3cret"));
}

#[test]
fn no_password_and_a_file_piped_in_by_mistake_are_refused() {
    for input in ["", "\n", &"x".repeat(5000)] {
        let ran = run_with(&["hash-password"], input);
        assert_eq!(ran.code, 64, "{ran:?}");
        assert!(ran.err.contains("a password has 1 to 1024 bytes"), "{ran:?}");
    }
}
