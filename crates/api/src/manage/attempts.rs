//! Sign-in attempts, and what strayed to a connection: for support.

use jiff::Timestamp;
use serde_json::json;
use vestibule_model::{
    Attempt, AttemptId, AttemptOutcome, ConnectionId, Email, MemberId, Reference,
};
use vestibule_state::Stray;
use vestibule_store::{AttemptFilter, Page, PageRequest, Tx};

use crate::{audit, manage::Authority, problem::Problem, service::Service};

/// A page of a connection's sign-in attempts, the newest first.
///
/// # Errors
/// `not-found`; a cursor that is none.
pub(crate) async fn list(
    service: &Service,
    authority: Authority,
    id: ConnectionId,
    filter: AttemptFilter,
    request: PageRequest,
) -> Result<Page<Attempt>, Problem> {
    let read = move |tx: &mut Tx<'_>| {
        authority.connection(tx, id)?;
        Ok(tx.list_attempts(id, &filter, &request)?)
    };
    service.store.read(read).await
}

/// What somebody has typed to find attempts by.
enum Typed {
    /// The address of who came in.
    Email(Email),
    /// Their id.
    Member(MemberId),
    /// What a person saw and reads out.
    Reference(Reference),
}

impl Typed {
    /// # Errors
    /// A text that is none of these.
    fn read(text: &str) -> Result<Self, Problem> {
        let read = if text.contains('@') {
            Email::parse(text).map(Self::Email).ok()
        } else if let Ok(id) = text.parse() {
            Some(Self::Member(id))
        } else {
            text.parse().map(Self::Reference).ok()
        };
        read.ok_or_else(|| {
            let expected = "an e-mail address, a member's id, or a reference like K7QF2-M9XBD";
            let found: String = text.chars().take(100).collect();
            Problem::invalid("text", expected, found)
        })
    }
}

/// The same of what somebody has typed: a reference, or the whole e-mail address or the id of a member; of
/// nothing typed, all. An attempt that was refused belongs to no member: it is found by its reference alone.
///
/// # Errors
/// A text that is none of these; `not-found`; a cursor that is none.
pub(crate) async fn search(
    service: &Service,
    authority: Authority,
    id: ConnectionId,
    outcome: Option<AttemptOutcome>,
    text: &str,
    request: PageRequest,
) -> Result<Page<Attempt>, Problem> {
    let text = text.trim();
    let typed = (!text.is_empty()).then(|| Typed::read(text)).transpose()?;
    let read = move |tx: &mut Tx<'_>| {
        let (_, workspace) = authority.connection(tx, id)?;
        let mut filter = AttemptFilter {
            outcome,
            ..AttemptFilter::default()
        };
        match typed {
            Some(Typed::Email(email)) => {
                // Who sees one connection alone learns nothing of who is a member.
                authority.workspace(tx, workspace.id)?;
                let Some(member) = tx.member_by_email(workspace.id, email.key())? else {
                    return Ok(Page {
                        items: Vec::new(),
                        next_cursor: None,
                    });
                };
                filter.member_id = Some(member.id);
            }
            Some(Typed::Member(id)) => {
                authority.workspace(tx, workspace.id)?;
                filter.member_id = Some(id);
            }
            Some(Typed::Reference(reference)) => filter.reference = Some(reference),
            None => {}
        }
        Ok(tx.list_attempts(id, &filter, &request)?)
    };
    service.store.read(read).await
}

/// One sign-in attempt.
///
/// # Errors
/// `not-found`.
pub(crate) async fn read(
    service: &Service,
    authority: Authority,
    id: ConnectionId,
    attempt_id: AttemptId,
) -> Result<Attempt, Problem> {
    let read = move |tx: &mut Tx<'_>| {
        authority.connection(tx, id)?;
        let attempt = tx.attempt(id, attempt_id)?;
        attempt.ok_or_else(|| Problem::not_found("sign-in attempt"))
    };
    service.store.read(read).await
}

/// The response of an attempt as it arrived, where it is kept: personal data, so that somebody has seen
/// it is audited. `attempt` is what [`read`] gave.
///
/// # Errors
/// [`Problem`] when the archive failed.
pub(crate) async fn kept_response(
    service: &Service,
    authority: Authority,
    attempt: &Attempt,
    now: Timestamp,
) -> Result<Option<String>, Problem> {
    if attempt.response_until.is_none_or(|until| until <= now) {
        return Ok(None);
    }
    let (id, scope) = (attempt.id, Some(attempt.workspace_id));
    let write = move |tx: &mut Tx<'_>| {
        let response = tx.kept_response(id, now)?;
        if response.is_some() {
            let (actor, action) = (authority.actor(), "attempt.response_read");
            audit::record(tx, actor, scope, action, id, &json!({}), now)?;
        }
        Ok(response)
    };
    service.store.write(write).await
}

/// What arrived at a connection within a day and belongs to no sign-in that began here, the newest
/// first: at most fifty.
///
/// # Errors
/// `not-found`.
pub(crate) async fn strays(
    service: &Service,
    authority: Authority,
    id: ConnectionId,
    now: Timestamp,
) -> Result<Vec<Stray>, Problem> {
    let read = move |tx: &mut Tx<'_>| authority.connection(tx, id).map(drop);
    service.store.read(read).await?;
    Ok(service.state.strays(id, now).await?)
}

/// What a reference stands for.
pub(crate) enum Referred {
    /// A sign-in attempt.
    Attempt(Box<Attempt>),
    /// What belongs to none.
    Stray(Stray),
}

/// Finds what a person reads out, on whatever connection.
///
/// # Errors
/// `not-found`.
pub(crate) async fn by_reference(
    service: &Service,
    authority: Authority,
    reference: Reference,
    now: Timestamp,
) -> Result<Referred, Problem> {
    const WHAT: &str = "sign-in reference";
    let reach = authority.reach(WHAT)?;
    let read = move |tx: &mut Tx<'_>| tx.attempt_by_reference(reach, reference);
    if let Some(attempt) = service.store.read(read).await? {
        return Ok(Referred::Attempt(Box::new(attempt)));
    }
    let stray = service.state.find_stray(reference, now).await?;
    let stray = stray.ok_or_else(|| Problem::not_found(WHAT))?;
    let connection_id = stray.connection_id;
    let read = move |tx: &mut Tx<'_>| tx.connection(reach, connection_id);
    match service.store.read(read).await? {
        Some(_) => Ok(Referred::Stray(stray)),
        None => Err(Problem::not_found(WHAT)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_an_address_an_id_or_a_reference() {
        for typed in ["Ada@Example.com", "müller@exämple.de"] {
            assert!(matches!(Typed::read(typed), Ok(Typed::Email(_))), "{typed}");
        }
        for typed in ["K7QF2-M9XBD", "k7qf2m9xbd", "k7qf2 m9xbo"] {
            let read = Typed::read(typed);
            assert!(matches!(read, Ok(Typed::Reference(_))), "{typed}");
        }
        let member = MemberId::new(Timestamp::UNIX_EPOCH).to_string();
        assert!(matches!(Typed::read(&member), Ok(Typed::Member(_))));
        for typed in ["ada", "@", "ada@", "ada @example.com", "K7QF2", "<b>"] {
            let problem = Typed::read(typed).err().unwrap();
            assert!(problem.detail.contains("an e-mail address"), "{typed}");
        }
    }
}
