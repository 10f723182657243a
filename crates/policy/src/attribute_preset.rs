//! Which attributes carry what at the identity providers whose pages we know: data, and a choice for
//! whoever saves settings without saying it.

use vestibule_model::AttributeMapping;
use vestibule_saml::Provider;

/// The attribute of an address in the claims of Microsoft's products.
const WS_EMAIL: &str = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress";

/// What each provider sends, or what its form suggests to call it. Where nothing is listed for names, the
/// usual attributes of a given name and a surname are looked at, as everywhere.
const PRESETS: &[(Provider, &[&str], &[&str])] = &[
    (Provider::Okta, &["email"], &["displayName", "name"]),
    (
        Provider::Entra,
        &[WS_EMAIL],
        &["http://schemas.microsoft.com/identity/claims/displayname"],
    ),
    (
        Provider::Google,
        &["email", "mail"],
        &["displayName", "name"],
    ),
    (Provider::Aws, &["email"], &["displayName", "name"]),
    (Provider::OneLogin, &["User.email"], &["User.DisplayName"]),
    (
        Provider::PingOne,
        &["email", "mail"],
        &["displayName", "name"],
    ),
    (
        Provider::JumpCloud,
        &["email"],
        &["displayName", "fullname"],
    ),
    // The mapper "X500 email" has the attribute of PKCS #9, which nobody else uses.
    (
        Provider::Keycloak,
        &["email", "urn:oid:1.2.840.113549.1.9.1"],
        &["displayName", "name"],
    ),
    (
        Provider::Adfs,
        &[WS_EMAIL],
        &["http://schemas.xmlsoap.org/claims/CommonName"],
    ),
];

/// The names that a provider uses; none where we do not know. `word` is what a connection calls its
/// provider: the stable word, however it is written.
#[must_use]
pub fn attribute_preset(word: &str) -> Option<AttributeMapping> {
    let plain = |word: &str| -> String {
        let letters = word.chars().filter(|c| c.is_ascii_alphanumeric());
        letters.map(|c| c.to_ascii_lowercase()).collect()
    };
    let wanted = plain(word);
    let (_, email, name) = PRESETS
        .iter()
        .find(|(provider, ..)| plain(provider.as_str()) == wanted)?;
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Some(AttributeMapping {
        email: owned(email),
        name: owned(name),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_provider_that_we_know_has_one_and_nobody_else() {
        for provider in Provider::ALL {
            let preset = attribute_preset(provider.as_str());
            assert_eq!(
                preset.is_none(),
                *provider == Provider::Generic,
                "{provider}"
            );
            assert!(preset.is_none_or(|preset| !preset.email.is_empty()));
        }
        assert!(attribute_preset("Ping One").is_some());
        assert_eq!(attribute_preset("PingOne"), attribute_preset("ping_one"));
        for word in ["", "shibboleth", "oktane"] {
            assert_eq!(attribute_preset(word), None, "{word}");
        }
    }
}
