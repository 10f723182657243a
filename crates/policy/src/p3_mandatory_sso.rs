//! P3, mandatory SSO: with a live connection, nobody but an admin comes in by password.

use vestibule_model::Role;

use crate::{Refusal, Rules, WorkspaceFacts, trail::Verdict};

/// P3: whether this role may use a password.
pub(crate) fn check(facts: &WorkspaceFacts, role: Role, rules: &Rules) -> Verdict {
    if !facts.sso_is_live(rules) {
        return Verdict::NotApplicable(
            "no SAML connection is live, so SSO is not mandatory".into(),
        );
    }
    match role {
        Role::Admin => Verdict::Pass("SSO is live, and an admin may use a password too".into()),
        Role::Member => Verdict::Refuse(Refusal::SsoRequired {
            sign_in_url: rules.sign_in_url(facts.workspace.id),
        }),
    }
}
