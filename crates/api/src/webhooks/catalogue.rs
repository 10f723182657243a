//! Which entries of the audit log are events for webhooks: the one table between the two.
//!
//! An event is what an audit entry says, so that a change, its entry and its event cannot come apart.
//! `docs/webhooks.md` shows the table to receivers; a test compares the two.

use serde_json::Value;
use vestibule_model::WebhookEventType::{self, *};

/// What an action is told as, always.
const TOLD: &[(&str, WebhookEventType)] = &[
    ("workspace.created", WorkspaceCreated),
    ("workspace.changed", WorkspaceChanged),
    ("workspace.deleted", WorkspaceDeleted),
    ("member.created", MemberCreated),
    ("member.invited", MemberInvited),
    ("member.changed", MemberChanged),
    ("member.role_changed", MemberRoleChanged),
    ("member.deleted", MemberDeleted),
    ("member.signed_in", MemberSignedIn),
    ("member.signed_out", MemberSignedOut),
    ("admin.signed_in_without_sso", AdminSignedInWithoutSso),
    ("sign_in.refused", SignInRefused),
    ("session.revoked", SessionRevoked),
    ("sessions.revoked", SessionsRevoked),
    ("connection.created", ConnectionCreated),
    ("connection.changed", ConnectionChanged),
    ("connection.certificate_added", ConnectionChanged),
    ("connection.certificate_retired", ConnectionChanged),
    ("connection.draft_saved", ConnectionDraftSaved),
    ("connection.draft_restored", ConnectionDraftSaved),
    ("connection.enabled", ConnectionEnabled),
    ("connection.disabled", ConnectionDisabled),
    ("connection.suspended", ConnectionSuspended),
    ("connection.restored", ConnectionRestored),
    ("connection.deleted", ConnectionDeleted),
    ("connection.metadata_changed", ConnectionMetadataChanged),
    ("connection.metadata_failed", ConnectionMetadataFailed),
    ("connection.sign_ins_refused", ConnectionSignInsRefused),
    ("certificate.expires_soon", CertificateExpiresSoon),
    ("test.finished", TestFinished),
    ("setup_link.opened", SetupLinkOpened),
    ("setup_link.used", SetupLinkUsed),
    ("domain.verified", DomainVerified),
    ("domain.unverified", DomainUnverified),
];

/// A part of a change that is told by itself too, where the entry says so.
struct Part {
    action: &'static str,
    says: fn(&Value) -> bool,
    told: WebhookEventType,
    /// Whether it comes before what the action itself is told as.
    first: bool,
}

const PARTS: &[Part] = &[
    Part {
        action: "workspace.changed",
        says: |detail| differs(detail, "plan"),
        told: WorkspacePlanChanged,
        first: false,
    },
    Part {
        action: "member.signed_in",
        says: |detail| detail.get("member").is_some_and(|how| how == "provisioned"),
        told: MemberCreated,
        first: true,
    },
    Part {
        action: "member.changed",
        says: |detail| differs(detail, "role"),
        told: MemberRoleChanged,
        first: false,
    },
    Part {
        action: "member.changed",
        says: |detail| {
            let after = detail.pointer("/after/status");
            differs(detail, "status") && after.is_some_and(|status| status == "deactivated")
        },
        told: MemberDeactivated,
        first: false,
    },
];

/// Whether a field is another one after the change.
fn differs(detail: &Value, field: &str) -> bool {
    let of = |side: &str| detail.get(side).and_then(|side| side.get(field));
    of("before") != of("after")
}

