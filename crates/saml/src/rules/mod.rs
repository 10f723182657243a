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

use std::borrow::Cow;

use jiff::Timestamp;
use vestibule_xmlsig::Element;

use crate::instant::parse_instant;
use crate::report::excerpt;

/// The time in an attribute, `Err` if it is not a SAML time.
fn instant(element: Element<'_>, attribute: &str) -> Result<Option<Timestamp>, String> {
    written_instant(element, attribute).map(|written| written.map(|written| written.at))
}

/// The same, and as it is written.
fn written_instant<'d>(
    element: Element<'d>,
    attribute: &str,
) -> Result<Option<Written<'d>>, String> {
    match element.attribute(attribute) {
        None => Ok(None),
        Some(text) => match parse_instant(&text) {
            Some(at) => Ok(Some(Written { at, text })),
            None => Err(format!("{attribute}=\"{}\"", excerpt(&text))),
        },
    }
}

/// A time, and how it is written.
struct Written<'d> {
    at: Timestamp,
    text: Cow<'d, str>,
}

impl Written<'_> {
    /// For a report, every time in one manner. Whole seconds are written in it already, as by nearly every
    /// IdP: then nothing has to be made of the time again.
    fn told(&self) -> Cow<'_, str> {
        const WHOLE_SECONDS: usize = "2026-11-24T09:00:00Z".len();
        if self.text.len() == WHOLE_SECONDS && self.at < Timestamp::MAX {
            Cow::Borrowed(&self.text)
        } else {
            Cow::Owned(self.at.to_string())
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_as_it_reads_however_it_is_written() {
        for text in [
            "2026-11-24T09:00:00Z",
            "0001-01-01T00:00:00Z",
            "2026-11-24T09:00:00.5Z",
            "2026-11-24T09:00:00.000Z",
            "2026-11-24T09:00:00.0Z",
            "9999-12-31T23:59:59Z",
        ] {
            let at = parse_instant(text).unwrap();
            let text = Cow::Borrowed(text);
            let written = Written { at, text };
            assert_eq!(written.told(), at.to_string());
        }
    }
}
