//! Mail: what it says, and the outbox that it waits in.
//!
//! A mail is queued in the transaction of the change that it tells of, so that the one is not there
//! without the other; what sends it comes later ([`outbox`]). Where no mail is set up nothing is queued.

mod notice;
pub(crate) mod outbox;
mod text;

use jiff::Timestamp;
use vestibule_model::{Email, MailId, Member, QueuedMail, Workspace, WorkspaceId};
use vestibule_store::{StoreError, Tx};

use crate::config::Config;

pub(crate) use notice::{Notice, notice, notice_admins};
use text::{Template, Text};

/// Where a person goes to sign in to a workspace.
pub(crate) fn sign_in_url(config: &Config, workspace: &Workspace) -> String {
    format!("{}/sign-in?workspace={}", config.public_url, workspace.slug)
}

/// An invitation.
pub(crate) fn invitation(
    tx: &mut Tx<'_>,
    config: &Config,
    workspace: &Workspace,
    to: &Member,
    (link, ends): (&str, Timestamp),
    now: Timestamp,
) -> Result<(), StoreError> {
    let values = [
        ("workspace", workspace.name.as_str()),
        ("email", to.email.as_str()),
        ("link", link),
        ("ends", &text::moment(ends)),
    ];
    let text = Template::Invitation.fill(config, &values);
    queue(tx, config, workspace.id, &to.email, text, now)
}

/// A link to set a password anew.
pub(crate) fn password_reset(
    tx: &mut Tx<'_>,
    config: &Config,
    workspace: &Workspace,
    to: &Member,
    (link, ends): (&str, Timestamp),
    now: Timestamp,
) -> Result<(), StoreError> {
    let values = [
        ("workspace", workspace.name.as_str()),
        ("link", link),
        ("ends", &text::moment(ends)),
    ];
    let text = Template::PasswordReset.fill(config, &values);
    queue(tx, config, workspace.id, &to.email, text, now)
}

/// The workspaces where an address is a member's. It is about the first of them.
pub(crate) fn your_workspaces(
    tx: &mut Tx<'_>,
    config: &Config,
    workspaces: &[Workspace],
    to: &Email,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(first) = workspaces.first() else {
        return Ok(());
    };
    let entries = workspaces.iter().map(|workspace| {
        let name = text::plain(&workspace.name);
        format!("{name}\n{}", sign_in_url(config, workspace))
    });
    let list = entries.collect::<Vec<_>>().join("\n\n");
    let text = Template::YourWorkspaces.fill(config, &[("list", &list)]);
    queue(tx, config, first.id, to, text, now)
}

/// Puts a mail into the outbox, where mail is set up, and wakes whoever sends it.
fn queue(
    tx: &mut Tx<'_>,
    config: &Config,
    workspace_id: WorkspaceId,
    to: &Email,
    Text { subject, text }: Text,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(settings) = &config.mail else {
        return Ok(());
    };
    tx.queue_mail(&QueuedMail {
        id: MailId::new(now),
        workspace_id,
        to: to.as_str().to_owned(),
        subject,
        text,
        failures: 0,
        created_at: now,
        next_try_at: now,
    })?;
    settings.bell().ring();
    Ok(())
}
