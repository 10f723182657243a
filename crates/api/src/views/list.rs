//! A part of a list.

use serde::Serialize;
use utoipa::ToSchema;
use vestibule_store::Page;

/// A part of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct List<T> {
    /// The objects.
    pub(crate) data: Vec<T>,
    /// The `cursor` of the next part; null at the end.
    pub(crate) next_cursor: Option<String>,
}

impl<T> List<T> {
    /// A page of the store, each item shown by `view`.
    pub(crate) fn of<D>(page: Page<D>, view: impl FnMut(D) -> T) -> Self {
        Self {
            data: page.items.into_iter().map(view).collect(),
            next_cursor: page.next_cursor,
        }
    }
}

/// Any number of objects: one JSON object a line (NDJSON), each written when it is known.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "describes bodies that are streams")]
pub(crate) struct JsonLines(String);
