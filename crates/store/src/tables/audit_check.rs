//! Whether the audit log is what was written, chain by chain.

use diesel::prelude::*;
use jiff::{SignedDuration, Timestamp};
use vestibule_model::{AuditFault, AuditFinding, ChainHead};

use super::audit::AuditRow;
use super::audit_chain::{ChainRow, DEPLOYMENT, own_mac};
use crate::audit_key::{AuditKey, Mac, NOTHING};
use crate::column::{Reading, hex, micros};
use crate::engine::on;
use crate::schema::{audit_chains, audit_events};
use crate::{StoreError, Tx};

/// How many entries one look takes.
const LOOK: i64 = 1_000;
/// How many findings of one chain are named.
const NAMED: usize = 100;
/// How long an entry may wait for its place: the job runs every few seconds, and a new leader after a minute.
const SEALED_WITHIN: SignedDuration = SignedDuration::from_mins(5);

/// How far the check of one chain has come, and what it has found.
#[derive(Debug, Clone)]
pub struct AuditCheck {
    chain: String,
    /// Heads of the chain that somebody kept elsewhere.
    known: Vec<ChainHead>,
    /// The number that comes next; none before the first look.
    next: Option<i64>,
    /// The mac before it; none where the entry that had it is gone.
    before: Option<Mac>,
    /// How many entries were seen.
    pub entries: u64,
    /// How many of them, the last ones, have no place yet.
    pub waiting: u64,
    /// What is wrong: the first hundred.
    pub findings: Vec<AuditFinding>,
    /// How much is wrong.
    pub faults: u64,
    is_done: bool,
}

impl AuditCheck {
    /// The check of a chain, and of the heads of it that are known from elsewhere.
    #[must_use]
    pub fn new(chain: &str, known: Vec<ChainHead>) -> Self {
        Self {
            chain: chain.to_owned(),
            known,
            next: None,
            before: None,
            entries: 0,
            waiting: 0,
            findings: Vec::new(),
            faults: 0,
            is_done: false,
        }
    }

    /// Whether all of it was looked at.
    #[must_use]
    pub const fn is_done(&self) -> bool {
        self.is_done
    }

    fn find(
        &mut self,
        fault: AuditFault,
        (number, last_number): (Option<i64>, Option<i64>),
        event: Option<&str>,
        detail: impl Into<String>,
    ) {
        self.faults += 1;
        if self.findings.len() < NAMED {
            self.findings.push(AuditFinding {
                chain: self.chain.clone(),
                fault,
                number,
                last_number,
                event: event.map(str::to_owned),
                detail: detail.into(),
            });
        }
    }

    /// Whether an entry is what was written, wherever it stands.
    fn look_at(&mut self, row: &AuditRow, key: &AuditKey) {
        let at = (row.number, None);
        match &row.mac {
            None => {
                let detail = "expected the mac that Vestibule writes with every entry; there is none: \
                              something else has written it";
                self.find(AuditFault::Unsigned, at, Some(&row.id), detail);
            }
            Some(mac) if *mac != hex(&row.signature(key)) => {
                let detail = "expected what was written; its content does not fit its mac";
                self.find(AuditFault::Changed, at, Some(&row.id), detail);
            }
            Some(_) => {}
        }
    }

