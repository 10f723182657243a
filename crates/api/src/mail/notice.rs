//! News about an account that its owner should hear of, whoever made them.

use jiff::Timestamp;
use vestibule_model::{Member, MemberId, Workspace};
use vestibule_store::{StoreError, Tx};

use super::queue;
use super::text::{Template, moment};
use crate::config::Config;

/// What has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Notice<'a> {
    /// Their password is another one now.
    PasswordChanged,
    /// They have another authenticator app.
    TwoFactorChanged,
    /// They have no authenticator app any more.
    TwoFactorRemoved,
    /// They have other recovery codes.
    RecoveryCodesRenewed,
    /// They have one more passkey, of this name.
    PasskeyAdded(&'a str),
    /// They have one passkey less, of this name.
    PasskeyRemoved(&'a str),
    /// This admin signed in by password while SSO is live; for the other admins.
    AdminSignedInByPassword(&'a Member),
    /// The operator opened the break-glass window until then; for admins.
    BreakGlassOpened(Timestamp),
}

/// Tells a member, where mail is set up; in the transaction of what has happened.
///
/// # Errors
/// [`StoreError`] when the mail could not be queued.
pub(crate) fn notice(
    tx: &mut Tx<'_>,
    config: &Config,
    workspace: &Workspace,
    to: &Member,
    notice: Notice<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (when, mut values) = (moment(now), Vec::new());
    let ends;
    let template = match notice {
        Notice::PasswordChanged => Template::PasswordChanged,
        Notice::TwoFactorChanged => Template::TwoFactorChanged,
        Notice::TwoFactorRemoved => Template::TwoFactorRemoved,
        Notice::RecoveryCodesRenewed => Template::RecoveryCodesRenewed,
        Notice::PasskeyAdded(name) => {
            values.push(("passkey", name));
            Template::PasskeyAdded
        }
        Notice::PasskeyRemoved(name) => {
            values.push(("passkey", name));
            Template::PasskeyRemoved
        }
        Notice::AdminSignedInByPassword(admin) => {
            values.push(("admin", admin.email.as_str()));
            Template::AdminSignedInByPassword
        }
        Notice::BreakGlassOpened(until) => {
            ends = moment(until);
            values.push(("ends", &ends));
            Template::BreakGlassOpened
        }
    };
    values.extend([
        ("workspace", workspace.name.as_str()),
        ("email", to.email.as_str()),
        ("when", &when),
    ]);
    let text = template.fill(config, &values);
    queue(tx, config, workspace.id, &to.email, text, now)
}

/// Tells the active admins of a workspace but one.
///
/// # Errors
/// [`StoreError`] when the mails could not be queued.
pub(crate) fn notice_admins(
    tx: &mut Tx<'_>,
    config: &Config,
    workspace: &Workspace,
    except: Option<MemberId>,
    what: Notice<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    if config.mail.is_none() {
        return Ok(());
    }
    for id in tx.active_admins(workspace.id)? {
        if Some(id) == except {
            continue;
        }
        if let Some(admin) = tx.member(workspace.id, id)? {
            notice(tx, config, workspace, &admin, what, now)?;
        }
    }
    Ok(())
}
