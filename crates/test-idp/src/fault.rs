//! The typical faults, by name.

use std::fmt;
use std::str::FromStr;

use jiff::SignedDuration;

use crate::message::Status;
use crate::twist::{Sign, Twist};

/// No fault has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no fault has this name")]
pub struct UnknownFault;

macro_rules! faults {
    ($($(#[$doc:meta])* $variant:ident, $name:literal, $label:literal, $twist:expr;)*) => {
        /// One typical fault: a [`Twist`] with a name, for a command line, a form or a table of tests.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Fault {
            $($(#[$doc])* $variant,)*
        }

        impl Fault {
            /// Every one of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Its name in a form or on a command line.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What it is, for a person.
            #[must_use]
            pub const fn label(self) -> &'static str {
                match self { $(Self::$variant => $label,)* }
            }

            /// The twist that makes it.
            #[must_use]
            pub fn twist(self) -> Twist {
                match self { $(Self::$variant => $twist,)* }
            }
        }
    };
}

macro_rules! twist {
    ($($field:ident: $value:expr),*) => { Twist { $($field: $value,)* ..Twist::default() } };
}

faults! {
    /// Nothing is signed.
    Unsigned, "unsigned", "Nothing is signed", twist!(unsigned: true);
    /// A key that nobody was told about.
    OtherKey, "other-key", "Signed with another key", twist!(other_key: true);
    /// SHA-1 for digest and signature.
    Sha1, "sha1", "Signed with SHA-1", twist!(sha1: true);
    /// Changed after signing.
    Tampered, "tampered", "Changed after signing", twist!(tampered: true);
    /// Signature wrapping.
    Wrapped, "wrapped", "A forged assertion beside the signed one", twist!(wrapped: true, sign: Some(Sign::Assertion));
    /// A document type declaration.
    Doctype, "doctype", "With a document type declaration", twist!(doctype: true);
    /// Another Issuer.
    WrongIssuer, "wrong-issuer", "Another issuer", twist!(wrong_issuer: true);
    /// Another Destination.
    WrongDestination, "wrong-destination", "Another destination", twist!(wrong_destination: true);
    /// The answer to another request.
    WrongInResponseTo, "wrong-in-response-to", "The answer to another request", twist!(wrong_in_response_to: true);
    /// The answer to no request.
    NoInResponseTo, "no-in-response-to", "The answer to no request", twist!(no_in_response_to: true);
    /// SAML 1.1 by its Version.
    WrongVersion, "wrong-version", "Version 1.1", twist!(wrong_version: true);
    /// The person failed to sign in at the IdP.
    AuthnFailed, "authn-failed", "The sign-in failed at the IdP", twist!(status: Some(Status::authn_failed()));
    /// Success without an assertion.
    NoAssertion, "no-assertion", "No assertion", twist!(no_assertion: true);
    /// Two assertions.
    TwoAssertions, "two-assertions", "Two assertions", twist!(two_assertions: true);
    /// Another audience.
    WrongAudience, "wrong-audience", "Another audience", twist!(wrong_audience: true);
    /// No audience.
    NoAudience, "no-audience", "No audience", twist!(no_audience: true);
    /// An unknown condition.
    UnknownCondition, "unknown-condition", "A condition that nobody knows", twist!(unknown_condition: true);
    /// A clock two hours slow: the answer has run out.
    Expired, "expired", "Expired (the clock is two hours slow)", twist!(clock_offset: SignedDuration::from_hours(-2));
    /// A clock two hours fast: the answer is not valid yet.
    NotYetValid, "not-yet-valid", "Not valid yet (the clock is two hours fast)", twist!(clock_offset: SignedDuration::from_hours(2));
    /// The subject confirmation has run out.
    ConfirmationExpired, "confirmation-expired", "The subject confirmation has run out", twist!(confirmation_expired: true);
    /// Another Recipient.
    WrongRecipient, "wrong-recipient", "Another recipient", twist!(wrong_recipient: true);
    /// No bearer confirmation.
    NoBearer, "no-bearer", "No bearer confirmation", twist!(no_bearer: true);
    /// No AuthnStatement.
    NoAuthnStatement, "no-authn-statement", "No authentication statement", twist!(no_authn_statement: true);
    /// The IdP's session is over already.
    SessionOver, "session-over", "The session at the IdP is over", twist!(session_not_on_or_after: Some(SignedDuration::from_hours(-1)));
    /// A subject without a NameID.
    NoNameId, "no-name-id", "No NameID", twist!(no_name_id: true);
    /// An opaque NameID and no attributes, so no address anywhere.
    NoEmail, "no-email", "No e-mail address anywhere", twist!(no_attributes: true, name_id_format: Some(crate::message::PERSISTENT.to_owned()));
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|fault| fault.name() == name)
            .ok_or(UnknownFault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_found_by_its_name_and_twists_something() {
        for fault in Fault::ALL {
            assert_eq!(fault.name().parse(), Ok(*fault));
            assert_ne!(fault.twist(), Twist::default(), "{fault}");
        }
        assert_eq!("".parse::<Fault>(), Err(UnknownFault));
    }
}
