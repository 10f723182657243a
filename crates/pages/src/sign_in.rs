//! From an e-mail address to the right way in.

use askama::Template;

use crate::{Notice, PasskeyOffer, filters};

/// The workspace that this browser signed in to last.
pub struct LastWorkspace {
    /// Its name.
    pub name: String,
    /// What names it in a form.
    pub value: String,
    /// On with it, by whatever is the right way.
    pub href: String,
    /// The way for admins who have a password, where the right way is another.
    pub password_href: Option<String>,
}

impl LastWorkspace {
    /// The same as one of several to choose from.
    #[must_use]
    pub fn choice(self) -> Choice {
        Choice {
            value: self.value,
            label: self.name,
            hint: String::new(),
        }
    }
}

/// The first page: who are you? Posts `email`.
#[derive(Template)]
#[template(path = "sign_in/email.html")]
pub struct SignInEmail {
    /// Where the form is posted.
    pub action: String,
    /// The token against forged posts.
    pub csrf: String,
    /// What was typed before, or is remembered.
    pub email: String,
    /// The application that is waiting, or the name of this service.
    pub service_name: Option<String>,
    /// Where this browser was last: then going on there is the main thing.
    pub last: Option<LastWorkspace>,
    /// Signing in without typing anything; the browser offers it in the e-mail field too.
    pub passkey: Option<PasskeyOffer>,
    /// What went wrong.
    pub error: Option<Notice>,
}

/// One of several, chosen by pressing it.
pub struct Choice {
    /// What is posted.
    pub value: String,
    /// Its name.
    pub label: String,
    /// What tells it from the others; may be empty.
    pub hint: String,
}

/// Which workspace? Posts `email` and `workspace`.
#[derive(Template)]
#[template(path = "sign_in/workspace.html")]
pub struct ChooseWorkspace {
    /// Where the forms are posted.
    pub action: String,
    /// The token against forged posts.
    pub csrf: String,
    /// The address from the page before.
    pub email: String,
    /// The workspaces that may be named; perhaps none.
    pub workspaces: Vec<Choice>,
    /// Whether the workspace's short name can be typed.
    pub allow_slug: bool,
    /// Where one has the list of one's workspaces mailed.
    pub mail_href: Option<String>,
    /// Back to the e-mail address.
    pub back_href: Option<String>,
    /// What went wrong.
    pub error: Option<Notice>,
}

/// One of several, chosen by following a link.
pub struct LinkChoice {
    /// Where it leads.
    pub href: String,
    /// Its name.
    pub label: String,
    /// What tells it from the others; may be empty.
    pub hint: String,
}

/// Which identity provider?
#[derive(Template)]
#[template(path = "sign_in/connection.html")]
pub struct ChooseConnection {
    /// The workspace's name.
    pub workspace: String,
    /// The ways.
    pub choices: Vec<LinkChoice>,
    /// The way for admins who have a password.
    pub password_href: Option<String>,
    /// Back to the e-mail address.
    pub back_href: Option<String>,
}

/// The password. Posts `email` and `password`.
#[derive(Template)]
#[template(path = "sign_in/password.html")]
pub struct SignInPassword {
    /// Where the form is posted.
    pub action: String,
    /// The token against forged posts.
    pub csrf: String,
    /// The address from the page before.
    pub email: String,
    /// The workspace's name.
    pub workspace: String,
    /// Single sign-on: then it is the main thing, and the password for admins stands below.
    pub sso_href: Option<String>,
    /// Where a new password can be asked for.
    pub forgot_href: Option<String>,
    /// Signing in without the password.
    pub passkey: Option<PasskeyOffer>,
    /// Why somebody who is signed in is asked once more.
    pub again: Option<Notice>,
    /// Whether an admin proves here, once, that the sign-in from the identity provider is theirs.
    pub prove: bool,
    /// Back to the e-mail address.
    pub back_href: Option<String>,
    /// What went wrong.
    pub error: Option<Notice>,
}
