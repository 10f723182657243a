//! What each identity provider calls each thing, and where to find it. Data, and how to look it up.

use std::fmt::Write as _;

use crate::provider::Provider;

/// A thing that is set, or read, on the pages of an identity provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// Our entity ID.
    Audience,
    /// Our ACS URL, Recipient and Destination with it.
    AcsUrl,
    /// The NameID and its format.
    NameId,
    /// The attributes.
    Attributes,
    /// Who may use the application.
    Assignment,
    /// The IdP's SSO URL.
    SsoUrl,
    /// The IdP's entity ID.
    Issuer,
    /// The IdP's signing certificate.
    Certificate,
    /// The IdP's metadata.
    Metadata,
    /// Signing the assertion.
    SignAssertion,
    /// Signing the Response.
    SignResponse,
    /// The signature algorithm.
    SignatureAlgorithm,
    /// Whether assertions are encrypted, and for which certificate.
    Encryption,
    /// How they are.
    EncryptionAlgorithm,
    /// Whether there is an AuthnStatement.
    AuthnStatement,
    /// How long the IdP's session and its answers last.
    Lifetime,
    /// Our logout URL.
    LogoutUrl,
}

/// What a provider calls a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label {
    /// The words on its page.
    pub text: &'static str,
    /// Where that is; empty where the words are enough.
    pub place: &'static str,
}

type Row = (Provider, Field, &'static str, &'static str);

