//! The keys that tokens are signed with, sealed.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use jiff::{SignedDuration, Timestamp};
use vestibule_model::Change;
use vestibule_session::{KeyFacts, KeyState, SigningKey, key_states};

use crate::column::{Reading, micros};
use crate::engine::{Engine, on};
use crate::schema::signing_keys;
use crate::seal::Place;
use crate::sealed::SealedColumn;
use crate::{StoreError, Tx};

/// How long a key that is over is kept: another replica's clock may be behind, and an operator may
/// want to see what has become of it.
const KEYS_KEPT: SignedDuration = SignedDuration::from_hours(1);

/// Without the key.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = signing_keys, treat_none_as_default_value = false)]
struct SigningKeyRow {
    kid: String,
    created_at: i64,
    retired_at: Option<i64>,
    algorithm: String,
    signs_from: i64,
}

impl From<&KeyFacts> for SigningKeyRow {
    fn from(facts: &KeyFacts) -> Self {
        Self {
            kid: facts.kid.clone(),
            created_at: micros(facts.created_at),
            retired_at: facts.withdrawn_at.map(micros),
            algorithm: facts.algorithm.to_string(),
            signs_from: micros(facts.signs_from),
        }
    }
}

impl TryFrom<SigningKeyRow> for KeyFacts {
    type Error = StoreError;

    fn try_from(row: SigningKeyRow) -> Result<Self, StoreError> {
        let reading = reading(&row.kid);
        Ok(Self {
            algorithm: reading.parse("algorithm", &row.algorithm)?,
            created_at: reading.time("created_at", row.created_at)?,
            signs_from: reading.time("signs_from", row.signs_from)?,
            withdrawn_at: reading.time_optional("retired_at", row.retired_at)?,
            kid: row.kid,
        })
    }
}

const fn reading(kid: &str) -> Reading<'_> {
    Reading {
        table: "signing_keys",
        row: kid,
    }
}

const fn key_place(kid: &str) -> Place<'_> {
    SealedColumn::SigningKey.at(kid)
}

/// What came of a rotation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyRotation {
    /// The new keys are there; all the keys, in the order of [`Tx::signing_key_facts`].
    Rotated(Vec<KeyFacts>),
    /// This key does not sign yet, or the new ones would not come after it: nothing was changed.
    Upcoming(KeyFacts),
}

