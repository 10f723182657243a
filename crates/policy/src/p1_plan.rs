//! P1, the plan gate: saving, testing, enabling and signing in by SAML need a plan with SSO.

use vestibule_model::Plan;

use crate::{Refusal, Rules, trail::Verdict};

/// P1: whether the plan includes SSO. Creating an empty connection, reading, disabling and deleting
/// do not ask.
///
/// # Errors
/// [`Refusal::PlanUpgradeRequired`] (design §3, P1).
pub fn plan_gate(plan: Plan, rules: &Rules) -> Result<(), Refusal> {
    if rules.includes_sso(plan) {
        return Ok(());
    }
    Err(Refusal::PlanUpgradeRequired {
        current_plan: plan,
        required_plans: rules.sso_plans.clone(),
        contact: rules.upgrade_contact.clone(),
    })
}

/// P1 as a step of a walk.
pub(crate) fn check(plan: Plan, rules: &Rules) -> Verdict {
    match plan_gate(plan, rules) {
        Ok(()) => Verdict::Pass(format!("the plan {plan} includes SSO")),
        Err(refusal) => Verdict::Refuse(refusal),
    }
}
