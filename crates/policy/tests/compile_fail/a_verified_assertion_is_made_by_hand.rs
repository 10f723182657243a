use vestibule_saml::{SignIn, VerifiedAssertion};

fn forge() -> VerifiedAssertion<SignIn> {
    VerifiedAssertion {}
}

fn main() {}
