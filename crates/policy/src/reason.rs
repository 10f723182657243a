//! What a rule said, in words that a person can read.

use crate::words;

words! {
    /// The rules of design §3.
    Rule {
        /// The plan gate.
        P1 = "P1",
        /// The test gate.
        P2 = "P2",
        /// Mandatory SSO.
        P3 = "P3",
        /// The second factor, and the AuthnContext in its place.
        P4 = "P4",
        /// Only what is live serves; off means off.
        P5 = "P5",
        /// No lock-out.
        P6 = "P6",
        /// Who may enter.
        P7 = "P7",
        /// Roles.
        P8 = "P8",
        /// Who an assertion is about.
        P9 = "P9",
        /// No ladder to admin.
        P10 = "P10",
    }
}

words! {
    /// How a rule came out.
    RuleOutcome {
        /// It holds.
        Pass = "pass",
        /// It keeps the person out.
        Refuse = "refuse",
        /// It lets the person in once something more is given.
        Require = "require",
        /// It has nothing to say here.
        NotApplicable = "not_applicable",
    }
}

words! {
    /// What a method that is allowed still needs.
    Requirement {
        /// A second factor beside the password (P4).
        SecondFactor = "second_factor",
        /// A proof of the link by the admin themselves (P10).
        LocalProof = "local_proof",
        /// One of the AuthnContext classes that the connection lists (P4).
        AuthnContext = "authn_context",
        /// A fresh reset of a password from before SSO (P5); it concerns passwords that Vestibule
        /// keeps itself, never the word of an internal service.
        PasswordReset = "password_reset",
    }
}

/// One rule that was gone through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// Which.
    pub rule: Rule,
    /// How it came out.
    pub outcome: RuleOutcome,
    /// Why, as a sentence without personal data.
    pub detail: String,
}
