//! Making setup links, and taking them back.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use vestibule_model::{Actor, ConnectionId, SetupLink, SetupLinkId, WorkspaceId};
use vestibule_session::Secret;
use vestibule_store::{Reach, Tx};

use super::return_url::ReturnUrl;
use crate::{audit, config::Config, problem::Problem, text};

/// For how many hours a link counts where nobody says: whoever gets it may be on holiday.
pub(crate) const USUAL_HOURS: i64 = 7 * 24;
/// And at most: a month.
const MOST_HOURS: i64 = 30 * 24;

/// A link that somebody asks for.
pub(crate) struct Wanted {
    pub(crate) connection_id: ConnectionId,
    pub(crate) name: Option<String>,
    pub(crate) allow_enable: bool,
    pub(crate) expires_in_hours: Option<i64>,
    pub(crate) return_url: Option<String>,
}

/// A link, and its URL: it is shown this once.
pub(crate) struct Made {
    pub(crate) link: SetupLink,
    pub(crate) url: String,
}

/// Makes a link to the setup of a connection of this workspace. Works on every plan: the setup itself
/// says what it needs.
///
/// # Errors
/// `invalid-value` names the field.
pub(crate) fn make(
    tx: &mut Tx<'_>,
    config: &Config,
    workspace_id: WorkspaceId,
    wanted: Wanted,
    actor: Actor,
    now: Timestamp,
) -> Result<Made, Problem> {
    let connection_id = wanted.connection_id;
    let connection = tx.connection(Reach::Workspace(workspace_id), connection_id)?;
    connection.ok_or_else(|| {
        let expected = "a connection of this workspace";
        Problem::invalid("/connection_id", expected, connection_id.to_string())
    })?;
    let name = wanted.name.map(|name| text::name("/name", &name));
    let return_url = wanted.return_url.map(|url| ReturnUrl::check(tx, url));
    let token = Secret::generate().map_err(Problem::internal)?;
    let link = SetupLink {
        id: SetupLinkId::new(now),
        workspace_id,
        connection_id,
        name: name.transpose()?,
        allow_enable: wanted.allow_enable,
        return_url: return_url.transpose()?.map(ReturnUrl::into_string),
        created_by: actor.clone(),
        created_at: now,
        expires_at: end(wanted.expires_in_hours, now)?,
        opened_at: None,
        last_opened_at: None,
        used_at: None,
        revoked_at: None,
    };
    tx.insert_setup_link(&link, &token.hash())?;
    // Not its name: that is somebody's, perhaps.
    let detail = json!({
        "connection": connection_id,
        "allow_enable": link.allow_enable,
        "return_url": link.return_url,
        "expires_at": link.expires_at,
    });
    let (scope, action) = (Some(workspace_id), "setup_link.created");
    audit::record(tx, actor, scope, action, link.id, &detail, now)?;
    let url = format!("{}/setup/{}", config.public_url, token.expose());
    Ok(Made { link, url })
}

/// When a link ends that counts for so many hours.
fn end(hours: Option<i64>, now: Timestamp) -> Result<Timestamp, Problem> {
    let hours = hours.unwrap_or(USUAL_HOURS);
    if !(1..=MOST_HOURS).contains(&hours) {
        let expected = format!("1 to {MOST_HOURS} hours");
        return Err(Problem::invalid(
            "/expires_in_hours",
            expected,
            hours.to_string(),
        ));
    }
    now.checked_add(SignedDuration::from_hours(hours))
        .map_err(Problem::internal)
}

/// Takes a link back: it opens no more, and where it is open it ends at once. A second time changes
/// nothing.
///
/// # Errors
/// `not-found` when the workspace has no such link.
pub(crate) fn revoke(
    tx: &mut Tx<'_>,
    (workspace_id, link_id): (WorkspaceId, SetupLinkId),
    actor: Actor,
    now: Timestamp,
) -> Result<(), Problem> {
    let link = tx.setup_link(workspace_id, link_id)?;
    let link = link.ok_or_else(|| Problem::not_found("setup link"))?;
    if tx.revoke_setup_link(workspace_id, link_id, now)? {
        let detail = json!({"connection": link.connection_id});
        let (scope, action) = (Some(workspace_id), "setup_link.revoked");
        audit::record(tx, actor, scope, action, link_id, &detail, now)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_counts_for_a_week_and_for_a_month_at_most() {
        let now = Timestamp::UNIX_EPOCH;
        let hours = |given| end(given, now).map(|end| end.duration_since(now).as_hours());
        for (given, counts) in [(None, 168), (Some(1), 1), (Some(720), 720)] {
            assert_eq!(hours(given).unwrap(), counts);
        }
        for outside in [i64::MIN, -1, 0, 721, i64::MAX] {
            let refused = hours(Some(outside)).unwrap_err();
            assert!(
                refused
                    .detail
                    .starts_with("/expires_in_hours: expected 1 to 720 hours")
            );
        }
    }
}
