//! Before somebody is signed out by a link that could be anybody's.

use askama::Template;

use crate::{Text, filters, text};

/// The question. Posts `confirm` and what the application has asked for.
#[derive(Template)]
#[template(path = "sign_out.html")]
pub struct SignOut {
    /// Where the form is posted.
    pub action: String,
    /// What only this browser can send.
    pub confirm: String,
    /// What the application has asked for: name and value.
    pub fields: Vec<(&'static str, String)>,
    /// How many sessions end.
    pub sessions: usize,
}

impl SignOut {
    fn text(&self) -> Text {
        text("sign-out-text").with("count", self.sessions)
    }
}
