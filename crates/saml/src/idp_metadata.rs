//! What an IdP says about itself.

mod choose;
mod declared;
mod duration;
mod signed;
mod validity;

use jiff::{SignedDuration, Timestamp};
use vestibule_xmlsig::{Certificate, Document, Element, MAX_KEYS};

use crate::limits::Limits;
use crate::metadata_error::MetadataError;
use crate::names::{POST, REDIRECT, ns};
use choose::Chosen;

pub use declared::Logo;
pub use signed::VerifiedMetadata;
pub use validity::ValidityPolicy;

/// Where logout messages go by one binding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogoutEndpoint {
    /// Where requests go.
    pub location: String,
    /// Where responses go, if not there too (IIP-SP17).
    pub response_location: Option<String>,
}

impl LogoutEndpoint {
    /// Where responses go.
    #[must_use]
    pub fn for_responses(&self) -> &str {
        self.response_location.as_deref().unwrap_or(&self.location)
    }
}

/// The metadata of one IdP, as far as a service provider needs it (Metadata §2.4.3). Everything
/// else in it is ignored (IIP-MD05). [`IdpMetadata::parse`] reads it without looking at its
/// signature: nothing there is trusted because it says so, it becomes a draft that must pass its
/// test. What a pinned key signed comes out of [`IdpMetadata::parse_signed`] alone.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// Where logout messages go by HTTP-Redirect.
    pub slo_redirect: Option<LogoutEndpoint>,
    /// Where logout messages go by HTTP-POST.
    pub slo_post: Option<LogoutEndpoint>,
    /// The certificates of its signing keys, each once, in order; at least one (IIP-MD07). A
    /// KeyDescriptor without `use` counts (IIP-MD11).
    pub signing_certificates: Vec<Certificate>,
    /// When the metadata ends to be valid; it may have ended. The earliest of those that it has,
    /// those of the EntitiesDescriptors around it too.
    pub valid_until: Option<Timestamp>,
    /// For how long a copy may be kept, never negative; the shortest of those that it has. A year
    /// counts 365 days and a month 30. What cannot be read is none.
    pub cache_duration: Option<SignedDuration>,
    /// Whether it takes signed AuthnRequests only.
    pub want_authn_requests_signed: bool,
    /// The NameID formats that it lists.
    pub name_id_formats: Vec<String>,
    /// A page for people whom it could not sign in (SDP-SP11).
    pub error_url: Option<String>,
    /// What it is called, in English if it says so (IIP-MD05).
    pub display_name: Option<String>,
    /// Its logos that are behind https URLs.
    pub logos: Vec<Logo>,
    /// The domains that it may assert scoped attributes for (`shibmd:Scope`), those alone that are
    /// no regular expressions.
    pub scopes: Vec<String>,
    /// How many scopes were left out because they are regular expressions.
    pub regexp_scopes: usize,
    /// The digests that it declares to support (`alg:DigestMethod`, IIP-MD10).
    pub digest_methods: Vec<String>,
    /// The signature algorithms that it declares to support (`alg:SigningMethod`).
    pub signing_methods: Vec<String>,
    /// The encryption algorithms that its keys declare (`md:EncryptionMethod`).
    pub encryption_methods: Vec<String>,
}

impl IdpMetadata {
    /// Reads an EntityDescriptor with an IDPSSODescriptor of SAML 2.0, or an EntitiesDescriptor
    /// with exactly one such entity in it.
    ///
    /// # Errors
    ///
    /// [`MetadataError`] names what it is instead, or what is missing.
    pub fn parse(xml: &[u8], limits: &Limits) -> Result<Self, MetadataError> {
        Self::parse_entity(xml, None, limits)
    }

    /// The same for the entity of this ID, where one is named (IIP-MD02).
    ///
    /// # Errors
    ///
    /// As [`Self::parse`]; [`MetadataError::NoSuchEntity`] when it is not there.
    pub fn parse_entity(
        xml: &[u8],
        entity_id: Option<&str>,
        limits: &Limits,
    ) -> Result<Self, MetadataError> {
        Self::of_root(readable(xml, limits)?.root(), entity_id)
    }

