//! An assertion that every rule let pass.

use std::fmt;
use std::marker::PhantomData;

use jiff::Timestamp;
use vestibule_xmlsig::{KeyFingerprint, SignatureAlgorithm};

use crate::attributes::Attributes;
use crate::expected::Purpose;
use crate::learned::{Learned, SignedPart};
use crate::name_id::NameId;
use crate::report::Report;

/// An assertion that one of the given keys signed and that every rule let pass, for the purpose
/// `P`. Only [`SignedResponse::validate`](crate::SignedResponse::validate) makes one, so having it
/// is the proof; everything in it was read from the signed bytes.
pub struct VerifiedAssertion<P> {
    facts: Facts,
    report: Report,
    purpose: PhantomData<fn() -> P>,
}

/// An assertion, as read from signed bytes.
pub(crate) struct Facts {
    pub(crate) idp_entity_id: String,
    pub(crate) assertion_id: String,
    pub(crate) signed: Signed,
    pub(crate) said: Said,
}

/// How it is signed, and encrypted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Signed {
    pub(crate) part: SignedPart,
    /// Where both are signed, the Response's.
    pub(crate) by: KeyFingerprint,
    pub(crate) algorithm: SignatureAlgorithm,
    pub(crate) encrypted: bool,
}

/// What it says of somebody.
pub(crate) struct Said {
    pub(crate) name_id: Option<NameId>,
    pub(crate) identifier: Option<(String, String)>,
    pub(crate) attributes: Attributes,
    pub(crate) unsolicited: bool,
    pub(crate) authn_instant: Timestamp,
    pub(crate) session_index: Option<String>,
    pub(crate) session_not_on_or_after: Option<Timestamp>,
    pub(crate) authn_context_class: Option<String>,
    pub(crate) expires_at: Timestamp,
}

impl<P: Purpose> VerifiedAssertion<P> {
    pub(crate) fn new(facts: Facts, report: Report) -> Self {
        Self {
            facts,
            report,
            purpose: PhantomData,
        }
    }

    /// The IdP, by its entity ID.
    #[must_use]
    pub fn idp_entity_id(&self) -> &str {
        &self.facts.idp_entity_id
    }

    /// The assertion's ID. It is never accepted twice (Profiles §4.1.4.5).
    #[must_use]
    pub fn assertion_id(&self) -> &str {
        &self.facts.assertion_id
    }

    /// Whom it is about, by NameID; where the connection knows people by an attribute, there may be
    /// none, and if there is one it is for logout alone.
    #[must_use]
    pub fn name_id(&self) -> Option<&NameId> {
        self.facts.said.name_id.as_ref()
    }

    /// Whom it is about, where the connection knows people by an attribute: its name and its one
    /// value. `subject-id` and `pairwise-id`, whose case means nothing, come in lower case.
    #[must_use]
    pub fn subject_attribute(&self) -> Option<(&str, &str)> {
        let (name, value) = self.facts.said.identifier.as_ref()?;
        Some((name, value))
    }

    /// What the IdP does, as this response shows it: to be stored when a test has passed.
    #[must_use]
    pub fn learned(&self) -> Learned {
        let (signed, said) = (&self.facts.signed, &self.facts.said);
        Learned {
            issuer: self.facts.idp_entity_id.clone(),
            name_id_format: NameId::format_told(said.name_id.as_ref()).to_owned(),
            signed: signed.part,
            algorithm: signed.algorithm.to_string(),
            key: signed.by,
            encrypted: signed.encrypted,
            attributes: said
                .attributes
                .iter()
                .map(|attribute| attribute.name.clone())
                .collect(),
        }
    }

    /// Whether what is signed answers no request of ours: then whoever holds it may try to sign in
    /// with it (Profiles §4.1.5).
    #[must_use]
    pub fn is_unsolicited(&self) -> bool {
        self.facts.said.unsolicited
    }

    /// What it says about them.
    #[must_use]
    pub fn attributes(&self) -> &Attributes {
        &self.facts.said.attributes
    }

    /// When they were authenticated.
    #[must_use]
    pub fn authn_instant(&self) -> Timestamp {
        self.facts.said.authn_instant
    }

    /// The IdP's session, to be named at logout.
    #[must_use]
    pub fn session_index(&self) -> Option<&str> {
        self.facts.said.session_index.as_deref()
    }

    /// When a session made of it must end.
    #[must_use]
    pub fn session_not_on_or_after(&self) -> Option<Timestamp> {
        self.facts.said.session_not_on_or_after
    }

    /// How they were authenticated.
    #[must_use]
    pub fn authn_context_class(&self) -> Option<&str> {
        self.facts.said.authn_context_class.as_deref()
    }

    /// From when on it can no longer be accepted, the clock skew not counted: remember its ID until
    /// then, plus the skew, plus a margin.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.facts.said.expires_at
    }

    /// The key that signed it; where Response and assertion both are signed, the Response's.
    #[must_use]
    pub fn signed_by(&self) -> KeyFingerprint {
        self.facts.signed.by
    }

    /// Every rule that it went through.
    #[must_use]
    pub fn report(&self) -> &Report {
        &self.report
    }
}

/// Personal data: `Debug` shows the assertion's ID and issuer alone.
impl<P> fmt::Debug for VerifiedAssertion<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedAssertion")
            .field("idp_entity_id", &self.facts.idp_entity_id)
            .field("assertion_id", &self.facts.assertion_id)
            .finish_non_exhaustive()
    }
}
