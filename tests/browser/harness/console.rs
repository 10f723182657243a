//! What the browser has against a page: what its policy forbids, and scripts that fail.

use thirtyfour::BrowserLogEntry;

/// Tells the console of each violation of a content security policy. The console outlives the page; a
/// list in the page would not.
pub(super) const REPORTS_VIOLATIONS: &str = r#"
addEventListener("securitypolicyviolation", (violation) => console.error(
  `Content Security Policy: ${violation.effectiveDirective} forbids ${violation.blockedURI || "inline"} on ${violation.documentURI}`,
));
"#;

/// The entries of the console that are held against a page.
pub(super) fn complaints(entries: &[BrowserLogEntry]) -> Vec<String> {
    let bad = entries.iter().filter(|entry| is_bad(entry));
    bad.map(|entry| entry.message.clone()).collect()
}

fn is_bad(entry: &BrowserLogEntry) -> bool {
    let severe = entry.level == "SEVERE";
    match entry.source.as_deref() {
        // A page that refuses something is answered with 4xx, and the browser notes that; what belongs
        // to a page has to be there.
        Some("network") => severe && asset(&entry.message),
        Some("security") => true,
        _ => severe || entry.message.contains("Content Security Policy"),
    }
}

/// Whether an entry about the network is about what a page is made of, and not the page.
fn asset(message: &str) -> bool {
    let url = message.split(' ').next().unwrap_or_default();
    let path = url.split(['?', '#']).next().unwrap_or_default();
    // Not /favicon.ico: browsers ask for that by themselves.
    let kinds = [".css", ".js", ".svg", ".png", ".woff2"];
    kinds.iter().any(|kind| path.ends_with(kind))
}
