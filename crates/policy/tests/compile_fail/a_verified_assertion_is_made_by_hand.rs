use vestibule_saml::{SignIn, VerifiedAssertion};

pub fn forge() -> VerifiedAssertion<SignIn> {
    VerifiedAssertion {}
}