    /// One entry in its place.
    fn step(&mut self, row: &AuditRow, kept: Option<&ChainRow>, key: &AuditKey) {
        self.entries += 1;
        let number = row.number.unwrap_or_default();
        let expected = self.next.unwrap_or(1);
        if number > expected {
            // Entries whose time was over may have been taken away since the look before.
            match kept.filter(|kept| kept.kept_from == number) {
                Some(kept) => self.before = mac_of(&kept.chain, &kept.kept_after_mac),
                None => {
                    let detail = format!("expected entry {expected}; the next one is {number}");
                    let gap = (Some(expected), Some(number - 1));
                    self.find(AuditFault::Missing, gap, None, detail);
                    self.before = None;
                }
            }
        } else if number < expected {
            let detail = "it comes before what is kept of the chain";
            self.find(
                AuditFault::OutOfPlace,
                (row.number, None),
                Some(&row.id),
                detail,
            );
            return;
        }
        self.look_at(row, key);
        let stored = row.chain_mac.as_deref();
        // After a gap there is nothing to hold the link against; the entry itself was.
        if let Some(before) = &self.before {
            let link = key.link(
                &self.chain,
                number,
                before,
                &own_mac(&row.id, row.mac.as_deref(), key),
            );
            if stored != Some(hex(&link).as_str()) {
                let detail = "expected the entry that follows the one before it; its link does not fit: it was \
                              exchanged, moved, or made without the key";
                self.find(
                    AuditFault::OutOfPlace,
                    (row.number, None),
                    Some(&row.id),
                    detail,
                );
            }
        }
        self.look_for_known(number, stored);
        self.before = stored.and_then(|mac| mac_of(&row.id, mac));
        self.next = Some(number + 1);
    }

    /// Whether heads that were sent out are in the chain.
    fn look_for_known(&mut self, number: i64, mac: Option<&str>) {
        let known = std::mem::take(&mut self.known);
        for head in known {
            if head.number > number {
                self.known.push(head);
            } else if head.number == number && Some(head.mac.as_str()) != mac {
                let detail = format!(
                    "expected the head {} that was sent out; there is {}",
                    head.mac,
                    mac.unwrap_or("none")
                );
                self.find(AuditFault::HeadUnknown, (Some(number), None), None, detail);
            }
        }
    }

    /// Where the chain ends, against where it is written to end.
    fn look_at_end(&mut self, row: Option<&ChainRow>, key: &AuditKey) {
        let last = self.next.unwrap_or(1) - 1;
        for head in std::mem::take(&mut self.known) {
            let detail = format!(
                "expected entry {}, whose mac was sent out; the chain ends with {last}",
                head.number
            );
            self.find(
                AuditFault::HeadUnknown,
                (Some(head.number), None),
                None,
                detail,
            );
        }
        let Some(row) = row else {
            if last > 0 {
                let detail = "expected a record of where the chain ends; there is none";
                self.find(AuditFault::HeadMissing, (None, None), None, detail);
            }
            return;
        };
        if !row.is_sound(key) {
            let detail = "expected the record of where the chain ends and begins as it was written; it does not \
                          fit its mac";
            self.find(AuditFault::HeadChanged, (None, None), None, detail);
        }
        let ends = row.head_number;
        if last < ends {
            let detail = format!("expected entries up to {ends}; the last one is {last}");
            self.find(
                AuditFault::CutOff,
                (Some(last + 1), Some(ends)),
                None,
                detail,
            );
        } else if last > ends {
            let detail = format!("expected {ends} to be the last entry; there are some after it");
            self.find(
                AuditFault::BeyondHead,
                (Some(ends + 1), Some(last)),
                None,
                detail,
            );
        } else if self.before != mac_of(&row.chain, &row.head_mac) {
            let detail = "expected the mac of the last entry in the record of where the chain ends; there is another";
            self.find(AuditFault::HeadChanged, (Some(ends), None), None, detail);
        }
    }
}

fn mac_of(row: &str, hex: &str) -> Option<Mac> {
    let reading = Reading {
        table: "audit_chains",
        row,
    };
    reading.hash("mac", hex).ok()
}

