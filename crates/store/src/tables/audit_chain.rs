//! The chains of the audit log: each entry gets a number, and a mac that binds it to all entries before it.
//!
//! One chain for each workspace and one for the deployment. An entry is written without waiting for its place
//! (a sign-in writes one); a few seconds later a job gives places to all that have none.

use std::collections::{BTreeMap, BTreeSet};

use diesel::dsl::max;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text};
use jiff::Timestamp;
use vestibule_model::{AuditEvent, ChainHead};

use super::audit::AuditRow;
use crate::audit_key::{AuditKey, Mac, NOTHING};
use crate::column::{Reading, hex, micros};
use crate::engine::{Engine, on};
use crate::prepared::Prepared;
use crate::schema::{audit_chains, audit_events};
use crate::{StoreError, Tx};

/// The chain of what belongs to no workspace. No id reads like this.
pub(super) const DEPLOYMENT: &str = "deployment";

/// How many entries one transaction gives places to: on SQLite every other write waits for it.
const AT_ONCE: i64 = 200;

/// Where a chain ends, and where what is kept of it begins.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_chains, treat_none_as_default_value = false)]
pub(super) struct ChainRow {
    pub(super) chain: String,
    pub(super) head_number: i64,
    pub(super) head_mac: String,
    pub(super) kept_from: i64,
    pub(super) kept_after_mac: String,
    pub(super) mac: String,
    kept_since: i64,
    announced_number: i64,
    written_number: i64,
    broken_at: Option<i64>,
}

impl ChainRow {
    /// A chain without an entry, signed.
    fn new(chain: &str, key: &AuditKey) -> Self {
        let mut row = Self {
            chain: chain.to_owned(),
            head_number: 0,
            head_mac: hex(&NOTHING),
            kept_from: 1,
            kept_after_mac: hex(&NOTHING),
            mac: String::new(),
            kept_since: 0,
            announced_number: 0,
            written_number: 0,
            broken_at: None,
        };
        row.mac = hex(&row.signature(key));
        row
    }

    fn signature(&self, key: &AuditKey) -> Mac {
        let parts: [&[u8]; 5] = [
            self.chain.as_bytes(),
            &self.head_number.to_be_bytes(),
            self.head_mac.as_bytes(),
            &self.kept_from.to_be_bytes(),
            self.kept_after_mac.as_bytes(),
        ];
        key.mac("chain", &parts.map(Some))
    }

    /// Whether a server has written it as it is.
    pub(super) fn is_sound(&self, key: &AuditKey) -> bool {
        self.mac == hex(&self.signature(key))
    }

    fn into_head(self) -> ChainHead {
        ChainHead {
            chain: self.chain,
            number: self.head_number,
            mac: self.head_mac,
        }
    }

    fn reading(&self) -> Reading<'_> {
        Reading {
            table: "audit_chains",
            row: &self.chain,
        }
    }
}

/// What a round of sealing came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditSealed {
    /// How many entries got their place.
    pub entries: usize,
    /// The chains that were found broken just now; nothing is added to them any more.
    pub broken: Vec<String>,
}

/// An entry that waits for its place.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = audit_events)]
struct Waiting {
    id: String,
    workspace_id: Option<String>,
    at: i64,
    mac: Option<String>,
}

/// What an entry is linked by: its own mac, or what stands for none.
pub(super) fn own_mac(id: &str, mac: Option<&str>, key: &AuditKey) -> Mac {
    let reading = Reading {
        table: "audit_events",
        row: id,
    };
    match mac.map(|mac| reading.hash("mac", mac)) {
        Some(Ok(mac)) => mac,
        // Somebody else's row is numbered as it is, so that it can be named.
        Some(Err(_)) | None => key.unsigned(id),
    }
}

