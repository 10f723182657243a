//! Leases: who of several servers does what one alone should do.

use diesel::prelude::*;
use jiff::Timestamp;

use crate::column::{Reading, key, micros};
use crate::engine::on;
use crate::schema::leases;
use crate::{StoreError, Tx};

/// Who has a lease, and until when unless it is renewed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// Who has it.
    pub holder: String,
    /// Each renewal moves it on, so whoever watches knows a holder that is gone without trusting a clock.
    pub until: Timestamp,
}

impl Tx<'_> {
    /// Who has the lease of this name; none where nobody does.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be read.
    pub fn lease(&mut self, name: &str) -> Result<Option<Lease>, StoreError> {
        let row: Option<(String, i64)> = on!(self, |conn| leases::table
            .find(name)
            .select((leases::holder, leases::expires_at))
            .first(conn)
            .optional())?;
        let Some((holder, until)) = row else {
            return Ok(None);
        };
        let reading = Reading {
            table: "leases",
            row: name,
        };
        let until = reading.time("expires_at", until)?;
        Ok(Some(Lease { holder, until }))
    }

    /// Puts a lease in the place of what was seen there; `false` when something else is there by now.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be taken.
    pub fn take_lease(
        &mut self,
        name: &str,
        seen: Option<&Lease>,
        own: &Lease,
    ) -> Result<bool, StoreError> {
        let (name, holder) = (
            key("leases", "name", name)?,
            key("leases", "holder", &own.holder)?,
        );
        let until = micros(own.until);
        let taken = match seen {
            Some(seen) => on!(self, |conn| diesel::update(
                leases::table
                    .find(&name)
                    .filter(leases::holder.eq(&seen.holder))
                    .filter(leases::expires_at.eq(micros(seen.until)))
            )
            .set((leases::holder.eq(&holder), leases::expires_at.eq(until)))
            .execute(conn))?,
            None => on!(self, |conn| diesel::insert_into(leases::table)
                .values((
                    leases::name.eq(&name),
                    leases::holder.eq(&holder),
                    leases::expires_at.eq(until),
                ))
                .on_conflict_do_nothing()
                .execute(conn))?,
        };
        Ok(taken == 1)
    }

    /// Gives a lease back; `false` when this holder did not have it.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be given back.
    pub fn release_lease(&mut self, name: &str, holder: &str) -> Result<bool, StoreError> {
        let released = on!(self, |conn| diesel::delete(
            leases::table.find(name).filter(leases::holder.eq(holder))
        )
        .execute(conn))?;
        Ok(released == 1)
    }
}
