//! For how long metadata counts.

use jiff::{SignedDuration, Timestamp};
use vestibule_xmlsig::Element;

use super::duration::parse_duration;
use crate::instant::{is_ahead, parse_instant};
use crate::metadata_error::MetadataError;

/// What is asked of `validUntil` (IIP-MD04, SDP-MD03). That it has not passed is always asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ValidityPolicy {
    /// How far ahead it may lie at most; then it must be there. None: it may be missing, and lie
    /// as far ahead as it likes.
    pub at_most: Option<SignedDuration>,
}

impl ValidityPolicy {
    /// Holds `valid_until` against the policy, give or take the skew (IIP-G01).
    ///
    /// # Errors
    ///
    /// [`MetadataError::Expired`], [`MetadataError::NoValidUntil`],
    /// [`MetadataError::ValidTooLong`].
    pub fn check(
        self,
        valid_until: Option<Timestamp>,
        clock_skew: SignedDuration,
        now: Timestamp,
    ) -> Result<(), MetadataError> {
        let skew = clock_skew.max(SignedDuration::ZERO);
        let allowed = |most: SignedDuration| most.checked_add(skew).unwrap_or(most);
        match (valid_until, self.at_most) {
            (Some(until), _) if !is_ahead(until, clock_skew, now) => {
                Err(MetadataError::Expired { until })
            }
            (Some(until), Some(most)) if until.duration_since(now) > allowed(most) => {
                let days = most.as_hours() / 24;
                Err(MetadataError::ValidTooLong { until, days })
            }
            (None, Some(_)) => Err(MetadataError::NoValidUntil),
            _ => Ok(()),
        }
    }
}

/// The earliest of these elements.
pub(super) fn valid_until(whole: &[Element<'_>]) -> Result<Option<Timestamp>, MetadataError> {
    let mut earliest = None;
    for element in whole {
        let Some(text) = element.attribute("validUntil") else {
            continue;
        };
        let until = parse_instant(&text).ok_or(MetadataError::ValidUntil)?;
        earliest = Some(earliest.map_or(until, |known: Timestamp| known.min(until)));
    }
    Ok(earliest)
}

/// The shortest of these elements; it is a hint, so what cannot be read refuses nothing.
pub(super) fn cache_duration(whole: &[Element<'_>]) -> Option<SignedDuration> {
    whole
        .iter()
        .filter_map(|element| parse_duration(&element.attribute("cacheDuration")?))
        .min()
}
