//! Which source a connection follows.

use jiff::Timestamp;
use vestibule_jobs::{Jitter, after_success};
use vestibule_model::{Connection, MetadataSource, Revision};
use vestibule_store::{StoreError, Tx};

use crate::metadata::Seen;

/// Has a connection follow the metadata that its new draft was made from; a draft that was made
/// from none ends that, unless the live revision follows it.
pub(crate) fn follow(
    tx: &mut Tx<'_>,
    connection: &Connection,
    draft: &Revision,
    seen: Option<&Seen>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let kept = tx.metadata_source(connection.id)?;
    match (&draft.settings.idp_metadata, kept) {
        (Some(origin), kept) => {
            let kept = kept.filter(|source| source.origin == *origin);
            let mut source = kept.unwrap_or_else(|| {
                MetadataSource::new(connection.id, connection.workspace_id, origin.clone(), now)
            });
            if let Some(seen) = seen {
                note_seen(&mut source, seen, now);
            }
            // What waited was shown to the admin who has saved this draft.
            (source.pending, source.staged, source.settled_for) = (None, None, None);
            tx.put_metadata_source(&source)
        }
        (None, Some(source)) => {
            let live = tx.named_revision(connection.id, connection.serving())?;
            if !live.is_some_and(|live| is_of(&live, &source)) {
                tx.delete_metadata_source(connection.id)?;
            }
            Ok(())
        }
        (None, None) => Ok(()),
    }
}

/// Notes that the source was fetched, and when it is looked at next.
pub(super) fn note_seen(source: &mut MetadataSource, seen: &Seen, now: Timestamp) {
    source.etag.clone_from(&seen.validators.etag);
    source
        .last_modified
        .clone_from(&seen.validators.last_modified);
    source.document_hash = Some(seen.hash.clone());
    source.valid_until = seen.metadata.valid_until;
    let cache = seen.metadata.cache_duration;
    source.next_refresh_at = after_success(cache, source.valid_until, Jitter::random(), now);
    note_fetched(source, now);
}

/// Notes a success.
pub(super) fn note_fetched(source: &mut MetadataSource, now: Timestamp) {
    source.fetched_at = Some(now);
    source.failures = 0;
    source.last_error = None;
}

/// Whether a revision was made from this source.
pub(crate) fn is_of(revision: &Revision, source: &MetadataSource) -> bool {
    revision.settings.idp_metadata.as_ref() == Some(&source.origin)
}
