//! Setting a second factor up.

use askama::Template;

use crate::{Notice, PasskeyOffer, Svg, filters};

/// An authenticator app. Posts `code`.
#[derive(Template)]
#[template(path = "factor/enrol_totp.html")]
pub struct EnrolTotp {
    /// Where the form is posted.
    pub action: String,
    /// The token against forged posts.
    pub csrf: String,
    /// The workspace's name.
    pub workspace: String,
    /// Whether the workspace asks for it, so that there is no way round.
    pub required: bool,
    /// The QR code.
    pub qr: Svg,
    /// The secret in base32, for whoever cannot scan.
    pub secret: String,
    /// The `otpauth:` address, for whoever reads this on the device with the app.
    pub uri: Option<String>,
    /// The name under which the app lists it.
    pub account: String,
    /// A passkey instead.
    pub passkey: Option<PasskeyOffer>,
    /// Back, where it is not required.
    pub cancel_href: Option<String>,
    /// What went wrong.
    pub error: Option<Notice>,
}

impl EnrolTotp {
    /// The secret in fours, as apps show it.
    fn groups(&self) -> Vec<String> {
        let letters: Vec<char> = self.secret.chars().collect();
        letters
            .chunks(4)
            .map(|four| four.iter().collect())
            .collect()
    }
}

/// A new passkey. Posts `name` and `credential`.
#[derive(Template)]
#[template(path = "factor/add_passkey.html")]
pub struct AddPasskey {
    /// The token against forged posts.
    pub csrf: String,
    /// The workspace's name.
    pub workspace: String,
    /// What the browser is asked to make.
    pub offer: PasskeyOffer,
    /// A name to begin with; may be empty.
    pub name: String,
    /// Back to the account.
    pub cancel_href: Option<String>,
    /// What went wrong.
    pub error: Option<Notice>,
}

/// Recovery codes, shown once. Posts `kept`.
#[derive(Template)]
#[template(path = "factor/recovery_codes.html")]
pub struct RecoveryCodes {
    /// Where the form is posted.
    pub action: String,
    /// The token against forged posts.
    pub csrf: String,
    /// The codes.
    pub codes: Vec<String>,
}
