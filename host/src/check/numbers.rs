//! Redirect numbers of the directory that the numbering plan does not allow.

use crate::{
    config::{Problem, Told},
    directory::Loaded,
    policy::NumberingPlan,
};

/// What is wrong with them: such a number is not used, and nobody else is kept from work.
pub fn numbers(plan: Option<&NumberingPlan>, loaded: &Loaded) -> Vec<Problem> {
    let mut told = Told::default();
    for worker in loaded.directory.workers() {
        let Some(number) = &worker.redirect_number else { continue };
        let why = match plan.map(|plan| plan.number(number)) {
            Some(Ok(_)) => continue,
            Some(Err(why)) => why.to_string(),
            None => "there is no [numbering-plan] that allows it".to_owned(),
        };
        let id = &worker.id;
        told.tell(|| {
            let message = format!("worker {id:?}: redirect-number {number:?} is not used: {why}");
            Problem::with_file(&loaded.source, message)
        });
    }
    told.into_problems(&loaded.source)
}
