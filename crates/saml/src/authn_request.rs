//! The request that a browser takes to the IdP.

use std::fmt::Write as _;

use jiff::Timestamp;

use crate::instant::format_instant;
use crate::names::{POST, TRANSIENT, VERSION, ns};
use crate::outgoing::{MessageField, Outgoing, PostForm, SendError, Signing};
use crate::write::Escaped;

/// An AuthnRequest by HTTP-Redirect or HTTP-POST, answered by HTTP-POST (Core §3.4.1, Profiles
/// §4.1.4.1). It says the same whichever way it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthnRequest {
    /// Its ID: an NCName that nobody can guess.
    pub id: String,
    /// When it is made.
    pub issue_instant: Timestamp,
    /// The IdP's SSO URL; its query string is kept.
    pub destination: String,
    /// Our entity ID.
    pub sp_entity_id: String,
    /// Where the answer goes, byte for byte as in our metadata (SDP-SP05).
    pub acs_url: String,
    /// What is asked for beyond a sign-in.
    pub options: AuthnOptions,
}

/// What an AuthnRequest asks for beyond a sign-in. By default: nothing (Core §3.4.1).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuthnOptions {
    /// Whether a session at the IdP is not enough.
    pub force_authn: bool,
    /// Whether the person may not be asked anything.
    pub is_passive: bool,
    /// What is said about the NameID.
    pub name_id_policy: NameIdPolicy,
    /// The AuthnContext classes of which one is required, `Comparison="exact"` (IIP-SP06). None
    /// leaves the element out: many IdPs take a list for a promise that they cannot keep.
    pub requested_authn_context: Vec<String>,
}

/// What is said about the NameID (Core §3.4.1.1, IIP-SP03).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum NameIdPolicy {
    /// Any kind will do, and it may be made now.
    ///
    /// Kantara allows this or nothing at all (SDP-SP04). Nothing would be shorter, but `AllowCreate`
    /// is then false, and identity providers that take that to the letter refuse the first sign-in
    /// of everybody when their NameIDs are persistent (SimpleSAMLphp's `SQLPersistentNameID` among
    /// them). A Format is sent only where somebody asked for it: AD FS answers one that it has no
    /// rule for with `InvalidNameIDPolicy`.
    #[default]
    Any,
    /// Nothing: there is no NameIDPolicy.
    Absent,
    /// This Format. It may be made now, unless it is transient, which is always made now (Errata
    /// E14).
    Format(String),
}

impl AuthnRequest {
    /// The message, not signed.
    #[must_use]
    pub fn to_xml(&self) -> String {
        let options = &self.options;
        format!(
            concat!(
                r#"<samlp:AuthnRequest xmlns:samlp="{protocol}" xmlns:saml="{assertion}""#,
                r#" ID="{id}" Version="{version}" IssueInstant="{issued}""#,
                r#" Destination="{destination}"{force}{passive} ProtocolBinding="{binding}""#,
                r#" AssertionConsumerServiceURL="{acs_url}">"#,
                r#"<saml:Issuer>{issuer}</saml:Issuer>{policy}{context}</samlp:AuthnRequest>"#,
            ),
            protocol = ns::PROTOCOL,
            assertion = ns::ASSERTION,
            id = Escaped(&self.id),
            version = VERSION,
            issued = format_instant(self.issue_instant),
            destination = Escaped(&self.destination),
            force = flag(" ForceAuthn=\"true\"", options.force_authn),
            passive = flag(" IsPassive=\"true\"", options.is_passive),
            binding = POST,
            acs_url = Escaped(&self.acs_url),
            issuer = Escaped(&self.sp_entity_id),
            policy = policy(&options.name_id_policy),
            context = context(&options.requested_authn_context),
        )
    }

    /// The URL to send the browser to: the destination with the message deflated, in base64 and
    /// percent-encoded behind whatever query it has, and signed as text (Bindings §3.4.4.1).
    ///
    /// # Errors
    ///
    /// [`SendError`].
    pub fn redirect_url(
        &self,
        relay_state: Option<&str>,
        signing: Option<&Signing>,
    ) -> Result<String, SendError> {
        self.outgoing().redirect_url(relay_state, signing)
    }

    /// The form for the browser to post: the message in base64, signed in itself, its destination as
    /// it is, query and all (Bindings §3.5.4).
    ///
    /// # Errors
    ///
    /// [`SendError`].
    pub fn post_form(
        &self,
        relay_state: Option<&str>,
        signing: Option<&Signing>,
    ) -> Result<PostForm, SendError> {
        self.outgoing().post_form(relay_state, signing)
    }

    fn outgoing(&self) -> Outgoing<'_> {
        Outgoing {
            field: MessageField::SamlRequest,
            id: &self.id,
            destination: &self.destination,
            xml: self.to_xml(),
        }
    }
}

/// False is the default of both attributes, and is left out.
fn flag(attribute: &'static str, set: bool) -> &'static str {
    if set { attribute } else { "" }
}

fn policy(policy: &NameIdPolicy) -> String {
    match policy {
        NameIdPolicy::Any => r#"<samlp:NameIDPolicy AllowCreate="true"/>"#.to_owned(),
        NameIdPolicy::Absent => String::new(),
        NameIdPolicy::Format(format) => {
            let create = flag(" AllowCreate=\"true\"", format != TRANSIENT);
            let format = Escaped(format);
            format!(r#"<samlp:NameIDPolicy Format="{format}"{create}/>"#)
        }
    }
}

fn context(classes: &[String]) -> String {
    let mut xml = String::new();
    if classes.is_empty() {
        return xml;
    }
    xml.push_str(r#"<samlp:RequestedAuthnContext Comparison="exact">"#);
    for class in classes {
        // Writing to a String cannot fail.
        let _ = write!(
            xml,
            "<saml:AuthnContextClassRef>{}</saml:AuthnContextClassRef>",
            Escaped(class)
        );
    }
    xml.push_str("</samlp:RequestedAuthnContext>");
    xml
}
