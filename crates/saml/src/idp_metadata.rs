//! What an IdP says about itself.

use jiff::Timestamp;
use vestibule_xmlsig::{Certificate, Document, Element};

use crate::instant::parse_instant;
use crate::limits::Limits;
use crate::metadata_error::MetadataError;
use crate::names::{MAX_ENTITY_ID, POST, REDIRECT, ns};

/// The metadata of one IdP, as far as a service provider needs it (Metadata §2.4.3). Everything
/// else in it is ignored (IIP-MD05), its signature too: nothing here is trusted because it says so,
/// it becomes a draft that must pass its test.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct IdpMetadata {
    /// Its entity ID.
    pub entity_id: String,
    /// Where AuthnRequests go by HTTP-Redirect. This or [`Self::sso_post_url`] is there.
    pub sso_redirect_url: Option<String>,
    /// Where AuthnRequests go by HTTP-POST.
    pub sso_post_url: Option<String>,
    /// Where LogoutRequests go: by HTTP-Redirect, else by HTTP-POST.
    pub slo_url: Option<String>,
    /// The certificates of its signing keys, each once, in order; at least one (IIP-MD07). A
    /// KeyDescriptor without `use` counts (IIP-MD11).
    pub signing_certificates: Vec<Certificate>,
    /// When the metadata ends to be valid; it may have ended. The earliest of those that it has.
    pub valid_until: Option<Timestamp>,
    /// Whether it takes signed AuthnRequests only.
    pub want_authn_requests_signed: bool,
    /// A page for people whom it could not sign in (SDP-SP11).
    pub error_url: Option<String>,
    /// What it is called, in English if it says so.
    pub display_name: Option<String>,
}

impl IdpMetadata {
    /// Reads an EntityDescriptor with an IDPSSODescriptor of SAML 2.0.
    ///
    /// # Errors
    ///
    /// [`MetadataError`] names what it is instead, or what is missing.
    pub fn parse(xml: &[u8], limits: &Limits) -> Result<Self, MetadataError> {
        if let Some(error) = MetadataError::of_text(xml) {
            return Err(error);
        }
        let document = Document::parse(xml, &limits.xml)?;
        let entity = entity_descriptor(document.root())?;
        let entity_id = entity
            .attribute("entityID")
            .filter(|id| !id.trim().is_empty() && id.chars().count() <= MAX_ENTITY_ID)
            .ok_or(MetadataError::EntityId)?
            .into_owned();
        let idp = idp_descriptor(entity)?;
        let signing_certificates = signing_certificates(idp)?;
        let sso = |binding| location(idp, "SingleSignOnService", binding);
        let slo = |binding| location(idp, "SingleLogoutService", binding);
        let (sso_redirect_url, sso_post_url) = (sso(REDIRECT), sso(POST));
        if sso_redirect_url.is_none() && sso_post_url.is_none() {
            return Err(MetadataError::NoSsoEndpoint);
        }
        Ok(Self {
            entity_id,
            sso_redirect_url,
            sso_post_url,
            slo_url: slo(REDIRECT).or_else(|| slo(POST)),
            signing_certificates,
            valid_until: earliest(valid_until(entity)?, valid_until(idp)?),
            want_authn_requests_signed: idp
                .attribute("WantAuthnRequestsSigned")
                .is_some_and(|want| matches!(want.trim(), "true" | "1")),
            error_url: idp.attribute("errorURL").map(|url| url.into_owned()),
            display_name: display_name(entity, idp),
        })
    }
}

