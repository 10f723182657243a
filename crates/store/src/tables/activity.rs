//! What came of sign-ins, counted by days: for charts, from an index alone.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Integer, Nullable, Text};
use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use vestibule_model::{AttemptOutcome, ConnectionId, WorkspaceId};

use crate::column::{Reading, micros};
use crate::engine::on;
use crate::{StoreError, Tx};

/// How many sign-ins of one outcome are counted, the newest: reading so many entries of the index takes
/// a tenth of a second.
const MOST: u32 = 500_000;
/// How many durations the median is taken of, the newest.
const DURATIONS: u32 = 10_000;
/// A day in microseconds.
const DAY: i64 = 24 * 60 * 60 * 1_000_000;

/// Whose sign-ins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ActivityOf {
    /// Those on one connection.
    Connection(ConnectionId),
    /// Those on every connection of a workspace.
    Workspace(WorkspaceId),
}

/// Which sign-ins are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActivityRequest {
    /// Whose.
    pub of: ActivityOf,
    /// How many days in UTC, today among them; at least that one.
    pub days: u16,
    /// How many of each outcome at most, the newest.
    pub most: u32,
}

impl ActivityRequest {
    /// Those of so many days.
    #[must_use]
    pub const fn new(of: ActivityOf, days: u16) -> Self {
        Self {
            of,
            days,
            most: MOST,
        }
    }
}

/// How many sign-ins ended how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ended {
    /// Those that let somebody in.
    pub succeeded: u64,
    /// Those that were refused.
    pub failed: u64,
}

impl Ended {
    fn add(&mut self, outcome: AttemptOutcome, number: u64) {
        match outcome {
            AttemptOutcome::SignedIn => self.succeeded += number,
            AttemptOutcome::Refused => self.failed += number,
            AttemptOutcome::Pending => {}
        }
    }
}

/// What came of sign-ins. Those that never came back are in none of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// Each day in UTC, the oldest first and today last, also where nothing happened.
    pub days: Vec<(Date, Ended)>,
    /// Those of the last 24 hours.
    pub last_24_hours: Ended,
    /// How long the one in the middle took, from leaving for the IdP to being let in, of those that
    /// succeeded within these days; of the newest 10 000, where there are more.
    pub median: Option<SignedDuration>,
    /// How long the slowest of them took.
    pub worst: Option<SignedDuration>,
    /// When somebody last got in, however long ago.
    pub last_success_at: Option<Timestamp>,
    /// Whether everything is counted. Otherwise the oldest days lack some, or all, of theirs.
    pub is_complete: bool,
}

/// The sign-ins of one outcome and one day, those of the last 24 hours apart.
#[derive(QueryableByName)]
struct DayRow {
    /// Days since 1970.
    #[diesel(sql_type = BigInt)]
    day: i64,
    #[diesel(sql_type = Integer)]
    is_recent: i32,
    #[diesel(sql_type = BigInt)]
    ended: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    slowest: Option<i64>,
}

#[derive(QueryableByName)]
struct NumberRow {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// The sign-ins of one outcome within the time from `$2` to `$3`, the newest first. The words of the
/// outcome stand in the text, and not in a parameter, so that the databases see that the index is enough.
fn newest(of: ActivityOf, outcome: AttemptOutcome, columns: &str, most: u32) -> String {
    let whose = match of {
        ActivityOf::Connection(_) => "connection_id",
        ActivityOf::Workspace(_) => "workspace_id",
    };
    format!(
        "SELECT {columns} FROM sign_in_attempts WHERE {whose} = $1 AND outcome <> 'pending' \
         AND outcome = '{outcome}' AND finished_at >= $2 AND finished_at <= $3 \
         ORDER BY finished_at DESC LIMIT {most}"
    )
}

impl ActivityOf {
    fn id(self) -> String {
        match self {
            Self::Connection(id) => id.to_string(),
            Self::Workspace(id) => id.to_string(),
        }
    }
}

impl Tx<'_> {
    /// What came of sign-ins within the last days, up to now.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be looked up.
    pub fn activity(
        &mut self,
        request: ActivityRequest,
        now: Timestamp,
    ) -> Result<Activity, StoreError> {
        let today = micros(now).div_euclid(DAY);
        let first = today - i64::from(request.days.max(1)) + 1;
        let since = first * DAY;
        let mut days = (first..=today)
            .map(|day| Ok((date(day)?, Ended::default())))
            .collect::<Result<Vec<_>, StoreError>>()?;
        let mut last_24_hours = Ended::default();
        let (mut worst, mut is_complete) = (None, true);
        for outcome in [AttemptOutcome::SignedIn, AttemptOutcome::Refused] {
            let mut all = 0;
            for row in self.ended_by_day(request, outcome, since, now)? {
                let ended = u64::try_from(row.ended).unwrap_or_default();
                all += ended;
                if row.is_recent != 0 {
                    last_24_hours.add(outcome, ended);
                }
                // Yesterday's are no day of theirs where today alone is asked for.
                let place = usize::try_from(row.day - first).ok();
                if let Some((_, day)) = place.and_then(|place| days.get_mut(place)) {
                    day.add(outcome, ended);
                    if outcome == AttemptOutcome::SignedIn {
                        worst = worst.max(row.slowest);
                    }
                }
            }
            is_complete &= all < u64::from(request.most);
        }
        let median = median(self.newest_durations(request, since, now)?);
        // Who left by one server's clock and came back by another's may be early.
        let took = |micros: i64| SignedDuration::from_micros(micros.max(0));
        Ok(Activity {
            days,
            last_24_hours,
            median: median.map(took),
            worst: worst.map(took),
            last_success_at: self.last_success(request.of, now)?,
            is_complete,
        })
    }

