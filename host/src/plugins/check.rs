//! Loads what the configuration names and lets each plug-in check its settings; starts nothing.

use super::{
    config::{Config, Spec},
    loader::{Directory, Library, load},
    words::fit_problem,
};
use std::{sync::mpsc::sync_channel, thread, time::Duration};
use uc_plugin_api::Problem;

/// Longest a plug-in may take to check its settings.
const CHECK: Duration = Duration::from_secs(5);

/// The libraries, and what is wrong.
#[derive(Default)]
pub(super) struct Found {
    pub(super) loaded: Vec<(Spec, Library)>,
    /// What keeps a plug-in from its work.
    pub(super) problems: Vec<Problem>,
    /// What does not.
    pub(super) warnings: Vec<Problem>,
}

/// Loads the library of each plug-in.
pub(super) fn libraries(config: &Config) -> Found {
    let mut found = Found::default();
    for spec in &config.plugins {
        match library(&config.directory, spec) {
            Ok(library) => {
                let mut spec = spec.clone();
                for complaint in complaints(&library, &spec) {
                    match complaint.warning() {
                        Some(warning) => {
                            spec.complains_of_a_file |= warning.file != spec.settings.file;
                            found.warnings.push(warning);
                        }
                        None => found.problems.push(complaint),
                    }
                }
                found.loaded.push((spec, library));
            }
            Err(problem) => found.problems.push(problem),
        }
    }
    found
}

/// What the plug-in finds wrong with its settings.
fn complaints(library: &Library, spec: &Spec) -> Vec<Problem> {
    let (found, complaints) = sync_channel(1);
    let (check, settings) = (library.module.check(), spec.settings.clone());
    // A thread of its own: one that never comes back holds up nothing.
    let begun = thread::Builder::new().name("plugin-check".to_owned()).spawn(move || found.send(check(settings)));
    if let Err(error) = begun {
        return vec![problem(spec, &format!("its settings cannot be checked for now: no thread: {error}"))];
    }
    match complaints.recv_timeout(CHECK) {
        Ok(problems) => problems.into_iter().map(fit_problem).collect(),
        Err(_) => {
            let why = format!("its check of the settings did not return within {} s", CHECK.as_secs());
            vec![problem(spec, &why)]
        }
    }
}

fn library(directory: &Directory, spec: &Spec) -> Result<Library, Problem> {
    load(directory, &spec.file).map_err(|refusal| problem(spec, &format!("{}: {refusal}", spec.file.display())))
}

fn problem(spec: &Spec, message: &str) -> Problem {
    Problem {
        file: spec.settings.file.clone(),
        line: spec.line,
        column: 0,
        key: "plugin.file".into(),
        message: format!("plug-in {}: {message}", spec.id).into(),
    }
}
