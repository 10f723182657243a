//! Choosing a password, and asking for a new one.

use askama::Template;

use crate::{Notice, filters};

/// A new password, from a link by mail or from the account. Posts `password`.
#[derive(Template)]
#[template(path = "password/set.html")]
pub struct SetPassword {
    /// Where the form is posted.
    pub action: String,
    /// The token against forged posts.
    pub csrf: String,
    /// Whose password it is.
    pub email: String,
    /// The workspace's name.
    pub workspace: String,
    /// Whether it is the person's first.
    pub invitation: bool,
    /// The least number of characters.
    pub minimum: u8,
    /// Whether the person signs in by SSO as long as it is live, whatever the password.
    pub sso_instead: bool,
    /// What went wrong.
    pub error: Option<Notice>,
}

/// The new password counts.
#[derive(Template)]
#[template(path = "password/done.html")]
pub struct PasswordSet {
    /// Where to sign in with it.
    pub sign_in_href: String,
    /// Whether the person signs in by SSO as long as it is live, whatever the password.
    pub sso_instead: bool,
}

/// Asks for a link by mail. Posts `email`.
#[derive(Template)]
#[template(path = "password/forgot.html")]
pub struct ForgotPassword {
    /// Where the form is posted.
    pub action: String,
    /// The token against forged posts.
    pub csrf: String,
    /// What was typed before.
    pub email: String,
    /// The workspace's name; may be empty.
    pub workspace: String,
    /// Back to the sign-in.
    pub back_href: Option<String>,
    /// What went wrong.
    pub error: Option<Notice>,
}

/// What was asked to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailKind {
    /// A link to choose a new password.
    Forgot,
    /// The workspaces of an address.
    Workspaces,
}

/// Look into your mail: the same words whether the address is known or not.
#[derive(Template)]
#[template(path = "password/mail_sent.html")]
pub struct MailSent {
    /// What was asked for.
    pub what: MailKind,
    /// The address as it was typed.
    pub email: String,
    /// Back to the sign-in.
    pub sign_in_href: String,
}