impl Tx<'_> {
    /// Whether an entry waits for its place in a chain.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub fn has_unsealed_audit(&mut self) -> Result<bool, StoreError> {
        let broken = self.broken_chains()?;
        Ok(!self.chains_that_wait(&broken, 1)?.is_empty())
    }

    /// Gives entries that have none their places in their chains, the oldest first, at most 200. Call it again
    /// until it has none to give.
    ///
    /// # Errors
    /// [`StoreError`] when they could not be given.
    pub fn seal_audit(&mut self, now: Timestamp) -> Result<AuditSealed, StoreError> {
        let broken = self.broken_chains()?;
        let mut sealed = AuditSealed::default();
        // In order, so that two servers wait for each other, and not one for the other.
        for (chain, entries) in self.entries_that_wait(&broken, AT_ONCE)? {
            match self.seal_chain(&chain, entries)? {
                Some(entries) => sealed.entries += entries,
                None => {
                    self.note_broken(&chain, now)?;
                    sealed.broken.push(chain);
                }
            }
        }
        Ok(sealed)
    }

    /// The chains of the entries that wait the longest.
    pub(super) fn chains_that_wait(
        &mut self,
        broken: &[String],
        at_most: i64,
    ) -> Result<BTreeSet<String>, StoreError> {
        Ok(self
            .entries_that_wait(broken, at_most)?
            .into_keys()
            .collect())
    }

    /// The entries that wait the longest, by their chains.
    fn entries_that_wait(
        &mut self,
        broken: &[String],
        at_most: i64,
    ) -> Result<BTreeMap<String, Vec<Waiting>>, StoreError> {
        let rests = broken.iter().any(|chain| chain == DEPLOYMENT);
        let waiting: Vec<Waiting> = on!(self, |conn| {
            let mut query = audit_events::table
                .filter(audit_events::number.is_null())
                .order(audit_events::id.asc())
                .limit(at_most)
                .select(Waiting::as_select())
                .into_boxed();
            if !broken.is_empty() {
                let none = audit_events::workspace_id.is_null();
                query = query.filter(none.or(audit_events::workspace_id.ne_all(broken)));
            }
            if rests {
                query = query.filter(audit_events::workspace_id.is_not_null());
            }
            query.load(conn)
        })?;
        let mut chains = BTreeMap::<_, Vec<_>>::new();
        for entry in waiting {
            let chain = entry.workspace_id.as_deref().unwrap_or(DEPLOYMENT);
            chains.entry(chain.to_owned()).or_default().push(entry);
        }
        Ok(chains)
    }

    /// Gives entries of a chain their places, and says to how many; none where the chain is broken.
    fn seal_chain(
        &mut self,
        chain: &str,
        entries: Vec<Waiting>,
    ) -> Result<Option<usize>, StoreError> {
        let key = self.vault().audit_key()?;
        let Some(mut row) = self.chain_to_continue(chain, key)? else {
            return Ok(None);
        };
        let entries = self.still_waiting(entries)?;
        let mut before = row.reading().hash("head_mac", &row.head_mac)?;
        let mut places = Vec::with_capacity(entries.len());
        for entry in &entries {
            if row.head_number < row.kept_from {
                row.kept_since = entry.at;
            }
            row.head_number += 1;
            let own = own_mac(&entry.id, entry.mac.as_deref(), key);
            before = key.link(chain, row.head_number, &before, &own);
            row.head_mac = hex(&before);
            places.push((entry.id.as_str(), row.head_number, row.head_mac.clone()));
        }
        self.place(chain, &places)?;
        self.update_chain(row, key)?;
        Ok(Some(entries.len()))
    }

    /// Those that another server has not placed before this one had the lock of their chain.
    fn still_waiting(&mut self, entries: Vec<Waiting>) -> Result<Vec<Waiting>, StoreError> {
        let Engine::Postgres(conn) = self.engine()? else {
            return Ok(entries);
        };
        let ids: Vec<_> = entries.iter().map(|entry| entry.id.as_str()).collect();
        let waiting = audit_events::table
            .filter(audit_events::id.eq_any(ids))
            .filter(audit_events::number.is_null())
            .select(audit_events::id)
            .load::<String>(*conn);
        let waiting: BTreeSet<_> = self.settle(waiting)?.into_iter().collect();
        Ok(entries
            .into_iter()
            .filter(|entry| waiting.contains(&entry.id))
            .collect())
    }

    /// Gives entries their places: on Postgres all by one statement.
    fn place(&mut self, chain: &str, places: &[(&str, i64, String)]) -> Result<(), StoreError> {
        let placed = match self.engine()? {
            Engine::Sqlite(conn) => places.iter().try_fold(0, |placed, (id, number, mac)| {
                let one = diesel::update(
                    audit_events::table
                        .find(id)
                        .filter(audit_events::number.is_null()),
                )
                .set((
                    audit_events::chain.eq(Some(chain)),
                    audit_events::number.eq(Some(number)),
                    audit_events::chain_mac.eq(Some(mac)),
                ));
                Ok(placed + Prepared::new(one).execute(*conn)?)
            }),
            Engine::Postgres(conn) => {
                let ids: Vec<_> = places.iter().map(|place| place.0).collect();
                let numbers: Vec<_> = places.iter().map(|place| place.1).collect();
                let macs: Vec<_> = places.iter().map(|place| place.2.as_str()).collect();
                diesel::sql_query(
                    "UPDATE audit_events SET chain = $1, number = place.number, chain_mac = place.mac \
                     FROM unnest($2::text[], $3::bigint[], $4::text[]) AS place (id, number, mac) \
                     WHERE audit_events.id = place.id AND audit_events.number IS NULL",
                )
                .bind::<Text, _>(chain)
                .bind::<Array<Text>, _>(ids)
                .bind::<Array<BigInt>, _>(numbers)
                .bind::<Array<Text>, _>(macs)
                .execute(*conn)
            }
        };
        match self.settle(placed)? == places.len() {
            true => Ok(()),
            // Never under the lock of the chain; and no entry gets a second place.
            false => Err(StoreError::Conflict {
                what: "audit_event.place",
            }),
        }
    }

    /// The row of a chain, locked, made where there is none; none where it is not what a server has written.
    pub(super) fn chain_to_continue(
        &mut self,
        chain: &str,
        key: &AuditKey,
    ) -> Result<Option<ChainRow>, StoreError> {
        if self.chain_row(chain)?.is_none() {
            let fresh = ChainRow::new(chain, key);
            on!(self, |conn| diesel::insert_into(audit_chains::table)
                .values(&fresh)
                .on_conflict_do_nothing()
                .execute(conn))?;
        }
        // SQLite has one writer.
        if let Engine::Postgres(conn) = self.engine()? {
            let query = audit_chains::table.find(chain).select(audit_chains::chain);
            let locked = query.for_update().first::<String>(*conn);
            self.settle(locked)?;
        }
        let Some(row) = self.chain_row(chain)?.filter(|row| row.is_sound(key)) else {
            return Ok(None);
        };
        // Entries of a chain whose row is gone, or is an older one put back, are no reason to count anew.
        let last: Option<i64> = on!(self, |conn| audit_events::table
            .filter(audit_events::chain.eq(chain))
            .select(max(audit_events::number))
            .get_result(conn))?;
        let beyond = last.filter(|last| *last > row.head_number);
        Ok(beyond.is_none().then_some(row))
    }

    pub(super) fn chain_row(&mut self, chain: &str) -> Result<Option<ChainRow>, StoreError> {
        // Not `first`: SQLite prepares what has a LIMIT anew each time.
        let rows: Vec<ChainRow> = on!(self, |conn| audit_chains::table
            .find(chain)
            .select(ChainRow::as_select())
            .load(conn))?;
        Ok(rows.into_iter().next())
    }

    /// Writes where a chain ends and begins, signed.
    fn update_chain(&mut self, mut row: ChainRow, key: &AuditKey) -> Result<(), StoreError> {
        row.mac = hex(&row.signature(key));
        on!(self, |conn| Prepared::new(
            diesel::update(audit_chains::table.find(&row.chain)).set((
                audit_chains::head_number.eq(row.head_number),
                audit_chains::head_mac.eq(&row.head_mac),
                audit_chains::kept_from.eq(row.kept_from),
                audit_chains::kept_after_mac.eq(&row.kept_after_mac),
                audit_chains::mac.eq(&row.mac),
                audit_chains::kept_since.eq(row.kept_since),
            ))
        )
        .execute(conn))?;
        Ok(())
    }

    /// Has what is kept of a chain begin after this entry; the next one is from this time on.
    pub(super) fn keep_chain_from(
        &mut self,
        mut row: ChainRow,
        last_gone: (i64, Mac),
        kept_since: i64,
        key: &AuditKey,
    ) -> Result<(), StoreError> {
        let (number, mac) = last_gone;
        row.kept_from = number + 1;
        row.kept_after_mac = hex(&mac);
        row.kept_since = kept_since;
        self.update_chain(row, key)
    }

    fn broken_chains(&mut self) -> Result<Vec<String>, StoreError> {
        on!(self, |conn| audit_chains::table
            .filter(audit_chains::broken_at.is_not_null())
            .select(audit_chains::chain)
            .load(conn))
    }

    /// Notes that a chain was found broken: nothing is added to it until somebody has looked.
    pub(super) fn note_broken(&mut self, chain: &str, now: Timestamp) -> Result<(), StoreError> {
        on!(self, |conn| diesel::update(audit_chains::table.find(chain))
            .set(audit_chains::broken_at.eq(Some(micros(now))))
            .execute(conn))?;
        Ok(())
    }

    /// Goes on with the chains that were found broken, after their last entries; which these are, and after what
    /// number. One number is left out, for ever: what is not there any more is missed for ever too.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be changed.
    pub fn resume_broken_audit_chains(&mut self) -> Result<Vec<(String, i64)>, StoreError> {
        let key = self.vault().audit_key()?;
        let mut resumed = Vec::new();
        for chain in self.broken_chains()? {
            let Some(mut row) = self.chain_row(&chain)? else {
                continue;
            };
            let last: Option<Option<i64>> = on!(self, |conn| audit_events::table
                .filter(audit_events::chain.eq(&chain))
                .order(audit_events::number.desc())
                .select(audit_events::number)
                .first(conn)
                .optional())?;
            // A number that was given is not given again.
            let last = row.head_number.max(last.flatten().unwrap_or_default());
            row.head_number = last.saturating_add(1);
            row.head_mac = hex(&key.gap(&chain, row.head_number));
            on!(self, |conn| diesel::update(
                audit_chains::table.find(&chain)
            )
            .set(audit_chains::broken_at.eq(None::<i64>))
            .execute(conn))?;
            self.update_chain(row, key)?;
            resumed.push((chain, last));
        }
        Ok(resumed)
    }

    /// The ends of chains that have grown since they were announced, at most so many.
    ///
    /// # Errors
    /// [`StoreError`] when they could not be looked up.
    pub fn unannounced_audit_heads(&mut self, at_most: i64) -> Result<Vec<ChainHead>, StoreError> {
        let rows: Vec<ChainRow> = on!(self, |conn| audit_chains::table
            .filter(audit_chains::announced_number.lt(audit_chains::head_number))
            .order(audit_chains::chain.asc())
            .limit(at_most)
            .select(ChainRow::as_select())
            .load(conn))?;
        Ok(rows.into_iter().map(ChainRow::into_head).collect())
    }

    /// Notes that an end was announced.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be noted.
    pub fn note_audit_announced(&mut self, head: &ChainHead) -> Result<(), StoreError> {
        on!(self, |conn| diesel::update(
            audit_chains::table
                .find(&head.chain)
                .filter(audit_chains::announced_number.lt(head.number))
        )
        .set(audit_chains::announced_number.eq(head.number))
        .execute(conn))?;
        Ok(())
    }

    /// The ends of the chains after this name, in order of the names, at most so many.
    ///
    /// # Errors
    /// [`StoreError`] when they could not be looked up.
    pub fn audit_heads(&mut self, after: &str, at_most: i64) -> Result<Vec<ChainHead>, StoreError> {
        let rows: Vec<ChainRow> = on!(self, |conn| audit_chains::table
            .filter(audit_chains::chain.gt(after))
            .order(audit_chains::chain.asc())
            .limit(at_most)
            .select(ChainRow::as_select())
            .load(conn))?;
        Ok(rows.into_iter().map(ChainRow::into_head).collect())
    }

    /// Whether a chain has entries that were not written to the file yet.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub fn has_unwritten_audit(&mut self) -> Result<bool, StoreError> {
        Ok(self.unwritten_chain()?.is_some())
    }

    fn unwritten_chain(&mut self) -> Result<Option<(String, i64)>, StoreError> {
        on!(self, |conn| audit_chains::table
            .filter(audit_chains::written_number.lt(audit_chains::head_number))
            .order(audit_chains::chain.asc())
            .select((audit_chains::chain, audit_chains::written_number))
            .first(conn)
            .optional())
    }

    /// The next entries that were not written to the file yet: of one chain, in its order, at most so many.
    ///
    /// # Errors
    /// [`StoreError`] when they could not be looked up.
    pub fn unwritten_audit(
        &mut self,
        at_most: i64,
    ) -> Result<Option<(String, Vec<AuditEvent>)>, StoreError> {
        let Some((chain, written)) = self.unwritten_chain()? else {
            return Ok(None);
        };
        let rows: Vec<AuditRow> = on!(self, |conn| audit_events::table
            .filter(audit_events::chain.eq(&chain))
            .filter(audit_events::number.gt(written))
            .order(audit_events::number.asc())
            .limit(at_most)
            .select(AuditRow::as_select())
            .load(conn))?;
        let events = rows.into_iter().map(AuditEvent::try_from);
        Ok(Some((chain, events.collect::<Result<_, _>>()?)))
    }

    /// Notes that a chain was written up to this number; none: that nothing is left of it to write.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be noted.
    pub fn note_audit_written(
        &mut self,
        chain: &str,
        number: Option<i64>,
    ) -> Result<(), StoreError> {
        let chain = audit_chains::table.find(chain);
        match number {
            Some(number) => on!(self, |conn| diesel::update(chain)
                .set(audit_chains::written_number.eq(number))
                .execute(conn))?,
            None => on!(self, |conn| diesel::update(chain)
                .set(audit_chains::written_number.eq(audit_chains::head_number))
                .execute(conn))?,
        };
        Ok(())
    }
}
