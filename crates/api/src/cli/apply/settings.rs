//! The settings of a connection in the file, held against what was saved last.
//!
//! The file says the whole of them, as `PUT …/draft` does, so what it leaves out is a default. Which one
//! that is, and how a value is written in the end, is known to the code that saves drafts; it is asked here
//! too, so that nothing seems to differ that would be saved the same.

use serde_json::{Map, Value, json};
use vestibule_model::{ConnectionId, MetadataOrigin, Revision, RevisionId, WorkspaceId};
use vestibule_xmlsig::Certificate;

use crate::{
    cli::{
        apply::plan::{FieldChange, text},
        failure::Told,
    },
    clock,
    draft::{NewDraft, OurSide, settings},
    problem::Problem,
    views::RevisionView,
};

/// What a revision shows beside its settings.
const NO_SETTINGS: &[&str] = &[
    "id",
    "number",
    "tested",
    "passed_test_id",
    "certificates",
    "idp_certificates",
    "idp_metadata_url",
    "created_at",
];
/// What follows the metadata by itself where that is given by its URL.
const CARRIED: &[&str] = &[
    "idp_sso_url",
    "idp_entity_id",
    "idp_display_name",
    "idp_logo_url",
    "idp_error_url",
    "idp_scopes",
];

/// Whether the settings of a connection that is still to be made can be used.
///
/// # Errors
/// A problem that names the field.
pub(super) fn check(draft: NewDraft, provider: Option<&str>) -> Result<(), Problem> {
    if draft.metadata_origin()?.is_some() {
        return Ok(());
    }
    let ours = OurSide {
        public_url: "",
        connection_id: ConnectionId::new(clock::now()),
        certificate_pem: "",
        provider,
    };
    settings(draft, None, &ours).map(drop)
}

/// How the settings of a connection would change; empty where what was saved last is the same.
///
/// # Errors
/// What is wrong with the settings; what the server answered.
pub(super) fn differences(
    mut draft: NewDraft,
    shown: &Value,
    provider: Option<&str>,
    last: impl Fn() -> Result<Option<Value>, Told>,
) -> Result<Vec<FieldChange>, Told> {
    let there = |member: &str| shown.get(member).filter(|value| !value.is_null()).cloned();
    let saved = match there("draft").or_else(|| there("live")) {
        Some(saved) => Some(saved),
        None => last()?,
    };
    let saved = saved.unwrap_or_else(|| json!({}));
    let origin = draft.metadata_origin()?;
    let learned = draft.idp_entity_id.is_none() && draft.idp_metadata_xml.is_none();
    if origin.is_some() {
        follow(&mut draft, &saved);
    }
    let wanted = wanted(draft, shown, provider)?;
    let mut changes = Vec::new();
    let passed_over = |field: &str| {
        NO_SETTINGS.contains(&field)
            || (origin.is_some() && CARRIED.contains(&field))
            || (learned && field == "idp_entity_id")
    };
    for (field, after) in &wanted {
        let before = saved.get(field).unwrap_or(&Value::Null);
        let (before, after) = match field.as_str() {
            field if passed_over(field) => continue,
            "role_mapping" => (mapping(before), mapping(after)),
            _ => (before.clone(), after.clone()),
        };
        note(&mut changes, field, before, after);
    }
    let url = origin.as_ref().map(|origin| origin.url.clone());
    let before = saved.get("idp_metadata_url").cloned().unwrap_or_default();
    note(&mut changes, "idp_metadata_url", before, json!(url));
    match &origin {
        None => {
            let prints = |view: &Value| fingerprints(view.get("idp_certificates"));
            let (before, after) = (prints(&saved), prints(&Value::Object(wanted)));
            note(&mut changes, "idp_certificates", before, after);
        }
        Some(origin) => of_source(&mut changes, origin, shown.get("metadata_source")),
    }
    Ok(changes)
}

fn note(changes: &mut Vec<FieldChange>, field: &str, before: Value, after: Value) {
    if before != after {
        changes.push(FieldChange {
            field: format!("draft.{field}"),
            before,
            after,
        });
    }
}

