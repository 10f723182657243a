//! Authenticator apps: the one that counts, and beside it the one that a member is setting up. The old
//! one goes on until a code has confirmed the new one.

use diesel::prelude::*;
use jiff::Timestamp;
use vestibule_model::{MemberId, StoredTotp, WorkspaceId};
use zeroize::Zeroizing;

use crate::column::{Reading, micros};
use crate::engine::on;
use crate::schema::{totp, totp_enrolments};
use crate::sealed::SealedColumn;
use crate::{StoreError, Tx};

/// Without the seed: that comes out by [`Tx::totp_seed`] alone.
#[derive(Queryable, Selectable)]
#[diesel(table_name = totp)]
struct TotpRow {
    member_id: String,
    workspace_id: String,
    confirmed_at: i64,
    last_step: i64,
    created_at: i64,
}

impl TryFrom<TotpRow> for StoredTotp {
    type Error = StoreError;

    fn try_from(row: TotpRow) -> Result<Self, StoreError> {
        let reading = Reading {
            table: "totp",
            row: &row.member_id,
        };
        Ok(Self {
            member_id: reading.parse("member_id", &row.member_id)?,
            workspace_id: reading.parse("workspace_id", &row.workspace_id)?,
            confirmed_at: Some(reading.time("confirmed_at", row.confirmed_at)?),
            last_step: Some(row.last_step),
            created_at: reading.time("created_at", row.created_at)?,
        })
    }
}

/// An app that is being set up, and its seed.
type Enrolment = (StoredTotp, Zeroizing<Vec<u8>>);

/// One that no code has confirmed, without the seed.
#[derive(Queryable, Selectable)]
#[diesel(table_name = totp_enrolments)]
struct EnrolmentRow {
    member_id: String,
    workspace_id: String,
    created_at: i64,
}

impl TryFrom<EnrolmentRow> for StoredTotp {
    type Error = StoreError;

    fn try_from(row: EnrolmentRow) -> Result<Self, StoreError> {
        let reading = Reading {
            table: "totp_enrolments",
            row: &row.member_id,
        };
        Ok(Self {
            member_id: reading.parse("member_id", &row.member_id)?,
            workspace_id: reading.parse("workspace_id", &row.workspace_id)?,
            confirmed_at: None,
            last_step: None,
            created_at: reading.time("created_at", row.created_at)?,
        })
    }
}

