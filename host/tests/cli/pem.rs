//! Certificates made for a test.

use std::{
    fs,
    path::Path,
    time::{Duration, SystemTime},
};

pub(crate) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A certificate `NAME.pem` of its own making that ends then, and its key `NAME.key`.
pub(crate) fn pair(folder: &Path, name: &str, ends: SystemTime) {
    let mut wanted = rcgen::CertificateParams::new(["localhost".to_owned()]).unwrap();
    wanted.not_after = ends.into();
    let key = rcgen::KeyPair::generate().unwrap();
    fs::write(folder.join(format!("{name}.pem")), wanted.self_signed(&key).unwrap().pem()).unwrap();
    fs::write(folder.join(format!("{name}.key")), key.serialize_pem()).unwrap();
}

/// One that ends in a year.
pub(crate) fn fresh(folder: &Path, name: &str) {
    pair(folder, name, SystemTime::now() + 365 * DAY);
}
