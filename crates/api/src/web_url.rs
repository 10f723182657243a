//! URLs that an admin enters: https, or http for loopback.

use url::Url;
use vestibule_outbound::is_loopback;

/// The longest URL that is taken; browsers and IdPs cut longer ones.
const MAX_BYTES: usize = 2_048;

/// Reads a URL that an admin entered, for a browser to be sent to.
///
/// # Errors
/// What was expected, for a problem or a page.
pub(crate) fn parse(text: &str) -> Result<Url, &'static str> {
    if text.len() > MAX_BYTES {
        return Err("a URL of at most 2048 bytes");
    }
    // `Url::parse` trims and drops some of these; what was entered and what is used must be one.
    if text
        .chars()
        .any(|c| c.is_control() || c.is_whitespace() || c == '\\')
    {
        return Err("a URL without white space, control characters and backslashes");
    }
    let url = Url::parse(text).or(Err("an absolute https URL"))?;
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&url) => {}
        "http" => return Err("an https URL; http is for loopback addresses alone"),
        _ => return Err("an https URL"),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a URL without a user name or password in it");
    }
    if url.fragment().is_some() {
        return Err("a URL without a fragment (#…)");
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_a_browser_can_be_sent_to() {
        for text in [
            "https://idp.example.com/sso",
            "https://idp.example.com:8443/sso?tenant=1",
            "http://127.0.0.1:9000/sso",
            "http://localhost/sso",
            "http://[::1]:1/",
        ] {
            assert!(parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn refuses_the_rest() {
        for text in [
            "",
            "idp.example.com",
            "//idp.example.com",
            "/\\idp.example.com",
            "http://idp.example.com/sso",
            "http://127.0.0.1.example.com/",
            "http://localhost.example.com/",
            "javascript:alert(1)",
            "data:text/html,x",
            "https://user:password@idp.example.com/",
            "https://idp.example.com@evil.example/",
            "https://idp.example.com/#x",
            "https://idp.example.com/\n",
            " https://idp.example.com/",
            "https:\\\\idp.example.com",
            "https://",
        ] {
            assert!(parse(text).is_err(), "{text:?}");
        }
        assert!(parse(&format!("https://example.com/{}", "a".repeat(2_048))).is_err());
    }
}
