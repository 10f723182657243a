//! Verified assertions for tests, the honest way: a response is written, signed with a real key and
//! walked through the corridor. There is no other way to one.

use std::{fmt::Write as _, sync::OnceLock};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::{SignedDuration, Timestamp};
use vestibule_saml::{
    Expected, ExpectedParts, Identifier, Limits, Purpose, SentRequest, SignIn, UnverifiedResponse,
    VerifiedAssertion,
};
use vestibule_xmlsig::{KeyFingerprint, SignOptions, SignatureAlgorithm, SigningKey};

/// The IdP of every assertion.
pub(crate) const IDP: &str = "https://idp.example/entity";

pub(crate) const ACS: &str = "https://sso.example/acs";
pub(crate) const SP: &str = "https://sso.example/entity";

/// Who signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    /// The identity provider, with the key that it always had.
    Idps,
    /// The same, or somebody else, with one that came later.
    Later,
}

impl Key {
    fn signing(self) -> &'static SigningKey {
        static KEYS: [OnceLock<SigningKey>; 2] = [OnceLock::new(), OnceLock::new()];
        vestibule_xmlsig::init().unwrap();
        let key = match self {
            Self::Idps => &KEYS[0],
            Self::Later => &KEYS[1],
        };
        key.get_or_init(|| SigningKey::generate_ec_p256().unwrap())
    }

    /// What a proof and a session know it by.
    pub(crate) fn fingerprint(self) -> KeyFingerprint {
        *self.signing().verifying_key().fingerprint()
    }
}

/// What an assertion says.
#[derive(Debug, Clone)]
pub(crate) struct Asserted {
    /// The NameID; none if it is empty.
    pub(crate) name_id: String,
    /// Its format.
    pub(crate) format: Option<&'static str>,
    /// Name and values of each attribute.
    pub(crate) attributes: Vec<(String, Vec<String>)>,
    /// The AuthnContext class.
    pub(crate) context: &'static str,
    /// When the IdP's session ends.
    pub(crate) session_end: Option<Timestamp>,
    /// The key that signs it.
    pub(crate) key: Key,
    /// By what the connection knows people.
    pub(crate) identifier: Identifier,
    /// The only instant there is: issued, authenticated and accepted.
    pub(crate) now: Timestamp,
}

impl Asserted {
    /// An assertion about a NameID without a format.
    pub(crate) fn new(name_id: &str, now: Timestamp) -> Self {
        Self {
            name_id: name_id.to_owned(),
            format: None,
            attributes: Vec::new(),
            context: "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
            session_end: None,
            key: Key::Idps,
            identifier: Identifier::NameId,
            now,
        }
    }

    /// Signs it and walks it through the corridor.
    pub(crate) fn verified(&self) -> VerifiedAssertion<SignIn> {
        let parts = ExpectedParts {
            identifier: self.identifier.clone(),
            ..ExpectedParts::new(
                SP.to_owned(),
                ACS.to_owned(),
                SignedDuration::from_secs(180),
            )
        };
        let sent = SentRequest {
            id: "_request".to_owned(),
            issued_at: self.now - SignedDuration::from_secs(5),
        };
        self.walked(&Expected::sign_in(sent, parts, IDP.to_owned()))
    }

    /// The corridor, for any purpose.
    pub(crate) fn walked<P: Purpose>(&self, expected: &Expected<P>) -> VerifiedAssertion<P> {
        let key = self.key.signing();
        let options = SignOptions {
            algorithm: SignatureAlgorithm::EcdsaSha256,
            ..SignOptions::default()
        };
        let signed = key
            .sign_element(&self.xml(), "_assertion", &options)
            .unwrap();
        UnverifiedResponse::decode(&STANDARD.encode(signed), &Limits::default())
            .unwrap()
            .verify(&[key.verifying_key()])
            .unwrap()
            .validate(expected, self.now)
            .unwrap()
    }

    fn xml(&self) -> String {
        let now = self.now;
        let end = now + SignedDuration::from_mins(5);
        let format = self
            .format
            .map(|format| format!(" Format=\"{format}\""))
            .unwrap_or_default();
        let session_end = self
            .session_end
            .map(|end| format!(" SessionNotOnOrAfter=\"{end}\""))
            .unwrap_or_default();
        let context = self.context;
        let name_id = match escape(&self.name_id) {
            name_id if name_id.is_empty() => name_id,
            name_id => format!("<saml:NameID{format}>{name_id}</saml:NameID>"),
        };
        format!(
            r#"<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_response" Version="2.0" IssueInstant="{now}" Destination="{ACS}" InResponseTo="_request"><saml:Issuer>{IDP}</saml:Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status><saml:Assertion ID="_assertion" Version="2.0" IssueInstant="{now}"><saml:Issuer>{IDP}</saml:Issuer><saml:Subject>{name_id}<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData InResponseTo="_request" NotOnOrAfter="{end}" Recipient="{ACS}"/></saml:SubjectConfirmation></saml:Subject><saml:Conditions NotBefore="{now}" NotOnOrAfter="{end}"><saml:AudienceRestriction><saml:Audience>{SP}</saml:Audience></saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant="{now}" SessionIndex="_session"{session_end}><saml:AuthnContext><saml:AuthnContextClassRef>{context}</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>{}</saml:Assertion></samlp:Response>"#,
            self.attribute_statement()
        )
    }

    fn attribute_statement(&self) -> String {
        if self.attributes.is_empty() {
            return String::new();
        }
        let mut xml = "<saml:AttributeStatement>".to_owned();
        for (name, values) in &self.attributes {
            write!(xml, "<saml:Attribute Name=\"{}\">", escape(name)).unwrap();
            for value in values {
                write!(
                    xml,
                    "<saml:AttributeValue>{}</saml:AttributeValue>",
                    escape(value)
                )
                .unwrap();
            }
            xml.push_str("</saml:Attribute>");
        }
        xml.push_str("</saml:AttributeStatement>");
        xml
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}
