//! The form of the identity provider's values: as it was filled in, and what it becomes.

use vestibule_model::{
    EncryptionCbc, IdpInitiated, NameIdPolicy, Provisioning, RevisionSettings, SsoBinding,
};
use vestibule_pages::{IdpForm, Input, Notice, Text, text};

use super::wrong;
use crate::{
    draft::{NewAttributeMapping, NewDraft, NewRoleMapping, OurSide, look_at},
    manage::connection::ConnectionParts,
    people::Form,
    problem::Problem,
};

/// The fields that hold text, by the name that they are posted under.
const TEXTS: [&str; 10] = [
    "idp_certificate",
    "idp_sso_url",
    "logout_landing_url",
    "idp_metadata_url",
    "idp_metadata_xml",
    "idp_entity_id",
    "idp_logout_url",
    "email_attribute",
    "name_attribute",
    "required_authn_context",
];

/// Those of them that can be looked at one by one.
const LOOKED_AT: [&str; 6] = [
    "idp_certificate",
    "idp_sso_url",
    "logout_landing_url",
    "idp_metadata_xml",
    "idp_entity_id",
    "idp_logout_url",
];

/// What stands in the form.
pub(super) struct Filled {
    texts: Vec<(&'static str, String)>,
    pub(super) sign_requests: bool,
    pub(super) force_authn: bool,
    pub(super) require_signed_response: bool,
    pub(super) refuse_expired_certificates: bool,
    pub(super) provisioning: Provisioning,
    pub(super) binding: SsoBinding,
    pub(super) idp_initiated: IdpInitiated,
    /// Whether the values came as metadata.
    by_metadata: bool,
    /// What is wrong, by the JSON pointer of the field.
    wrong: Vec<(String, Text)>,
    /// What is wrong with none of the fields.
    elsewhere: Option<Notice>,
}

impl Filled {
    /// What was saved last.
    pub(super) fn of(parts: &ConnectionParts) -> Self {
        let revision = parts.saved();
        revision.map_or_else(Self::empty, |revision| {
            Self::of_settings(&revision.settings)
        })
    }

    fn empty() -> Self {
        Self::of_settings(&RevisionSettings::new(Vec::new(), String::new()))
    }

    fn of_settings(settings: &RevisionSettings) -> Self {
        let origin = settings.idp_metadata.as_ref();
        let by_metadata = origin.is_some();
        let unless_metadata = |value: &str| {
            if by_metadata {
                String::new()
            } else {
                value.to_owned()
            }
        };
        let optional = |value: &Option<String>| value.clone().unwrap_or_default();
        let mapping = &settings.attribute_mapping;
        Self {
            texts: vec![
                (
                    "idp_certificate",
                    unless_metadata(&settings.idp_certificates.join("\n")),
                ),
                ("idp_sso_url", unless_metadata(&settings.idp_sso_url)),
                ("logout_landing_url", optional(&settings.logout_landing_url)),
                (
                    "idp_metadata_url",
                    origin.map(|origin| origin.url.clone()).unwrap_or_default(),
                ),
                (
                    "idp_entity_id",
                    unless_metadata(&optional(&settings.idp_entity_id)),
                ),
                (
                    "idp_logout_url",
                    unless_metadata(&optional(&settings.idp_logout_url)),
                ),
                ("email_attribute", mapping.email.join(" ")),
                ("name_attribute", mapping.name.join(" ")),
                (
                    "required_authn_context",
                    settings.required_authn_context.join(" "),
                ),
            ],
            sign_requests: settings.sign_requests,
            force_authn: settings.force_authn,
            require_signed_response: settings.require_signed_response,
            refuse_expired_certificates: settings.refuse_expired_certificates,
            provisioning: settings.provisioning,
            binding: settings.idp_sso_binding,
            idp_initiated: settings.idp_initiated,
            by_metadata,
            wrong: Vec::new(),
            elsewhere: None,
        }
    }