const LABELS: &[Row] = {
    use Field as F;
    use Provider as P;
    &[
        (
            P::Okta,
            F::Audience,
            "Audience URI (SP Entity ID)",
            "General > SAML Settings",
        ),
        (
            P::Okta,
            F::AcsUrl,
            "Single sign-on URL",
            "General > SAML Settings, with Use this for Recipient URL and Destination URL ticked",
        ),
        (
            P::Okta,
            F::NameId,
            "Application username",
            "General > SAML Settings, with Name ID format beside it",
        ),
        (
            P::Okta,
            F::Attributes,
            "Attribute Statements",
            "General > SAML Settings",
        ),
        (P::Okta, F::Assignment, "Assignments", ""),
        (P::Okta, F::SsoUrl, "Sign on URL", "Sign On > More details"),
        (P::Okta, F::Issuer, "Issuer", "Sign On > More details"),
        (
            P::Okta,
            F::Certificate,
            "Signing Certificate",
            "Sign On > SAML Signing Certificates",
        ),
        (P::Okta, F::Metadata, "Metadata URL", "Sign On"),
        (
            P::Okta,
            F::SignAssertion,
            "Assertion Signature",
            "SAML Settings > Advanced Settings",
        ),
        (
            P::Okta,
            F::SignResponse,
            "Response",
            "SAML Settings > Advanced Settings: Signed",
        ),
        (
            P::Okta,
            F::SignatureAlgorithm,
            "Signature Algorithm",
            "SAML Settings > Advanced Settings",
        ),
        (
            P::Okta,
            F::Encryption,
            "Assertion Encryption",
            "SAML Settings > Advanced Settings, with Encryption Certificate beside it",
        ),
        (
            P::Okta,
            F::EncryptionAlgorithm,
            "Encryption Algorithm",
            "SAML Settings > Advanced Settings",
        ),
        (
            P::Entra,
            F::Audience,
            "Identifier (Entity ID)",
            "Basic SAML Configuration",
        ),
        (
            P::Entra,
            F::AcsUrl,
            "Reply URL (Assertion Consumer Service URL)",
            "Basic SAML Configuration",
        ),
        (
            P::Entra,
            F::NameId,
            "Unique User Identifier (Name ID)",
            "Attributes & Claims",
        ),
        (P::Entra, F::Attributes, "Attributes & Claims", ""),
        (P::Entra, F::Assignment, "Users and groups", ""),
        (P::Entra, F::SsoUrl, "Login URL", "the card Set up {app}"),
        (
            P::Entra,
            F::Issuer,
            "Microsoft Entra Identifier",
            "the card Set up {app}",
        ),
        (
            P::Entra,
            F::Certificate,
            "Certificate (Base64)",
            "SAML Certificates",
        ),
        (
            P::Entra,
            F::Metadata,
            "Federation Metadata XML",
            "SAML Certificates",
        ),
        (
            P::Entra,
            F::SignAssertion,
            "Signing Option",
            "SAML Certificates > Edit",
        ),
        (
            P::Entra,
            F::SignResponse,
            "Signing Option",
            "SAML Certificates > Edit: Sign SAML response and assertion",
        ),
        (
            P::Entra,
            F::SignatureAlgorithm,
            "Signing Algorithm",
            "SAML Certificates > Edit",
        ),
        (P::Entra, F::Encryption, "Token encryption", "Security"),
        (
            P::Entra,
            F::LogoutUrl,
            "Logout URL",
            "Basic SAML Configuration",
        ),
        (
            P::Google,
            F::Audience,
            "Entity ID",
            "Service provider details",
        ),
        (P::Google, F::AcsUrl, "ACS URL", "Service provider details"),
        (
            P::Google,
            F::NameId,
            "Name ID",
            "Service provider details, with Name ID format beside it",
        ),
        (
            P::Google,
            F::Attributes,
            "SAML attribute mapping",
            "Google directory attributes > App attributes",
        ),
        (P::Google, F::Assignment, "User access", ""),
        (
            P::Google,
            F::SsoUrl,
            "SSO URL",
            "Google Identity Provider details",
        ),
        (
            P::Google,
            F::Issuer,
            "Entity ID",
            "Google Identity Provider details",
        ),
        (
            P::Google,
            F::Certificate,
            "Certificate",
            "Google Identity Provider details",
        ),
        (
            P::Google,
            F::Metadata,
            "DOWNLOAD METADATA",
            "Google Identity Provider details",
        ),
        (
            P::Google,
            F::SignAssertion,
            "Signed response",
            "Service provider details; without the tick the assertion is signed",
        ),
        (
            P::Google,
            F::SignResponse,
            "Signed response",
            "Service provider details",
        ),
        (
            P::Aws,
            F::Audience,
            "Application SAML audience",
            "Application metadata",
        ),
        (
            P::Aws,
            F::AcsUrl,
            "Application ACS URL",
            "Application metadata",
        ),
        (
            P::Aws,
            F::NameId,
            "attribute mapping Subject",
            "Actions > Edit attribute mappings",
        ),
        (P::Aws, F::Attributes, "Edit attribute mappings", "Actions"),
        (P::Aws, F::Assignment, "Assigned users and groups", ""),
        (
            P::Aws,
            F::SsoUrl,
            "IAM Identity Center sign-in URL",
            "IAM Identity Center metadata",
        ),
        (
            P::Aws,
            F::Issuer,
            "IAM Identity Center SAML issuer URL",
            "IAM Identity Center metadata",
        ),
        (
            P::Aws,
            F::Certificate,
            "IAM Identity Center certificate",
            "IAM Identity Center metadata",
        ),
        (
            P::Aws,
            F::Metadata,
            "IAM Identity Center SAML metadata file",
            "IAM Identity Center metadata",
        ),
        (
            P::Aws,
            F::LogoutUrl,
            "IAM Identity Center sign-out URL",
            "IAM Identity Center metadata",
        ),
        (
            P::OneLogin,
            F::Audience,
            "Audience (EntityID)",
            "Configuration",
        ),
        (
            P::OneLogin,
            F::AcsUrl,
            "ACS (Consumer) URL",
            "Configuration, with Recipient and ACS (Consumer) URL Validator beside it",
        ),
        (
            P::OneLogin,
            F::NameId,
            "SAML nameID format",
            "Configuration",
        ),
        (
            P::OneLogin,
            F::Attributes,
            "Parameters",
            "each with Include in SAML assertion ticked",
        ),
        (P::OneLogin, F::SsoUrl, "SAML 2.0 Endpoint (HTTP)", "SSO"),
        (P::OneLogin, F::Issuer, "Issuer URL", "SSO"),
        (
            P::OneLogin,
            F::Certificate,
            "X.509 Certificate",
            "SSO > View Details",
        ),
        (P::OneLogin, F::Metadata, "SAML Metadata", "More Actions"),
        (
            P::OneLogin,
            F::SignAssertion,
            "SAML signature element",
            "Configuration",
        ),
        (
            P::OneLogin,
            F::SignResponse,
            "SAML signature element",
            "Configuration",
        ),
        (
            P::OneLogin,
            F::SignatureAlgorithm,
            "SAML Signature Algorithm",
            "SSO",
        ),
        (
            P::OneLogin,
            F::Encryption,
            "Encrypt assertion",
            "Configuration",
        ),
        (
            P::OneLogin,
            F::LogoutUrl,
            "Single Logout URL",
            "Configuration",
        ),
        (P::PingOne, F::Audience, "Entity ID", "Configuration"),
        (P::PingOne, F::AcsUrl, "ACS URLs", "Configuration"),
        (
            P::PingOne,
            F::NameId,
            "Subject NameID format",
            "Configuration, with the mapping saml_subject",
        ),
        (P::PingOne, F::Attributes, "Attribute Mappings", ""),
        (
            P::PingOne,
            F::SsoUrl,
            "Single Signon Service",
            "Configuration",
        ),
        (P::PingOne, F::Issuer, "Issuer ID", "Configuration"),
        (
            P::PingOne,
            F::Certificate,
            "Download Signing Certificate",
            "Configuration: X509 PEM (.crt)",
        ),
        (
            P::PingOne,
            F::Metadata,
            "Download Metadata",
            "Configuration",
        ),
        (P::JumpCloud, F::Audience, "SP Entity ID", "SSO"),
        (P::JumpCloud, F::AcsUrl, "ACS URLs", "SSO"),
        (
            P::JumpCloud,
            F::NameId,
            "SAMLSubject NameID",
            "SSO, with SAMLSubject NameID Format beside it",
        ),
        (P::JumpCloud, F::Attributes, "Attributes", "SSO"),
        (P::JumpCloud, F::SsoUrl, "IDP URL", "SSO"),
        (P::JumpCloud, F::Issuer, "IdP Entity ID", "SSO"),
        (
            P::JumpCloud,
            F::Certificate,
            "Download Certificate",
            "IDP Certificate Valid",
        ),
        (P::JumpCloud, F::Metadata, "Export Metadata", "SSO"),
        (P::JumpCloud, F::SignAssertion, "Sign", "SSO"),
        (
            P::JumpCloud,
            F::SignResponse,
            "Sign",
            "SSO: Assertion and Response",
        ),
        (P::Keycloak, F::Audience, "Client ID", "Settings"),
        (
            P::Keycloak,
            F::AcsUrl,
            "Master SAML Processing URL",
            "Settings, with Valid redirect URIs beside it",
        ),
        (
            P::Keycloak,
            F::NameId,
            "Name ID format",
            "Settings > SAML capabilities, with Force name ID format beside it",
        ),
        (
            P::Keycloak,
            F::Attributes,
            "Client scopes",
            "the mappers of the dedicated scope",
        ),
        (
            P::Keycloak,
            F::SsoUrl,
            "SAML 2.0 Identity Provider Metadata",
            "Realm settings > General > Endpoints: SingleSignOnService",
        ),
        (
            P::Keycloak,
            F::Issuer,
            "SAML 2.0 Identity Provider Metadata",
            "Realm settings > General > Endpoints: entityID",
        ),
        (
            P::Keycloak,
            F::Certificate,
            "Certificate",
            "Realm settings > Keys: RS256",
        ),
        (
            P::Keycloak,
            F::Metadata,
            "SAML 2.0 Identity Provider Metadata",
            "Realm settings > General > Endpoints",
        ),
        (
            P::Keycloak,
            F::SignAssertion,
            "Sign assertions",
            "Settings > Signature and Encryption",
        ),
        (
            P::Keycloak,
            F::SignResponse,
            "Sign documents",
            "Settings > Signature and Encryption",
        ),
        (
            P::Keycloak,
            F::SignatureAlgorithm,
            "Signature algorithm",
            "Settings > Signature and Encryption",
        ),
        (P::Keycloak, F::Encryption, "Encrypt assertions", "Keys"),
        (
            P::Keycloak,
            F::AuthnStatement,
            "Include AuthnStatement",
            "Settings > SAML capabilities",
        ),
        (P::Keycloak, F::Lifetime, "Assertion Lifespan", "Advanced"),
        (
            P::Keycloak,
            F::LogoutUrl,
            "Logout Service POST Binding URL",
            "Advanced",
        ),
        (
            P::Adfs,
            F::Audience,
            "Relying party trust identifier",
            "Identifiers",
        ),
        (
            P::Adfs,
            F::AcsUrl,
            "Relying party SAML 2.0 SSO service URL",
            "Endpoints",
        ),
        (
            P::Adfs,
            F::NameId,
            "a Transform rule to Name ID",
            "Edit Claim Issuance Policy",
        ),
        (
            P::Adfs,
            F::Attributes,
            "Send LDAP Attributes as Claims",
            "Edit Claim Issuance Policy",
        ),
        (
            P::Adfs,
            F::Issuer,
            "Federation Service identifier",
            "Edit Federation Service Properties",
        ),
        (
            P::Adfs,
            F::Certificate,
            "Token-signing",
            "Service > Certificates",
        ),
        (
            P::Adfs,
            F::Metadata,
            "/FederationMetadata/2007-06/FederationMetadata.xml",
            "Service > Endpoints",
        ),
        (
            P::Adfs,
            F::SignAssertion,
            "-SamlResponseSignature",
            "Set-ADFSRelyingPartyTrust",
        ),
        (
            P::Adfs,
            F::SignResponse,
            "-SamlResponseSignature \"MessageAndAssertion\"",
            "Set-ADFSRelyingPartyTrust",
        ),
        (
            P::Adfs,
            F::SignatureAlgorithm,
            "Secure hash algorithm",
            "Advanced",
        ),
        (
            P::Adfs,
            F::Encryption,
            "Encryption",
            "the tab of the relying party trust",
        ),
    ]
};

