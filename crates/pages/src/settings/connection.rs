//! One connection: how far it is, our values, the identity provider's values, what to do next.

use askama::Template;

use super::{Frame, Input, Pick};
use crate::{Text, When, filters};

/// How far a connection is, in the words of the person who sets it up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SsoState {
    /// Nothing is saved.
    NotSetUp,
    /// Saved, not tested.
    Saved,
    /// Its test has passed, and it is not enabled.
    Ready,
    /// People sign in through it.
    Live,
    /// So they do, and newer settings wait for their test.
    LiveWithDraft,
    /// So they do, and newer settings have passed their test.
    LiveWithReadyDraft,
    /// The plan does not include it.
    Suspended,
    /// Switched off.
    Disabled,
}

impl SsoState {
    /// The message that says it.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::NotSetUp => "state-not-set-up",
            Self::Saved => "state-saved",
            Self::Ready => "state-ready",
            Self::Live => "state-live",
            Self::LiveWithDraft => "state-live-draft",
            Self::LiveWithReadyDraft => "state-live-ready-draft",
            Self::Suspended => "state-suspended",
            Self::Disabled => "state-disabled",
        }
    }

    /// The colour beside the words and the icon: good, warn or none.
    pub(crate) fn tone(self) -> &'static str {
        match self {
            Self::Live | Self::LiveWithDraft | Self::LiveWithReadyDraft => "good",
            Self::Suspended => "warn",
            Self::NotSetUp | Self::Saved | Self::Ready | Self::Disabled => "",
        }
    }
}

/// Why nothing can be saved: the plan.
pub struct UpgradeNote {
    /// The plan that the workspace has.
    pub plan: String,
    /// The plans that include it: "Pro or Premier".
    pub plans: String,
    /// Whom to ask: a page or an address to write to.
    pub contact_href: Option<String>,
    /// The same in words.
    pub contact: Option<String>,
}

/// What goes into the identity provider.
pub struct OurValues {
    /// Entity ID.
    pub entity_id: String,
    /// Assertion Consumer Service URL.
    pub acs_url: String,
    /// Single-logout URL.
    pub slo_url: String,
    /// Metadata URL.
    pub metadata_url: String,
    /// Our certificate (PEM), for encryption and signed requests.
    pub certificate: String,
}

/// The one thing to do next.
pub enum NextStep {
    /// The guided setup (a link).
    SetUp(String),
    /// A test (a form that is posted there).
    Test(String),
    /// Enabling (a link to what it would do).
    Enable(String),
    /// Leaving the setup that a link has opened (a link to the question).
    Finish(String),
    /// Nothing: it is live.
    None,
}

/// What the identity provider shows, as it is typed in here. Posted with `csrf`.
pub struct IdpForm {
    /// Where it is posted.
    pub action: String,
    /// `idp_certificate`: one or several PEM blocks.
    pub certificate: Input,
    /// `idp_sso_url`.
    pub sso_url: Input,
    /// `logout_landing_url`.
    pub landing_url: Input,
    /// `idp_metadata_url`.
    pub metadata_url: Input,
    /// `idp_metadata_xml`.
    pub metadata_xml: Input,
    /// Whether the metadata fields are open: they were used.
    pub by_metadata: bool,
    /// What is folded away.
    pub advanced: Advanced,
    /// Where a pasted value is looked at (POST `field`, `value`).
    pub check_href: String,
}

/// What few connections need.
pub struct Advanced {
    /// Whether it is open: something in it is wrong or differs from what everybody has.
    pub open: bool,
    /// `idp_entity_id`.
    pub entity_id: Input,
    /// `idp_logout_url`.
    pub logout_url: Input,
    /// `email_attribute`.
    pub email_attribute: Input,
    /// `name_attribute`.
    pub name_attribute: Input,
    /// `required_authn_context`.
    pub required_authn_context: Input,
    /// Yes-or-no settings.
    pub switches: Vec<Switch>,
    /// Settings with few values.
    pub choices: Vec<Choices>,
}

/// A setting that is on or off.
pub struct Switch {
    /// What it is posted as, with the value `true`.
    pub posted_as: &'static str,
    /// What it does.
    pub label: Text,
    /// Whether it is on.
    pub on: bool,
}

/// A setting that is one of few values.
pub struct Choices {
    /// What it is posted as.
    pub posted_as: &'static str,
    /// What it decides.
    pub label: Text,
    /// The values.
    pub picks: Vec<Pick>,
}

/// One of the identity provider's certificates.
pub struct CertificateRow {
    /// Whom it names.
    pub subject: String,
    /// SHA-256, in groups of four.
    pub fingerprint: String,
    /// RSA 2048, say.
    pub key: String,
    /// Until when.
    pub not_after: When,
    /// Days that are left; negative: since when it is over.
    pub days_left: i64,
    /// When it last verified a sign-in.
    pub last_used: Option<When>,
    /// Where it is retired (POST `fingerprint`).
    pub retire: Option<String>,
}

/// The settings of one connection.
#[derive(Template)]
#[template(path = "settings/connection.html")]
pub struct ConnectionSettings {
    /// What is around the page.
    pub frame: Frame,
    /// How far it is.
    pub state: SsoState,
    /// What to do next.
    pub next: NextStep,
    /// What goes into the identity provider.
    pub ours: OurValues,
    /// What the identity provider shows; none: it is read-only.
    pub form: Option<IdpForm>,
    /// The identity provider's entity ID, given or learned.
    pub idp_entity_id: Option<String>,
    /// Its certificates.
    pub certificates: Vec<CertificateRow>,
    /// Sign-ins and failures of the last 24 hours, once it was live.
    pub lately: Option<(u64, u64)>,
    /// How many admins may come in without it, while it is live.
    pub exempt: Option<usize>,
    /// Where a test is begun (POST).
    pub test: Option<String>,
    /// The report of the newest test.
    pub last_test_href: Option<String>,
    /// What enabling would do (a link).
    pub enable_href: Option<String>,
    /// Switching it off (a link to the question).
    pub disable_href: Option<String>,
    /// What the plan does not include.
    pub upgrade: Option<UpgradeNote>,
}

impl ConnectionSettings {
    /// Whether there is something to do beside the next step.
    fn has_ways(&self) -> bool {
        let ways = [
            &self.test,
            &self.last_test_href,
            &self.enable_href,
            &self.disable_href,
        ];
        ways.into_iter().any(Option::is_some)
    }

    /// Whether something else than saving is the main thing to do.
    fn has_next(&self) -> bool {
        !matches!(self.next, NextStep::None)
    }
}
