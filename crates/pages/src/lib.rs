//! The pages that people see: a view model goes in, a whole HTML page comes out.
//!
//! No I/O, no rules, no clock: whoever calls has decided already what is shown. Every page has one
//! heading, one main action and one place for an error, and works without JavaScript; passkeys and
//! copying alone need it. Nothing is inline, so that the content security policy needs no exception.
//!
//! The view models hold tokens, codes and secrets, and so have no `Debug`.

mod account;
mod assets;
mod enrolment;
mod link;
mod message;
mod notice;
mod passkey;
mod password;
mod reauthenticate;
mod second_factor;
mod sign_in;
mod sso;
mod svg;
mod when;

pub use account::{Account, AccountActions, PasskeyRow, SessionRow};
pub use assets::{
    ASSETS, Asset, COPY_SCRIPT, COPY_SCRIPT_PATH, PASSKEY_SCRIPT, PASSKEY_SCRIPT_PATH,
    REVEAL_SCRIPT, REVEAL_SCRIPT_PATH, STYLE, STYLE_PATH, SUBMIT_SCRIPT, SUBMIT_SCRIPT_PATH,
};
pub use enrolment::{AddPasskey, EnrolTotp, RecoveryCodes};
pub use link::Link;
pub use message::{Confirm, Message, Status};
pub use notice::Notice;
pub use passkey::PasskeyOffer;
pub use password::{ForgotPassword, MailKind, MailSent, PasswordSet, SetPassword};
pub use reauthenticate::Reauthenticate;
pub use second_factor::SecondFactor;
pub use sign_in::{
    Choice, ChooseConnection, ChooseWorkspace, LinkChoice, SignInEmail, SignInPassword,
};
pub use sso::{Preflight, ThisIsMe};
pub use svg::Svg;
pub use when::When;

/// Gives each page `render`, so that nobody who calls needs to know the library of the templates.
macro_rules! renders {
    ($($page:ident),+ $(,)?) => {
        $(impl $page {
            /// The HTML.
            #[must_use]
            pub fn render(&self) -> String {
                // Writing to a String cannot fail, and no filter of ours does.
                askama::Template::render(self).unwrap_or_default()
            }
        })+
    };
}

renders!(
    Account,
    AddPasskey,
    ChooseConnection,
    ChooseWorkspace,
    Confirm,
    EnrolTotp,
    ForgotPassword,
    MailSent,
    Message,
    PasswordSet,
    Preflight,
    Reauthenticate,
    RecoveryCodes,
    SecondFactor,
    SetPassword,
    SignInEmail,
    SignInPassword,
    ThisIsMe,
);
