//! How the settings of a revision differ from what the metadata says now.

use vestibule_model::{FieldChange, MetadataChange, RevisionSettings};

use crate::pem;

/// The difference of what metadata decides; the rest of the settings is the admin's.
pub(crate) fn difference(before: &RevisionSettings, after: &RevisionSettings) -> MetadataChange {
    let (old, new) = (fingerprints(before), fingerprints(after));
    let without = |all: &[String], others: &[String]| {
        let gone = all.iter().filter(|one| !others.contains(one));
        gone.cloned().collect()
    };
    MetadataChange {
        certificates_added: without(&new, &old),
        certificates_removed: without(&old, &new),
        fields: fields(before)
            .into_iter()
            .zip(fields(after))
            .filter(|((_, before), (_, after))| before != after)
            .map(|((field, before), (_, after))| FieldChange {
                field: field.to_owned(),
                before,
                after,
            })
            .collect(),
    }
}

/// The certificates of `after` that `before` lacks, each one PEM block.
pub(crate) fn added(before: &RevisionSettings, after: &RevisionSettings) -> Vec<String> {
    let old = fingerprints(before);
    pem::certificates(&after.idp_certificates)
        .filter(|certificate| !old.contains(&certificate.fingerprint_sha256().to_owned()))
        .map(|certificate| certificate.to_pem())
        .collect()
}

fn fingerprints(settings: &RevisionSettings) -> Vec<String> {
    pem::certificates(&settings.idp_certificates)
        .map(|certificate| certificate.fingerprint_sha256().to_owned())
        .collect()
}

fn fields(settings: &RevisionSettings) -> [(&'static str, Option<String>); 13] {
    let joined = |list: &[String]| (!list.is_empty()).then(|| list.join(" "));
    [
        ("idp_entity_id", settings.idp_entity_id.clone()),
        ("idp_sso_url", Some(settings.idp_sso_url.clone())),
        (
            "idp_sso_binding",
            Some(settings.idp_sso_binding.to_string()),
        ),
        ("idp_logout_url", settings.idp_logout_url.clone()),
        (
            "idp_logout_response_url",
            settings.idp_logout_response_url.clone(),
        ),
        (
            "idp_logout_binding",
            Some(settings.idp_logout_binding.to_string()),
        ),
        ("sign_requests", Some(settings.sign_requests.to_string())),
        ("idp_error_url", settings.idp_error_url.clone()),
        ("idp_display_name", settings.idp_display_name.clone()),
        ("idp_logo_url", settings.idp_logo_url.clone()),
        ("idp_signing_methods", joined(&settings.idp_signing_methods)),
        ("idp_digest_methods", joined(&settings.idp_digest_methods)),
        ("idp_scopes", joined(&settings.idp_scopes)),
    ]
}
