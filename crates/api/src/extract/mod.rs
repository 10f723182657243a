//! What a handler takes as parameters: who calls, what was sent.

mod caller;
mod json;
mod page_query;

pub(crate) use caller::{Allowed, Caller, KEY_PREFIX, scope};
pub(crate) use json::{Json, Patch, double_option};
pub(crate) use page_query::PageQuery;
