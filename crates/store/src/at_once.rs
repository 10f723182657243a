//! Statements that wait for each other on Postgres, to be sent as one: each way there and back costs more
//! than the statement itself.
//!
//! They become `WITH w0 AS (INSERT …), w1 AS (UPDATE …) SELECT …`, of which Postgres executes every part
//! that writes, all of them or none. All parts see the database as it was before (PostgreSQL manual,
//! §7.8.4), so no two of them may write to one row, and foreign keys are looked at when all are done.

use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::Error as DieselError;
use diesel::sql_types::Integer;
use diesel::{PgConnection, QueryResult, RunQueryDsl};

use crate::StoreError;
use crate::error::DEADLOCK;

/// What a statement does, and to which table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// It adds rows.
    Adds(&'static str),
    /// It changes rows that are there, or may be.
    Changes(&'static str),
    /// It finds a row, and locks it.
    Holds,
}

impl Effect {
    /// Whether two such statements may be parts of one: neither would see what the other one writes.
    fn goes_with(self, other: Self) -> bool {
        match (self, other) {
            (Self::Changes(table), Self::Changes(of) | Self::Adds(of))
            | (Self::Adds(of), Self::Changes(table)) => table != of,
            (Self::Adds(_), Self::Adds(_)) | (Self::Holds, _) | (_, Self::Holds) => true,
        }
    }
}

/// A statement that waits.
pub(crate) struct Waiting {
    statement: Box<dyn QueryFragment<Pg> + Send>,
    effect: Effect,
    /// It must change exactly one row, or find it, or this is the error of them all.
    unmet: Option<StoreError>,
    /// Whether it has the same text, or one of a few, whatever its values.
    few_texts: bool,
}

impl Waiting {
    pub(crate) fn new<S>(effect: Effect, statement: S, unmet: Option<StoreError>) -> Self
    where
        S: QueryFragment<Pg> + Send + 'static,
    {
        Self {
            statement: Box::new(statement),
            effect,
            unmet,
            few_texts: true,
        }
    }

    /// One whose text hangs on how many values it has.
    pub(crate) fn of_many_texts<S>(effect: Effect, statement: S) -> Self
    where
        S: QueryFragment<Pg> + Send + 'static,
    {
        Self {
            few_texts: false,
            ..Self::new(effect, statement, None)
        }
    }

    /// Whether it may be sent together with these.
    pub(crate) fn goes_with(&self, waiting: &[Self]) -> bool {
        waiting.iter().all(|one| self.effect.goes_with(one.effect))
    }

    /// A query that finds and locks one row: whoever is changing that is waited for, and it is looked for
    /// again in what they have made of it.
    pub(crate) fn holding<S>(query: S, unmet: StoreError) -> Self
    where
        S: QueryFragment<Pg> + Send + 'static,
    {
        Self::new(Effect::Holds, query, Some(unmet))
    }
}

/// What our error begins with where a statement has not done what it must: Postgres quotes it, in
/// whatever language it complains.
const UNMET: &str = "vestibule unmet ";

/// How often a statement that is a transaction of its own is sent.
const TRIES: usize = 5;

/// Executes what waits, as one statement.
pub(crate) fn execute(waiting: &[Waiting], conn: &mut PgConnection) -> QueryResult<()> {
    AtOnce(waiting).send(conn)
}

/// The same, where it is a transaction of its own: when two of them have waited for each other, the one that
/// was undone has done nothing, and says itself under which conditions it may be done.
pub(crate) fn execute_alone(waiting: &[Waiting], conn: &mut PgConnection) -> QueryResult<()> {
    for _ in 1..TRIES {
        match AtOnce(waiting).send(conn) {
            Err(error) if is_deadlock(&error) => {}
            sent => return sent,
        }
    }
    AtOnce(waiting).send(conn)
}

/// By its words, as everything that diesel has no kind for.
fn is_deadlock(error: &DieselError) -> bool {
    matches!(error, DieselError::DatabaseError(_, info) if info.message().contains(DEADLOCK))
}

/// Which of them has not done what it must, by the words of the error.
pub(crate) fn unmet(message: &str) -> Option<usize> {
    let (_, number) = message.split_once(UNMET)?;
    number.split_once('.')?.0.parse().ok()
}

/// The errors of those that must do something, by their number.
pub(crate) fn errors(waiting: &[Waiting]) -> Vec<Option<StoreError>> {
    waiting.iter().map(|one| one.unmet.clone()).collect()
}

/// It answers with rows that begin with a number, and is loaded, so that it stays prepared ([`Prepared`]).
///
/// [`Prepared`]: crate::prepared::Prepared
struct AtOnce<'w>(&'w [Waiting]);

