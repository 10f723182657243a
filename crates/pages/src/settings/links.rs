//! Setup links: made for somebody without an account, and taken back.

use askama::Template;

use super::{Frame, Input, Pick};
use crate::{Text, When, filters};

/// A setup link.
pub struct SetupLinkRow {
    /// Its id.
    pub id: String,
    /// Whom it is for.
    pub name: Option<String>,
    /// Whether it can be opened, in words.
    pub state: Text,
    /// Whether it can be.
    pub open: bool,
    /// Whether it may enable.
    pub allow_enable: bool,
    /// When it ends.
    pub expires: When,
    /// When it was opened first.
    pub opened: Option<When>,
    /// When something was first saved through it.
    pub used: Option<When>,
}

/// The links of a connection. Posts `name`, `hours` and `allow_enable` to make one, `id` to take one back.
#[derive(Template)]
#[template(path = "settings/links.html")]
pub struct SetupLinks {
    /// What is around the page.
    pub frame: Frame,
    /// Those that there are, the newest first.
    pub links: Vec<SetupLinkRow>,
    /// The one that was just made: its URL, shown this once.
    pub made: Option<String>,
    /// Where one is made (POST).
    pub action: String,
    /// Where one is taken back (POST).
    pub revoke: String,
    /// `name`.
    pub name: Input,
    /// `return_url`.
    pub return_url: Input,
    /// `hours`.
    pub hours: Vec<Pick>,
    /// `allow_enable`.
    pub allow_enable: bool,
}
