//! From what an admin pasted to the settings of a revision; wrong things pasted are named.

use serde::Deserialize;
use utoipa::ToSchema;
use vestibule_model::{
    AttributeMapping, ClientId, ConnectionId, EncryptionCbc, IdpInitiated, MetadataOrigin,
    NameIdPolicy, Provisioning, RevisionSettings, RoleMapping, SsoBinding, Unmapped,
};
use vestibule_policy::attribute_preset;
use vestibule_saml::{IdpMetadata, Limits};
use vestibule_xmlsig::Certificate;

use crate::{problem::Problem, saml::urls, web_url};

/// How many certificates one revision may hold: an IdP rolls over with two, a federation with few.
const MAX_CERTIFICATES: usize = 10;
/// How many AuthnContext classes may be named.
const MAX_CLASSES: usize = 20;
/// The longest entity ID (SAML Core §8.3.6).
const MAX_ENTITY_ID: usize = 1_024;

/// The settings of a connection, in one of three ways: certificate and SSO URL, the IdP's metadata,
/// or the URL of its metadata.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewDraft {
    /// The IdP's signing certificates, each PEM (bare base64 is understood too).
    pub(crate) idp_certificates: Option<Vec<String>>,
    /// The IdP's signing certificate, where there is only one; several PEM blocks are fine.
    pub(crate) idp_certificate: Option<String>,
    /// Where AuthnRequests go (the "remote login URL").
    #[schema(example = "https://idp.acme.example/saml/sso")]
    pub(crate) idp_sso_url: Option<String>,
    /// How AuthnRequests go there: redirect (default) or post. Beside metadata: a binding that the
    /// metadata has an endpoint for; without it redirect where there is one, else post.
    #[schema(value_type = Option<String>)]
    pub(crate) idp_sso_binding: Option<SsoBinding>,
    /// The IdP's single-logout endpoint.
    pub(crate) idp_logout_url: Option<String>,
    /// Where LogoutResponses go, where that is another place.
    pub(crate) idp_logout_response_url: Option<String>,
    /// How logout messages go there: redirect (default) or post.
    #[schema(value_type = Option<String>)]
    pub(crate) idp_logout_binding: Option<SsoBinding>,
    /// A plain https page to go to after sign-out.
    pub(crate) logout_landing_url: Option<String>,
    /// The IdP's entity ID; learned by the passed test where it is absent.
    pub(crate) idp_entity_id: Option<String>,
    /// The IdP's metadata, an EntityDescriptor (or an EntitiesDescriptor); instead of the fields
    /// above.
    pub(crate) idp_metadata_xml: Option<String>,
    /// Where the IdP's metadata is; instead of the fields above. It is fetched now, and looked at
    /// again by the clock: a change is staged as a draft.
    #[schema(example = "https://idp.acme.example/saml/metadata")]
    pub(crate) idp_metadata_url: Option<String>,
    /// Which entity of an EntitiesDescriptor is meant; not needed where it has one IdP.
    pub(crate) idp_metadata_entity_id: Option<String>,
    /// The certificate (PEM) of a key that must have signed the metadata; several PEM blocks are
    /// several keys. Keys that are added to metadata signed by it go live by themselves.
    pub(crate) idp_metadata_signing_certificate: Option<String>,
    /// How many days ahead the metadata's validUntil may lie, 1 to 3650; then it must have one.
    pub(crate) idp_metadata_max_validity_days: Option<u32>,
    /// Whether AES-CBC is taken: refuse (default), with_signed_response or accept.
    #[schema(value_type = Option<String>)]
    pub(crate) encryption_cbc: Option<EncryptionCbc>,
    /// Who may be made a member by signing in: just_in_time (default) or invite_only.
    #[schema(value_type = Option<String>)]
    pub(crate) provisioning: Option<Provisioning>,
    /// Whether a Response without a signature of its own is refused.
    pub(crate) require_signed_response: Option<bool>,
    /// AuthnContext classes of which the IdP must assert one; absent or empty: any.
    pub(crate) required_authn_context: Option<Vec<String>>,
    /// Which attributes carry what, where the defaults do not fit. Absent: the names that the
    /// connection's `provider` uses, where we know them; `{}`: the defaults.
    pub(crate) attribute_mapping: Option<NewAttributeMapping>,
    /// How groups become a role; absent: roles are kept, and new members are `member`.
    pub(crate) role_mapping: Option<NewRoleMapping>,
    /// Whether AuthnRequests are signed (default: no). Logout messages always are.
    pub(crate) sign_requests: Option<bool>,
    /// Whether the IdP is asked each time to have people authenticate anew.
    pub(crate) force_authn: Option<bool>,
    /// The NameID Format that is asked for; absent: any will do.
    #[schema(example = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent")]
    pub(crate) name_id_format: Option<String>,
    /// Whether AuthnRequests say nothing at all about the NameID.
    pub(crate) omit_name_id_policy: Option<bool>,
    /// AuthnContext classes that are asked for, exactly; absent or empty: nothing is asked.
    pub(crate) requested_authn_context: Option<Vec<String>>,
    /// The attribute that says who somebody is, in place of the NameID
    /// (`urn:oasis:names:tc:SAML:attribute:subject-id`, say).
    pub(crate) subject_attribute: Option<String>,
    /// What becomes of a response that nobody asked for: refuse (default) or restart.
    #[schema(value_type = Option<String>)]
    pub(crate) idp_initiated: Option<IdpInitiated>,
    /// The application that such a response is for; absent: the only one with an
    /// `initiate_login_uri`.
    #[schema(value_type = Option<String>)]
    pub(crate) idp_initiated_client_id: Option<ClientId>,
    /// Whether a key counts no longer when its certificate has expired (default: it counts, with a
    /// warning).
    pub(crate) refuse_expired_certificates: Option<bool>,
}

