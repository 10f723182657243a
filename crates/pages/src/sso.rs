//! What an admin reads while setting single sign-on up.

use askama::Template;

use crate::filters;

/// After a passed test: is this you? Posts nothing but `csrf`.
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
    /// Back without saying it.
    pub back_href: Option<String>,
}