    fn of_root(root: Element<'_>, entity_id: Option<&str>) -> Result<Self, MetadataError> {
        let Chosen {
            around,
            entity,
            entity_id,
            idp,
        } = choose::choose(root, entity_id)?;
        let signing_certificates = signing_certificates(idp)?;
        let sso = |binding| endpoints(idp, "SingleSignOnService", binding).next();
        let slo = |binding| {
            endpoints(idp, "SingleLogoutService", binding).next().map(
                |(location, response_location)| LogoutEndpoint {
                    location,
                    response_location,
                },
            )
        };
        let url = |(location, _)| location;
        let (sso_redirect_url, sso_post_url) = (sso(REDIRECT).map(url), sso(POST).map(url));
        if sso_redirect_url.is_none() && sso_post_url.is_none() {
            return Err(MetadataError::NoSsoEndpoint);
        }
        let (slo_redirect, slo_post) = (slo(REDIRECT), slo(POST));
        let slo_url = slo_redirect.as_ref().or(slo_post.as_ref());
        let whole: Vec<_> = around.into_iter().chain([entity, idp]).collect();
        let (scopes, regexp_scopes) = declared::scopes(entity, idp);
        Ok(Self {
            entity_id,
            sso_redirect_url,
            sso_post_url,
            slo_url: slo_url.map(|endpoint| endpoint.location.clone()),
            slo_redirect,
            slo_post,
            signing_certificates,
            valid_until: validity::valid_until(&whole)?,
            cache_duration: validity::cache_duration(&whole),
            want_authn_requests_signed: idp
                .attribute("WantAuthnRequestsSigned")
                .is_some_and(|want| matches!(want.trim(), "true" | "1")),
            name_id_formats: declared::name_id_formats(idp),
            error_url: idp.attribute("errorURL").map(|url| url.into_owned()),
            display_name: declared::display_name(entity, idp),
            logos: declared::logos(idp),
            scopes,
            regexp_scopes,
            digest_methods: declared::algorithms(entity, idp, "DigestMethod"),
            signing_methods: declared::algorithms(entity, idp, "SigningMethod"),
            encryption_methods: declared::encryption_methods(idp),
        })
    }
}

/// A document that may be metadata; what is no XML at all is named first.
fn readable(xml: &[u8], limits: &Limits) -> Result<Document, MetadataError> {
    match MetadataError::of_text(xml) {
        Some(error) => Err(error),
        None => Ok(Document::parse(xml, &limits.xml)?),
    }
}

fn signing_certificates(idp: Element<'_>) -> Result<Vec<Certificate>, MetadataError> {
    let texts = idp
        .children_named(ns::METADATA, "KeyDescriptor")
        .filter(|key| declared::serves(*key, "signing"))
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
        // So many keys are tried, and no more: here it is named, there nobody could sign in.
        if certificates.len() > MAX_KEYS {
            return Err(MetadataError::TooManyCertificates { max: MAX_KEYS });
        }
    }
    if certificates.is_empty() {
        Err(MetadataError::NoCertificate)
    } else {
        Ok(certificates)
    }
}

/// Location and ResponseLocation of a service by one binding, in order.
fn endpoints<'d>(
    idp: Element<'d>,
    service: &'d str,
    binding: &'d str,
) -> impl Iterator<Item = (String, Option<String>)> + use<'d> {
    let url = |endpoint: Element<'_>, name| {
        endpoint
            .attribute(name)
            .map(|location| location.trim().to_owned())
            .filter(|location| !location.is_empty())
    };
    idp.children_named(ns::METADATA, service)
        .filter(move |endpoint| {
            endpoint
                .attribute("Binding")
                .is_some_and(|text| text.trim() == binding)
        })
        .filter_map(move |endpoint| {
            Some((
                url(endpoint, "Location")?,
                url(endpoint, "ResponseLocation"),
            ))
        })
}