/// Which attributes carry what.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAttributeMapping {
    /// The attributes that carry the e-mail address: the first that is present counts.
    #[serde(default, deserialize_with = "one_or_several")]
    #[schema(example = json!(["mail"]))]
    pub(crate) email: Vec<String>,
    /// The attributes that carry the display name, likewise.
    #[serde(default, deserialize_with = "one_or_several")]
    pub(crate) name: Vec<String>,
}

/// How groups become a role (P8).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRoleMapping {
    /// The attributes that carry the groups: the first that is present counts.
    #[schema(example = json!(["groups"]))]
    pub(crate) attributes: Vec<String>,
    /// Values of which one makes an admin. They have no effect until an admin whose own link is proven
    /// has enabled that in the browser, on this very revision.
    pub(crate) admin: Option<Vec<String>>,
    /// Values of which one makes a member.
    pub(crate) member: Option<Vec<String>>,
    /// What becomes of everybody else: keep (their role, the default) or member.
    #[schema(value_type = Option<String>)]
    pub(crate) otherwise: Option<Unmapped>,
}

/// One name stands for a list of one.
fn one_or_several<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "an attribute's name, or a list of names")]
    enum Names {
        One(String),
        Several(Vec<String>),
        None(()),
    }
    Ok(match Names::deserialize(from)? {
        Names::One(name) => vec![name],
        Names::Several(names) => names,
        Names::None(()) => Vec::new(),
    })
}

/// What somebody has pasted, as far as it can be told by itself.
pub(crate) enum Pasted {
    /// A certificate that can be used.
    Certificate(Box<Certificate>),
    /// Metadata of this entity.
    Metadata(String),
    /// A URL that can be used.
    Url,
}