/// What an entry of the audit log is told as, in this order; mostly nothing, or one event.
pub(super) fn told_as(action: &str, detail: &Value) -> Vec<WebhookEventType> {
    let parts = |first| {
        let parts = PARTS.iter().filter(move |part| part.action == action);
        parts
            .filter(move |part| part.first == first && (part.says)(detail))
            .map(|part| part.told)
    };
    let whole = TOLD.iter().filter(|(known, _)| *known == action);
    parts(true)
        .chain(whole.map(|(_, told)| *told))
        .chain(parts(false))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use serde_json::json;

    use super::*;

    const DOCUMENT: &str = include_str!("../../../../docs/webhooks.md");

    fn told(action: &str, detail: &Value) -> Vec<&'static str> {
        let told = told_as(action, detail);
        told.into_iter().map(WebhookEventType::as_str).collect()
    }

    #[test]
    fn an_entry_is_told_whole_and_in_its_parts() {
        let changed = |field: &str, before: &str, after: &str| json!({"before": {field: before}, "after": {field: after}});
        for (action, detail, expected) in [
            ("connection.enabled", json!({}), &["connection.enabled"][..]),
            (
                "connection.certificate_added",
                json!({}),
                &["connection.changed"],
            ),
            ("api_key.created", json!({}), &[]),
            ("password.set", json!({}), &[]),
            (
                "workspace.changed",
                changed("two_factor", "off", "admins"),
                &["workspace.changed"],
            ),
            (
                "workspace.changed",
                changed("plan", "pro", "free"),
                &["workspace.changed", "workspace.plan_changed"],
            ),
            (
                "member.changed",
                changed("role", "admin", "admin"),
                &["member.changed"],
            ),
            (
                "member.changed",
                changed("role", "member", "admin"),
                &["member.changed", "member.role_changed"],
            ),
            (
                "member.changed",
                changed("status", "active", "deactivated"),
                &["member.changed", "member.deactivated"],
            ),
            (
                "member.changed",
                changed("status", "deactivated", "active"),
                &["member.changed"],
            ),
            (
                "member.signed_in",
                json!({"member": "known"}),
                &["member.signed_in"],
            ),
            (
                "member.signed_in",
                json!({"member": "provisioned"}),
                &["member.created", "member.signed_in"],
            ),
        ] {
            assert_eq!(told(action, &detail), expected, "{action} {detail}");
        }
    }

    #[test]
    fn no_entry_tells_of_the_same_twice() {
        let actions: BTreeSet<_> = TOLD.iter().map(|(action, _)| action).collect();
        assert_eq!(actions.len(), TOLD.len());
        for part in PARTS {
            assert!(actions.contains(&part.action), "{}", part.action);
        }
    }

    #[test]
    fn every_type_but_two_is_told_of_by_some_entry() {
        let told: BTreeSet<_> = TOLD
            .iter()
            .map(|(_, told)| *told)
            .chain(PARTS.iter().map(|part| part.told))
            .collect();
        let all: BTreeSet<_> = WebhookEventType::ALL.iter().copied().collect();
        // One tells of the log itself, the other of nothing.
        let others: Vec<_> = all.difference(&told).collect();
        assert_eq!(others, [&AuditLogSealed, &WebhookTest]);
    }

    /// The rows of the catalogue: the type, and the entries of the audit log behind it.
    fn rows() -> BTreeMap<String, BTreeSet<String>> {
        let rows = DOCUMENT.lines().filter_map(|line| {
            let mut cells = line.strip_prefix("| `")?.split(" | ");
            let event_type = cells.next()?.strip_suffix('`')?.to_owned();
            let entries = cells.next()?.split('`').skip(1).step_by(2);
            Some((event_type, entries.map(str::to_owned).collect()))
        });
        rows.collect()
    }

    #[test]
    fn the_document_shows_the_catalogue() {
        let mut expected = BTreeMap::new();
        for event_type in WebhookEventType::ALL {
            expected.insert(event_type.to_string(), BTreeSet::new());
        }
        let entries = TOLD.iter().map(|(action, told)| (*action, *told));
        let parts = PARTS.iter().map(|part| (part.action, part.told));
        for (action, told) in entries.chain(parts) {
            let row = expected.entry(told.to_string()).or_default();
            row.insert(action.to_owned());
        }
        assert_eq!(rows(), expected);
    }
}