impl Tx<'_> {
    /// The names of the chains after this one, in order, at most so many: also of those whose record is gone.
    ///
    /// # Errors
    /// [`StoreError`] when they could not be looked up.
    pub fn audit_chains(&mut self, after: &str, at_most: i64) -> Result<Vec<String>, StoreError> {
        let mut names: Vec<String> = on!(self, |conn| audit_chains::table
            .filter(audit_chains::chain.gt(after))
            .order(audit_chains::chain.asc())
            .limit(at_most)
            .select(audit_chains::chain)
            .load(conn))?;
        // One step along the index for each name.
        let mut last = after.to_owned();
        for _ in 0..at_most {
            let next: Option<String> = on!(self, |conn| audit_events::table
                .filter(audit_events::chain.gt(&last))
                .order(audit_events::chain.asc())
                .select(audit_events::chain.assume_not_null())
                .first(conn)
                .optional())?;
            let Some(name) = next else { break };
            last.clone_from(&name);
            names.push(name);
        }
        let waiting = self.chains_that_wait(&[], LOOK)?;
        names.extend(waiting.into_iter().filter(|name| name.as_str() > after));
        names.sort_unstable();
        names.dedup();
        names.truncate(usize::try_from(at_most).unwrap_or(usize::MAX));
        Ok(names)
    }

    /// Takes the check of a chain further, by a thousand entries. Call it again until it is done.
    ///
    /// # Errors
    /// [`StoreError`] when the entries could not be read.
    pub fn check_audit(
        &mut self,
        mut check: AuditCheck,
        now: Timestamp,
    ) -> Result<AuditCheck, StoreError> {
        let key = self.vault().audit_key()?;
        let row = self.chain_row(&check.chain)?;
        if check.next.is_none() {
            let from = row.as_ref().filter(|row| row.is_sound(key));
            let begins = from.map(|row| (row.kept_from, mac_of(&row.chain, &row.kept_after_mac)));
            let (next, before) = begins.unwrap_or((1, Some(NOTHING)));
            (check.next, check.before) = (Some(next), before);
            // What was sent out before what is kept cannot be told any more, but for the last of it.
            check.look_for_known(next - 1, before.map(|mac| hex(&mac)).as_deref());
        }
        let after = check.next.unwrap_or(1) - 1;
        let rows: Vec<AuditRow> = on!(self, |conn| audit_events::table
            .filter(audit_events::chain.eq(&check.chain))
            .filter(audit_events::number.gt(after))
            .order(audit_events::number.asc())
            .limit(LOOK)
            .select(AuditRow::as_select())
            .load(conn))?;
        // What is kept is only known from a record that is what was written.
        let kept = row.as_ref().filter(|row| row.is_sound(key));
        for entry in &rows {
            check.step(entry, kept, key);
        }
        if i64::try_from(rows.len()).is_ok_and(|count| count < LOOK) {
            check.look_at_end(row.as_ref(), key);
            self.check_waiting(&mut check, now)?;
            check.is_done = true;
        }
        Ok(check)
    }

    /// The entries of a chain that have no place yet.
    fn check_waiting(&mut self, check: &mut AuditCheck, now: Timestamp) -> Result<(), StoreError> {
        let key = self.vault().audit_key()?;
        let rows: Vec<AuditRow> = on!(self, |conn| {
            let mut query = audit_events::table
                .filter(audit_events::number.is_null())
                .order(audit_events::id.asc())
                .limit(LOOK)
                .select(AuditRow::as_select())
                .into_boxed();
            query = match check.chain.as_str() {
                DEPLOYMENT => query.filter(audit_events::workspace_id.is_null()),
                id => query.filter(audit_events::workspace_id.eq(id)),
            };
            query.load(conn)
        })?;
        let overdue = micros(now.checked_sub(SEALED_WITHIN).unwrap_or(Timestamp::MIN));
        for entry in &rows {
            check.entries += 1;
            check.waiting += 1;
            check.look_at(entry, key);
            if entry.at < overdue {
                let detail = format!(
                    "expected its place in the chain within {} minutes; it has none: no server seals, or the \
                     chain was found broken",
                    SEALED_WITHIN.as_mins()
                );
                check.find(AuditFault::NotSealed, (None, None), Some(&entry.id), detail);
            }
        }
        Ok(())
    }
}