/// Looks at the value of one field before anything is saved.
///
/// # Errors
/// A problem that names the field, what was expected and what was found.
pub(crate) fn look_at(field: &str, value: &str, ours: &OurSide<'_>) -> Result<Pasted, Problem> {
    let pointer = format!("/{field}");
    match field {
        "idp_certificate" => {
            let read = read_certificates(&pointer, value)?;
            for certificate in &read {
                usable(&pointer, certificate, ours)?;
            }
            few(&pointer, &read)?;
            let first = read.into_iter().next();
            let first = first.ok_or_else(|| Problem::invalid(&pointer, "a certificate", "nothing"));
            Ok(Pasted::Certificate(Box::new(first?)))
        }
        "idp_metadata_xml" => {
            let metadata = pasted(value, &NewDraft::default())?;
            from_metadata(METADATA_XML, &metadata, None, Logout::default(), ours)?;
            Ok(Pasted::Metadata(metadata.entity_id))
        }
        "idp_entity_id" => entity_id(Some(value), ours).map(|_| Pasted::Url),
        _ => web(&pointer, value, ours).map(|_| Pasted::Url),
    }
}

/// Our own side of the connection, to recognise it when it is pasted as theirs.
pub(crate) struct OurSide<'a> {
    pub(crate) public_url: &'a str,
    pub(crate) connection_id: ConnectionId,
    pub(crate) certificate_pem: &'a str,
    /// Which product the IdP is, where that was said.
    pub(crate) provider: Option<&'a str>,
}

/// What identifies the IdP, whichever way it was given.
#[derive(Default)]
struct Idp {
    certificates: Vec<Certificate>,
    sso_url: String,
    sso_binding: SsoBinding,
    logout: Logout,
    wants_signed_requests: bool,
    entity_id: Option<String>,
    error_url: Option<String>,
    display_name: Option<String>,
    logo_url: Option<String>,
    signing_methods: Vec<String>,
    digest_methods: Vec<String>,
    scopes: Vec<String>,
}

impl Idp {
    /// Settings of this IdP, everything that is the admin's to choose at its default.
    fn settings(self) -> RevisionSettings {
        self.over(RevisionSettings::new(Vec::new(), String::new()))
    }

    /// These settings, of this IdP.
    fn over(self, base: RevisionSettings) -> RevisionSettings {
        RevisionSettings {
            idp_certificates: self.certificates.iter().map(Certificate::to_pem).collect(),
            idp_sso_url: self.sso_url,
            idp_sso_binding: self.sso_binding,
            idp_logout_url: self.logout.url,
            idp_logout_response_url: self.logout.response_url,
            idp_logout_binding: self.logout.binding,
            idp_entity_id: self.entity_id,
            idp_error_url: self.error_url,
            idp_display_name: self.display_name,
            idp_logo_url: self.logo_url,
            idp_signing_methods: self.signing_methods,
            idp_digest_methods: self.digest_methods,
            idp_scopes: self.scopes,
            ..base
        }
    }
}

/// Where logout messages go.
#[derive(Default)]
struct Logout {
    url: Option<String>,
    response_url: Option<String>,
    binding: SsoBinding,
}

/// The field of a metadata URL.
pub(crate) const METADATA_URL: &str = "/idp_metadata_url";
/// The field of pasted metadata.
const METADATA_XML: &str = "/idp_metadata_xml";
/// The field of the key that metadata is signed with.
const METADATA_KEY: &str = "/idp_metadata_signing_certificate";

impl NewDraft {
    /// Where the metadata is, if the draft says so.
    ///
    /// # Errors
    /// A problem that names the field that cannot be used.
    pub(crate) fn metadata_origin(&self) -> Result<Option<MetadataOrigin>, Problem> {
        if self
            .idp_metadata_max_validity_days
            .is_some_and(|days| !(1..=3_650).contains(&days))
        {
            let expected = "a number of days from 1 to 3650";
            let pointer = "/idp_metadata_max_validity_days";
            return Err(Problem::invalid(pointer, expected, "another number"));
        }
        let Some(url) = &self.idp_metadata_url else {
            return Ok(None);
        };
        if self.idp_metadata_xml.is_some() {
            let expected = "idp_metadata_url or idp_metadata_xml, not both";
            return Err(Problem::invalid(METADATA_XML, expected, "both"));
        }
        let pinned = self.metadata_keys()?;
        Ok(Some(MetadataOrigin {
            url: url.trim().to_owned(),
            entity_id: self.idp_metadata_entity_id.clone(),
            signing_certificates: pinned.iter().map(Certificate::to_pem).collect(),
            max_validity_days: self.idp_metadata_max_validity_days,
            own_logout_url: self.idp_logout_url.is_some() || self.idp_logout_response_url.is_some(),
        }))
    }

