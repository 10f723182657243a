//! The identity providers whose pages we know.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

macro_rules! providers {
    ($( $(#[$doc:meta])* $variant:ident = $word:literal, $name:literal; )*) => {
        /// An identity provider, by the product. It chooses words and decides nothing.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Provider { $( $(#[$doc])* #[serde(rename = $word)] $variant, )* }

        impl Provider {
            /// Every one of them.
            pub const ALL: &'static [Self] = &[ $( Self::$variant, )* ];

            /// Its stable word.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $word, )* }
            }

            /// Its name, for a person.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $( Self::$variant => $name, )* }
            }
        }
    };
}

providers! {
    /// Okta.
    Okta = "okta", "Okta";
    /// Microsoft Entra ID, once Azure AD.
    Entra = "entra", "Entra ID";
    /// Google Workspace.
    Google = "google", "Google";
    /// AWS IAM Identity Center, once AWS SSO.
    Aws = "aws", "AWS";
    /// OneLogin.
    OneLogin = "onelogin", "OneLogin";
    /// PingOne.
    PingOne = "ping_one", "PingOne";
    /// JumpCloud.
    JumpCloud = "jumpcloud", "JumpCloud";
    /// Keycloak.
    Keycloak = "keycloak", "Keycloak";
    /// AD FS.
    Adfs = "adfs", "AD FS";
    /// Any other.
    Generic = "generic", "the identity provider";
}

/// No provider has this word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no identity provider has this word")]
pub struct UnknownProvider;

impl FromStr for Provider {
    type Err = UnknownProvider;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::from_word(word).ok_or(UnknownProvider)
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Ends of host names, with what is to be found in the path besides.
const HOSTS: &[(&str, &str, Provider)] = &[
    ("okta.com", "", Provider::Okta),
    ("oktapreview.com", "", Provider::Okta),
    ("okta-emea.com", "", Provider::Okta),
    ("okta-gov.com", "", Provider::Okta),
    ("microsoftonline.com", "", Provider::Entra),
    ("microsoftonline.us", "", Provider::Entra),
    ("sts.windows.net", "", Provider::Entra),
    ("partner.microsoftonline.cn", "", Provider::Entra),
    ("accounts.google.com", "", Provider::Google),
    ("amazonaws.com", "/saml/", Provider::Aws),
    ("awsapps.com", "", Provider::Aws),
    ("onelogin.com", "", Provider::OneLogin),
    ("pingone.com", "", Provider::PingOne),
    ("pingone.eu", "", Provider::PingOne),
    ("pingone.ca", "", Provider::PingOne),
    ("pingone.asia", "", Provider::PingOne),
    ("pingone.com.au", "", Provider::PingOne),
    ("pingidentity.com", "", Provider::PingOne),
    ("jumpcloud.com", "", Provider::JumpCloud),
];

/// What is to be found in the path of products that anybody runs on a host of their own.
const PATHS: &[(&str, Provider)] = &[
    ("/protocol/saml", Provider::Keycloak),
    ("/realms/", Provider::Keycloak),
    ("/adfs/", Provider::Adfs),
];

impl Provider {
    /// The provider of this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|provider| provider.as_str() == word)
    }

    /// Guesses by the hosts and paths of what an IdP is called by; the login URL first, which is an
    /// address rather than a name. Custom domains are not guessed: `Generic`.
    #[must_use]
    pub fn guess(issuer: Option<&str>, sso_url: Option<&str>) -> Self {
        sso_url
            .into_iter()
            .chain(issuer)
            .find_map(of_url)
            .unwrap_or(Self::Generic)
    }
}

fn of_url(url: &str) -> Option<Provider> {
    let url = url.trim().to_ascii_lowercase();
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"))?;
    let (authority, path) = match rest.split_once(['/', '?', '#']) {
        Some((authority, _)) => (authority, rest.strip_prefix(authority).unwrap_or_default()),
        None => (rest, ""),
    };
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default();
    let within = |end: &str| {
        host.strip_suffix(end)
            .is_some_and(|before| before.is_empty() || before.ends_with('.'))
    };
    let by_host = HOSTS
        .iter()
        .find(|(end, part, _)| within(end) && path.contains(part))
        .map(|(_, _, provider)| *provider);
    by_host.or_else(|| {
        PATHS
            .iter()
            .find(|(part, _)| path.contains(part))
            .map(|(_, provider)| *provider)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_provider_is_found_by_its_word() {
        for provider in Provider::ALL {
            assert_eq!(provider.as_str().parse(), Ok(*provider));
            let json = serde_json::to_string(provider).unwrap();
            assert_eq!(json, format!("\"{provider}\""));
        }
        assert_eq!("Okta".parse::<Provider>(), Err(UnknownProvider));
    }

    #[test]
    fn a_provider_is_guessed_by_host_and_path() {
        for (issuer, sso_url, expected) in [
            ("http://www.okta.com/exk1", "", Provider::Okta),
            (
                "",
                "https://acme.okta.com/app/x/exk1/sso/saml",
                Provider::Okta,
            ),
            ("", "https://ACME.OktaPreview.com/app/x", Provider::Okta),
            ("https://sts.windows.net/0f1e/", "", Provider::Entra),
            (
                "",
                "https://login.microsoftonline.com/0f1e/saml2",
                Provider::Entra,
            ),
            (
                "https://accounts.google.com/o/saml2?idpid=C01",
                "",
                Provider::Google,
            ),
            (
                "",
                "https://portal.sso.eu-west-1.amazonaws.com/saml/assertion/x",
                Provider::Aws,
            ),
            ("", "https://d-99.awsapps.com/start", Provider::Aws),
            (
                "https://app.onelogin.com/saml/metadata/1",
                "",
                Provider::OneLogin,
            ),
            (
                "",
                "https://acme.onelogin.com/trust/saml2/http-redirect/sso/1",
                Provider::OneLogin,
            ),
            (
                "",
                "https://auth.pingone.eu/x/saml20/idp/sso",
                Provider::PingOne,
            ),
            (
                "JumpCloud",
                "https://sso.jumpcloud.com/saml2/acme",
                Provider::JumpCloud,
            ),
            (
                "https://id.acme.example/realms/main",
                "",
                Provider::Keycloak,
            ),
            (
                "",
                "https://id.acme.example/auth/realms/main/protocol/saml",
                Provider::Keycloak,
            ),
            (
                "http://sts.acme.example/adfs/services/trust",
                "",
                Provider::Adfs,
            ),
            ("", "https://sts.acme.example:443/adfs/ls/", Provider::Adfs),
            // The address goes before the name.
            (
                "http://www.okta.com/exk1",
                "https://login.microsoftonline.com/x/saml2",
                Provider::Entra,
            ),
            ("JumpCloud", "", Provider::Generic),
            ("", "https://sso.acme.example/login", Provider::Generic),
            ("", "https://okta.com.evil.example/", Provider::Generic),
            ("", "https://notokta.com/", Provider::Generic),
            ("", "https://okta.com@evil.example/", Provider::Generic),
            ("", "https://bucket.s3.amazonaws.com/x", Provider::Generic),
            ("", "", Provider::Generic),
        ] {
            let some = |text: &'static str| (!text.is_empty()).then_some(text);
            assert_eq!(
                Provider::guess(some(issuer), some(sso_url)),
                expected,
                "{issuer} {sso_url}"
            );
        }
    }
}