impl Tx<'_> {
    /// Keeps a new signing key, sealed.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when there is one of this `kid`.
    pub fn insert_signing_key(&mut self, key: &SigningKey) -> Result<(), StoreError> {
        self.changed(Change::SigningKeys);
        let row = SigningKeyRow::from(key.facts());
        let sealed = self.vault().seal(key_place(key.kid()), key.pkcs8())?;
        on!(self, |conn| diesel::insert_into(signing_keys::table)
            .values((&row, signing_keys::pkcs8.eq(&sealed)))
            .execute(conn))?;
        Ok(())
    }

    /// Name and dates of every signing key, in the order in which they begin to sign. Opens nothing:
    /// cheap enough to look often whether there are other keys.
    ///
    /// # Errors
    /// [`StoreError::Inconsistent`] when a row is none that was written here.
    pub fn signing_key_facts(&mut self) -> Result<Vec<KeyFacts>, StoreError> {
        let rows = on!(self, |conn| signing_keys::table
            .order((signing_keys::signs_from.asc(), signing_keys::kid.asc()))
            .select(SigningKeyRow::as_select())
            .load(conn))?;
        rows.into_iter().map(KeyFacts::try_from).collect()
    }

    /// Every signing key, in the order of [`Self::signing_key_facts`].
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when one was changed or moved, [`StoreError::Inconsistent`] when one
    /// is no key.
    pub fn signing_keys(&mut self) -> Result<Vec<SigningKey>, StoreError> {
        let rows = on!(self, |conn| signing_keys::table
            .order((signing_keys::signs_from.asc(), signing_keys::kid.asc()))
            .select((SigningKeyRow::as_select(), signing_keys::pkcs8))
            .load::<(SigningKeyRow, String)>(conn))?;
        let vault = self.vault();
        rows.into_iter()
            .map(|(row, sealed)| {
                let facts = KeyFacts::try_from(row)?;
                let pkcs8 = vault.open(key_place(&facts.kid), &sealed)?;
                let error = reading(&facts.kid).inconsistent("pkcs8");
                SigningKey::from_parts(facts, pkcs8).map_err(|_cause| error)
            })
            .collect()
    }

    /// Keeps those of the given keys whose algorithm has no key that signs yet, of several programs
    /// that do so at once those of one. Gives the ones that it kept.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be done.
    pub fn add_missing_signing_keys(
        &mut self,
        fresh: &[SigningKey],
    ) -> Result<Vec<KeyFacts>, StoreError> {
        self.lock_signing_keys()?;
        let mut there = self.signing_key_facts()?;
        let mut kept = Vec::new();
        for key in fresh {
            let facts = key.facts();
            let has = |other: &KeyFacts| {
                other.algorithm == facts.algorithm && other.withdrawn_at.is_none()
            };
            if !there.iter().any(has) {
                self.insert_signing_key(key)?;
                there.push(facts.clone());
                kept.push(facts.clone());
            }
        }
        Ok(kept)
    }

    /// Keeps new keys, which follow those of today at the time that they say: refused while there is
    /// one that does not sign yet.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be done.
    pub fn rotate_signing_keys(
        &mut self,
        fresh: &[SigningKey],
        now: Timestamp,
    ) -> Result<KeyRotation, StoreError> {
        self.lock_signing_keys()?;
        let there = self.signing_key_facts()?;
        let states = key_states(&there, now);
        // Nor must a new key begin before one of today, as it could with an operator's slow clock.
        let not_after = |there: &KeyFacts| {
            let mut fresh = fresh.iter().map(SigningKey::facts);
            there.withdrawn_at.is_none()
                && fresh.any(|key| {
                    key.algorithm == there.algorithm && key.signs_from <= there.signs_from
                })
        };
        let upcoming = there
            .into_iter()
            .zip(states)
            .find(|(facts, state)| *state == KeyState::Upcoming || not_after(facts));
        if let Some((facts, _)) = upcoming {
            return Ok(KeyRotation::Upcoming(facts));
        }
        for key in fresh {
            self.insert_signing_key(key)?;
        }
        self.signing_key_facts().map(KeyRotation::Rotated)
    }

    /// Withdraws every key that there is, also those that do not sign yet, and keeps new ones in
    /// their place. All the keys, in the order of [`Self::signing_key_facts`].
    ///
    /// # Errors
    /// [`StoreError`] when it could not be done.
    pub fn replace_signing_keys(
        &mut self,
        fresh: &[SigningKey],
        now: Timestamp,
    ) -> Result<Vec<KeyFacts>, StoreError> {
        self.lock_signing_keys()?;
        self.changed(Change::SigningKeys);
        on!(self, |conn| diesel::update(
            signing_keys::table.filter(signing_keys::retired_at.is_null())
        )
        .set(signing_keys::retired_at.eq(Some(micros(now))))
        .execute(conn))?;
        for key in fresh {
            self.insert_signing_key(key)?;
        }
        self.signing_key_facts()
    }

    /// Takes away the keys that have been over for an hour.
    pub(crate) fn prune_signing_keys(&mut self, now: Timestamp) -> Result<usize, StoreError> {
        let before = now.checked_sub(KEYS_KEPT).unwrap_or(Timestamp::MIN);
        let there = self.signing_key_facts()?;
        let states = key_states(&there, before);
        let over: Vec<_> = there
            .into_iter()
            .zip(states)
            .filter(|(_, state)| match state {
                KeyState::Gone { .. } => true,
                KeyState::Withdrawn { since } => *since <= before,
                _ => false,
            })
            .map(|(facts, _)| facts.kid)
            .collect();
        if over.is_empty() {
            return Ok(0);
        }
        self.changed(Change::SigningKeys);
        on!(self, |conn| diesel::delete(
            signing_keys::table.filter(signing_keys::kid.eq_any(&over))
        )
        .execute(conn))
    }

    /// Lets nobody else make or withdraw keys until this transaction ends; reading goes on. On SQLite
    /// whoever writes is alone anyway.
    fn lock_signing_keys(&mut self) -> Result<(), StoreError> {
        let locked = match self.engine()? {
            Engine::Sqlite(_) => Ok(()),
            Engine::Postgres(conn) => {
                conn.batch_execute("LOCK TABLE signing_keys IN SHARE ROW EXCLUSIVE MODE")
            }
        };
        self.settle(locked)
    }
}
