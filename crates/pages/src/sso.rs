//! What an admin reads while setting single sign-on up.

use askama::Template;

use crate::Notice;

/// Below the report of a passed test: is this you? A part of a page, not a whole one. Posts nothing but `csrf`.
#[derive(Template)]
#[template(path = "sso/this_is_me.html")]
pub struct ThisIsMe {
    /// Where the form is posted.
    pub action: String,
    /// The token against forged posts.
    pub csrf: String,
    /// The workspace's name.
    pub workspace: String,
    /// Who asserted it.
    pub idp_entity_id: String,
    /// The name by which the identity provider knows the person.
    pub name_id: String,
    /// The address that it asserted.
    pub email: String,
    /// Where to go first when the sign-in is not fresh; then the button is not shown.
    pub reauthenticate_href: Option<String>,
}

/// Before single sign-on is enabled. Posts `acknowledge_lockout_risk=true` where nobody keeps a way in.
#[derive(Template)]
#[template(path = "sso/preflight.html")]
pub struct Preflight {
    /// Where the form is posted.
    pub action: String,
    /// The token against forged posts.
    pub csrf: String,
    /// The workspace's name.
    pub workspace: String,
    /// Who could not get in any more.
    pub shut_out: Vec<String>,
    /// Who could get in although the identity provider is away.
    pub keeps_way_in: Vec<String>,
    /// Which admins have no second factor.
    pub lacks_second_factor: Vec<String>,
    /// Back to the settings.
    pub back_href: Option<String>,
    /// What went wrong.
    pub error: Option<Notice>,
}
