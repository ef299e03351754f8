//! Redirect numbers of the directory that the numbering plan does not allow.

use crate::{
    config::{Problem, Told},
    directory::{Loaded, RedirectNumber},
    policy::NumberingPlan,
};

/// What is wrong with them: such a number is not used, and nobody else is kept from work.
pub fn numbers(plan: Option<&NumberingPlan>, loaded: &Loaded) -> Vec<Problem> {
    let mut told = Told::default();
    for RedirectNumber { worker, number, key, span } in &loaded.redirect_numbers {
        let why = match plan.map(|plan| plan.number(number)) {
            Some(Ok(_)) => continue,
            Some(Err(why)) => why.to_string(),
            None => "there is no [numbering-plan] that allows it".to_owned(),
        };
        told.tell(|| {
            let message = format!("worker {worker:?}: redirect-number {number:?} is not used: {why}");
            Problem::with_key(&loaded.source, Some(span.clone()), key.clone(), message)
        });
    }
    told.into_problems(&loaded.source)
}
