//! What the policy asks about, read in the transaction that acts on its answer.

use jiff::Timestamp;
use vestibule_model::{Session, Workspace};
use vestibule_policy::{
    Admission, ConnectionFacts, Denial, Grant, IdentityUse, Reason, Refusal, RuleOutcome, SsoFacts,
    WorkspaceFacts, grant_renewal,
};
use vestibule_store::{Reach, StoreError, Tx};

use crate::service::Service;

/// A workspace as the rules see it.
pub(crate) fn of_workspace(
    tx: &mut Tx<'_>,
    workspace: Workspace,
) -> Result<WorkspaceFacts, StoreError> {
    let mut connections = Vec::new();
    for connection in tx.connections_of(workspace.id)? {
        let revision = tx.named_revision(connection.id, connection.live)?;
        connections.push(ConnectionFacts {
            connection,
            revision,
        });
    }
    let verified = tx.verified_domains(workspace.id)?;
    let verified_domains = verified.into_iter().map(|domain| domain.domain).collect();
    Ok(WorkspaceFacts {
        workspace,
        sso: SsoFacts { connections },
        verified_domains,
    })
}

/// May this session go on? Asked at the code exchange, at each refresh, by userinfo and by
/// introspection.
pub(crate) fn renewal(
    tx: &mut Tx<'_>,
    service: &Service,
    session: &Session,
    now: Timestamp,
) -> Result<Result<Grant, Denial>, StoreError> {
    let Some(workspace) = tx.workspace(Reach::All, session.workspace_id)? else {
        let refusal = Refusal::SessionEnded;
        let (rule, detail) = (refusal.rule(), "the workspace is gone".to_owned());
        let reasons = vec![Reason {
            rule,
            outcome: RuleOutcome::Refuse,
            detail,
        }];
        return Ok(Err(Denial { refusal, reasons }));
    };
    let member = tx.member(workspace.id, session.member_id)?;
    let facts = of_workspace(tx, workspace)?;
    Ok(grant_renewal(
        session,
        &facts,
        member.as_ref(),
        &service.rules,
        now,
    ))
}

/// How somebody came in, as a word for the audit log.
pub(crate) const fn how_admitted(admission: &Admission) -> &'static str {
    match admission {
        Admission::New { .. } => "provisioned",
        Admission::Existing {
            identity: Some(IdentityUse::New(_)),
            ..
        } => "linked by e-mail",
        Admission::Existing { .. } => "known",
    }
}
