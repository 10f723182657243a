//! Taking away the oldest entries of the audit log, when their time is over.

use diesel::prelude::*;
use jiff::{SignedDuration, Timestamp};

use super::audit::AuditRow;
use super::audit_chain::own_mac;
use crate::column::{Reading, hex, micros};
use crate::engine::on;
use crate::schema::{audit_chains, audit_events, workspaces};
use crate::{StoreError, Tx};

/// How many entries one transaction takes away.
const AT_ONCE: i64 = 500;

/// A chain with entries whose time is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OldChain {
    /// The id of a workspace, or `deployment`.
    pub chain: String,
    /// What is from before goes.
    pub before: Timestamp,
}

/// What was looked through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OldChains {
    /// Those with something to take away.
    pub found: Vec<OldChain>,
    /// Where to go on; none: that was all.
    pub next: Option<String>,
}

/// What was taken away of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuditPruned {
    /// So many entries, the last of this number.
    Gone {
        /// How many.
        entries: usize,
        /// The number of the last of them.
        through: i64,
    },
    /// Nothing is that old any more.
    Nothing,
    /// Nothing, because what is that old is not what was written: it is evidence.
    Broken,
}

impl Tx<'_> {
    /// Of the chains after this name, those with an entry that is older than their workspace keeps it, or than
    /// `days` where it does not say.
    ///
    /// # Errors
    /// [`StoreError`] when they could not be looked up.
    pub fn old_audit_chains(
        &mut self,
        after: &str,
        days: Option<u16>,
        at_most: i64,
        now: Timestamp,
    ) -> Result<OldChains, StoreError> {
        let rows: Vec<(String, i64, i64, i64)> = on!(self, |conn| audit_chains::table
            .filter(audit_chains::chain.gt(after))
            .order(audit_chains::chain.asc())
            .limit(at_most)
            .select((
                audit_chains::chain,
                audit_chains::kept_since,
                audit_chains::kept_from,
                audit_chains::head_number,
            ))
            .load(conn))?;
        let next = match i64::try_from(rows.len()) {
            Ok(count) if count == at_most => rows.last().map(|row| row.0.clone()),
            _ => None,
        };
        let names: Vec<_> = rows.iter().map(|row| &row.0).collect();
        let own: Vec<(String, Option<i64>)> = on!(self, |conn| workspaces::table
            .filter(workspaces::id.eq_any(&names))
            .filter(workspaces::audit_retention_days.is_not_null())
            .select((workspaces::id, workspaces::audit_retention_days))
            .load(conn))?;
        let own: std::collections::HashMap<_, _> = own.into_iter().collect();
        let mut found = Vec::new();
        for (chain, kept_since, kept_from, head_number) in rows {
            let days = own.get(&chain).copied().flatten().or(days.map(i64::from));
            let Some(days) = days.filter(|_| kept_from <= head_number) else {
                continue;
            };
            let kept = SignedDuration::from_hours(days.saturating_mul(24));
            let before = now.checked_sub(kept).unwrap_or(Timestamp::MIN);
            if kept_since < micros(before) {
                found.push(OldChain { chain, before });
            }
        }
        Ok(OldChains { found, next })
    }

    /// Takes away the oldest entries of a chain that are from before, at most 500, and writes down where it
    /// goes on. Call it again until nothing is left.
    ///
    /// # Errors
    /// [`StoreError`] when they could not be taken away.
    pub fn prune_audit(
        &mut self,
        old: &OldChain,
        now: Timestamp,
    ) -> Result<AuditPruned, StoreError> {
        let key = self.vault().audit_key()?;
        let Some(row) = self.chain_to_continue(&old.chain, key)? else {
            return Ok(AuditPruned::Broken);
        };
        let entries: Vec<AuditRow> = on!(self, |conn| audit_events::table
            .filter(audit_events::chain.eq(&old.chain))
            .order(audit_events::number.asc())
            .limit(AT_ONCE + 1)
            .select(AuditRow::as_select())
            .load(conn))?;
        let reading = Reading {
            table: "audit_chains",
            row: &old.chain,
        };
        let mut last = (
            row.kept_from - 1,
            reading.hash("kept_after_mac", &row.kept_after_mac)?,
        );
        let (mut gone, mut kept_since) = (0, micros(now));
        let limit = micros(old.before);
        for entry in &entries {
            if entry.at >= limit || gone == usize::try_from(AT_ONCE).unwrap_or(usize::MAX) {
                kept_since = entry.at;
                break;
            }
            let number = last.0 + 1;
            let mac = key.link(
                &old.chain,
                number,
                &last.1,
                &own_mac(&entry.id, entry.mac.as_deref(), key),
            );
            let is_own = entry.mac == Some(hex(&entry.signature(key)));
            let in_place = entry.number == Some(number) && entry.chain_mac == Some(hex(&mac));
            if !is_own || !in_place {
                self.note_broken(&old.chain, now)?;
                return Ok(AuditPruned::Broken);
            }
            (last, gone) = ((number, mac), gone + 1);
        }
        if gone == 0 {
            return Ok(AuditPruned::Nothing);
        }
        on!(self, |conn| diesel::delete(
            audit_events::table
                .filter(audit_events::chain.eq(&old.chain))
                .filter(audit_events::number.le(last.0))
        )
        .execute(conn))?;
        self.keep_chain_from(row, last, kept_since, key)?;
        Ok(AuditPruned::Gone {
            entries: gone,
            through: last.0,
        })
    }
}
