//! What a handler takes as parameters: who calls, what was sent.

mod caller;
mod if_match;
mod json;
mod once;
mod page_query;

pub(crate) use caller::{Allowed, Caller, scope};
pub(crate) use if_match::{is_honoured, wrap as with_entity_tags};
pub(crate) use json::{Json, Patch, double_option, parse as parse_json};
pub(crate) use once::{created, is_kept, ok, wrap as answered_once};
pub(crate) use page_query::PageQuery;