impl Tx<'_> {
    /// The authenticator app of a member of this workspace that counts.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub fn totp(
        &mut self,
        workspace_id: WorkspaceId,
        member_id: MemberId,
    ) -> Result<Option<StoredTotp>, StoreError> {
        let (workspace_id, member_id) = (workspace_id.to_string(), member_id.to_string());
        let row = on!(self, |conn| totp::table
            .find(&member_id)
            .filter(totp::workspace_id.eq(&workspace_id))
            .select(TotpRow::as_select())
            .first(conn)
            .optional())?;
        row.map(StoredTotp::try_from).transpose()
    }

    /// The seed of [`Self::totp`].
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when it was changed or moved.
    pub fn totp_seed(
        &mut self,
        workspace_id: WorkspaceId,
        member_id: MemberId,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        let (workspace_id, member_id) = (workspace_id.to_string(), member_id.to_string());
        let sealed = on!(self, |conn| totp::table
            .find(&member_id)
            .filter(totp::workspace_id.eq(&workspace_id))
            .select(totp::seed)
            .first::<String>(conn)
            .optional())?;
        let place = SealedColumn::TotpSeed.at(&member_id);
        sealed
            .map(|sealed| self.vault().open(place, &sealed))
            .transpose()
    }

    /// Keeps an authenticator app that its member is setting up, in the place of another one that
    /// was never confirmed. It counts once [`Self::confirm_totp`] says so, whatever the value says of
    /// that, and the one that counts stays until then.
    ///
    /// # Errors
    /// [`StoreError::Dangling`] when the workspace has no such member.
    pub fn put_totp(&mut self, enrolment: &StoredTotp, seed: &[u8]) -> Result<(), StoreError> {
        let member_id = enrolment.member_id.to_string();
        let place = SealedColumn::TotpEnrolmentSeed.at(&member_id);
        let sealed = self.vault().seal(place, seed)?;
        let values = (
            totp_enrolments::workspace_id.eq(enrolment.workspace_id.to_string()),
            totp_enrolments::seed.eq(sealed),
            totp_enrolments::created_at.eq(micros(enrolment.created_at)),
        );
        on!(self, |conn| diesel::insert_into(totp_enrolments::table)
            .values((totp_enrolments::member_id.eq(&member_id), values.clone()))
            .on_conflict(totp_enrolments::member_id)
            .do_update()
            .set(values)
            .execute(conn))?;
        Ok(())
    }

    /// The authenticator app that a member is setting up, with its seed.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when the seed was changed or moved.
    pub fn totp_enrolment(
        &mut self,
        workspace_id: WorkspaceId,
        member_id: MemberId,
    ) -> Result<Option<Enrolment>, StoreError> {
        let (workspace_id, member_id) = (workspace_id.to_string(), member_id.to_string());
        let row = on!(self, |conn| totp_enrolments::table
            .find(&member_id)
            .filter(totp_enrolments::workspace_id.eq(&workspace_id))
            .select((EnrolmentRow::as_select(), totp_enrolments::seed))
            .first::<(EnrolmentRow, String)>(conn)
            .optional())?;
        let Some((row, sealed)) = row else {
            return Ok(None);
        };
        let place = SealedColumn::TotpEnrolmentSeed.at(&member_id);
        let seed = self.vault().open(place, &sealed)?;
        Ok(Some((row.try_into()?, seed)))
    }

    /// Has the app that a member is setting up count, in the place of the one that did. `seed` is what
    /// the code was held against and `step` the time step of that code, which is used up by this.
    /// `false`, and nothing changed, when the member is setting up no app with this seed any more:
    /// exactly one of any number of transactions confirms it.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when the seed was changed or moved.
    pub fn confirm_totp(
        &mut self,
        workspace_id: WorkspaceId,
        member_id: MemberId,
        seed: &[u8],
        step: i64,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let Some((enrolment, kept)) = self.totp_enrolment(workspace_id, member_id)? else {
            return Ok(false);
        };
        if kept.as_slice() != seed {
            return Ok(false);
        }
        let (workspace_id, member_id) = (workspace_id.to_string(), member_id.to_string());
        let created_at = micros(enrolment.created_at);
        let taken = on!(self, |conn| diesel::delete(
            totp_enrolments::table
                .find(&member_id)
                .filter(totp_enrolments::created_at.eq(created_at))
        )
        .execute(conn))?;
        if taken == 0 {
            return Ok(false);
        }
        let sealed = self
            .vault()
            .seal(SealedColumn::TotpSeed.at(&member_id), seed)?;
        let values = (
            totp::workspace_id.eq(workspace_id),
            totp::seed.eq(sealed),
            totp::confirmed_at.eq(micros(now)),
            totp::last_step.eq(step),
            totp::created_at.eq(created_at),
        );
        on!(self, |conn| diesel::insert_into(totp::table)
            .values((totp::member_id.eq(&member_id), values.clone()))
            .on_conflict(totp::member_id)
            .do_update()
            .set(values)
            .execute(conn))?;
        Ok(true)
    }

    /// Uses the code of a time step up: `false` when it, or that of a later step, was used before.
    /// Exactly one of any number of transactions gets it.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be tried.
    pub fn use_totp_step(
        &mut self,
        workspace_id: WorkspaceId,
        member_id: MemberId,
        step: i64,
    ) -> Result<bool, StoreError> {
        let (workspace_id, member_id) = (workspace_id.to_string(), member_id.to_string());
        let changed = on!(self, |conn| diesel::update(
            totp::table
                .find(&member_id)
                .filter(totp::workspace_id.eq(&workspace_id))
                .filter(totp::last_step.lt(step))
        )
        .set(totp::last_step.eq(step))
        .execute(conn))?;
        Ok(changed == 1)
    }

    /// Deletes the authenticator app of a member, and the one that they are setting up; `false` when
    /// they had none that counted.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be deleted.
    pub fn delete_totp(
        &mut self,
        workspace_id: WorkspaceId,
        member_id: MemberId,
    ) -> Result<bool, StoreError> {
        let (workspace_id, member_id) = (workspace_id.to_string(), member_id.to_string());
        on!(self, |conn| diesel::delete(
            totp_enrolments::table
                .find(&member_id)
                .filter(totp_enrolments::workspace_id.eq(&workspace_id))
        )
        .execute(conn))?;
        let deleted = on!(self, |conn| diesel::delete(
            totp::table
                .find(&member_id)
                .filter(totp::workspace_id.eq(&workspace_id))
        )
        .execute(conn))?;
        Ok(deleted == 1)
    }
}