    /// The certificates of the keys that metadata is signed with, each of them usable.
    fn metadata_keys(&self) -> Result<Vec<Certificate>, Problem> {
        let Some(text) = &self.idp_metadata_signing_certificate else {
            return Ok(Vec::new());
        };
        let certificates = read_certificates(METADATA_KEY, text)?;
        for certificate in &certificates {
            strong(METADATA_KEY, certificate)?;
        }
        few(METADATA_KEY, &certificates)?;
        Ok(certificates)
    }
}

/// The settings that a draft describes; `fetched` is what was behind its metadata URL.
///
/// # Errors
/// A problem that names the field, what was expected and what was found.
pub(crate) fn settings(
    draft: NewDraft,
    fetched: Option<&IdpMetadata>,
    ours: &OurSide<'_>,
) -> Result<RevisionSettings, Problem> {
    let origin = draft.metadata_origin()?;
    let idp = match (fetched, draft.idp_metadata_xml.as_deref()) {
        (Some(metadata), _) => from_draft_and_metadata(METADATA_URL, metadata, &draft, ours)?,
        (None, Some(xml)) => {
            let metadata = pasted(xml, &draft)?;
            from_draft_and_metadata(METADATA_XML, &metadata, &draft, ours)?
        }
        (None, None) => from_fields(&draft, ours)?,
    };
    let landing = draft.logout_landing_url.as_deref();
    let name_id_policy = name_id_policy(draft.name_id_format, draft.omit_name_id_policy)?;
    let mapping = attribute_mapping(draft.attribute_mapping, ours.provider)?;
    Ok(RevisionSettings {
        logout_landing_url: landing
            .map(|url| web("/logout_landing_url", url, ours))
            .transpose()?,
        encryption_cbc: draft.encryption_cbc.unwrap_or(EncryptionCbc::Refuse),
        provisioning: draft.provisioning.unwrap_or(Provisioning::JustInTime),
        require_signed_response: draft.require_signed_response.unwrap_or(false),
        required_authn_context: classes("/required_authn_context", draft.required_authn_context)?,
        attribute_mapping: mapping,
        role_mapping: draft.role_mapping.map(role_mapping).transpose()?,
        sign_requests: draft.sign_requests.unwrap_or(idp.wants_signed_requests),
        force_authn: draft.force_authn.unwrap_or(false),
        name_id_policy,
        requested_authn_context: classes(
            "/requested_authn_context",
            draft.requested_authn_context,
        )?,
        subject_attribute: short("/subject_attribute", draft.subject_attribute)?,
        idp_initiated: draft.idp_initiated.unwrap_or_default(),
        idp_initiated_client_id: draft.idp_initiated_client_id,
        refuse_expired_certificates: draft.refuse_expired_certificates.unwrap_or(false),
        idp_metadata: origin,
        ..idp.settings()
    })
}

/// The settings of a revision with what its IdP's metadata says now; what an admin has chosen stays.
///
/// # Errors
/// As of [`settings`].
pub(crate) fn refreshed(
    base: &RevisionSettings,
    origin: &MetadataOrigin,
    metadata: &IdpMetadata,
    ours: &OurSide<'_>,
) -> Result<RevisionSettings, Problem> {
    let listed = sso_endpoint(metadata, Some(base.idp_sso_binding)).is_ok();
    let binding = listed.then_some(base.idp_sso_binding);
    let logout = if origin.own_logout_url {
        Logout {
            url: base.idp_logout_url.clone(),
            response_url: base.idp_logout_response_url.clone(),
            binding: base.idp_logout_binding,
        }
    } else {
        let as_before = listed_logout(metadata, Some(base.idp_logout_binding));
        match as_before.url {
            Some(_) => as_before,
            None => listed_logout(metadata, None),
        }
    };
    let idp = from_metadata(METADATA_URL, metadata, binding, logout, ours)?;
    Ok(RevisionSettings {
        sign_requests: base.sign_requests || idp.wants_signed_requests,
        idp_metadata: Some(origin.clone()),
        ..idp.over(base.clone())
    })
}

