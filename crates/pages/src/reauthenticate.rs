//! Is it still you? Asked before a change that matters.

use askama::Template;

use crate::{Notice, PasskeyOffer, Text, filters};

/// The factors again. Posts `password` and `code` with `kind=totp`, as far as they are asked for.
#[derive(Template)]
#[template(path = "account/reauthenticate.html")]
pub struct Reauthenticate {
    /// Where the form is posted.
    pub action: String,
    /// The token against forged posts.
    pub csrf: String,
    /// Who is signed in.
    pub email: String,
    /// The workspace's name.
    pub workspace: String,
    /// What is about to be done: "Before you remove your authenticator app, …".
    pub reason: Text,
    /// Whether the password is asked for.
    pub password: bool,
    /// Whether a code of the authenticator app is asked for.
    pub code: bool,
    /// A passkey instead of both.
    pub passkey: Option<PasskeyOffer>,
    /// Back without changing anything.
    pub cancel_href: Option<String>,
    /// What went wrong.
    pub error: Option<Notice>,
}
