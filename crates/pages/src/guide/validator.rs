//! The regular expression that OneLogin holds an ACS URL against.

/// Matches this URL and nothing else.
#[must_use]
pub fn acs_url_regex(acs_url: &str) -> String {
    let mut regex = String::with_capacity(acs_url.len() + 16);
    regex.push('^');
    for c in acs_url.chars() {
        // The slash too, as the provider's own examples have it.
        if c.is_ascii_punctuation() && !matches!(c, '_' | '-' | ':' | '%' | '&' | '=' | '~') {
            regex.push('\\');
        }
        regex.push(c);
    }
    regex.push('$');
    regex
}

#[cfg(test)]
mod tests {
    use super::acs_url_regex;

    #[test]
    fn what_means_something_else_in_an_expression_is_escaped() {
        assert_eq!(
            acs_url_regex("https://sp.example:8443/saml/conn_0190-ab/acs"),
            r"^https:\/\/sp\.example:8443\/saml\/conn_0190-ab\/acs$"
        );
        assert_eq!(acs_url_regex("a.b*c+d?(e)[f]{g}|h^i$j\\k"), {
            r"^a\.b\*c\+d\?\(e\)\[f\]\{g\}\|h\^i\$j\\k$"
        });
    }
}
