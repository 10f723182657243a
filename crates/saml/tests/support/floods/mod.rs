//! Documents as large as they may be, made to cost. They are made here and not kept: the tests hold each
//! to its outcome and its bound, the bench prints what it costs.

mod contents;
mod form_values;
mod scan;
mod signatures;
mod signed;

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use vestibule_saml::Check;

pub(crate) use form_values::what_is_no_document;
pub(crate) use scan::what_the_scan_refuses;
pub(crate) use signatures::signatures_that_are_floods;
pub(crate) use signed::{of_a_trusted_idp, of_strangers};

/// The most that a document may have.
const FULL: usize = 512 * 1024;
/// The libraries in C are optimised always, our own code is not in the build that tests run in.
const SLOWNESS: u64 = if cfg!(debug_assertions) { 3 } else { 1 };
/// What the cheap tricks may cost.
const FLOOD: Duration = Duration::from_millis(50 * SLOWNESS);
/// What anything at all may cost.
const ANY: Duration = Duration::from_millis(100 * SLOWNESS);

/// A form value that is made to cost.
pub(crate) struct Flood {
    pub(crate) name: String,
    pub(crate) form_value: String,
    /// None where a trusted key signed it and nothing is wrong.
    pub(crate) outcome: Option<(Check, &'static str)>,
    pub(crate) bound: Duration,
}

impl Flood {
    fn new(name: &str, document: &str, check: Check, detail: &'static str) -> Self {
        Self::within(FLOOD, name, document, Some((check, detail)))
    }

    fn within(
        bound: Duration,
        name: &str,
        document: &str,
        outcome: Option<(Check, &'static str)>,
    ) -> Self {
        Self {
            name: name.to_owned(),
            form_value: STANDARD.encode(document),
            outcome,
            bound,
        }
    }
}

/// `what` as often as there is room for in a document of the full size around it.
fn filled(before: &str, what: impl Fn(usize) -> String, after: &str) -> String {
    let mut document = before.to_owned();
    for number in 0.. {
        let piece = what(number);
        if document.len() + piece.len() + after.len() > FULL {
            break;
        }
        document.push_str(&piece);
    }
    document + after
}

/// The same, at most so often.
fn some(before: &str, most: usize, what: impl Fn(usize) -> String, after: &str) -> String {
    filled(
        before,
        |number| {
            if number < most {
                what(number)
            } else {
                "x".repeat(FULL)
            }
        },
        after,
    )
}

/// A document, cut at a mark.
fn around<'a>(document: &'a str, mark: &str) -> (&'a str, &'a str) {
    document.split_once(mark).unwrap()
}
