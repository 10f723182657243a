//! Sealing everything anew under the first master key, while the servers go on.

use crate::sealed::{SealedColumn, SealedPlace};
use crate::{Store, StoreError, Tx};

/// How many rows one look takes: a few bytes of each.
const LOOK: i64 = 1_000;
/// How many values one transaction seals: on SQLite every other write waits for it, on Postgres those
/// to the same rows.
const BATCH: usize = 20;
/// How many of the values that are left are named.
const NAMED: usize = 20;

/// How far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resealing {
    /// The table that it is at.
    pub table: &'static str,
    /// How many of its rows it has seen.
    pub seen: u64,
    /// How many values, of all tables, it has sealed anew.
    pub resealed: u64,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Resealed {
    /// How many values were sealed anew.
    pub resealed: u64,
    /// How many were under the first key before.
    pub current: u64,
    /// What is not under the first key at the end, as `table/row/column`, the first twenty of it.
    pub left: Vec<String>,
    /// How many are not under the first key at the end. Zero: no other key is needed any more.
    pub left_count: u64,
}

/// One look at some rows.
struct Look {
    last: Option<String>,
    seen: u64,
    current: u64,
    /// The primary keys of the values under another key.
    other: Vec<String>,
}

impl Store {
    /// Seals every value that is under another key anew under the first, in short transactions of at
    /// most twenty, each value only if nobody has changed it meanwhile: whoever writes at the same
    /// time wins. It can be stopped and begun again at any time. Then it looks once more at all of
    /// them. The sentinel comes last, and only when nothing else is left.
    ///
    /// A value that does not open stays as it is, and is counted as left.
    ///
    /// # Errors
    /// [`StoreError`] when the database failed; what was sealed anew so far stays so.
    pub async fn reseal(
        &self,
        mut progress: impl FnMut(Resealing) + Send,
    ) -> Result<Resealed, StoreError> {
        let mut outcome = Resealed::default();
        let (sentinel, secrets): (Vec<_>, Vec<_>) = SealedColumn::ALL
            .iter()
            .copied()
            .partition(|column| *column == SealedColumn::Sentinel);
        for column in &secrets {
            self.reseal_column(*column, &mut outcome, &mut progress)
                .await?;
        }
        for column in &secrets {
            self.look_for_others(*column, &mut outcome).await?;
        }
        for column in sentinel {
            if outcome.left_count == 0 {
                self.reseal_column(column, &mut outcome, &mut progress)
                    .await?;
            }
            self.look_for_others(column, &mut outcome).await?;
        }
        Ok(outcome)
    }

    async fn reseal_column(
        &self,
        column: SealedColumn,
        outcome: &mut Resealed,
        progress: &mut (impl FnMut(Resealing) + Send),
    ) -> Result<(), StoreError> {
        let mut after = String::new();
        let mut seen = 0;
        loop {
            let look = self.values_of(column, after).await?;
            for batch in look.other.chunks(BATCH) {
                let rows = batch.to_vec();
                outcome.resealed += self.write(move |tx| tx.reseal(column, &rows)).await?;
            }
            outcome.current += look.current;
            seen += look.seen;
            progress(Resealing {
                table: column.at("").table,
                seen,
                resealed: outcome.resealed,
            });
            match look.last {
                Some(last) => after = last,
                None => return Ok(()),
            }
        }
    }

    async fn look_for_others(
        &self,
        column: SealedColumn,
        outcome: &mut Resealed,
    ) -> Result<(), StoreError> {
        let mut after = String::new();
        loop {
            let look = self.values_of(column, after).await?;
            for row in &look.other {
                outcome.left_count += 1;
                if outcome.left.len() < NAMED {
                    outcome.left.push(column.at(row).to_string());
                }
            }
            match look.last {
                Some(last) => after = last,
                None => return Ok(()),
            }
        }
    }

    async fn values_of(&self, column: SealedColumn, after: String) -> Result<Look, StoreError> {
        self.read(move |tx| {
            let rows = tx.sealed_heads(column, &after, LOOK)?;
            let vault = tx.vault();
            let mut look = Look {
                last: None,
                seen: 0,
                current: 0,
                other: Vec::new(),
            };
            for (row, head) in rows {
                look.seen += 1;
                if let Some(head) = head.filter(|_| column.seals(&row)) {
                    if vault.is_current(&head) {
                        look.current += 1;
                    } else {
                        look.other.push(row.clone());
                    }
                }
                look.last = Some(row);
            }
            Ok(look)
        })
        .await
    }
}

impl Tx<'_> {
    /// Seals the values of these rows anew; how many of them.
    fn reseal(&mut self, column: SealedColumn, rows: &[String]) -> Result<u64, StoreError> {
        let mut resealed = 0;
        for row in rows {
            let place = SealedPlace(column, row);
            let Some(old) = self.sealed_value(place)? else {
                continue;
            };
            let vault = self.vault();
            // What does not open is no reason to leave the others under the old key.
            let Ok(plain) = vault.open(column.at(row), &old) else {
                continue;
            };
            let new = vault.seal(column.at(row), &plain)?;
            if self.replace_sealed(place, &old, &new)? {
                resealed += 1;
            }
        }
        Ok(resealed)
    }
}
