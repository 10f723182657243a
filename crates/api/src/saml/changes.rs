//! What a sign-in by SAML changes of a member, and what the audit log says of it.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use vestibule_model::{Actor, IdentityId, MemberId, Role, SessionId};
use vestibule_policy::{Grant, SamlFacts};
use vestibule_state::Trip;
use vestibule_store::Tx;

use crate::{audit, facts, problem::Problem};

/// What a sign-in changes.
pub(super) struct Changes {
    member_id: MemberId,
    /// How they came in.
    admitted: &'static str,
    /// The link that their address made (P9).
    linked: Option<IdentityId>,
    /// The role before and after, where a mapping made it another one, or made a newcomer an admin (P8).
    role: Option<Value>,
    /// Whether the address followed the subject (P9).
    email_changed: bool,
}

impl Changes {
    /// What a Grant changes.
    pub(super) fn by(grant: &Grant, facts: &SamlFacts) -> Self {
        let (before, after) = (grant.role_before(), grant.role());
        let unchanged = before.unwrap_or(Role::Member) == after;
        let (member, admission) = (grant.member(), grant.admission());
        let stored = facts.by_subject.as_ref().map(|(_, member)| member);
        let stored = stored.filter(|stored| stored.id == member.id);
        Self {
            member_id: member.id,
            admitted: facts::how_admitted(admission),
            linked: facts::linked_by_address(admission).map(|identity| identity.id),
            role: (!unchanged).then(|| json!({"before": before, "after": after})),
            email_changed: stored.is_some_and(|stored| stored.email != member.email),
        }
    }

    /// What the audit log says of a sign-in: that it was, and each link and role that it made.
    pub(super) fn note(
        self,
        tx: &mut Tx<'_>,
        trip: &Trip,
        session_id: SessionId,
        now: Timestamp,
    ) -> Result<(), Problem> {
        let mut events = Vec::new();
        let connection = trip.connection_id.to_string();
        let mut signed_in = Map::from_iter([
            ("session".to_owned(), json!(session_id.to_string())),
            ("connection".to_owned(), json!(connection)),
            ("member".to_owned(), json!(self.admitted)),
        ]);
        if self.email_changed {
            signed_in.insert("email_changed".to_owned(), json!(true));
        }
        if let Some(identity) = self.linked {
            let detail = json!({
                "identity": identity.to_string(),
                "connection": connection,
                "by": "e-mail",
            });
            events.push(("identity.linked", detail));
        }
        if let Some(role) = self.role {
            signed_in.insert("role".to_owned(), role.clone());
            let detail = json!({
                "role": role,
                "by": "mapping",
                "connection": connection,
                "revision": trip.revision_id.to_string(),
            });
            events.push(("member.role_changed", detail));
        }
        events.push(("member.signed_in", Value::Object(signed_in)));
        let scope = Some(trip.workspace_id);
        for (action, detail) in events {
            let actor = Actor::Member(self.member_id);
            audit::record(tx, actor, scope, action, self.member_id, &detail, now)?;
        }
        Ok(())
    }
}