/// Its text says which statements it is made of: it is prepared by its text.
impl QueryId for AtOnce<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for AtOnce<'_> {
    type SqlType = Integer;
}

impl RunQueryDsl<PgConnection> for AtOnce<'_> {}

impl AtOnce<'_> {
    fn send(self, conn: &mut PgConnection) -> QueryResult<()> {
        self.load::<i32>(conn).map(drop)
    }
}

impl QueryFragment<Pg> for AtOnce<'_> {
    /// What goes together does so in a few ways: diesel would prepare each anew, as it does every UPDATE.
    fn is_safe_to_cache_prepared(&self, _backend: &Pg) -> QueryResult<bool> {
        Ok(self.0.iter().all(|one| one.few_texts))
    }

    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        if let [only] = self.0
            && only.unmet.is_none()
        {
            only.statement.walk_ast(out.reborrow())?;
            out.push_sql(" RETURNING 1");
            return Ok(());
        }
        for (number, one) in self.0.iter().enumerate() {
            out.push_sql(if number == 0 { "WITH w" } else { ", w" });
            out.push_sql(&number.to_string());
            out.push_sql(" AS (");
            one.statement.walk_ast(out.reborrow())?;
            // A part that nobody asks for an answer still writes.
            let asked = one.effect != Effect::Holds && one.unmet.is_some();
            out.push_sql(if asked { " RETURNING 1)" } else { ")" });
        }
        out.push_sql(" SELECT 1");
        // A text that is no number is an error when it is made one, and not before: whether it is made
        // one hangs on a count.
        let must = self.0.iter().enumerate();
        for (number, _) in must.filter(|(_, one)| one.unmet.is_some()) {
            out.push_sql(&format!(
                ", CASE (SELECT count(*) FROM w{number}) WHEN 1 THEN 0 ELSE CAST('{UNMET}{number}.' \
                 || (SELECT count(*) FROM w{number}) AS integer) END"
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_writes_to_a_row_that_another_one_made_waits_for_it() {
        use Effect::{Adds, Changes, Holds};
        for (one, other, together) in [
            (Adds("codes"), Adds("codes"), true),
            (Adds("codes"), Changes("codes"), false),
            (Changes("codes"), Changes("codes"), false),
            (Changes("codes"), Changes("members"), true),
            (Changes("codes"), Adds("members"), true),
            (Holds, Changes("connections"), true),
            (Holds, Holds, true),
        ] {
            assert_eq!(one.goes_with(other), together, "{one:?} {other:?}");
            assert_eq!(other.goes_with(one), together, "{other:?} {one:?}");
        }
    }

    #[test]
    fn the_statement_that_failed_is_known_by_its_number() {
        let said = "invalid input syntax for type integer: \"vestibule unmet 12.0\"";
        assert_eq!(unmet(said), Some(12));
        let german = "ungültige Eingabesyntax für Typ integer: »vestibule unmet 3.0«";
        assert_eq!(unmet(german), Some(3));
        for other in [
            "",
            "division by zero",
            "vestibule unmet",
            "vestibule unmet x.0",
        ] {
            assert_eq!(unmet(other), None, "{other}");
        }
    }
}
