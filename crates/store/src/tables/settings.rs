//! What the deployment itself remembers: that the master key is the right one.

use diesel::prelude::*;

use crate::engine::on;
use crate::schema::settings;
use crate::seal::Place;
use crate::sealed::SealedColumn;
use crate::{StoreError, Tx};

pub(crate) const SENTINEL: &str = "master_key";
const PLACE: Place<'static> = SealedColumn::Sentinel.at(SENTINEL);

impl Tx<'_> {
    /// Opens the sealed sentinel, sealing it first in a database that has none.
    pub(crate) fn check_master_key(&mut self) -> Result<(), StoreError> {
        let sealed = match self.sentinel()? {
            Some(sealed) => Some(sealed),
            None => {
                let fresh = self.vault().seal(PLACE, SENTINEL.as_bytes())?;
                on!(self, |conn| diesel::insert_into(settings::table)
                    .values((settings::name.eq(SENTINEL), settings::value.eq(&fresh)))
                    .on_conflict_do_nothing()
                    .execute(conn))?;
                // Another program may have been faster.
                self.sentinel()?
            }
        };
        let opened = self.vault().open(PLACE, &sealed.unwrap_or_default())?;
        if opened.as_slice() != SENTINEL.as_bytes() {
            return Err(StoreError::WrongMasterKey);
        }
        Ok(())
    }

    /// Whether the master keys open the sealed sentinel; `None` where there is none yet.
    pub(crate) fn opens_sentinel(&mut self) -> Result<Option<Result<(), StoreError>>, StoreError> {
        let Some(sealed) = self.sentinel()? else {
            return Ok(None);
        };
        Ok(Some(self.vault().open(PLACE, &sealed).map(drop)))
    }

    fn sentinel(&mut self) -> Result<Option<String>, StoreError> {
        on!(self, |conn| settings::table
            .find(SENTINEL)
            .select(settings::value)
            .first::<String>(conn)
            .optional())
    }

    /// Whether the database answers.
    pub(crate) fn ping(&mut self) -> Result<(), StoreError> {
        self.sentinel().map(drop)
    }
}
