//! What a person has here: second factors, passkeys, sessions.

use askama::Template;

use crate::{Notice, Text, When, filters};

/// A passkey of the person.
pub struct PasskeyRow {
    /// Its id.
    pub id: String,
    /// The name that the person gave it.
    pub name: String,
    /// When it was made.
    pub since: When,
    /// When it was used last.
    pub last_used: Option<When>,
}

/// A session of the person.
pub struct SessionRow {
    /// Its id.
    pub id: String,
    /// Whether it is the one in which this page is read.
    pub here: bool,
    /// The browser and the system.
    pub browser: Text,
    /// When it began.
    pub since: When,
    /// When it was seen last.
    pub last_seen: When,
}

/// Where the account's links and forms lead. What is `None` is not offered.
pub struct AccountActions {
    /// To set an authenticator app up (a link).
    pub enrol_totp_href: Option<String>,
    /// To remove it (POST).
    pub remove_totp: Option<String>,
    /// To make new recovery codes (POST).
    pub new_recovery_codes: Option<String>,
    /// To add a passkey (a link).
    pub add_passkey_href: Option<String>,
    /// To rename one (POST `id`, `name`).
    pub rename_passkey: Option<String>,
    /// To remove one (POST `id`).
    pub remove_passkey: Option<String>,
    /// To change the password (a link).
    pub change_password_href: Option<String>,
    /// To end a session (POST `id`).
    pub end_session: Option<String>,
    /// To end all but this one (POST).
    pub end_other_sessions: Option<String>,
    /// The settings of single sign-on, for admins (a link).
    pub settings_href: Option<String>,
    /// To sign out (POST).
    pub sign_out: String,
}

/// The account page.
#[derive(Template)]
#[template(path = "account/account.html")]
pub struct Account {
    /// The person's name.
    pub name: Option<String>,
    /// The person's address.
    pub email: String,
    /// The workspace's name.
    pub workspace: String,
    /// The role, in words.
    pub role: Text,
    /// Since when there is an authenticator app.
    pub totp: Option<When>,
    /// How many recovery codes are left.
    pub recovery_left: u8,
    /// The passkeys.
    pub passkeys: Vec<PasskeyRow>,
    /// The sessions.
    pub sessions: Vec<SessionRow>,
    /// The token against forged posts.
    pub csrf: String,
    /// Where links and forms lead.
    pub actions: AccountActions,
    /// What has just been done.
    pub notice: Option<Notice>,
    /// What went wrong.
    pub error: Option<Notice>,
}

impl Account {
    /// Whether there is a session to end beside this one.
    fn elsewhere(&self) -> bool {
        self.sessions.iter().any(|session| !session.here)
    }
}
