//! What the deployment itself remembers: that the master key is the right one, and the key of the audit log.

use diesel::prelude::*;

use crate::audit_key::AuditKey;
use crate::engine::on;
use crate::schema::settings;
use crate::seal::Place;
use crate::sealed::SealedColumn;
use crate::{StoreError, Tx};

pub(crate) const SENTINEL: &str = "master_key";
/// The name of the key of the audit log.
pub(crate) const AUDIT_KEY: &str = "audit_key";
const PLACE: Place<'static> = SealedColumn::Sentinel.at(SENTINEL);

impl Tx<'_> {
    /// Opens the sealed sentinel, sealing it first in a database that has none.
    pub(crate) fn check_master_key(&mut self) -> Result<(), StoreError> {
        let sealed = match self.setting(SENTINEL)? {
            Some(sealed) => Some(sealed),
            None => {
                let fresh = self.vault().seal(PLACE, SENTINEL.as_bytes())?;
                self.insert_setting(SENTINEL, &fresh)?;
                // Another program may have been faster.
                self.setting(SENTINEL)?
            }
        };
        let opened = self.vault().open(PLACE, &sealed.unwrap_or_default())?;
        if opened.as_slice() != SENTINEL.as_bytes() {
            return Err(StoreError::WrongMasterKey);
        }
        Ok(())
    }

    /// The key of the audit log, made first in a database that has none: then it also signs the entries from
    /// before. To be called in a transaction.
    pub(crate) fn audit_key(&mut self) -> Result<AuditKey, StoreError> {
        let place = SealedColumn::Sentinel.at(AUDIT_KEY);
        if self.setting(AUDIT_KEY)?.is_none() {
            let fresh = AuditKey::generate()?;
            let sealed = self.vault().seal(place, &fresh)?;
            if self.insert_setting(AUDIT_KEY, &sealed)? {
                let key = AuditKey::new(&fresh);
                self.sign_audit_of_before(&key)?;
                return Ok(key);
            }
        }
        let sealed = self.setting(AUDIT_KEY)?.unwrap_or_default();
        Ok(AuditKey::new(&self.vault().open(place, &sealed)?))
    }

    /// Whether the master keys open the sealed sentinel; `None` where there is none yet.
    pub(crate) fn opens_sentinel(&mut self) -> Result<Option<Result<(), StoreError>>, StoreError> {
        let Some(sealed) = self.setting(SENTINEL)? else {
            return Ok(None);
        };
        Ok(Some(self.vault().open(PLACE, &sealed).map(drop)))
    }

    fn setting(&mut self, name: &str) -> Result<Option<String>, StoreError> {
        on!(self, |conn| settings::table
            .find(name)
            .select(settings::value)
            .first::<String>(conn)
            .optional())
    }

    /// Keeps a setting; `false` when there is one of this name.
    fn insert_setting(&mut self, name: &str, value: &str) -> Result<bool, StoreError> {
        let inserted = on!(self, |conn| diesel::insert_into(settings::table)
            .values((settings::name.eq(name), settings::value.eq(value)))
            .on_conflict_do_nothing()
            .execute(conn))?;
        Ok(inserted == 1)
    }

    /// Whether the database answers.
    pub(crate) fn ping(&mut self) -> Result<(), StoreError> {
        self.setting(SENTINEL).map(drop)
    }
}