fn entity_descriptor(root: Element<'_>) -> Result<Element<'_>, MetadataError> {
    match (root.namespace().unwrap_or_default(), root.local_name()) {
        (ns::METADATA, "EntityDescriptor") => Ok(root),
        (ns::METADATA, "EntitiesDescriptor") => Err(MetadataError::EntitiesDescriptor),
        (ns::PROTOCOL | ns::ASSERTION | ns::SAML_1_PROTOCOL | ns::SAML_1_ASSERTION, _) => {
            Err(MetadataError::Message)
        }
        (_, name) if name.eq_ignore_ascii_case("html") => Err(MetadataError::WebPage),
        _ => Err(MetadataError::NotMetadata),
    }
}

/// The first IDPSSODescriptor that speaks SAML 2.0.
fn idp_descriptor(entity: Element<'_>) -> Result<Element<'_>, MetadataError> {
    let speaks_saml2 = |descriptor: &Element<'_>| {
        descriptor
            .attribute("protocolSupportEnumeration")
            .is_some_and(|protocols| {
                protocols
                    .split_ascii_whitespace()
                    .any(|protocol| protocol == ns::PROTOCOL)
            })
    };
    let descriptors = || entity.children_named(ns::METADATA, "IDPSSODescriptor");
    if let Some(descriptor) = descriptors().find(speaks_saml2) {
        return Ok(descriptor);
    }
    let is_sp = entity
        .children_named(ns::METADATA, "SPSSODescriptor")
        .next()
        .is_some();
    Err(match descriptors().next() {
        Some(_) => MetadataError::NotSaml2,
        None if is_sp => MetadataError::ServiceProvider,
        None => MetadataError::NoIdentityProvider,
    })
}

fn signing_certificates(idp: Element<'_>) -> Result<Vec<Certificate>, MetadataError> {
    let for_signing = |key: &Element<'_>| {
        key.attribute("use")
            .is_none_or(|usage| usage.trim() == "signing")
    };
    let texts = idp
        .children_named(ns::METADATA, "KeyDescriptor")
        .filter(for_signing)
        .flat_map(|key| key.children_named(ns::DSIG, "KeyInfo"))
        .flat_map(|info| info.children_named(ns::DSIG, "X509Data"))
        .flat_map(|data| data.children_named(ns::DSIG, "X509Certificate"));
    let mut certificates: Vec<Certificate> = Vec::new();
    for (certificate, number) in texts.zip(1..) {
        let read = Certificate::parse_all(certificate.deep_text().as_bytes())
            .map_err(|source| MetadataError::SigningCertificate { number, source })?;
        for certificate in read {
            if !certificates.contains(&certificate) {
                certificates.push(certificate);
            }
        }
    }
    if certificates.is_empty() {
        Err(MetadataError::NoCertificate)
    } else {
        Ok(certificates)
    }
}

fn location(idp: Element<'_>, service: &str, binding: &str) -> Option<String> {
    idp.children_named(ns::METADATA, service)
        .filter(|endpoint| {
            endpoint
                .attribute("Binding")
                .is_some_and(|text| text.trim() == binding)
        })
        .filter_map(|endpoint| endpoint.attribute("Location"))
        .map(|location| location.trim().to_owned())
        .find(|location| !location.is_empty())
}

fn valid_until(descriptor: Element<'_>) -> Result<Option<Timestamp>, MetadataError> {
    descriptor
        .attribute("validUntil")
        .map(|text| parse_instant(&text).ok_or(MetadataError::ValidUntil))
        .transpose()
}

fn earliest(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    [one, other].into_iter().flatten().min()
}

/// `mdui:DisplayName`, else the organisation's.
fn display_name(entity: Element<'_>, idp: Element<'_>) -> Option<String> {
    let shown = idp
        .children_named(ns::METADATA, "Extensions")
        .flat_map(|extensions| extensions.children_named(ns::MDUI, "UIInfo"))
        .flat_map(|info| info.children_named(ns::MDUI, "DisplayName"));
    let organization = idp
        .children_named(ns::METADATA, "Organization")
        .chain(entity.children_named(ns::METADATA, "Organization"))
        .flat_map(|organization| {
            organization.children_named(ns::METADATA, "OrganizationDisplayName")
        });
    best_in_english(shown).or_else(|| best_in_english(organization))
}

fn best_in_english<'d>(names: impl Iterator<Item = Element<'d>>) -> Option<String> {
    let mut first = None;
    for name in names {
        let text = name.deep_text().trim().to_owned();
        if text.is_empty() {
            continue;
        }
        if name
            .attribute_ns(ns::XML, "lang")
            .is_some_and(|lang| lang == "en")
        {
            return Some(text);
        }
        first.get_or_insert(text);
    }
    first
}
