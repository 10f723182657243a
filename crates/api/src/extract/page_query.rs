//! Which part of a list is wanted.

use serde::Deserialize;
use vestibule_store::PageRequest;

use crate::problem::Problem;

const DEFAULT_LIMIT: u32 = 50;
const MAX_LIMIT: u32 = 200;

/// The query of a list without filters.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// `next_cursor` of the page before.
    pub(crate) cursor: Option<String>,
    /// How many at most: 1 to 200, 50 by default.
    pub(crate) limit: Option<u32>,
}

impl PageQuery {
    pub(crate) fn request(self) -> Result<PageRequest, Problem> {
        let limit = self.limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            let expected = format!("a whole number from 1 to {MAX_LIMIT}");
            return Err(Problem::invalid("limit", expected, limit.to_string()));
        }
        Ok(PageRequest {
            cursor: self.cursor,
            limit,
        })
    }
}
