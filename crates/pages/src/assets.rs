//! The style sheet and the scripts, served as files.

/// A file that pages load.
#[derive(Debug, Clone, Copy)]
pub struct Asset {
    /// Where pages look for it.
    pub path: &'static str,
    /// Its media type.
    pub content_type: &'static str,
    /// What it says.
    pub body: &'static str,
}

/// The one style sheet.
pub const STYLE: &str = include_str!("assets/vestibule.css");
/// Where the style sheet is served.
pub const STYLE_PATH: &str = "/assets/vestibule.css";

/// Asks the browser for a passkey and posts its answer.
pub const PASSKEY_SCRIPT: &str = include_str!("assets/passkey.js");
/// Where the script for passkeys is served.
pub const PASSKEY_SCRIPT_PATH: &str = "/assets/passkey.js";

/// Copies a value, prints a page.
pub const COPY_SCRIPT: &str = include_str!("assets/copy.js");
/// Where the script for copying is served.
pub const COPY_SCRIPT_PATH: &str = "/assets/copy.js";

/// Shows a password while it is typed.
pub const REVEAL_SCRIPT: &str = include_str!("assets/reveal.js");
/// Where the script for showing passwords is served.
pub const REVEAL_SCRIPT_PATH: &str = "/assets/reveal.js";

/// Sends the form of a page that posts itself.
pub const SUBMIT_SCRIPT: &str = include_str!("assets/submit.js");
/// Where the script for pages that post themselves is served.
pub const SUBMIT_SCRIPT_PATH: &str = "/assets/submit.js";

/// Says what was pasted as soon as it is.
const CHECK_SCRIPT: &str = include_str!("assets/check.js");
/// Where the script for pasted values is served.
pub const CHECK_SCRIPT_PATH: &str = "/assets/check.js";

/// Shows moments in the reader's own time.
const TIME_SCRIPT: &str = include_str!("assets/time.js");
/// Where the script for moments is served.
pub const TIME_SCRIPT_PATH: &str = "/assets/time.js";

/// Looks again until what is under way is over.
const WAIT_SCRIPT: &str = include_str!("assets/wait.js");
/// Where the script for what is under way is served.
pub const WAIT_SCRIPT_PATH: &str = "/assets/wait.js";

/// All of them, to be served in one place.
pub const ASSETS: &[Asset] = &[
    Asset {
        path: STYLE_PATH,
        content_type: "text/css; charset=utf-8",
        body: STYLE,
    },
    script(PASSKEY_SCRIPT_PATH, PASSKEY_SCRIPT),
    script(COPY_SCRIPT_PATH, COPY_SCRIPT),
    script(REVEAL_SCRIPT_PATH, REVEAL_SCRIPT),
    script(SUBMIT_SCRIPT_PATH, SUBMIT_SCRIPT),
    script(CHECK_SCRIPT_PATH, CHECK_SCRIPT),
    script(TIME_SCRIPT_PATH, TIME_SCRIPT),
    script(WAIT_SCRIPT_PATH, WAIT_SCRIPT),
];

const fn script(path: &'static str, body: &'static str) -> Asset {
    Asset {
        path,
        content_type: "text/javascript; charset=utf-8",
        body,
    }
}
