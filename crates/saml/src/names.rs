//! The names that SAML gives to things.

/// Namespaces.
pub(crate) mod ns {
    pub(crate) const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
    pub(crate) const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
    pub(crate) const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
    pub(crate) const MDUI: &str = "urn:oasis:names:tc:SAML:metadata:ui";
    pub(crate) const ALGORITHMS: &str = "urn:oasis:names:tc:SAML:metadata:algsupport";
    /// Of the element, and the name of the binding (Identity Provider Discovery Service Protocol §2.5).
    pub(crate) const DISCOVERY: &str =
        "urn:oasis:names:tc:SAML:profiles:SSO:idp-discovery-protocol";
    pub(crate) const XENC: &str = "http://www.w3.org/2001/04/xmlenc#";
    pub(crate) const SHIBBOLETH_METADATA: &str = "urn:mace:shibboleth:metadata:1.0";
    pub(crate) const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
    pub(crate) const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";
    pub(crate) const XML: &str = "http://www.w3.org/XML/1998/namespace";
    pub(crate) const SAML_1_PROTOCOL: &str = "urn:oasis:names:tc:SAML:1.0:protocol";
    pub(crate) const SAML_1_ASSERTION: &str = "urn:oasis:names:tc:SAML:1.0:assertion";
    pub(crate) const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";
}

/// The beginning of every status code (Core §3.2.2.2).
pub(crate) mod status {
    pub(crate) const PREFIX: &str = "urn:oasis:names:tc:SAML:2.0:status:";
    /// Not everybody was signed out (Core §3.7.3.2).
    pub(crate) const PARTIAL_LOGOUT: &str = "urn:oasis:names:tc:SAML:2.0:status:PartialLogout";
}

/// The NameID format of one time only (Core §8.3.8).
pub(crate) const TRANSIENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";
/// The only version there is.
pub(crate) const VERSION: &str = "2.0";
/// The status of a response that asserts something (Core §3.2.2.2).
pub(crate) const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";
/// The confirmation method of the profile (Profiles §3.3).
pub(crate) const BEARER: &str = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
/// The Format of an Issuer, where it has one (Core §8.3.6).
pub(crate) const ENTITY_FORMAT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity";
/// HTTP-POST (Bindings §3.5).
pub(crate) const POST: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";
/// HTTP-Redirect (Bindings §3.4).
pub(crate) const REDIRECT: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";
/// The longest entity ID (Core §8.3.6).
pub(crate) const MAX_ENTITY_ID: usize = 1024;

/// Whether a text is an NCName, as every ID must be (Core §1.3.4, Namespaces in XML 1.0 §3).
pub(crate) fn is_ncname(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(is_name_start) && characters.all(is_name_character)
}

fn is_name_start(character: char) -> bool {
    matches!(character,
        'A'..='Z' | 'a'..='z' | '_'
        | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}'
        | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}'
        | '\u{2070}'..='\u{218f}' | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}'
        | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}' | '\u{10000}'..='\u{effff}')
}

fn is_name_character(character: char) -> bool {
    is_name_start(character)
        || matches!(character,
            '0'..='9' | '-' | '.' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_an_ncname() {
        for good in ["_1", "a", "id-1.2", "é1", "_a·b"] {
            assert!(is_ncname(good), "{good}");
        }
        for bad in ["", "1a", "-a", ".a", "a:b", "a b", " a", "a\n", "#a", "a'b"] {
            assert!(!is_ncname(bad), "{bad}");
        }
    }
}
