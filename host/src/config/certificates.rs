//! Every certificate that the configuration names, those in plug-ins' settings too, and when each ends. A certificate
//! that ended stops nothing here: the others still serve, and whoever checks it says so. So it is told, in time.

use rustls::pki_types::{CertificateDer, pem::PemObject as _};
use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use x509_parser::{
    certificate::{Validity, X509Certificate},
    prelude::FromDer as _,
    time::ASN1Time,
};

/// How long before its end a certificate is told.
const TOLD_BEFORE: Duration = Duration::from_secs(30 * DAY);
const DAY: u64 = 24 * 60 * 60;
/// Largest file that is looked at, in bytes: bundles of all public authorities are a quarter of a MiB.
const LARGEST: u64 = 4 * 1024 * 1024;

/// A key that names a file with certificates.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Named {
    /// The key with its tables, such as `web.tls-cert` or `plugin[0].settings.tls.cert`.
    pub key: String,
    /// The file, absolute.
    pub path: PathBuf,
}

/// When what a key names ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// The moment.
    pub at: SystemTime,
    /// The same for people: `2026-12-05`.
    pub date: String,
}

impl Named {
    /// When it ends as the file is now: a chain with its first certificate that ends, authorities with the last of them.
    /// None: the file holds no certificate that can be read.
    pub fn end(&self) -> Option<End> {
        let ends = self.validities().into_iter().map(|validity| validity.not_after);
        let end = if self.is_authority() { ends.max() } else { ends.min() };
        end.and_then(|end| End::of(&end))
    }

    /// What an operator is to read when it is not valid yet: a chain with its last certificate that begins, authorities
    /// with the first of them.
    pub fn too_early(&self, now: SystemTime) -> Option<String> {
        let begins = self.validities().into_iter().map(|validity| validity.not_before);
        let begin = if self.is_authority() { begins.min() } else { begins.max() };
        let begin = End::of(&begin?).filter(|begin| begin.at > now)?;
        Some(format!(
            "{}: the certificate is valid from {} on, and not yet: whoever checks it refuses it until then; look at this \
             machine's clock, or use the certificate before it",
            self.path.display(),
            begin.date
        ))
    }

    fn validities(&self) -> Vec<Validity> {
        let small = fs::metadata(&self.path).is_ok_and(|there| there.is_file() && there.len() <= LARGEST);
        let Some(text) = small.then(|| uc_files::pem(&self.path).ok()).flatten() else { return Vec::new() };
        CertificateDer::pem_slice_iter(&text).filter_map(|certificate| validity(&certificate.ok()?)).collect()
    }

    fn is_authority(&self) -> bool {
        let name = self.key.rsplit('.').next().unwrap_or_default();
        name == "ca" || name.ends_with("-ca")
    }

    /// Whether a plug-in's settings name it.
    pub fn is_of_plugin(&self) -> bool {
        super::files::is_setting(&self.key)
    }

    /// What an operator is to read; none: nothing yet.
    pub fn warning(&self, end: &End, now: SystemTime) -> Option<String> {
        let (path, date) = (self.path.display(), &end.date);
        let days = |time: Duration| match time.as_secs() / DAY {
            1 => "1 day".to_owned(),
            days => format!("{days} days"),
        };
        match end.at.duration_since(now) {
            Ok(left) if left > TOLD_BEFORE => None,
            Ok(left) => Some(format!("{path}: the certificate ends on {date}, in {}: renew it before", days(left))),
            Err(past) => Some(format!(
                "{path}: the certificate ended on {date}, {} ago: whoever checks it refuses it; renew it",
                days(past.duration())
            )),
        }
    }
}

impl End {
    fn of(time: &ASN1Time) -> Option<Self> {
        let since = u64::try_from(time.timestamp()).ok()?;
        let at = UNIX_EPOCH.checked_add(Duration::from_secs(since))?;
        Some(Self { at, date: time.to_datetime().date().to_string() })
    }

    /// Seconds of Unix time, as `/metrics` tells it.
    pub fn seconds(&self) -> f64 {
        self.at.duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
    }
}