impl Provider {
    /// What this provider calls a field; none where it has none, or nobody knows.
    #[must_use]
    pub fn label(self, field: Field) -> Option<Label> {
        LABELS
            .iter()
            .find(|(provider, of, ..)| (*provider, *of) == (self, field))
            .map(|(_, _, text, place)| Label { text, place })
    }
}

/// A field in the words of one provider, or of all of them.
pub(crate) fn note(provider: Provider, field: Field) -> String {
    if let Some(Label { text, place }) = provider.label(field) {
        return match place {
            "" => format!(" (there: {text})"),
            place => format!(" (there: {text}; {place})"),
        };
    }
    if provider != Provider::Generic {
        return String::new();
    }
    let mut note = String::new();
    for (provider, of, text, _) in LABELS {
        if *of == field {
            note.push_str(if note.is_empty() { " (" } else { "; " });
            // Writing to a String cannot fail.
            let _ = write!(note, "{}: {text}", provider.name());
        }
    }
    if !note.is_empty() {
        note.push(')');
    }
    note
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_label_stands_there_twice_and_every_provider_has_the_first_ones() {
        for (number, (provider, field, text, _)) in LABELS.iter().enumerate() {
            assert!(!text.is_empty());
            let again = LABELS
                .iter()
                .skip(number + 1)
                .any(|(other, of, ..)| (other, of) == (provider, field));
            assert!(!again, "{provider} {field:?}");
        }
        for provider in Provider::ALL {
            for field in [
                Field::Audience,
                Field::AcsUrl,
                Field::NameId,
                Field::Issuer,
                Field::Certificate,
            ] {
                let known = provider.label(field).is_some();
                assert_eq!(
                    known,
                    *provider != Provider::Generic,
                    "{provider} {field:?}"
                );
            }
        }
    }

    #[test]
    fn a_note_is_in_the_words_of_one_or_of_all() {
        assert_eq!(
            note(Provider::Google, Field::Audience),
            " (there: Entity ID; Service provider details)"
        );
        assert_eq!(note(Provider::Google, Field::Encryption), "");
        let all = note(Provider::Generic, Field::Audience);
        assert!(all.starts_with(" (Okta: Audience URI (SP Entity ID); Entra ID: "));
        assert!(all.contains("Keycloak: Client ID") && all.ends_with(')'));
    }
}
