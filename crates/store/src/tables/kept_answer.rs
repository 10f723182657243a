//! What calls were answered that may be sent again, sealed.

use diesel::prelude::*;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use vestibule_model::{ApiKeyId, KeptAnswer};
use zeroize::Zeroizing;

use crate::column::{Reading, hex, micros};
use crate::engine::on;
use crate::schema::kept_answers;
use crate::sealed::SealedColumn;
use crate::{StoreError, Tx};

/// A call that may be sent again: by which API key, under which name, and what it asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeatable {
    id: String,
    request_hash: String,
}

impl Repeatable {
    /// The call of this API key under the name that the caller gave it. `request` is all that it asks for:
    /// method, target and body.
    #[must_use]
    pub fn new(api_key: ApiKeyId, name: &str, request: &[u8]) -> Self {
        // An id has no line break.
        let id = hex(&Sha256::digest(format!("{api_key}\n{name}")));
        Self {
            id,
            request_hash: hex(&Sha256::digest(request)),
        }
    }
}

/// What became of a call before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Before {
    /// It is the first of its name.
    Nothing,
    /// It was answered so.
    Answered(KeptAnswer),
    /// Its name was given to a call that asked for something else.
    Another,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = kept_answers)]
struct KeptRow {
    request_hash: String,
    answer: Option<String>,
}

impl Tx<'_> {
    /// Whether this call was answered before.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when the answer was changed or moved.
    pub fn answered_before(&mut self, call: &Repeatable) -> Result<Before, StoreError> {
        let row = on!(self, |conn| kept_answers::table
            .find(&call.id)
            .select(KeptRow::as_select())
            .first(conn)
            .optional())?;
        let Some(row) = row else {
            return Ok(Before::Nothing);
        };
        if row.request_hash != call.request_hash {
            return Ok(Before::Another);
        }
        let reading = Reading {
            table: "kept_answers",
            row: &call.id,
        };
        let sealed = row.answer.ok_or_else(|| reading.inconsistent("answer"))?;
        let plain = self
            .vault()
            .open(SealedColumn::KeptAnswer.at(&call.id), &sealed)?;
        let answer = serde_json::from_slice(&plain);
        Ok(Before::Answered(
            answer.map_err(|_cause| reading.inconsistent("answer"))?,
        ))
    }

    /// Begins a call for this transaction: [`Before::Nothing`] for exactly one that commits; it has to
    /// [keep its answer](Self::keep_answer). Another one at the same time waits here, and gets that answer.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when an answer was changed or moved.
    pub fn begin_call(&mut self, call: &Repeatable, now: Timestamp) -> Result<Before, StoreError> {
        let inserted = on!(self, |conn| diesel::insert_into(kept_answers::table)
            .values((
                kept_answers::id.eq(&call.id),
                kept_answers::request_hash.eq(&call.request_hash),
                kept_answers::created_at.eq(micros(now)),
            ))
            .on_conflict_do_nothing()
            .execute(conn))?;
        match inserted {
            1 => Ok(Before::Nothing),
            _ => self.answered_before(call),
        }
    }

    /// Keeps the answer of a call that this transaction has begun.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be kept.
    pub fn keep_answer(
        &mut self,
        call: &Repeatable,
        answer: &KeptAnswer,
    ) -> Result<(), StoreError> {
        let plain = serde_json::to_vec(answer).map(Zeroizing::new);
        let plain = plain.or(Err(StoreError::Unstorable {
            table: "kept_answers",
            column: "answer",
        }))?;
        let sealed = self
            .vault()
            .seal(SealedColumn::KeptAnswer.at(&call.id), &plain)?;
        on!(self, |conn| diesel::update(
            kept_answers::table.find(&call.id)
        )
        .set(kept_answers::answer.eq(Some(&sealed)))
        .execute(conn))?;
        Ok(())
    }
}
