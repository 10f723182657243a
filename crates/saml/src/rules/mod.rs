//! The rules of accepting a Response, each a function of its own that gives one row of the report.
//!
//! A rule that reads something gives it back beside its row, and gives nothing back when it fails.
//! None of them warns where it should refuse.

pub(crate) mod attributes;
pub(crate) mod authn;
pub(crate) mod conditions;
pub(crate) mod confirmation;
pub(crate) mod encryption;
pub(crate) mod identifier;
pub(crate) mod lints;
pub(crate) mod logout;
pub(crate) mod message;
pub(crate) mod shape;
pub(crate) mod signature;
pub(crate) mod status;
pub(crate) mod subject;

use jiff::Timestamp;
use vestibule_xmlsig::Element;

use crate::instant::parse_instant;
use crate::report::excerpt;

/// The time in an attribute, `Err` if it is not a SAML time.
fn instant(element: Element<'_>, attribute: &str) -> Result<Option<Timestamp>, String> {
    match element.attribute(attribute) {
        None => Ok(None),
        Some(text) => match parse_instant(&text) {
            Some(instant) => Ok(Some(instant)),
            None => Err(format!("{attribute}=\"{}\"", excerpt(&text))),
        },
    }
}

/// What every time must look like, for a report.
const TIME_FORMAT: &str = "a time like 2026-11-24T09:00:00Z";

/// The children of one name, if there is exactly one; else how many there are.
fn only<'d>(parent: Element<'d>, namespace: &str, local: &str) -> Result<Element<'d>, usize> {
    let mut children = parent.children_named(namespace, local);
    let first = children.next().ok_or(0_usize)?;
    match children.count() {
        0 => Ok(first),
        more => Err(1 + more),
    }
}

/// A number of elements, for a report.
fn counted(count: usize, name: &str) -> String {
    match count {
        0 => format!("no {name}"),
        count => format!("{count} {name} elements"),
    }
}
