//! A setup link that is open in this browser.

use actix_web::{HttpRequest, cookie::Cookie, http::StatusCode, web::Data};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use vestibule_model::{
    Actor, Connection, SetupLink, SetupLinkId, SetupLinkState, SetupSession, Workspace,
};
use vestibule_session::Secret;
use vestibule_store::{Reach, StoreError, Tx};

use crate::{
    audit,
    config::Config,
    cookies::HostCookie,
    page::{self, ErrorPage},
    people::{Form, same_origin},
    problem::Problem,
    service::Service,
};

/// How long a link stays open that nobody uses: whoever looks for a certificate elsewhere comes back
/// within the hour.
const IDLE: SignedDuration = SignedDuration::from_hours(1);
/// How long it stays open at most: a working day.
const LONGEST: SignedDuration = SignedDuration::from_hours(8);
/// How finely it is noted that it is used.
const NOTED: SignedDuration = SignedDuration::from_mins(1);

/// It holds the token of an open link and ends with the browser, and on the server earlier.
const COOKIE: HostCookie<'static> = HostCookie("vb_setup");

/// The cookie that holds the token.
pub(super) fn cookie(config: &Config, token: &Secret) -> Cookie<'static> {
    COOKIE.with(config, token.expose()).finish()
}

/// The cookie that takes the token away.
pub(super) fn no_cookie(config: &Config) -> Cookie<'static> {
    COOKIE.gone(config)
}

/// Opens a link in one browser, and ends where it was open before; none when it counts no more.
///
/// # Errors
/// [`Problem`] without randomness, or when the archive failed.
pub(super) fn begin(
    tx: &mut Tx<'_>,
    link: &SetupLink,
    now: Timestamp,
) -> Result<Option<Secret>, Problem> {
    let token = Secret::generate().map_err(Problem::internal)?;
    let end = now.checked_add(LONGEST).map_err(Problem::internal)?;
    let session = SetupSession {
        link_id: link.id,
        created_at: now,
        last_seen_at: now,
        expires_at: end.min(link.expires_at),
    };
    Ok(tx
        .open_setup_link(&session, &token.hash())?
        .then_some(token))
}

/// Whoever holds a setup link, in the browser where it is open.
pub(crate) struct LinkSession {
    pub(super) token: Secret,
    /// The link; it counts.
    pub(crate) link: SetupLink,
    /// The one connection that they may set up.
    pub(crate) connection: Connection,
    /// Its workspace.
    pub(crate) workspace: Workspace,
}

impl LinkSession {
    /// The link that is open here, if one is and it still counts.
    ///
    /// # Errors
    /// [`Problem`] when the archive failed.
    pub(crate) async fn find(
        request: &HttpRequest,
        service: &Data<Service>,
        now: Timestamp,
    ) -> Result<Option<Self>, Problem> {
        let token = COOKIE.of(request, &service.config);
        let token = token.and_then(|token| Secret::parse(&token));
        let Some(token) = token else {
            return Ok(None);
        };
        let hash = token.hash();
        let found = service.store.read(move |tx| standing(tx, &hash, now));
        let Some(standing) = found.await? else {
            return Ok(None);
        };
        page::belongs_to(request, &standing.workspace);
        if now.duration_since(standing.session.last_seen_at) >= NOTED {
            let touch = service
                .store
                .write(move |tx| tx.touch_setup_session(&hash, now));
            touch.await?;
        }
        Ok(Some(Self {
            token,
            link: standing.link,
            connection: standing.connection,
            workspace: standing.workspace,
        }))
    }

    /// What every form of the setup carries.
    pub(crate) fn csrf(&self) -> String {
        self.token.form_token()
    }

    /// Whether a form that was posted is one of ours.
    ///
    /// # Errors
    /// A page that says so.
    pub(crate) fn check_form(
        &self,
        request: &HttpRequest,
        service: &Service,
        fields: &Form,
    ) -> Result<(), ErrorPage> {
        same_origin(request, &service.config)?;
        if fields.get("csrf") == self.csrf() {
            return Ok(());
        }
        Err(forged())
    }

    /// Who it is, for a transaction that changes something.
    pub(crate) fn desk(&self) -> Desk {
        Desk {
            token_hash: self.token.hash(),
            link_id: self.link.id,
        }
    }
}

