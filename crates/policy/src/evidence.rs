//! What is known of a SAML sign-in when the rules are asked.

use jiff::Timestamp;
use vestibule_model::{Identity, KeyFingerprint, SamlDetails};
use vestibule_saml::Attributes;

/// What is known of a SAML sign-in when the rules are asked.
#[derive(Clone, Copy)]
pub(crate) enum Evidence<'a> {
    /// There is no assertion yet: a decision that is asked beforehand.
    NotYet {
        /// The person's links.
        links: &'a [Identity],
    },
    /// What a verified assertion says.
    Asserted(&'a Asserted<'a>),
    /// It was judged when the session began.
    Settled {
        /// When that was.
        began_at: Timestamp,
        /// What the session keeps of the assertion.
        details: &'a SamlDetails,
        /// The person's links.
        links: &'a [Identity],
    },
}

/// What a verified assertion says, beside who it is about.
pub(crate) struct Asserted<'a> {
    /// The AuthnContext class.
    pub(crate) context: Option<&'a str>,
    /// The attributes.
    pub(crate) attributes: &'a Attributes,
    /// The key that signed it.
    pub(crate) signed_by: KeyFingerprint,
    /// How the person was found.
    pub(crate) found: Found<'a>,
    /// Whether its subject means something tomorrow: a transient one does not.
    pub(crate) lasting: bool,
    /// Whether the workspace has an active admin beside the person (P6).
    pub(crate) other_active_admins: bool,
}

/// How an assertion's person was found (P9).
#[derive(Clone, Copy)]
pub(crate) enum Found<'a> {
    /// The subject is linked.
    Linked(&'a Identity),
    /// By the address alone.
    ByEmail,
    /// Not at all: a newcomer.
    Nowhere,
}
