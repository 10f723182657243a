//! What Response and Assertion both carry around what they say.

use vestibule_xmlsig::Element;

use crate::names::ns;

/// Attributes and issuer of a Response or an Assertion, as they stand there.
#[derive(Debug)]
pub(crate) struct Envelope {
    /// Whether they were read from signed bytes. What was not may make a check stricter and
    /// nothing else.
    pub(crate) signed: bool,
    pub(crate) id: Option<String>,
    pub(crate) version: Option<String>,
    pub(crate) issue_instant: Option<String>,
    pub(crate) destination: Option<String>,
    pub(crate) in_response_to: Option<String>,
    pub(crate) issuer: Issuer,
}

impl Envelope {
    pub(crate) fn of(element: Element<'_>, signed: bool) -> Self {
        let attribute = |name| element.attribute(name).map(|value| value.into_owned());
        Self {
            signed,
            id: attribute("ID"),
            version: attribute("Version"),
            issue_instant: attribute("IssueInstant"),
            destination: attribute("Destination"),
            in_response_to: attribute("InResponseTo"),
            issuer: Issuer::of(element),
        }
    }
}

/// The Issuer of a message (Core §2.2.5).
#[derive(Debug)]
pub(crate) enum Issuer {
    /// There is none.
    Absent,
    /// There are several.
    Several(usize),
    /// It has elements inside.
    NotText,
    /// There is one.
    One {
        /// Its text, whole.
        value: String,
        /// Its Format.
        format: Option<String>,
    },
}

impl Issuer {
    pub(crate) fn of(element: Element<'_>) -> Self {
        let mut issuers = element.children_named(ns::ASSERTION, "Issuer");
        let Some(issuer) = issuers.next() else {
            return Self::Absent;
        };
        let more = issuers.count();
        if more > 0 {
            return Self::Several(1 + more);
        }
        match issuer.text() {
            None => Self::NotText,
            Some(text) => Self::One {
                value: text.into_owned(),
                format: issuer.attribute("Format").map(|format| format.into_owned()),
            },
        }
    }
}
