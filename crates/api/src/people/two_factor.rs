//! The second factors that somebody keeps with us, and what has to stay when one is taken away.

use jiff::Timestamp;
use serde_json::json;
use vestibule_model::{Actor, Member, MemberId, StoredPasskey, StoredTotp, WorkspaceId};
use vestibule_policy::{WaysIn, may_take_way_in};
use vestibule_store::{Reach, StoreError, Tx};

use crate::{audit, mail, problem::Problem, service::Service};

/// What a member keeps with us beside a password.
pub(crate) struct Kept {
    pub(crate) totp: Option<StoredTotp>,
    pub(crate) passkeys: Vec<StoredPasskey>,
    pub(crate) recovery_codes_left: i64,
}

impl Kept {
    pub(crate) fn of(
        tx: &mut Tx<'_>,
        workspace_id: WorkspaceId,
        member_id: MemberId,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            totp: tx.totp(workspace_id, member_id)?,
            passkeys: tx.passkeys_of(workspace_id, member_id)?,
            recovery_codes_left: tx.recovery_codes_left(workspace_id, member_id)?,
        })
    }

    /// Whether there is anything that counts as a second factor.
    pub(crate) fn any(&self) -> bool {
        self.totp.is_some() || !self.passkeys.is_empty()
    }
}

/// The recovery codes stand in for a second factor: with the last one they go too. Whether it was.
pub(crate) fn drop_idle_codes(tx: &mut Tx<'_>, member: &Member) -> Result<bool, StoreError> {
    if tx.has_second_factor(member.workspace_id, member.id)? {
        return Ok(false);
    }
    tx.delete_recovery_codes(member.workspace_id, member.id)?;
    Ok(true)
}

/// P6, in the transaction that takes passkeys away, before it does: whoever calls holds the
/// workspace.
///
/// # Errors
/// `last-admin` where the last active admin would be left without a way in.
pub(crate) fn hold_way_in(
    tx: &mut Tx<'_>,
    service: &Service,
    member: &Member,
    keeps_passkey: bool,
) -> Result<(), Problem> {
    let (workspace_id, member_id) = (member.workspace_id, member.id);
    let gone = || Problem::not_found("workspace");
    let workspace = tx.workspace(Reach::All, workspace_id)?.ok_or_else(gone)?;
    let sso_is_live = tx
        .facts_of_workspace(workspace)?
        .sso_is_live(&service.rules);
    let links = tx.identities_of(workspace_id, member_id)?;
    let before = WaysIn {
        password: tx.password(workspace_id, member_id)?.is_some(),
        passkey: !tx.passkeys_of(workspace_id, member_id)?.is_empty(),
        proven_link: sso_is_live && links.iter().any(|link| link.proof.is_some()),
    };
    let after = WaysIn {
        passkey: before.passkey && keeps_passkey,
        ..before
    };
    let others = tx.count_other_active_admins(workspace_id, member_id)?;
    Ok(may_take_way_in(member, before, after, others > 0)?)
}

/// Takes everything away, for somebody who has lost it: the next sign-in leads to enrolling again where
/// the workspace's rule asks for a second factor. Nothing happens where nothing is kept.
///
/// # Errors
/// `last-admin`; `not-found` where there is no such member.
pub(crate) fn reset(
    tx: &mut Tx<'_>,
    service: &Service,
    (workspace_id, member_id): (WorkspaceId, MemberId),
    actor: Actor,
    now: Timestamp,
) -> Result<(), Problem> {
    tx.lock_workspace(workspace_id)?;
    let gone = || Problem::not_found("member");
    let workspace = tx.workspace(Reach::All, workspace_id)?.ok_or_else(gone)?;
    let member = tx.member(workspace_id, member_id)?.ok_or_else(gone)?;
    let kept = Kept::of(tx, workspace_id, member_id)?;
    if kept.any() {
        hold_way_in(tx, service, &member, false)?;
    }
    tx.delete_totp(workspace_id, member_id)?;
    for passkey in &kept.passkeys {
        tx.delete_passkey(workspace_id, member_id, passkey.id)?;
    }
    tx.delete_recovery_codes(workspace_id, member_id)?;
    if !kept.any() {
        return Ok(());
    }
    let ended = tx.revoke_sessions_of_member(workspace_id, member_id, "two-factor reset", now)?;
    let detail = json!({
        "totp": kept.totp.is_some(),
        "passkeys": kept.passkeys.len(),
        "sessions_ended": ended,
    });
    let (scope, action) = (Some(workspace_id), "two_factor.reset");
    audit::record(tx, actor, scope, action, member_id, &detail, now)?;
    let notice = mail::Notice::TwoFactorRemoved;
    mail::notice(tx, &service.config, &workspace, &member, notice, now)?;
    Ok(())
}
