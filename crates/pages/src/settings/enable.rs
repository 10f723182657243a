//! Before it goes live, and before it ends: what that does to whom.

use askama::Template;

use super::Frame;
use crate::{Text, filters};

/// An admin who gets in without the identity provider.
pub struct PreflightAdmin {
    /// Their address.
    pub email: String,
    /// By what: the password, a passkey.
    pub ways: Vec<Text>,
}

/// What enabling would do. Posts `workspace` (its name, typed) and `acknowledge_lockout_risk`.
#[derive(Template)]
#[template(path = "settings/enable.html")]
pub struct Enable {
    /// What is around the page.
    pub frame: Frame,
    /// Where the form is posted.
    pub action: String,
    /// Back to the settings.
    pub back_href: String,
    /// The test that it needs first (POST), where none has passed.
    pub test: Option<String>,
    /// The name to type; none: it is live already, and only newer settings follow.
    pub confirm: Option<String>,
    /// Whether the reader may know who the members are.
    pub sees_members: bool,
    /// How many have to sign in by SSO from then on.
    pub affected: usize,
    /// Who could not get in any more: as many as are named.
    pub shut_out: Vec<String>,
    /// How many there are.
    pub shut_out_total: usize,
    /// Who could get in although the identity provider is away.
    pub keeps_way_in: Vec<PreflightAdmin>,
    /// How many there are.
    pub keeps_way_in_total: usize,
    /// Which admins have no second factor.
    pub lacks_second_factor: Vec<String>,
    /// How many there are.
    pub lacks_second_factor_total: usize,
    /// Whether it has to be said that nobody could get in otherwise.
    pub acknowledge: bool,
}

/// What switching it off does. Posts `workspace` (its name, typed).
#[derive(Template)]
#[template(path = "settings/disable.html")]
pub struct Disable {
    /// What is around the page.
    pub frame: Frame,
    /// Where the form is posted.
    pub action: String,
    /// Back to the settings.
    pub back_href: String,
    /// The name to type.
    pub confirm: String,
}
