//! Leases: who of several servers does what one alone should do.

use diesel::prelude::*;
use jiff::Timestamp;

use crate::column::{key, micros};
use crate::engine::on;
use crate::schema::leases;
use crate::{StoreError, Tx};

impl Tx<'_> {
    /// Takes a lease, or keeps it, until `until`: `true` when this holder has it then. Whoever else
    /// has it keeps it until it is given back or over.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be taken.
    pub fn take_lease(
        &mut self,
        name: &str,
        holder: &str,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let (name, holder) = (
            key("leases", "name", name)?,
            key("leases", "holder", holder)?,
        );
        let (until, now) = (micros(until), micros(now));
        let taken = on!(self, |conn| diesel::update(
            leases::table
                .find(&name)
                .filter(leases::holder.eq(&holder).or(leases::expires_at.le(now)))
        )
        .set((leases::holder.eq(&holder), leases::expires_at.eq(until)))
        .execute(conn))?;
        if taken == 1 {
            return Ok(true);
        }
        let first = on!(self, |conn| diesel::insert_into(leases::table)
            .values((
                leases::name.eq(&name),
                leases::holder.eq(&holder),
                leases::expires_at.eq(until),
            ))
            .on_conflict_do_nothing()
            .execute(conn))?;
        Ok(first == 1)
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
