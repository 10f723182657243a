//! The pages that people see: a view model goes in, a whole HTML page comes out.
//!
//! No I/O, no rules, no clock: whoever calls has decided already what is shown. Every page has one
//! heading, one main action and one place for an error, and works without JavaScript; passkeys and
//! copying alone need it. Nothing is inline, so that the content security policy needs no exception.
//!
//! Words are messages of `locales/`, by id, and are put into the reader's language as the page is written.
//!
//! The view models hold tokens, codes and secrets, and so have no `Debug`.

mod accent;
mod account;
mod assets;
mod chart;
mod developer;
mod enrolment;
mod filters;
pub mod guide;
mod lang;
mod link;
mod message;
mod notice;
mod passkey;
mod password;
mod post_form;
mod reauthenticate;
mod second_factor;
mod settings;
mod shell;
mod sign_in;
mod sign_out;
mod sso;
mod svg;
mod text;
mod when;

pub use accent::{accent_path, accent_sheet};
pub use account::{Account, AccountActions, PasskeyRow, SessionRow};
pub use assets::{
    ASSETS, Asset, CHECK_SCRIPT_PATH, COPY_SCRIPT, COPY_SCRIPT_PATH, PASSKEY_SCRIPT,
    PASSKEY_SCRIPT_PATH, REVEAL_SCRIPT, REVEAL_SCRIPT_PATH, STYLE, STYLE_PATH, SUBMIT_SCRIPT,
    SUBMIT_SCRIPT_PATH, TIME_SCRIPT_PATH, WAIT_SCRIPT_PATH,
};
pub use developer::{
    ApiDocs, DemoPage, Operation, OperationField, ProblemPage, ProblemRow, Problems,
};
pub use enrolment::{AddPasskey, EnrolTotp, RecoveryCodes};
pub use guide::{GuidePick, GuideStep};
pub use lang::Lang;
pub use link::Link;
pub use message::{Confirm, Message, Status};
pub use notice::Notice;
pub use passkey::PasskeyOffer;
pub use password::{ForgotPassword, MailKind, MailSent, PasswordSet, SetPassword};
pub use post_form::{Errand, PostForm};
pub use reauthenticate::Reauthenticate;
pub use second_factor::SecondFactor;
pub use settings::{
    ActivityFilter, ActivityNumbers, Advanced, AttemptReport, AttemptRow, AttemptState,
    AttemptStory, AuditLog, AuditRow, CertificateRow, Choices, ConnectionRow, ConnectionSettings,
    Connections, DayCount, Disable, Enable, Frame, IdpForm, Input, KeptResponse, NextStep,
    OurValues, Pick, PreflightAdmin, ReportRow, RowOutcome, SetupLinkRow, SetupLinks,
    SignInActivity, SsoState, Switch, Tab, TestReport, TestVerdict, UpgradeNote, audited,
    refused_because,
};
pub use shell::{Brand, Page, Shell};
pub use sign_in::{
    Choice, ChooseConnection, ChooseWorkspace, LastWorkspace, LinkChoice, SignInEmail,
    SignInPassword,
};
pub use sign_out::SignOut;
pub use sso::ThisIsMe;
pub use svg::Svg;
pub use text::{Say, Text, Value, plain, text};
pub use when::When;

/// Makes each template a [`Page`], so that nobody who calls needs to know the library of the templates.
macro_rules! pages {
    ($($page:ident),+ $(,)?) => {
        $(impl Page for $page {
            fn html(&self, shell: &Shell) -> String {
                // Writing to a String cannot fail, and the filters find the shell.
                askama::Template::render_with_values(self, shell).unwrap_or_default()
            }
        })+
    };
}

pages!(
    Account,
    AddPasskey,
    AttemptReport,
    AuditLog,
    ChooseConnection,
    ChooseWorkspace,
    Confirm,
    ConnectionSettings,
    Connections,
    Disable,
    Enable,
    EnrolTotp,
    ForgotPassword,
    GuidePick,
    GuideStep,
    MailSent,
    Message,
    PasswordSet,
    PostForm,
    Reauthenticate,
    RecoveryCodes,
    SecondFactor,
    SetPassword,
    SetupLinks,
    SignInActivity,
    SignInEmail,
    SignInPassword,
    SignOut,
    TestReport,
    ThisIsMe,
);