fn validity(certificate: &CertificateDer<'_>) -> Option<Validity> {
    let (_, certificate) = X509Certificate::from_der(certificate).ok()?;
    Some(certificate.validity().clone())
}

/// Whether a file holds something that looks like a certificate.
pub(super) fn holds_certificates(path: &Path) -> bool {
    let small = fs::metadata(path).is_ok_and(|there| there.is_file() && there.len() <= LARGEST);
    small && uc_files::pem(path).is_ok_and(|text| memchr::memmem::find(&text, b"-----BEGIN CERTIFICATE-----").is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(folder: &Path, name: &str, ends: &[(i32, u8, u8)]) -> PathBuf {
        let one = |(year, month, day): &(i32, u8, u8)| {
            let mut wanted = rcgen::CertificateParams::new(["localhost".to_owned()]).unwrap();
            wanted.not_after = rcgen::date_time_ymd(*year, *month, *day);
            wanted.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap().pem()
        };
        let path = folder.join(name);
        fs::write(&path, ends.iter().map(one).collect::<String>()).unwrap();
        path
    }

    #[test]
    fn a_chain_ends_with_its_first_and_authorities_with_their_last() {
        let folder = tempfile::tempdir().unwrap();
        let path = written(folder.path(), "both", &[(2031, 5, 6), (2030, 1, 2)]);
        let end = |key: &str| Named { key: key.into(), path: path.clone() }.end().unwrap().date;
        assert_eq!(end("web.tls-cert"), "2030-01-02");
        assert_eq!(end("plugin[0].settings.tls.ca"), "2031-05-06");
        assert_eq!(end("routing.tls.client-ca"), "2031-05-06");
        assert!(holds_certificates(&path));
        // As PowerShell writes it.
        let text = fs::read_to_string(&path).unwrap();
        let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
        fs::write(&path, units.flat_map(u16::to_le_bytes).collect::<Vec<_>>()).unwrap();
        assert!(holds_certificates(&path) && end("web.tls-cert") == "2030-01-02");
        fs::write(&path, "no certificate").unwrap();
        assert_eq!(Named { key: "web.tls-cert".into(), path: path.clone() }.end(), None);
        assert!(!holds_certificates(&path) && !holds_certificates(folder.path()));
    }

    #[test]
    fn one_that_is_not_valid_yet_is_told_of_authorities_if_none_is() {
        let folder = tempfile::tempdir().unwrap();
        let pem = |year| {
            let mut wanted = rcgen::CertificateParams::new(["localhost".to_owned()]).unwrap();
            wanted.not_before = rcgen::date_time_ymd(year, 2, 3);
            wanted.not_after = rcgen::date_time_ymd(2100, 1, 1);
            wanted.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap().pem()
        };
        let path = folder.path().join("both");
        fs::write(&path, pem(2030) + &pem(2020)).unwrap();
        let year = |year: u64| UNIX_EPOCH + Duration::from_secs((year - 1970) * 365 * DAY);
        let told = |key: &str, now| Named { key: key.into(), path: path.clone() }.too_early(now);
        assert!(told("web.tls-cert", year(2025)).unwrap().contains("valid from 2030-02-03 on"));
        assert_eq!((told("web.tls-cert", year(2035)), told("t-server[0].tls.ca", year(2025))), (None, None));
        assert!(told("t-server[0].tls.ca", year(2015)).unwrap().contains("2020-02-03"));
    }

    #[test]
    fn it_is_told_thirty_days_before_and_ever_after() {
        let folder = tempfile::tempdir().unwrap();
        let named = Named { key: "web.tls-cert".into(), path: written(folder.path(), "one", &[(2030, 1, 31)]) };
        let end = named.end().unwrap();
        let told = |days: u64| named.warning(&end, end.at - Duration::from_secs(days * DAY));
        assert_eq!(told(31), None);
        assert!(told(30).unwrap().contains("ends on 2030-01-31, in 30 days"));
        assert!(told(1).unwrap().contains("in 1 day:"));
        let after = named.warning(&end, end.at + Duration::from_secs(3 * DAY)).unwrap();
        assert!(after.contains("ended on 2030-01-31, 3 days ago"), "{after}");
    }
}