/// Metadata that was pasted, signed where a key for that was given.
fn pasted(xml: &str, draft: &NewDraft) -> Result<IdpMetadata, Problem> {
    let (xml, limits) = (xml.as_bytes(), Limits::default());
    let entity_id = draft.idp_metadata_entity_id.as_deref();
    let pinned = draft.metadata_keys()?;
    let keys: Vec<_> = pinned
        .iter()
        .filter_map(|key| key.verifying_key().ok())
        .collect();
    let read = if pinned.is_empty() {
        IdpMetadata::parse_entity(xml, entity_id, &limits)
    } else {
        IdpMetadata::parse_signed(xml, entity_id, &limits, &keys)
            .map(|verified| verified.metadata().clone())
    };
    read.map_err(|error| {
        let expected = "the IdP's SAML 2.0 metadata, an EntityDescriptor";
        Problem::invalid(METADATA_XML, expected, error.to_string())
    })
}

fn from_fields(draft: &NewDraft, ours: &OurSide<'_>) -> Result<Idp, Problem> {
    let pasted: Vec<(String, &str)> = match (&draft.idp_certificates, &draft.idp_certificate) {
        (Some(_), Some(_)) => {
            let expected = "idp_certificates or idp_certificate, not both";
            return Err(Problem::invalid("/idp_certificate", expected, "both"));
        }
        (Some(several), None) => several
            .iter()
            .enumerate()
            .map(|(index, text)| (format!("/idp_certificates/{index}"), text.as_str()))
            .collect(),
        (None, Some(one)) => vec![("/idp_certificate".to_owned(), one.as_str())],
        (None, None) => Vec::new(),
    };
    if pasted.is_empty() {
        let expected = "the IdP's signing certificate (PEM), or idp_metadata_xml or idp_metadata_url \
                        instead";
        return Err(Problem::invalid("/idp_certificates", expected, "nothing"));
    }
    let mut certificates: Vec<Certificate> = Vec::new();
    for (pointer, text) in pasted {
        for certificate in read_certificates(&pointer, text)? {
            usable(&pointer, &certificate, ours)?;
            let known = |other: &Certificate| {
                other.fingerprint_sha256() == certificate.fingerprint_sha256()
            };
            if !certificates.iter().any(known) {
                certificates.push(certificate);
            }
        }
    }
    few("/idp_certificates", &certificates)?;
    let sso_url = draft.idp_sso_url.as_deref().ok_or_else(|| {
        let expected = "the IdP's SSO URL (\"remote login URL\")";
        Problem::invalid("/idp_sso_url", expected, "nothing")
    })?;
    Ok(Idp {
        certificates,
        sso_url: web("/idp_sso_url", sso_url, ours)?,
        sso_binding: draft.idp_sso_binding.unwrap_or_default(),
        logout: own_logout(draft, ours)?,
        entity_id: entity_id(draft.idp_entity_id.as_deref(), ours)?,
        ..Idp::default()
    })
}

/// The one certificate of the IdP that was pasted.
///
/// # Errors
/// A problem that names the field, what was expected and what was found.
pub(crate) fn one_certificate(
    pointer: &str,
    text: &str,
    ours: &OurSide<'_>,
) -> Result<Certificate, Problem> {
    let read = read_certificates(pointer, text)?;
    let [certificate] = read.as_slice() else {
        let found = format!("{} certificates", read.len());
        return Err(Problem::invalid(pointer, "one certificate", found));
    };
    usable(pointer, certificate, ours)?;
    Ok(certificate.clone())
}

fn few(pointer: &str, certificates: &[Certificate]) -> Result<(), Problem> {
    if certificates.len() > MAX_CERTIFICATES {
        let expected = format!("at most {MAX_CERTIFICATES} certificates");
        let found = certificates.len().to_string();
        return Err(Problem::invalid(pointer, expected, found));
    }
    Ok(())
}

