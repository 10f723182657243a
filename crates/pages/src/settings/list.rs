//! All connections of a workspace.

use askama::Template;

use super::{Frame, SsoState, UpgradeNote};
use crate::filters;

/// One of them.
pub struct ConnectionRow {
    /// Its settings.
    pub href: String,
    /// What people call it.
    pub name: String,
    /// The product behind it, where it is known.
    pub provider: Option<String>,
    /// How far it is.
    pub state: SsoState,
    /// Whether people are sent there when nothing else decides.
    pub default: bool,
}

/// The connections, and the way to a new one.
#[derive(Template)]
#[template(path = "settings/connections.html")]
pub struct Connections {
    /// What is around the page.
    pub frame: Frame,
    /// Those that there are.
    pub connections: Vec<ConnectionRow>,
    /// Where a new one is made (POST).
    pub new_action: String,
    /// What the plan does not include.
    pub upgrade: Option<UpgradeNote>,
}
