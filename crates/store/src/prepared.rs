//! Statements that are prepared once for each connection.
//!
//! Diesel prepares every UPDATE, every upsert and whatever has a piece of SQL of its own anew each time: it cannot
//! know how many texts there are of such a statement. Of those that are wrapped here there are a few.

use diesel::backend::Backend;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::{Connection, QueryResult, RunQueryDsl};

/// A statement of which there are few texts, whatever its values.
pub(crate) struct Prepared<S>(pub(crate) S);

/// It is known by its text.
impl<S> QueryId for Prepared<S> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<S, C: Connection> RunQueryDsl<C> for Prepared<S> {}

impl<S: QueryFragment<DB>, DB: Backend> QueryFragment<DB> for Prepared<S> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }

    fn is_safe_to_cache_prepared(&self, _backend: &DB) -> QueryResult<bool> {
        Ok(true)
    }
}
