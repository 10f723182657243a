//! What is around every page of the settings: whose they are, and the ways between them.

use crate::{Notice, Text};

/// One of the pages that belong together.
pub struct Tab {
    /// Where it is.
    pub href: String,
    /// What it is called.
    pub label: Text,
    /// Whether it is the one that is read.
    pub current: bool,
}

/// What is around a page of the settings.
pub struct Frame {
    /// The workspace's name.
    pub workspace: String,
    /// The connection's name, where the page is about one.
    pub connection: Option<String>,
    /// The pages about this connection; none for who only sets up.
    pub tabs: Vec<Tab>,
    /// All connections, where there is a page of them.
    pub connections_href: Option<String>,
    /// The reader's own account, where there is one.
    pub account_href: Option<String>,
    /// Who reads this: an address, or for whom a setup link was made.
    pub reader: Option<String>,
    /// The token against forged posts.
    pub csrf: String,
    /// What has just been done.
    pub notice: Option<Notice>,
    /// What went wrong.
    pub error: Option<Notice>,
}