fn read_certificates(pointer: &str, text: &str) -> Result<Vec<Certificate>, Problem> {
    Certificate::parse_all(text.as_bytes()).map_err(|error| {
        let expected = "an X.509 certificate in PEM form (-----BEGIN CERTIFICATE-----)";
        Problem::invalid(pointer, expected, error.to_string())
    })
}

/// What metadata says, where the draft does not say it too.
fn from_draft_and_metadata(
    pointer: &str,
    metadata: &IdpMetadata,
    draft: &NewDraft,
    ours: &OurSide<'_>,
) -> Result<Idp, Problem> {
    let beside = [
        ("/idp_certificates", draft.idp_certificates.is_some()),
        ("/idp_certificate", draft.idp_certificate.is_some()),
        ("/idp_sso_url", draft.idp_sso_url.is_some()),
        ("/idp_entity_id", draft.idp_entity_id.is_some()),
    ];
    if let Some((beside, _)) = beside.iter().find(|(_, given)| *given) {
        let expected = format!(
            "{} alone: the metadata carries this value",
            pointer.trim_start_matches('/')
        );
        return Err(Problem::invalid(beside, expected, "both"));
    }
    // An explicit field wins over the metadata: the admin may know better.
    let own = own_logout(draft, ours)?;
    let logout = if own.url.is_some() {
        own
    } else {
        let listed = listed_logout(metadata, draft.idp_logout_binding);
        Logout {
            response_url: own.response_url.or(listed.response_url),
            ..listed
        }
    };
    from_metadata(pointer, metadata, draft.idp_sso_binding, logout, ours)
}

fn from_metadata(
    pointer: &str,
    metadata: &IdpMetadata,
    binding: Option<SsoBinding>,
    logout: Logout,
    ours: &OurSide<'_>,
) -> Result<Idp, Problem> {
    for certificate in &metadata.signing_certificates {
        usable(pointer, certificate, ours)?;
    }
    let (sso_binding, sso_url) = sso_endpoint(metadata, binding)?;
    Ok(Idp {
        sso_url: web(pointer, sso_url, ours)?,
        sso_binding,
        logout,
        wants_signed_requests: metadata.want_authn_requests_signed,
        entity_id: entity_id(Some(&metadata.entity_id), ours)?,
        certificates: metadata.signing_certificates.clone(),
        error_url: a_page(metadata.error_url.as_ref()),
        display_name: metadata.display_name.clone(),
        logo_url: metadata.logos.first().map(|logo| logo.url.clone()),
        signing_methods: metadata.signing_methods.clone(),
        digest_methods: metadata.digest_methods.clone(),
        scopes: metadata.scopes.clone(),
    })
}

/// Where AuthnRequests go, and how: by the binding that is asked for, else by redirect where the
/// metadata has an endpoint for it (SDP-SP02).
fn sso_endpoint(
    metadata: &IdpMetadata,
    asked: Option<SsoBinding>,
) -> Result<(SsoBinding, &str), Problem> {
    let listed = |binding: &SsoBinding| {
        let url = match binding {
            SsoBinding::Redirect => metadata.sso_redirect_url.as_deref(),
            SsoBinding::Post => metadata.sso_post_url.as_deref(),
        };
        url.map(|url| (*binding, url))
    };
    let found = match &asked {
        Some(binding) => listed(binding),
        None => SsoBinding::ALL.iter().find_map(listed),
    };
    found.ok_or_else(|| {
        let there: Vec<_> = SsoBinding::ALL
            .iter()
            .filter_map(listed)
            .map(|(binding, _)| binding.as_str())
            .collect();
        let expected = format!(
            "a binding that the metadata has a SingleSignOnService for: {}",
            there.join(" or ")
        );
        let found = asked.map_or("nothing", SsoBinding::as_str);
        Problem::invalid("/idp_sso_binding", expected, found)
    })
}