struct Standing {
    session: SetupSession,
    link: SetupLink,
    connection: Connection,
    workspace: Workspace,
}

fn standing(
    tx: &mut Tx<'_>,
    token_hash: &[u8; 32],
    now: Timestamp,
) -> Result<Option<Standing>, StoreError> {
    let Some((session, link)) = tx.setup_session(token_hash)? else {
        return Ok(None);
    };
    if !counts(&session, &link, now) {
        return Ok(None);
    }
    let connection = tx.connection(Reach::Workspace(link.workspace_id), link.connection_id)?;
    let workspace = tx.workspace(Reach::All, link.workspace_id)?;
    let both = connection.zip(workspace);
    Ok(both.map(|(connection, workspace)| Standing {
        session,
        link,
        connection,
        workspace,
    }))
}

fn counts(session: &SetupSession, link: &SetupLink, now: Timestamp) -> bool {
    link.state(now) == SetupLinkState::Open
        && now < session.expires_at
        && now.duration_since(session.last_seen_at) < IDLE
}

/// Names a link that is open in a browser to a transaction that changes something for it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Desk {
    token_hash: [u8; 32],
    link_id: SetupLinkId,
}

impl Desk {
    /// The link as the author of a change.
    pub(crate) fn actor(&self) -> Actor {
        Actor::SetupLink(self.link_id)
    }

    /// Notes that something is saved through the link, and makes sure that it still counts. It is the
    /// last thing that a transaction does: whoever takes the link back waits for it from then on.
    ///
    /// # Errors
    /// `not-found`, so that the transaction is undone.
    pub(crate) fn note_used(&self, tx: &mut Tx<'_>, now: Timestamp) -> Result<(), Problem> {
        let link = tx.use_setup_link(&self.token_hash, now)?;
        let link = link.ok_or_else(|| Problem::not_found("open setup link"))?;
        if link.used_at.is_none() {
            let detail = json!({"connection": link.connection_id});
            let (scope, action) = (Some(link.workspace_id), "setup_link.used");
            audit::record(tx, self.actor(), scope, action, link.id, &detail, now)?;
        }
        Ok(())
    }
}

/// The page for whoever has no link open here, or no more.
pub(crate) fn over() -> ErrorPage {
    ErrorPage::named(StatusCode::FORBIDDEN, "setup-not-open")
}

/// The page for a form that no page of the setup has shown.
pub(super) fn forged() -> ErrorPage {
    ErrorPage::worded(
        StatusCode::FORBIDDEN,
        "form-not-ours",
        "setup-form-not-ours",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use vestibule_model::{ConnectionId, WorkspaceId};

    fn opened(now: Timestamp) -> (SetupSession, SetupLink) {
        let link = SetupLink {
            id: SetupLinkId::new(now),
            workspace_id: WorkspaceId::new(now),
            connection_id: ConnectionId::new(now),
            name: None,
            allow_enable: false,
            return_url: None,
            created_by: Actor::Operator,
            created_at: now,
            expires_at: now + SignedDuration::from_hours(24),
            opened_at: Some(now),
            last_opened_at: Some(now),
            used_at: None,
            revoked_at: None,
        };
        let session = SetupSession {
            link_id: link.id,
            created_at: now,
            last_seen_at: now,
            expires_at: now + LONGEST,
        };
        (session, link)
    }

    #[test]
    fn an_open_link_counts_until_it_is_idle_or_over_or_taken_back() {
        let begun = Timestamp::UNIX_EPOCH;
        let after = |minutes: i64| begun + SignedDuration::from_mins(minutes);
        let (mut session, mut link) = opened(begun);
        assert!(counts(&session, &link, after(59)));
        assert!(!counts(&session, &link, after(60)), "idle");
        session.last_seen_at = after(7 * 60 + 30);
        assert!(counts(&session, &link, after(8 * 60 - 1)));
        assert!(!counts(&session, &link, after(8 * 60)), "a working day");
        link.expires_at = after(8 * 60 - 1);
        assert!(
            !counts(&session, &link, after(8 * 60 - 1)),
            "the link itself"
        );
        let (session, mut link) = opened(begun);
        link.revoked_at = Some(begun);
        assert!(!counts(&session, &link, begun));
    }
}
