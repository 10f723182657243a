//! Whether a revision may go live.

use vestibule_model::{Plan, Revision, TwoFactorRule};

use crate::{Refusal, Rules, p1_plan::plan_gate, p2_test, words};

words! {
    /// What is worth saying to somebody who may go on.
    Advisory {
        /// Admins may still come in by password, and nothing asks them for a second factor (P6).
        AdminTwoFactorRecommended = "admin-two-factor-recommended",
    }
}

/// P1 and P2 before a revision goes live, and what P6 advises.
///
/// # Errors
/// [`Refusal::PlanUpgradeRequired`], [`Refusal::TestRequired`] (design §3).
pub fn may_enable(
    plan: Plan,
    two_factor: TwoFactorRule,
    revision: &Revision,
    rules: &Rules,
) -> Result<Vec<Advisory>, Refusal> {
    plan_gate(plan, rules)?;
    p2_test::check(revision)?;
    Ok(match two_factor {
        TwoFactorRule::Off => vec![Advisory::AdminTwoFactorRecommended],
        TwoFactorRule::Admins | TwoFactorRule::Everyone => Vec::new(),
    })
}
