//! What can mean nothing in `[numbering-plan]`.

use super::findings::Findings;
use crate::policy::NumberingPlan;

pub(super) fn check(plan: Option<&NumberingPlan>, findings: &mut Findings<'_>) {
    for (key, allowed) in plan.map(NumberingPlan::faults).unwrap_or_default() {
        findings.wrong(&format!("numbering-plan.{key}"), "this can mean nothing", allowed);
    }
}
