//! Metadata that a pinned key signed.

use vestibule_xmlsig::{KeyFingerprint, VerifyingKey, verify};

use super::{IdpMetadata, readable};
use crate::limits::Limits;
use crate::metadata_error::MetadataError;

/// The metadata of one IdP, read from nothing but bytes that one of the given keys signed. Only
/// [`IdpMetadata::parse_signed`] makes it, so having it is the proof.
#[derive(Debug, Clone)]
pub struct VerifiedMetadata {
    metadata: IdpMetadata,
    key: KeyFingerprint,
}

impl VerifiedMetadata {
    /// What was signed.
    #[must_use]
    pub fn metadata(&self) -> &IdpMetadata {
        &self.metadata
    }

    /// The key that signed it.
    #[must_use]
    pub fn signed_by(&self) -> KeyFingerprint {
        self.key
    }
}

impl IdpMetadata {
    /// Reads metadata whose root, an EntityDescriptor or an EntitiesDescriptor, one of `keys`
    /// signed (IIP-MD03, Metadata §3); they were pinned out of band, KeyInfo is never read.
    /// Everything, the choice of the entity too, is read from the signed bytes.
    ///
    /// # Errors
    ///
    /// [`MetadataError::Signature`]; else as [`Self::parse_entity`].
    pub fn parse_signed(
        xml: &[u8],
        entity_id: Option<&str>,
        limits: &Limits,
        keys: &[VerifyingKey],
    ) -> Result<VerifiedMetadata, MetadataError> {
        let unverified = readable(xml, limits)?;
        let signed = verify(unverified.root(), keys)?;
        let document = signed.parse(&limits.xml)?;
        Ok(VerifiedMetadata {
            metadata: Self::of_root(document.root(), entity_id)?,
            key: signed.key(),
        })
    }
}