    /// `since` is in microseconds.
    fn ended_by_day(
        &mut self,
        request: ActivityRequest,
        outcome: AttemptOutcome,
        since: i64,
        now: Timestamp,
    ) -> Result<Vec<DayRow>, StoreError> {
        let recent = micros(now) - DAY;
        let columns = format!(
            "finished_at / {DAY} AS day, finished_at - started_at AS took, \
             CASE WHEN finished_at > {recent} THEN 1 ELSE 0 END AS is_recent"
        );
        let newest = newest(request.of, outcome, &columns, request.most);
        let text = format!(
            "SELECT day, is_recent, count(*) AS ended, max(took) AS slowest FROM ({newest}) AS newest \
             GROUP BY day, is_recent"
        );
        let id = request.of.id();
        on!(self, |conn| sql_query(&text)
            .bind::<Text, _>(&id)
            // The last 24 hours began yesterday, however few days are asked for.
            .bind::<BigInt, _>(since.min(recent))
            .bind::<BigInt, _>(micros(now))
            .load(conn))
    }

    fn newest_durations(
        &mut self,
        request: ActivityRequest,
        since: i64,
        now: Timestamp,
    ) -> Result<Vec<i64>, StoreError> {
        let most = request.most.min(DURATIONS);
        let columns = "finished_at - started_at AS number";
        let text = newest(request.of, AttemptOutcome::SignedIn, columns, most);
        let id = request.of.id();
        let rows: Vec<NumberRow> = on!(self, |conn| sql_query(&text)
            .bind::<Text, _>(&id)
            .bind::<BigInt, _>(since)
            .bind::<BigInt, _>(micros(now))
            .load(conn))?;
        Ok(rows.into_iter().map(|row| row.number).collect())
    }

    fn last_success(
        &mut self,
        of: ActivityOf,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        let text = newest(of, AttemptOutcome::SignedIn, "finished_at AS number", 1);
        let id = of.id();
        let row: Option<NumberRow> = on!(self, |conn| sql_query(&text)
            .bind::<Text, _>(&id)
            .bind::<BigInt, _>(micros(Timestamp::MIN))
            .bind::<BigInt, _>(micros(now))
            .get_result(conn)
            .optional())?;
        READING.time_optional("finished_at", row.map(|row| row.number))
    }
}

/// What is read here is made of many rows.
const READING: Reading<'static> = Reading {
    table: "sign_in_attempts",
    row: "(many)",
};

fn date(day: i64) -> Result<Date, StoreError> {
    let midnight = READING.time("finished_at", day * DAY)?;
    Ok(Offset::UTC.to_datetime(midnight).date())
}

/// The one in the middle, or what lies between the two.
fn median(mut numbers: Vec<i64>) -> Option<i64> {
    numbers.sort_unstable();
    let upper = *numbers.get(numbers.len() / 2)?;
    if numbers.len() % 2 == 1 {
        return Some(upper);
    }
    let lower = *numbers.get((numbers.len() / 2).checked_sub(1)?)?;
    Some(lower + (upper - lower) / 2)
}

#[cfg(test)]
mod tests {
    use diesel::SqliteConnection;
    use diesel_migrations::{FileBasedMigrations, MigrationHarness};

    use super::*;

    #[derive(QueryableByName)]
    struct Step {
        #[diesel(sql_type = Text)]
        detail: String,
    }

    #[test]
    fn sqlite_reads_the_index_alone_in_its_order() {
        let mut conn = SqliteConnection::establish(":memory:").unwrap();
        let steps = FileBasedMigrations::from_path("../../migrations/sqlite").unwrap();
        conn.run_pending_migrations(steps).unwrap();
        let (connection, workspace) = (
            ActivityOf::Connection(ConnectionId::new(Timestamp::UNIX_EPOCH)),
            ActivityOf::Workspace(WorkspaceId::new(Timestamp::UNIX_EPOCH)),
        );
        for (of, index) in [
            (connection, "sign_in_attempts_ended"),
            (workspace, "sign_in_attempts_ended_in_workspace"),
        ] {
            for outcome in [AttemptOutcome::SignedIn, AttemptOutcome::Refused] {
                let text = newest(of, outcome, "finished_at, started_at", 9);
                let plan: Vec<Step> = sql_query(format!("EXPLAIN QUERY PLAN {text}"))
                    .bind::<Text, _>(of.id())
                    .bind::<BigInt, _>(1)
                    .bind::<BigInt, _>(2)
                    .load(&mut conn)
                    .unwrap();
                let plan: Vec<_> = plan.into_iter().map(|step| step.detail).collect();
                let [step] = plan.as_slice() else {
                    panic!("it is sorted as well: {plan:?}");
                };
                assert!(step.contains(&format!("COVERING INDEX {index} ")), "{step}");
                assert!(step.contains("finished_at>? AND finished_at<?"), "{step}");
            }
        }
    }

    #[test]
    fn the_median_lies_in_the_middle() {
        for (numbers, expected) in [
            (vec![], None),
            (vec![7], Some(7)),
            (vec![9, 1], Some(5)),
            (vec![100, 1, 3], Some(3)),
            (vec![8, 100, 1, 3], Some(5)),
        ] {
            assert_eq!(median(numbers), expected);
        }
    }
}