/// Puts in what the metadata carried when it was looked at last: the file does not say that.
fn follow(draft: &mut NewDraft, saved: &Value) {
    let kept = |member: &str| text(saved, member).map(str::to_owned);
    let word = |member: &str| text(saved, member).and_then(|word| word.parse().ok());
    let certificates = saved.get("idp_certificates").and_then(Value::as_array);
    let certificates = certificates.map(|all| {
        let pems = all.iter().filter_map(Value::as_str);
        pems.map(str::to_owned).collect()
    });
    draft.idp_metadata_url = None;
    draft.idp_metadata_entity_id = None;
    draft.idp_metadata_signing_certificate = None;
    draft.idp_metadata_max_validity_days = None;
    draft.idp_certificates = certificates;
    draft.idp_sso_url = kept("idp_sso_url");
    draft.idp_entity_id = kept("idp_entity_id");
    draft.idp_sso_binding = draft.idp_sso_binding.or_else(|| word("idp_sso_binding"));
    if draft.idp_logout_url.is_none() {
        draft.idp_logout_url = kept("idp_logout_url");
        let response = draft.idp_logout_response_url.take();
        draft.idp_logout_response_url = response.or_else(|| kept("idp_logout_response_url"));
        draft.idp_logout_binding = draft
            .idp_logout_binding
            .or_else(|| word("idp_logout_binding"));
    }
    let signs = saved.get("sign_requests").and_then(Value::as_bool);
    draft.sign_requests = draft.sign_requests.or(signs);
}

/// The settings as the revision would show them.
fn wanted(
    draft: NewDraft,
    shown: &Value,
    provider: Option<&str>,
) -> Result<Map<String, Value>, Told> {
    let not_ours = || Told::new("not-the-api", "a connection without its id and ACS URL");
    let id = text(shown, "id").and_then(|id| id.parse::<ConnectionId>().ok());
    let id = id.ok_or_else(not_ours)?;
    let sp = |member: &str| {
        let sp = shown.get("service_provider").unwrap_or(&Value::Null);
        text(sp, member)
    };
    let public_url = sp("acs_url").and_then(|acs| acs.strip_suffix(&format!("/saml/{id}/acs")));
    let ours = OurSide {
        public_url: public_url.ok_or_else(not_ours)?,
        connection_id: id,
        certificate_pem: sp("certificate").unwrap_or_default(),
        provider,
    };
    let now = clock::now();
    let revision = Revision {
        id: RevisionId::new(now),
        workspace_id: WorkspaceId::new(now),
        connection_id: id,
        number: 0,
        settings: settings(draft, None, &ours)?,
        learned_idp_entity_id: None,
        learned: None,
        passed_test: None,
        admin_mapping: None,
        created_at: now,
    };
    match serde_json::to_value(RevisionView::from(revision)) {
        Ok(Value::Object(view)) => Ok(view),
        _ => Err(not_ours()),
    }
}

/// Who has enabled a mapping is no setting.
fn mapping(shown: &Value) -> Value {
    let mut mapping = shown.clone();
    if let Value::Object(fields) = &mut mapping {
        fields.retain(|field, _| !field.starts_with("admin_enabled"));
    }
    mapping
}

/// What is said about the metadata beside its URL.
fn of_source(changes: &mut Vec<FieldChange>, origin: &MetadataOrigin, source: Option<&Value>) {
    let source = source.unwrap_or(&Value::Null);
    let there = |member: &str| source.get(member).cloned().unwrap_or_default();
    let (before, after) = (there("entity_id"), json!(origin.entity_id));
    note(changes, "idp_metadata_entity_id", before, after);
    let before = fingerprints(source.get("signing_certificates"));
    let after = fingerprints(Some(&json!(origin.signing_certificates)));
    note(changes, "idp_metadata_signing_certificate", before, after);
    let before = there("max_validity_days");
    let after = json!(origin.max_validity_days);
    note(changes, "idp_metadata_max_validity_days", before, after);
}

/// The certificates in these texts by their names, which are short enough to be read.
fn fingerprints(pems: Option<&Value>) -> Value {
    let texts = match pems {
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(one)) => vec![one.as_str()],
        _ => Vec::new(),
    };
    let names = texts.into_iter().flat_map(|pem| {
        let parsed = Certificate::parse_all(pem.as_bytes()).unwrap_or_default();
        parsed.into_iter().map(|certificate| {
            format!(
                "sha256:{} (until {})",
                certificate.fingerprint_sha256(),
                certificate.not_after()
            )
        })
    });
    Value::from(names.collect::<Vec<_>>())
}

/// The settings of a connection that is still to be made, as far as the file says them.
pub(super) fn of_new(body: &Map<String, Value>) -> Vec<FieldChange> {
    let fields = body.iter().map(|(field, value)| {
        let after = match field.as_str() {
            "idp_certificate" | "idp_certificates" | "idp_metadata_signing_certificate" => {
                fingerprints(Some(value))
            }
            "idp_metadata_xml" => {
                let bytes = value.as_str().map_or(0, str::len);
                format!("{bytes} bytes").into()
            }
            _ => value.clone(),
        };
        FieldChange {
            field: format!("draft.{field}"),
            before: Value::Null,
            after,
        }
    });
    fields.collect()
}
