//! Where a code may be sent: a newtype, so that no other text can become a redirect to a client.

use vestibule_model::Client;

use crate::web_url;

/// A redirect URI that is registered for the client it was made for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RedirectUri(String);

impl RedirectUri {
    /// Checks a URI that is about to be registered.
    ///
    /// # Errors
    /// What was expected.
    pub(crate) fn check(text: &str) -> Result<(), &'static str> {
        web_url::parse(text).map(|_| ())
    }

    /// The wanted URI if it is registered, to the letter (RFC 9700 §2.1, OpenID Connect Core §3.1.2.1).
    pub(crate) fn registered(client: &Client, wanted: &str) -> Option<Self> {
        client
            .redirect_uris
            .iter()
            .find(|uri| *uri == wanted)
            .cloned()
            .map(Self)
    }

    /// Where the client has a sign-in begin that the IdP began (OpenID Connect Core §4).
    pub(crate) fn initiate_login(client: &Client) -> Option<Self> {
        client.initiate_login_uri.clone().map(Self)
    }

    /// The wanted place to go to after signing out, if it is registered, to the letter
    /// (OpenID Connect RP-Initiated Logout §3).
    pub(crate) fn post_logout(client: &Client, wanted: &str) -> Option<Self> {
        let mut registered = client.post_logout_redirect_uris.iter();
        registered.find(|uri| *uri == wanted).cloned().map(Self)
    }

    /// The URI as it is.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The URI with these parameters added to its query.
    pub(crate) fn with(&self, parameters: &[(&str, &str)]) -> String {
        with_parameters(&self.0, parameters)
    }
}

/// A URI with these parameters added to its query.
pub(crate) fn with_parameters(uri: &str, parameters: &[(&str, &str)]) -> String {
    let separator = if uri.contains('?') { '&' } else { '?' };
    let query = serde_urlencoded::to_string(parameters).unwrap_or_default();
    format!("{uri}{separator}{query}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use vestibule_model::ClientId;

    fn client(uris: &[&str]) -> Client {
        let now = Timestamp::UNIX_EPOCH;
        let uris = uris.iter().map(|uri| (*uri).to_owned()).collect();
        Client::new(ClientId::new(now), "app".to_owned(), uris, [0; 32], now)
    }

    #[test]
    fn only_the_letter_matches() {
        let client = client(&["https://app.example.com/callback"]);
        assert!(RedirectUri::registered(&client, "https://app.example.com/callback").is_some());
        for hostile in [
            "",
            "https://app.example.com/callback/",
            "https://app.example.com/callback?x=1",
            "https://app.example.com/Callback",
            "https://APP.example.com/callback",
            "https://app.example.com/callback#x",
            "https://app.example.com:443/callback",
            "https://app.example.com/../callback",
            "https://app.example.com/%63allback",
            "https://app.example.com.evil.example/callback",
            "https://app.example.com@evil.example/callback",
            "https://user@app.example.com/callback",
            "//app.example.com/callback",
            "/\\app.example.com/callback",
            "https:app.example.com/callback",
            "https://app.example.com/callback\n",
            "\thttps://app.example.com/callback",
            "javascript:alert(1)",
        ] {
            assert_eq!(
                RedirectUri::registered(&client, hostile),
                None,
                "{hostile:?}"
            );
        }
    }

    #[test]
    fn parameters_join_an_existing_query() {
        let client = client(&["https://a.example/cb?tenant=1", "https://a.example/cb"]);
        let with = |uri: &str| {
            RedirectUri::registered(&client, uri)
                .unwrap()
                .with(&[("code", "a b&c"), ("iss", "x")])
        };
        assert_eq!(
            with("https://a.example/cb"),
            "https://a.example/cb?code=a+b%26c&iss=x"
        );
        assert_eq!(
            with("https://a.example/cb?tenant=1"),
            "https://a.example/cb?tenant=1&code=a+b%26c&iss=x"
        );
    }
}
