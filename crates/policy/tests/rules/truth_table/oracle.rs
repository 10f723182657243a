//! The design, read by somebody who has not seen the code.

use vestibule_model::{MemberStatus, Phase, Plan, Role, TwoFactorRule};
use vestibule_policy::Requirement::{AuthnContext, LocalProof, PasswordReset, SecondFactor};

use crate::truth_table::row::{Link, Method, Outcome, Row};

pub(crate) fn expected(row: &Row) -> Outcome {
    // Nothing goes on for somebody who was removed.
    if row.renewal && row.role.is_none() {
        return Outcome::Refused("member-removed");
    }
    let refused = match row.method {
        Method::Saml => closed_to_saml(row).or_else(|| stays_out(row)),
        _ => stays_out(row).or_else(|| closed_to_passwords(row)),
    };
    if let Some(code) = refused {
        return Outcome::Refused(code);
    }
    let mut needs = Vec::new();
    if row.method == Method::Saml {
        // An admin comes in by SAML through a proven link, now and at each renewal.
        if is_admin(row) && row.link != Link::Proven {
            needs.push(LocalProof);
        }
        // The AuthnContext is looked at once, when somebody comes in.
        if row.listed && !row.renewal {
            needs.push(AuthnContext);
        }
    } else {
        if password_is_stale(row) {
            needs.push(PasswordReset);
        }
        if lacks_a_factor(row) {
            needs.push(SecondFactor);
        }
    }
    if needs.is_empty() {
        Outcome::Enters
    } else {
        Outcome::Needs(needs)
    }
}

fn is_admin(row: &Row) -> bool {
    row.role == Some(Role::Admin)
}

fn plan_has_sso(row: &Row) -> bool {
    matches!(row.plan, Plan::Pro | Plan::Premier)
}

/// Live means enabled and paid for; otherwise it is suspended.
fn sso_is_live(row: &Row) -> bool {
    row.phase == Some(Phase::Live) && plan_has_sso(row)
}

fn closed_to_saml(row: &Row) -> Option<&'static str> {
    match (plan_has_sso(row), sso_is_live(row)) {
        (false, _) => Some("plan-upgrade-required"),
        (true, false) => Some("sso-not-live"),
        (true, true) => None,
    }
}

fn stays_out(row: &Row) -> Option<&'static str> {
    let deactivated = row.role.is_some() && row.status == MemberStatus::Deactivated;
    deactivated.then_some("member-deactivated")
}

/// With SSO live, nobody but an admin comes in by anything else.
fn closed_to_passwords(row: &Row) -> Option<&'static str> {
    (sso_is_live(row) && !is_admin(row)).then_some("sso-required")
}

/// From before SSO was switched on, which it was at some time, and not an admin's.
fn password_is_stale(row: &Row) -> bool {
    let was_live = matches!(row.phase, Some(Phase::Live | Phase::Disabled));
    row.old && was_live && !is_admin(row)
}

fn lacks_a_factor(row: &Row) -> bool {
    let by_rule = match row.two_factor {
        TwoFactorRule::Everyone => true,
        TwoFactorRule::Admins => is_admin(row),
        TwoFactorRule::Off => false,
    };
    match row.method {
        Method::Vouched => by_rule,
        // What they have enrolled they are asked for; but a session that is there goes on.
        Method::Password => by_rule || (row.enrolled && !row.renewal),
        Method::PasswordAndFactor | Method::Passkey | Method::Saml => false,
    }
}
