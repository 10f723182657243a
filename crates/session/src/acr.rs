//! How strongly somebody proved who they are, as one word (`acr`, OpenID Connect Core §2).

use vestibule_model::{AuthenticationMethod, Origin};

/// A password and nothing else, over TLS (SAML Authentication Context §3.4.4): the word that SAML has
/// for it, so that applications compare one vocabulary.
const PASSWORD: &str = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport";
/// Several factors (REFEDS MFA Profile), which identity providers say by SAML too.
const SEVERAL_FACTORS: &str = "https://refeds.org/profile/mfa";

/// What our own sign-in says. Identity providers have words of their own, which are passed on.
pub const ACR_VALUES: &[&str] = &[PASSWORD, SEVERAL_FACTORS];

/// What an identity provider said, to the letter; or what was shown on our own pages or to whoever
/// vouches. None where nothing can be said.
pub(crate) fn acr(origin: &Origin, amr: &[AuthenticationMethod]) -> Option<String> {
    use AuthenticationMethod::{Hwk, Mfa, Otp, Pwd, Swk};
    match origin {
        Origin::Saml { details, .. } => details.authn_context_class.clone(),
        Origin::Vouched | Origin::Local => {
            let shown = |methods: &[AuthenticationMethod]| {
                methods.iter().any(|method| amr.contains(method))
            };
            if shown(&[Otp, Hwk, Swk, Mfa]) {
                Some(SEVERAL_FACTORS.to_owned())
            } else if shown(&[Pwd]) {
                Some(PASSWORD.to_owned())
            } else {
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use AuthenticationMethod::{Face, Hwk, Otp, Pwd};

    #[test]
    fn what_was_shown_has_one_word() {
        for (amr, word) in [
            (&[Pwd][..], Some(PASSWORD)),
            (&[Pwd, Otp], Some(SEVERAL_FACTORS)),
            (&[Hwk], Some(SEVERAL_FACTORS)),
            (&[Face], None),
        ] {
            assert_eq!(acr(&Origin::Local, amr).as_deref(), word, "{amr:?}");
            assert_eq!(acr(&Origin::Vouched, amr).as_deref(), word, "{amr:?}");
        }
    }
}