    /// What was posted.
    pub(super) fn posted(fields: &Form) -> Self {
        let ticked = |name| fields.get(name) == "true";
        let texts = TEXTS.map(|name| (name, fields.get(name).trim().to_owned()));
        let given = |name| !fields.get(name).trim().is_empty();
        Self {
            texts: texts.into(),
            sign_requests: ticked("sign_requests"),
            force_authn: ticked("force_authn"),
            require_signed_response: ticked("require_signed_response"),
            refuse_expired_certificates: ticked("refuse_expired_certificates"),
            provisioning: fields
                .get("provisioning")
                .parse()
                .unwrap_or(Provisioning::JustInTime),
            binding: fields.get("idp_sso_binding").parse().unwrap_or_default(),
            idp_initiated: fields.get("idp_initiated").parse().unwrap_or_default(),
            by_metadata: given("idp_metadata_url") || given("idp_metadata_xml"),
            wrong: Vec::new(),
            elsewhere: None,
        }
    }

    /// The same with the fields that a smaller form has.
    pub(super) fn with_posted(mut self, fields: &Form) -> Self {
        for name in TEXTS.into_iter().filter(|name| fields.has(name)) {
            let value = fields.get(name).trim().to_owned();
            self.texts.retain(|(known, _)| *known != name);
            self.texts.push((name, value));
        }
        let given = |name| !fields.get(name).trim().is_empty();
        self.by_metadata = given("idp_metadata_url") || given("idp_metadata_xml");
        self
    }

    fn value(&self, name: &str) -> &str {
        let found = self.texts.iter().find(|(given, _)| *given == name);
        found.map_or("", |(_, value)| value.as_str())
    }

    fn some(&self, name: &str) -> Option<String> {
        Some(self.value(name).to_owned()).filter(|value| !value.is_empty())
    }

    fn words(&self, name: &str) -> Vec<String> {
        self.value(name)
            .split_whitespace()
            .map(str::to_owned)
            .collect()
    }

    /// What it asks to be saved. What the form has no field for stays as it was in `base`; a certificate
    /// and a URL that stand there from before are not held against metadata that is new.
    pub(super) fn draft(&self, base: Option<&RevisionSettings>) -> NewDraft {
        let before = base.map_or_else(Self::empty, Self::of_settings);
        let unless_from_before = |name: &str| {
            let given = self.some(name)?;
            (!self.by_metadata || before.value(name) != given).then_some(given)
        };
        let mapping = NewAttributeMapping {
            email: self.words("email_attribute"),
            name: self.words("name_attribute"),
        };
        let no_mapping = mapping.email.is_empty() && mapping.name.is_empty();
        NewDraft {
            idp_certificate: unless_from_before("idp_certificate"),
            idp_sso_url: unless_from_before("idp_sso_url"),
            idp_entity_id: unless_from_before("idp_entity_id"),
            idp_logout_url: self.some("idp_logout_url"),
            logout_landing_url: self.some("logout_landing_url"),
            idp_metadata_url: self.some("idp_metadata_url"),
            idp_metadata_xml: self.some("idp_metadata_xml"),
            // Metadata says by itself how requests go there.
            idp_sso_binding: (!self.by_metadata).then_some(self.binding),
            required_authn_context: Some(self.words("required_authn_context")),
            attribute_mapping: (!no_mapping).then_some(mapping),
            provisioning: Some(self.provisioning),
            require_signed_response: Some(self.require_signed_response),
            sign_requests: self.sign_requests.then_some(true),
            force_authn: Some(self.force_authn),
            idp_initiated: Some(self.idp_initiated),
            refuse_expired_certificates: Some(self.refuse_expired_certificates),
            ..base.map(carried).unwrap_or_default()
        }
    }