/// A certificate is only a carrier of its key (IIP-MD12): the key has to be strong enough, and the
/// certificate must not be our own.
fn usable(pointer: &str, certificate: &Certificate, ours: &OurSide<'_>) -> Result<(), Problem> {
    let own = Certificate::parse_all(ours.certificate_pem.as_bytes()).unwrap_or_default();
    let key = |certificate: &Certificate| certificate.key_fingerprint().ok();
    if own
        .iter()
        .any(|own| key(own).is_some() && key(own) == key(certificate))
    {
        let expected = "the IdP's certificate";
        let found = "our own certificate (service_provider.certificate), which goes into the IdP";
        return Err(Problem::invalid(pointer, expected, found));
    }
    strong(pointer, certificate)
}

fn strong(pointer: &str, certificate: &Certificate) -> Result<(), Problem> {
    certificate.verifying_key().map(drop).map_err(|error| {
        let expected = "a certificate with an RSA key of at least 2048 bits or an EC key on P-256, \
                        P-384 or P-521";
        Problem::invalid(pointer, expected, error.to_string())
    })
}

fn web(pointer: &str, text: &str, ours: &OurSide<'_>) -> Result<String, Problem> {
    let text = text.trim();
    let url = web_url::parse(text)
        .map_err(|expected| Problem::invalid(pointer, expected, bounded(text)))?;
    // A landing page may be anywhere; an endpoint of the IdP is never one of ours.
    if url.origin().ascii_serialization() == ours.public_url && url.path().starts_with("/saml/") {
        let found = match text {
            text if text == urls::acs(ours.public_url, ours.connection_id) => {
                "our own ACS URL, which goes into the IdP"
            }
            text if text == urls::metadata(ours.public_url, ours.connection_id) => {
                "our own metadata URL, which goes into the IdP"
            }
            _ => "one of our own URLs, which go into the IdP",
        };
        return Err(Problem::invalid(pointer, "a URL of the IdP", found));
    }
    Ok(text.to_owned())
}

fn entity_id(given: Option<&str>, ours: &OurSide<'_>) -> Result<Option<String>, Problem> {
    const POINTER: &str = "/idp_entity_id";
    let Some(text) = given else { return Ok(None) };
    if text.is_empty() || text.len() > MAX_ENTITY_ID || text.chars().any(char::is_control) {
        let expected = format!("the IdP's entity ID, 1 to {MAX_ENTITY_ID} bytes");
        return Err(Problem::invalid(
            POINTER,
            expected,
            format!("{} bytes", text.len()),
        ));
    }
    if text == urls::entity_id(ours.public_url, ours.connection_id) {
        let found = "our own entity ID, which goes into the IdP";
        return Err(Problem::invalid(POINTER, "the IdP's entity ID", found));
    }
    Ok(Some(text.to_owned()))
}

/// Where logout messages go, as the draft says.
fn own_logout(draft: &NewDraft, ours: &OurSide<'_>) -> Result<Logout, Problem> {
    let own = |pointer, given: &Option<String>| {
        let given = given.as_deref();
        given.map(|url| web(pointer, url, ours)).transpose()
    };
    Ok(Logout {
        url: own("/idp_logout_url", &draft.idp_logout_url)?,
        response_url: own("/idp_logout_response_url", &draft.idp_logout_response_url)?,
        binding: draft.idp_logout_binding.unwrap_or_default(),
    })
}

/// Where logout messages go, as the metadata says: by the binding that is asked for, else by
/// redirect where it has an endpoint for that (SDP-SP25). What no browser can be sent to is none.
fn listed_logout(metadata: &IdpMetadata, asked: Option<SsoBinding>) -> Logout {
    let listed = |binding: &SsoBinding| {
        let endpoint = match binding {
            SsoBinding::Redirect => metadata.slo_redirect.as_ref(),
            SsoBinding::Post => metadata.slo_post.as_ref(),
        };
        let url = a_page(Some(&endpoint?.location))?;
        Some(Logout {
            url: Some(url),
            response_url: a_page(endpoint?.response_location.as_ref()),
            binding: *binding,
        })
    };
    let found = match &asked {
        Some(binding) => listed(binding),
        None => SsoBinding::ALL.iter().find_map(listed),
    };
    found.unwrap_or_default()
}

