//! The second step of a sign-in.

use askama::Template;

use crate::{Notice, PasskeyOffer, filters};

/// A code or a passkey. Posts `code` and `kind`: `totp`, `recovery` or `break_glass`.
#[derive(Template)]
#[template(path = "factor/second.html")]
pub struct SecondFactor {
    /// Where the forms are posted.
    pub action: String,
    /// The token against forged posts.
    pub csrf: String,
    /// The workspace's name.
    pub workspace: String,
    /// Whether there is an authenticator app.
    pub totp: bool,
    /// Whether recovery codes are left.
    pub recovery: bool,
    /// A passkey as the second factor.
    pub passkey: Option<PasskeyOffer>,
    /// Whether a break-glass code would be taken.
    pub break_glass: bool,
    /// Back to the start of the sign-in.
    pub back_href: Option<String>,
    /// What went wrong.
    pub error: Option<Notice>,
}

impl SecondFactor {
    /// Whether a recovery code is the first thing to ask for.
    fn recovery_first(&self) -> bool {
        !self.totp && self.passkey.is_none() && self.recovery
    }

    /// Whether a break-glass code is the only way.
    fn break_glass_first(&self) -> bool {
        !self.totp && self.passkey.is_none() && !self.recovery
    }
}
