//! P4, the second factor: with a password it is Vestibule's to ask for, with SAML the IdP's.

use vestibule_model::{AuthenticationMethod, Role, TwoFactorRule};

use crate::{Refusal, Requirement, evidence::Evidence, trail::Verdict};

/// What counts as a second factor (design §5).
const SECOND_FACTORS: &[AuthenticationMethod] = &[
    AuthenticationMethod::Otp,
    AuthenticationMethod::Hwk,
    AuthenticationMethod::Swk,
    AuthenticationMethod::Mfa,
];

/// Reads the methods that an internal service vouches for.
///
/// # Errors
/// [`Refusal::AmrRefused`] when there is none, or one is unknown, `fed` or `saml` (design §5).
pub fn parse_amr(words: &[String]) -> Result<Vec<AuthenticationMethod>, Refusal> {
    let mut amr = Vec::with_capacity(words.len());
    for word in words {
        let Ok(method) = word.parse() else {
            return Err(Refusal::AmrRefused {
                found: Some(word.chars().take(64).collect()),
            });
        };
        if !amr.contains(&method) {
            amr.push(method);
        }
    }
    accept_amr(&amr)?;
    Ok(amr)
}

/// P4: whether an internal service can vouch for these methods at all.
pub(crate) fn accept_amr(amr: &[AuthenticationMethod]) -> Result<(), Refusal> {
    if amr.is_empty() {
        return Err(Refusal::AmrRefused { found: None });
    }
    if amr.contains(&AuthenticationMethod::Saml) {
        let found = Some(AuthenticationMethod::Saml.as_str().to_owned());
        return Err(Refusal::AmrRefused { found });
    }
    Ok(())
}

/// P4: whether a sign-in by password is strong enough. `amr` is none while nothing was given yet.
/// `enrolled` says whether Vestibule keeps the password and a second factor beside it: whoever has
/// enrolled one is asked for it, whatever the workspace's rule says; that is what it is for.
pub(crate) fn check(
    two_factor: TwoFactorRule,
    role: Role,
    enrolled: bool,
    amr: Option<&[AuthenticationMethod]>,
) -> Verdict {
    let asked = match two_factor {
        TwoFactorRule::Off => false,
        TwoFactorRule::Admins => role == Role::Admin,
        TwoFactorRule::Everyone => true,
    };
    if !asked && !enrolled {
        return Verdict::Pass(format!(
            "two_factor is {two_factor}: a password is enough for this {role}"
        ));
    }
    if amr.is_some_and(|amr| amr.iter().any(|method| SECOND_FACTORS.contains(method))) {
        return Verdict::Pass("a second factor was used".into());
    }
    let refusal = if asked {
        Refusal::SecondFactorRequired { two_factor }
    } else {
        Refusal::OwnSecondFactorRequired
    };
    Verdict::Require(Requirement::SecondFactor, refusal)
}

/// P4 for SAML: the IdP's own business, unless the connection lists classes (IIP-SP07).
pub(crate) fn check_context(required: &[String], evidence: Evidence<'_>) -> Verdict {
    if required.is_empty() {
        return Verdict::NotApplicable(
            "SAML leaves the second factor to the identity provider".into(),
        );
    }
    let received = match evidence {
        Evidence::Settled { .. } => {
            return Verdict::Pass("the AuthnContext was judged when the session began".into());
        }
        Evidence::NotYet { .. } => None,
        Evidence::Asserted(asserted) => asserted.context,
    };
    if received.is_some_and(|class| required.iter().any(|wanted| wanted == class)) {
        return Verdict::Pass("the AuthnContext is one that the connection requires".into());
    }
    let refusal = Refusal::AuthnContextRequired {
        required: required.to_vec(),
        received: received.map(str::to_owned),
    };
    Verdict::Require(Requirement::AuthnContext, refusal)
}