    /// The same with what a problem says about its fields. That is the first of them which cannot be
    /// saved; the others are looked at too, so that nobody has to save once for each.
    pub(super) fn refused(mut self, problem: &Problem, ours: &OurSide<'_>) -> Self {
        self.wrong = wrong::fields(problem);
        let shown = self
            .wrong
            .iter()
            .any(|(pointer, _)| field_of(pointer).is_some());
        for name in LOOKED_AT {
            let value = self.value(name);
            let known = value.is_empty() || self.input(name).error.is_some();
            let seen = (!known).then(|| look_at(name, value, ours));
            if let Some(Err(problem)) = seen {
                self.wrong.extend(wrong::fields(&problem));
            }
        }
        self.elsewhere = Some(Notice {
            title: text("not-saved-title"),
            text: if shown {
                text("not-saved-text")
            } else {
                vestibule_pages::plain(problem.detail.clone())
            },
        });
        self
    }

    /// What stands above the form.
    pub(super) fn error(&self) -> Option<Notice> {
        self.elsewhere.clone()
    }

    pub(super) fn input(&self, name: &str) -> Input {
        let wrong = self
            .wrong
            .iter()
            .find(|(pointer, _)| field_of(pointer) == Some(name));
        Input {
            value: self.value(name).to_owned(),
            error: wrong.map(|(_, said)| said.clone()),
        }
    }
}

/// The field that a JSON pointer is about.
pub(super) fn field_of(pointer: &str) -> Option<&'static str> {
    let name = pointer.trim_start_matches('/');
    let head = name.split('/').next().unwrap_or_default();
    match head {
        "idp_certificates" => Some("idp_certificate"),
        "attribute_mapping" if name.contains("name") => Some("name_attribute"),
        "attribute_mapping" => Some("email_attribute"),
        _ => TEXTS.into_iter().find(|known| *known == head),
    }
}

/// The form as a part of the page.
pub(super) fn shown(filled: &Filled, base: &str) -> IdpForm {
    IdpForm {
        action: format!("{base}/draft"),
        certificate: filled.input("idp_certificate"),
        sso_url: filled.input("idp_sso_url"),
        landing_url: filled.input("logout_landing_url"),
        metadata_url: filled.input("idp_metadata_url"),
        metadata_xml: filled.input("idp_metadata_xml"),
        by_metadata: filled.by_metadata,
        advanced: filled.advanced(),
        check_href: format!("{base}/check"),
    }
}

/// What the form has no field for, as it was saved before.
fn carried(settings: &RevisionSettings) -> NewDraft {
    let origin = settings.idp_metadata.as_ref();
    let format = match &settings.name_id_policy {
        NameIdPolicy::Format(format) => Some(format.clone()),
        NameIdPolicy::Any | NameIdPolicy::Absent => None,
    };
    let keys = origin.map(|origin| origin.signing_certificates.join("\n"));
    let role_mapping = settings
        .role_mapping
        .as_ref()
        .map(|mapping| NewRoleMapping {
            attributes: mapping.attributes.clone(),
            admin: Some(mapping.admin.clone()),
            member: Some(mapping.member.clone()),
            otherwise: Some(mapping.otherwise),
        });
    NewDraft {
        encryption_cbc: Some(settings.encryption_cbc).filter(|cbc| *cbc != EncryptionCbc::Refuse),
        omit_name_id_policy: (settings.name_id_policy == NameIdPolicy::Absent).then_some(true),
        name_id_format: format,
        requested_authn_context: Some(settings.requested_authn_context.clone()),
        subject_attribute: settings.subject_attribute.clone(),
        idp_initiated_client_id: settings.idp_initiated_client_id,
        idp_metadata_entity_id: origin.and_then(|origin| origin.entity_id.clone()),
        idp_metadata_signing_certificate: keys.filter(|keys| !keys.is_empty()),
        idp_metadata_max_validity_days: origin.and_then(|origin| origin.max_validity_days),
        role_mapping,
        ..NewDraft::default()
    }
}
