//! The audit log of a workspace.

use askama::Template;

use super::Frame;
use crate::{Text, When, filters, lang, plain};

/// What was done, by its stable word.
#[must_use]
pub fn audited(action: &str) -> Text {
    let id = format!("audit-{}", action.replace(['.', '_'], "-"));
    if lang::is_known(&id) {
        Text::named(id)
    } else {
        plain(action)
    }
}

/// One entry.
pub struct AuditRow {
    /// What was done.
    pub what: Text,
    /// Who did it.
    pub who: Text,
    /// To whom or what, where that has a name and was not the one who did it.
    pub about: Option<String>,
    /// The id of that.
    pub target: String,
    /// When.
    pub at: When,
    /// What else is kept of it, as JSON.
    pub detail: Option<String>,
}

/// What was done in a workspace.
#[derive(Template)]
#[template(path = "settings/audit.html")]
pub struct AuditLog {
    /// What is around the page.
    pub frame: Frame,
    /// The entries, the newest first.
    pub entries: Vec<AuditRow>,
    /// Where the list goes on.
    pub more_href: Option<String>,
    /// The beginning of the list, where this is not it.
    pub newest_href: Option<String>,
    /// The sign-ins.
    pub back_href: String,
}
