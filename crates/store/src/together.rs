//! Several questions to Postgres as one statement: each way there and back costs more than the question.
//!
//! They become one `SELECT` of JSON: a list for each question, of its rows as objects by the names of
//! their columns. A statement sees one moment of the database, so the answers fit together.

use std::error::Error;

use diesel::pg::Pg;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::Error as DieselError;
use diesel::sql_types::Text;
use diesel::{PgConnection, QueryResult, RunQueryDsl};
use serde::de::DeserializeOwned;

type Question<'q> = Box<dyn QueryFragment<Pg> + 'q>;

/// The questions.
pub(crate) struct Together<'q>(Vec<Question<'q>>);

impl<'q> Together<'q> {
    pub(crate) fn new(questions: Vec<Question<'q>>) -> Self {
        Self(questions)
    }

    /// Asks them; `T` is a tuple of as many vectors of rows.
    pub(crate) fn load<T: DeserializeOwned>(self, conn: &mut PgConnection) -> QueryResult<T> {
        let answer: String = self.get_result(conn)?;
        serde_json::from_str(&answer).map_err(|cause| {
            let cause: Box<dyn Error + Send + Sync> = Box::new(cause);
            DieselError::DeserializationError(cause)
        })
    }
}

/// Its text says which questions it is made of: it is prepared by its text.
impl QueryId for Together<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Together<'_> {
    type SqlType = Text;
}

impl RunQueryDsl<PgConnection> for Together<'_> {}

impl QueryFragment<Pg> for Together<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        for (number, question) in self.0.iter().enumerate() {
            out.push_sql(if number == 0 {
                "SELECT json_build_array("
            } else {
                ", "
            });
            out.push_sql("COALESCE((SELECT json_agg(answer) FROM (");
            question.walk_ast(out.reborrow())?;
            out.push_sql(") answer), '[]')");
        }
        out.push_sql(")::text");
        Ok(())
    }
}
