//! What the members of a shared engine say of themselves, and what whoever runs them is to do about it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// What all members of an etcd said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// In the order of their endpoints; empty: nobody has asked them yet.
    pub members: Vec<Surveyed>,
    /// Why nothing is asked of any of them now.
    pub refused: Option<Arc<str>>,
}

/// One member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Surveyed {
    /// As it is configured.
    pub endpoint: String,
    /// Or why it said nothing, and what to do.
    pub said: Result<Said, Arc<str>>,
}

/// What it said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Which etcd it belongs to.
    pub cluster: u64,
    /// Empty: it tells its version to administrators alone.
    pub version: String,
    /// Bytes of its database on disk; etcd takes nothing more when they reach its quota. 0: the same as for the version.
    pub size: u64,
    /// What it raises alarm about, and what it misses.
    pub faults: Vec<String>,
}

/// What to do about the alarm NOSPACE.
pub(crate) const FULL: &str = "etcd is full (alarm NOSPACE) and takes nothing more until somebody makes room: compact it, \
    defragment each member, then disarm the alarm (etcdctl compact REVISION, etcdctl defrag, etcdctl alarm disarm), and \
    let it compact by itself (auto-compaction-mode)";

impl Survey {
    /// What keeps nodes from working, or the etcd from outliving one more member.
    pub fn faults(&self) -> Vec<String> {
        let refused = self.refused.iter().map(|why| why.to_string());
        let mut faults: BTreeSet<_> = self.members.iter().flat_map(Surveyed::faults).chain(refused).collect();
        let mut found = BTreeMap::<u64, Vec<&str>>::new();
        for member in &self.members {
            member.said.iter().for_each(|said| found.entry(said.cluster).or_default().push(&member.endpoint));
        }
        if found.len() > 1 {
            faults.insert(several(&found));
        }
        faults.into_iter().collect()
    }

    /// What is better mended before it is a fault: versions that are too old, databases that fill half of this quota
    /// (bytes).
    pub fn warnings(&self, quota: u64) -> Vec<String> {
        self.old_versions().into_iter().chain(self.large(quota)).collect()
    }

    /// Members whose version is too old.
    pub fn old_versions(&self) -> Vec<String> {
        let old = |at: &Surveyed, said: &Said| {
            let advisable = advisable(&said.version)?;
            Some(format!(
                "etcd at {}: version {} is too old: take {advisable} or newer, in which a leader that hangs does no harm \
                    (etcd#15247)",
                at.endpoint, said.version
            ))
        };
        self.of_each(old)
    }

    /// Members whose database fills half of this quota (bytes).
    pub fn large(&self, quota: u64) -> Vec<String> {
        let large = |at: &Surveyed, said: &Said| {
            (said.size >= quota / 2).then(|| {
                format!(
                    "etcd at {}: its database fills half of {} MiB or more, and at all of it takes nothing more: let it \
                        compact by itself (auto-compaction-mode) and defragment it (etcdctl defrag), or raise its \
                        quota-backend-bytes and etcd-quota in [cluster]",
                    at.endpoint,
                    quota >> 20
                )
            })
        };
        self.of_each(large)
    }

    fn of_each(&self, says: impl Fn(&Surveyed, &Said) -> Option<String>) -> Vec<String> {
        self.members.iter().filter_map(|at| says(at, at.said.as_ref().ok()?)).collect()
    }
}

impl Surveyed {
    fn faults(&self) -> Vec<String> {
        match &self.said {
            Ok(said) => said.faults.iter().map(|fault| remedied(&self.endpoint, fault)).collect(),
            Err(why) => vec![format!("etcd at {}: {why}", self.endpoint)],
        }
    }
}

/// Each member tells the alarms of all.
fn remedied(endpoint: &str, fault: &str) -> String {
    match fault {
        _ if fault.contains("NOSPACE") => FULL.to_owned(),
        _ if fault.contains("CORRUPT") => {
            format!("etcd has found that the data of its members differ ({}): see its documentation", fault.trim())
        }
        _ => format!("etcd at {endpoint}: {}", fault.trim()),
    }
}

/// The version from which on nothing is known against its line; none: it is of one, or nobody knows.
fn advisable(version: &str) -> Option<&'static str> {
    let mut numbers = version.split(['.', '-', '+']).map_while(|number| number.parse::<u32>().ok());
    let (line, patch) = ((numbers.next()?, numbers.next()?), numbers.next()?);
    match line {
        (3, 5) => (patch < 13).then_some("3.5.13"),
        (3, 4) => (patch < 31).then_some("3.4.31"),
        line => (line < (3, 4)).then_some("3.5.13"),
    }
}

/// Of what the endpoints are members.
pub(crate) fn several(found: &BTreeMap<u64, Vec<&str>>) -> String {
    format!(
        "endpoints in [cluster] name members of several etcds, {}: name those of one, or see the data folder of the odd one",
        list(found)
    )
}

/// Each id, and where.
pub(crate) fn list(found: &BTreeMap<u64, Vec<&str>>) -> String {
    let each = found.iter().map(|(id, endpoints)| format!("{id:x} at {}", endpoints.join(", ")));
    each.collect::<Vec<_>>().join(" and ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_versions_with_the_fault_are_too_old() {
        for (version, take) in [
            ("3.3.25", Some("3.5.13")),
            ("3.4.23", Some("3.4.31")),
            ("3.4.31", None),
            ("3.4.40", None),
            ("3.5.0-rc.1", Some("3.5.13")),
            ("3.5.12", Some("3.5.13")),
            ("3.5.13", None),
            ("3.6.0", None),
            ("4.0.0", None),
            ("2.3.8", Some("3.5.13")),
            ("", None),
            ("not provided", None),
        ] {
            assert_eq!(advisable(version), take, "{version}");
        }
    }

    #[test]
    fn what_all_members_tell_is_said_once_and_what_one_does_with_its_address() {
        let alarm = "memberID:1 alarm:NOSPACE ".to_owned();
        let said = |cluster, size| Said { cluster, version: "3.5.13".into(), size, faults: vec![alarm.clone()] };
        let member = |endpoint: &str, said: Result<Said, &str>| Surveyed {
            endpoint: endpoint.into(),
            said: said.map_err(Into::into),
        };
        let members = vec![
            member("a", Ok(said(1, 60 << 20))),
            member("b", Ok(said(2, 40 << 20))),
            member("c", Err("no answer in 800 ms")),
        ];
        let survey = Survey { members, refused: None };
        let faults = survey.faults().join("\n");
        assert_eq!(faults.matches("alarm NOSPACE").count(), 1, "{faults}");
        assert!(faults.contains("etcd at c: no answer") && faults.contains("1 at a and 2 at b"), "{faults}");
        assert_eq!(survey.faults().len(), 3, "{faults}");
        let warnings = survey.warnings(100 << 20);
        assert!(
            warnings.len() == 1 && warnings[0].contains("etcd at a: its database fills half of 100 MiB"),
            "{warnings:?}"
        );
    }
}
