//! The rules by name.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! checks {
    ($( $(#[$doc:meta])* $name:ident = $word:literal, $reference:literal; )*) => {
        /// One rule of accepting a Response. The words are stable: they are stored with every
        /// report and named in guides. In the order in which a report lists them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Check {
            $( $(#[$doc])* #[serde(rename = $word)] $name, )*
        }

        impl Check {
            /// Every rule, in the order of a report.
            pub const ALL: &'static [Self] = &[ $( Self::$name, )* ];

            /// Its stable word.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$name => $word, )* }
            }

            /// Where the rule is written.
            #[must_use]
            pub const fn reference(self) -> &'static str {
                match self { $( Self::$name => $reference, )* }
            }
        }
    };
}

checks! {
    /// The form value is base64 of a hardened-parsed `samlp:Response`.
    ResponseFormat = "response_format", "SAML Bindings §3.5.4";
    /// The IdP says that it succeeded.
    Status = "status", "SAML Core §3.2.2.2";
    /// Nothing is encrypted that we cannot decrypt.
    Encryption = "encryption", "SAML Core §2.3.4";
    /// Exactly one assertion, directly in the Response, and none hidden elsewhere.
    AssertionCount = "assertion_count", "SAML Core §3.3.3";
    /// The Response's own signature, if it has one, is by a trusted key and whole.
    ResponseSignature = "response_signature", "SAML Core §5.4";
    /// The assertion's own signature, if it has one, is by a trusted key and whole.
    AssertionSignature = "assertion_signature", "SAML Core §5.4";
    /// The assertion is signed: itself, or by the Response around it.
    Signature = "signature", "SAML Profiles §4.1.4.5";
    /// The Response itself is signed, where the connection asks for that.
    ResponseSignatureRequired = "response_signature_required", "Kantara IIP-SP13";
    /// The Response's Version is 2.0.
    Version = "version", "SAML Core §3.2.2";
    /// The Response has an ID, an NCName.
    ResponseId = "response_id", "SAML Core §1.3.4";
    /// The Response was issued between the request and now.
    IssueInstant = "issue_instant", "SAML Core §3.2.2";
    /// The Response was meant for this ACS URL.
    ResponseDestination = "response_destination", "SAML Bindings §3.5.5.2";
    /// The Response answers the request that this browser was sent away with.
    InResponseTo = "in_response_to", "SAML Core §3.2.2";
    /// The Response comes from the expected IdP.
    ResponseIssuer = "response_issuer", "SAML Profiles §4.1.4.2 (Errata 05)";
    /// The assertion's Version is 2.0.
    AssertionVersion = "assertion_version", "SAML Core §2.3.3";
    /// The assertion has an ID, an NCName.
    AssertionId = "assertion_id", "SAML Core §1.3.4";
    /// The assertion was issued between the request and now.
    AssertionIssueInstant = "assertion_issue_instant", "SAML Core §2.3.3";
    /// The assertion comes from the expected IdP.
    AssertionIssuer = "assertion_issuer", "SAML Profiles §4.1.4.2";
    /// The assertion has exactly one Subject.
    Subject = "subject", "SAML Core §2.4.1";
    /// The Subject has exactly one NameID, of text, not blank.
    NameId = "name_id", "SAML Core §2.2.3";
    /// The Subject has a bearer confirmation.
    SubjectConfirmation = "subject_confirmation", "SAML Profiles §4.1.4.2";
    /// The confirmation's Recipient is this ACS URL.
    Recipient = "recipient", "SAML Profiles §4.1.4.2";
    /// The confirmation has not expired, and has no NotBefore.
    ConfirmationWindow = "confirmation_window", "SAML Profiles §4.1.4.2";
    /// The confirmation answers the request that this browser was sent away with.
    ConfirmationInResponseTo = "confirmation_in_response_to", "SAML Profiles §4.1.4.2";
    /// The assertion has exactly one Conditions element.
    Conditions = "conditions", "SAML Core §2.5.1";
    /// The assertion is valid now.
    ConditionsWindow = "conditions_window", "SAML Core §2.5.1.2";
    /// The assertion is meant for this service provider.
    Audience = "audience", "SAML Core §2.5.1.4";
    /// Every condition is one that we know.
    UnknownCondition = "unknown_condition", "SAML Core §2.5.1.1";
    /// OneTimeUse stands there at most once; every assertion is used once anyway.
    OneTimeUse = "one_time_use", "SAML Core §2.5.1.5";
    /// ProxyRestriction is well-formed; no assertion is ever passed on.
    ProxyRestriction = "proxy_restriction", "SAML Core §2.5.1.6";
    /// Somebody was authenticated: there is an AuthnStatement with its AuthnContext.
    AuthnStatement = "authn_statement", "SAML Core §2.7.2";
    /// They were authenticated, and not in the future.
    AuthnInstant = "authn_instant", "SAML Core §2.7.2";
    /// The IdP's session has not ended.
    SessionExpiry = "session_expiry", "SAML Core §2.7.2";
    /// Every attribute has a name, and none is encrypted.
    Attributes = "attributes", "SAML Core §2.7.3";
    /// The attribute by which this connection knows people has one value.
    Identifier = "identifier", "Kantara SDP-SP13, SDP-SP14";
    /// Scoped attributes name a scope that the IdP may assert.
    Scope = "scope", "Kantara SDP-SP17";
    /// They were authenticated in a way that the connection asks for.
    AuthnContext = "authn_context", "Kantara IIP-SP07";
    /// To know: which algorithms are getting old.
    WeakAlgorithm = "weak_algorithm", "Kantara IIP-ALG08";
    /// To know: a NameID that looks like an e-mail address and does not say so.
    NameIdFormat = "name_id_format", "SAML Core §8.3.2";
    /// To know: whether the IdP says when the session ends.
    SessionEnd = "session_end", "SAML Core §2.7.2";
    /// To know: how long an answer can be used.
    Validity = "validity", "SAML Profiles §4.1.4.2";
    /// To know: whether the assertion is signed itself.
    SignedPart = "signed_part", "SAML Profiles §4.1.4.5";
    /// To know: how far the IdP's clock is off.
    ClockOffset = "clock_offset", "Kantara IIP-G01";
    /// To know: when the certificate of the key that signed ends.
    CertificateExpiry = "certificate_expiry", "Kantara IIP-MD12";
    /// To know: what is no longer as the passed test saw it.
    Drift = "drift", "SAML Profiles §4.1.4";
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_has_its_own_word_and_a_reference() {
        let mut words: Vec<_> = Check::ALL.iter().map(|check| check.as_str()).collect();
        assert!(Check::ALL.iter().all(|check| check.reference().len() > 8));
        assert!(Check::ALL.is_sorted());
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), Check::ALL.len());
    }

    #[test]
    fn the_word_is_what_is_stored() {
        for check in Check::ALL {
            let json = serde_json::to_string(check).unwrap();
            assert_eq!(json, format!("\"{check}\""));
            assert_eq!(serde_json::from_str::<Check>(&json).unwrap(), *check);
        }
    }
}
