//! The page that posts itself to the identity provider (Bindings §3.5).

use askama::Template;

use crate::{Text, filters, text};

/// What somebody is on their way for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Errand {
    /// To sign in.
    SignIn,
    /// To sign out there too.
    SignOut,
}

/// A form that a script sends on; the button is there, and has the focus, for whoever runs none.
#[derive(Template)]
#[template(path = "post_form.html")]
pub struct PostForm {
    /// What for.
    pub errand: Errand,
    /// Whom it is posted to, as a person would recognise it.
    pub host: String,
    /// Where the form is posted.
    pub action: String,
    /// Its fields: name and value.
    pub fields: Vec<(&'static str, String)>,
}

impl PostForm {
    fn eyebrow(&self) -> &'static str {
        match self.errand {
            Errand::SignIn => "post-form-sign-in",
            Errand::SignOut => "post-form-sign-out",
        }
    }

    fn text(&self) -> Text {
        let said = match self.errand {
            Errand::SignIn => text("post-form-sign-in-text"),
            Errand::SignOut => text("post-form-sign-out-text"),
        };
        said.with("host", &self.host)
    }
}
