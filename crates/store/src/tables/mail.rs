//! Mails that wait to be sent, their text sealed.

use diesel::prelude::*;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use vestibule_model::{MailId, QueuedMail};
use zeroize::Zeroizing;

use crate::column::{Reading, micros};
use crate::engine::on;
use crate::schema::mails;
use crate::seal::Vault;
use crate::sealed::SealedColumn;
use crate::{StoreError, Tx};

#[derive(Queryable, Selectable)]
#[diesel(table_name = mails)]
struct MailRow {
    id: String,
    workspace_id: String,
    message: String,
    failures: i64,
    created_at: i64,
    next_try_at: i64,
}

/// What is sealed of a mail.
#[derive(Serialize, Deserialize)]
struct Message<T> {
    to: T,
    subject: T,
    text: T,
}

fn sealed(vault: &Vault, mail: &QueuedMail) -> Result<String, StoreError> {
    let message = Message {
        to: &mail.to,
        subject: &mail.subject,
        text: &mail.text,
    };
    let plain =
        serde_json::to_vec(&message)
            .map(Zeroizing::new)
            .or(Err(StoreError::Unstorable {
                table: "mails",
                column: "message",
            }))?;
    vault.seal(SealedColumn::Mail.at(&mail.id.to_string()), &plain)
}

fn opened(vault: &Vault, row: &MailRow) -> Result<QueuedMail, StoreError> {
    let reading = Reading {
        table: "mails",
        row: &row.id,
    };
    let plain = vault.open(SealedColumn::Mail.at(&row.id), &row.message)?;
    let message: Message<String> =
        serde_json::from_slice(&plain).map_err(|_cause| reading.inconsistent("message"))?;
    Ok(QueuedMail {
        id: reading.parse("id", &row.id)?,
        workspace_id: reading.parse("workspace_id", &row.workspace_id)?,
        to: message.to,
        subject: message.subject,
        text: message.text,
        failures: u32::try_from(row.failures).map_err(|_range| reading.inconsistent("failures"))?,
        created_at: reading.time("created_at", row.created_at)?,
        next_try_at: reading.time("next_try_at", row.next_try_at)?,
    })
}

impl Tx<'_> {
    /// Keeps a mail until it is sent.
    ///
    /// # Errors
    /// [`StoreError::Dangling`] when the workspace is gone.
    pub fn queue_mail(&mut self, mail: &QueuedMail) -> Result<(), StoreError> {
        let message = sealed(self.vault(), mail)?;
        on!(self, |conn| diesel::insert_into(mails::table)
            .values((
                mails::id.eq(mail.id.to_string()),
                mails::workspace_id.eq(mail.workspace_id.to_string()),
                mails::message.eq(&message),
                mails::failures.eq(i64::from(mail.failures)),
                mails::created_at.eq(micros(mail.created_at)),
                mails::next_try_at.eq(micros(mail.next_try_at)),
            ))
            .execute(conn))?;
        Ok(())
    }

    /// The mails of every workspace that are to be sent now, the longest due first.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when one was changed or moved.
    pub fn mails_due(
        &mut self,
        now: Timestamp,
        at_most: i64,
    ) -> Result<Vec<QueuedMail>, StoreError> {
        let rows = on!(self, |conn| mails::table
            .filter(mails::next_try_at.le(micros(now)))
            .order((mails::next_try_at.asc(), mails::id.asc()))
            .limit(at_most)
            .select(MailRow::as_select())
            .load(conn))?;
        let vault = self.vault();
        rows.iter().map(|row| opened(vault, row)).collect()
    }

    /// Deletes a mail that was sent; `false` when it is gone.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be deleted.
    pub fn mail_sent(&mut self, id: MailId) -> Result<bool, StoreError> {
        let id = id.to_string();
        let deleted = on!(self, |conn| diesel::delete(mails::table.find(&id))
            .execute(conn))?;
        Ok(deleted == 1)
    }

    /// Notes that sending a mail has failed so many times, and when it is tried next; `false` when it
    /// is gone, or somebody has noted as many already. Noted in advance it is a claim: exactly one of
    /// any number of transactions gets it.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be noted.
    pub fn mail_failed(
        &mut self,
        id: MailId,
        failures: u32,
        next_try_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let id = id.to_string();
        let changed = on!(self, |conn| diesel::update(
            mails::table
                .find(&id)
                .filter(mails::failures.lt(i64::from(failures)))
        )
        .set((
            mails::failures.eq(i64::from(failures)),
            mails::next_try_at.eq(micros(next_try_at)),
        ))
        .execute(conn))?;
        Ok(changed == 1)
    }
}