/// A URL that a browser can be sent to.
fn a_page(url: Option<&String>) -> Option<String> {
    url.filter(|url| web_url::parse(url).is_ok()).cloned()
}

/// What is said about the NameID: a Format and nothing at all exclude each other.
fn name_id_policy(format: Option<String>, omit: Option<bool>) -> Result<NameIdPolicy, Problem> {
    match (short("/name_id_format", format)?, omit.unwrap_or(false)) {
        (None, false) => Ok(NameIdPolicy::Any),
        (None, true) => Ok(NameIdPolicy::Absent),
        (Some(format), false) => Ok(NameIdPolicy::Format(format)),
        (Some(_), true) => {
            let expected = "name_id_format or omit_name_id_policy, not both";
            Err(Problem::invalid("/omit_name_id_policy", expected, "both"))
        }
    }
}

/// AuthnContext classes: URIs, a few of them.
fn classes(pointer: &str, given: Option<Vec<String>>) -> Result<Vec<String>, Problem> {
    let given = given.unwrap_or_default();
    if given.len() > MAX_CLASSES {
        let expected = format!("at most {MAX_CLASSES} AuthnContext classes");
        return Err(Problem::invalid(pointer, expected, given.len().to_string()));
    }
    for (index, class) in given.iter().enumerate() {
        if class.is_empty() || class.len() > 256 || class.contains(char::is_whitespace) {
            let expected = "an AuthnContext class: a URI of 1 to 256 bytes, without white space";
            let pointer = format!("{pointer}/{index}");
            return Err(Problem::invalid(&pointer, expected, bounded(class)));
        }
    }
    Ok(given)
}

/// How many names of attributes, or values of groups, a mapping may have.
const MAX_NAMES: usize = 50;

fn names(pointer: &str, given: Vec<String>) -> Result<Vec<String>, Problem> {
    if given.len() > MAX_NAMES {
        let expected = format!("at most {MAX_NAMES} entries");
        return Err(Problem::invalid(pointer, expected, given.len().to_string()));
    }
    let checked = given.into_iter().enumerate().map(|(index, name)| {
        let pointer = format!("{pointer}/{index}");
        short(&pointer, Some(name)).map(Option::unwrap_or_default)
    });
    checked.collect()
}

/// Which attributes carry what: as was said, else as the named provider does it.
fn attribute_mapping(
    given: Option<NewAttributeMapping>,
    provider: Option<&str>,
) -> Result<AttributeMapping, Problem> {
    let Some(given) = given else {
        return Ok(provider.and_then(attribute_preset).unwrap_or_default());
    };
    Ok(AttributeMapping {
        email: names("/attribute_mapping/email", given.email)?,
        name: names("/attribute_mapping/name", given.name)?,
    })
}

fn role_mapping(new: NewRoleMapping) -> Result<RoleMapping, Problem> {
    let mapping = RoleMapping {
        attributes: names("/role_mapping/attributes", new.attributes)?,
        admin: names("/role_mapping/admin", new.admin.unwrap_or_default())?,
        member: names("/role_mapping/member", new.member.unwrap_or_default())?,
        otherwise: new.otherwise.unwrap_or_default(),
    };
    if mapping.attributes.is_empty() {
        let expected = "at least one name of an attribute that carries groups";
        return Err(Problem::invalid(
            "/role_mapping/attributes",
            expected,
            "none",
        ));
    }
    Ok(mapping)
}

fn short(pointer: &str, given: Option<String>) -> Result<Option<String>, Problem> {
    match given {
        Some(text) if text.trim().is_empty() || text.len() > 256 => {
            let expected = "a name of 1 to 256 bytes";
            Err(Problem::invalid(
                pointer,
                expected,
                format!("{} bytes", text.len()),
            ))
        }
        other => Ok(other),
    }
}

fn bounded(text: &str) -> String {
    text.chars().take(100).collect()
}
