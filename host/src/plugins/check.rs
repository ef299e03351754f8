//! Loads what the configuration names and lets each plug-in check its settings; starts nothing.

use super::{
    config::{Config, Spec},
    loader::{Directory, Library, load},
};
use uc_plugin_api::Problem;

/// Loads the library of each plug-in; everything wrong goes to `problems`.
pub(super) fn libraries(config: &Config, problems: &mut Vec<Problem>) -> Vec<(Spec, Library)> {
    let mut loaded = Vec::new();
    for spec in &config.plugins {
        match library(&config.directory, spec) {
            Ok(library) => {
                problems.extend(library.module.check()(spec.settings.clone()));
                loaded.push((spec.clone(), library));
            }
            Err(problem) => problems.push(problem),
        }
    }
    loaded
}

fn library(directory: &Directory, spec: &Spec) -> Result<Library, Problem> {
    load(directory, &spec.file).map_err(|refusal| Problem {
        file: spec.settings.file.clone(),
        line: spec.line,
        column: 0,
        key: "plugin.file".into(),
        message: format!("plug-in {}: {}: {refusal}", spec.id, spec.file.display()).into(),
    })
}
