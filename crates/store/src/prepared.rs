//! Statements that are prepared once for each connection.
//!
//! Diesel prepares every UPDATE, every upsert and whatever has a piece of SQL of its own anew each time: it cannot
//! know how many texts there are of such a statement. Of those that are wrapped here there are a few.

use diesel::backend::Backend;
use diesel::connection::LoadConnection;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::query_dsl::methods::LoadQuery;
use diesel::sql_types::Integer;
use diesel::{QueryResult, RunQueryDsl, SqliteConnection};

/// A statement that writes, of which there are few texts, whatever its values.
///
/// It returns a row for each that it wrote: diesel executes what returns none by a reference, which does not say
/// that it may be kept (diesel 2.3, `QueryFragment for &T`), and loads what returns some by its value.
pub(crate) struct Prepared<S>(S);

impl<S> Prepared<S> {
    pub(crate) fn new(statement: S) -> Self {
        Self(statement)
    }

    /// How many rows it wrote.
    pub(crate) fn execute<'q, C: LoadConnection>(self, conn: &mut C) -> QueryResult<usize>
    where
        Self: LoadQuery<'q, C, i32>,
    {
        Ok(self.load::<i32>(conn)?.len())
    }
}

/// It is known by its text.
impl<S> QueryId for Prepared<S> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<S> Query for Prepared<S> {
    type SqlType = Integer;
}

impl<S, C> RunQueryDsl<C> for Prepared<S> {}

impl<S: QueryFragment<DB>, DB: Backend> QueryFragment<DB> for Prepared<S> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(" RETURNING 1");
        Ok(())
    }

    fn is_safe_to_cache_prepared(&self, _backend: &DB) -> QueryResult<bool> {
        Ok(true)
    }
}

/// A statement without values, such as COMMIT: `batch_execute` would prepare it each time.
pub(crate) struct Word(pub(crate) &'static str);

/// Known by its text.
impl QueryId for Word {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl RunQueryDsl<SqliteConnection> for Word {}

impl<DB: Backend> QueryFragment<DB> for Word {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(self.0);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use diesel::connection::{InstrumentationEvent, SimpleConnection};
    use diesel::prelude::*;
    use diesel::upsert::excluded;

    use super::*;

    diesel::table! {
        things (id) { id -> Integer, name -> Text, }
    }

    #[test]
    fn a_statement_is_prepared_once_and_says_how_many_rows_it_wrote() {
        let mut conn = SqliteConnection::establish(":memory:").unwrap();
        conn.batch_execute("CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT NOT NULL)")
            .unwrap();
        let prepared = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&prepared);
        conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            if let InstrumentationEvent::CacheQuery { sql, .. } = event {
                heard.lock().unwrap().push(sql.to_owned());
            }
        });
        for (id, name, there) in [(1, "one", 0), (1, "two", 1), (2, "two", 2)] {
            let rename = diesel::update(things::table.filter(things::name.eq("two")))
                .set(things::name.eq(name));
            let renamed = Prepared::new(rename).execute(&mut conn);
            assert_eq!(renamed, Ok(usize::from(there == 2)));
            let keep = diesel::insert_into(things::table)
                .values((things::id.eq(id), things::name.eq(name)))
                .on_conflict(things::id)
                .do_update()
                .set(things::name.eq(excluded(things::name)));
            assert_eq!(Prepared::new(keep).execute(&mut conn), Ok(1));
            for word in ["BEGIN", "COMMIT"] {
                Word(word).execute(&mut conn).unwrap();
            }
        }
        assert_eq!(prepared.lock().unwrap().len(), 4);
    }
}
