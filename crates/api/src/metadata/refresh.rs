//! Looking again: what has changed, and what becomes of it.

use actix_web::web::Data;
use jiff::Timestamp;
use serde_json::json;
use tracing::{info, warn};
use vestibule_jobs::{Duty, Jitter, Pace, after_failure, after_success, refresh_metadata};
use vestibule_model::{
    Actor, Connection, MetadataChange, MetadataSource, Revision, RevisionSettings, Workspace,
};
use vestibule_outbound::Validators;
use vestibule_policy::{DraftFacts, MetadataFacts, Remainder, connection_state, plan_for_metadata};
use vestibule_store::{Reach, Tx};

use crate::{
    audit, clock,
    draft::{OurSide, refreshed},
    live_certificates::{CertificatesFrom, add_certificates_to_live, fits},
    manage::connection::stage,
    metadata::{
        Look, LookError, Seen,
        difference::{added, difference},
        follow::{is_of, note_fetched, note_seen},
        look,
    },
    problem::Problem,
    service::Service,
};

/// A connection that follows a source, as it stands now.
struct Standing {
    connection: Connection,
    workspace: Workspace,
    live: Option<Revision>,
    draft: Option<Revision>,
}

impl Standing {
    fn of(tx: &mut Tx<'_>, source: &MetadataSource) -> Result<Option<Self>, Problem> {
        let Some(connection) = tx.connection(Reach::All, source.connection_id)? else {
            return Ok(None);
        };
        let workspace = tx.workspace(Reach::All, connection.workspace_id)?;
        let live = tx.named_revision(connection.id, connection.serving())?;
        let draft = tx.named_revision(connection.id, connection.draft)?;
        Ok(workspace.map(|workspace| Self {
            connection,
            workspace,
            live,
            draft,
        }))
    }

    /// The revision that the source describes: the live one before the draft.
    fn base(&self, source: &MetadataSource) -> Option<&Revision> {
        let mut both = [&self.live, &self.draft].into_iter().flatten();
        both.find(|revision| is_of(revision, source))
    }

    /// The revisions that a document is compared with.
    fn names(&self) -> String {
        let name = |revision: &Option<Revision>| {
            let id = revision.as_ref().map(|revision| revision.id.to_string());
            id.unwrap_or_default()
        };
        format!("{} {}", name(&self.live), name(&self.draft))
    }
}

/// Looks at everything that is due, until it is told to stop.
pub(crate) async fn run_jobs(service: Data<Service>, duty: Duty) {
    let work = move |source: MetadataSource| {
        let service = service.clone();
        async move {
            let id = source.connection_id;
            if let Err(problem) = refresh(&service, source, Actor::System).await {
                // It is due again when the claim runs out.
                warn!(connection.id = %id, %problem, cause = problem.cause, "metadata was not refreshed");
            }
        }
    };
    refresh_metadata(duty, Pace::default(), work).await;
}

/// Looks at a source now. What came of the look stands in the source; the inner error says why
/// nothing was seen.
///
/// # Errors
/// [`Problem`] when the archive failed.
pub(crate) async fn refresh(
    service: &Service,
    source: MetadataSource,
    actor: Actor,
) -> Result<Result<(), LookError>, Problem> {
    let asked = source.clone();
    let names = service
        .store
        .read(move |tx| {
            Ok::<_, Problem>(Standing::of(tx, &asked)?.map(|standing| standing.names()))
        })
        .await?;
    let known = if names.is_some() && names == source.settled_for {
        Validators {
            etag: source.etag.clone(),
            last_modified: source.last_modified.clone(),
        }
    } else {
        Validators::default()
    };
    let looked = look(&service.door, &source.origin, known).await?;
    let now = clock::now();
    let (look, failure) = match looked {
        Ok(look) => (Ok(look), Ok(())),
        Err(error) => (Err(error.to_string()), Err(error)),
    };
    let connection_id = source.connection_id;
    let ours = service.config.public_url.clone();
    let rules = service.rules.clone();
    let outcome = service
        .store
        .write(move |tx| {
            tx.lock_connection(connection_id)?;
            let current = tx.metadata_source(connection_id)?;
            let Some(mut source) = current.filter(|now| now.origin == source.origin) else {
                return Ok("superseded");
            };
            let Some(mut standing) = Standing::of(tx, &source)? else {
                return Ok("superseded");
            };
            if standing.base(&source).is_none() {
                tx.delete_metadata_source(connection_id)?;
                return Ok("no longer followed");
            }
            let outcome = match look {
                Err(reason) => failed(tx, &mut source, &standing, &actor, reason, now)?,
                Ok(Look::Unchanged) => {
                    let until = source.valid_until;
                    source.next_refresh_at = after_success(None, until, Jitter::random(), now);
                    note_fetched(&mut source, now);
                    "unchanged"
                }
                Ok(Look::Seen(seen)) => {
                    note_seen(&mut source, &seen, now);
                    let settle = Settle {
                        source: &mut source,
                        seen: &seen,
                        public_url: &ours,
                        actor: &actor,
                        now,
                    };
                    settle.settle(tx, &mut standing, &rules)?
                }
            };
            tx.put_metadata_source(&source)?;
            Ok::<_, Problem>(outcome)
        })
        .await?;
    info!(connection.id = %connection_id, outcome, "metadata looked at");
    Ok(failure)
}

fn failed(
    tx: &mut Tx<'_>,
    source: &mut MetadataSource,
    standing: &Standing,
    actor: &Actor,
    reason: String,
    now: Timestamp,
) -> Result<&'static str, Problem> {
    source.failures = source.failures.saturating_add(1);
    source.next_refresh_at = after_failure(source.failures, Jitter::random(), now);
    // Once for each reason: it may fail for months.
    if source.last_error.as_ref() != Some(&reason) {
        let detail = json!({"reason": reason, "next_refresh_at": source.next_refresh_at});
        let scope = Some(standing.workspace.id);
        let action = "connection.metadata_failed";
        let id = source.connection_id;
        audit::record(tx, actor.clone(), scope, action, id, &detail, now)?;
    }
    source.last_error = Some(reason);
    Ok("failed")
}

/// One document, and everything that is needed to act on it.
struct Settle<'a> {
    source: &'a mut MetadataSource,
    seen: &'a Seen,
    public_url: &'a str,
    actor: &'a Actor,
    now: Timestamp,
}

impl Settle<'_> {
    fn settle(
        self,
        tx: &mut Tx<'_>,
        standing: &mut Standing,
        rules: &vestibule_policy::Rules,
    ) -> Result<&'static str, Problem> {
        let Some(base) = standing.base(self.source).cloned() else {
            return Ok("no longer followed");
        };
        let target = match self.target(standing, &base.settings) {
            Ok(target) => target,
            Err(problem) => {
                let (source, actor, now) = (self.source, self.actor, self.now);
                return failed(tx, source, standing, actor, problem.detail, now);
            }
        };
        let change = difference(&base.settings, &target);
        let facts = self.facts(standing, &base, &target, &change, rules);
        let plan = plan_for_metadata(&facts);
        if plan.add_keys_to_live {
            let from = CertificatesFrom::PinnedMetadata {
                url: &self.source.origin.url,
                signed_by: self.seen.signed_by,
            };
            let certificates = added(&base.settings, &target);
            let actor = self.actor.clone();
            let connection = &mut standing.connection;
            let added =
                add_certificates_to_live(tx, connection, certificates, &from, actor, self.now)?;
            standing.live = Some(added);
        }
        let source = self.source;
        let outcome = match plan.remainder {
            Remainder::Settled => {
                source.pending = None;
                if plan.add_keys_to_live {
                    "keys_added"
                } else {
                    "settled"
                }
            }
            Remainder::Stage => {
                let connection = standing.connection.clone();
                let (connection, revision) = stage(tx, connection, target, self.now)?;
                standing.connection = connection;
                source.staged = Some(revision.id);
                source.pending = None;
                standing.draft = Some(revision);
                "staged"
            }
            Remainder::Wait => "waiting",
        };
        let waits = plan.remainder == Remainder::Wait;
        let news = if waits {
            source.pending.as_ref() != Some(&change)
        } else {
            outcome != "settled"
        };
        if news {
            let detail = json!({
                "url": source.origin.url,
                "outcome": outcome,
                "keys_added": plan.add_keys_to_live,
                "change": change,
                "live": standing.connection.live,
                "draft": standing.connection.draft,
            });
            let (scope, action) = (Some(standing.workspace.id), "connection.metadata_changed");
            let id = source.connection_id;
            audit::record(tx, self.actor.clone(), scope, action, id, &detail, self.now)?;
        }
        if waits {
            source.pending = Some(change);
        }
        source.settled_for = (!waits).then(|| standing.names());
        Ok(outcome)
    }

    fn target(
        &self,
        standing: &Standing,
        base: &RevisionSettings,
    ) -> Result<RevisionSettings, Problem> {
        let ours = OurSide {
            public_url: self.public_url,
            connection_id: standing.connection.id,
            certificate_pem: &standing.connection.service_provider.certificate_pem,
            provider: standing.connection.provider.as_deref(),
        };
        refreshed(base, &self.source.origin, &self.seen.metadata, &ours)
    }

    fn facts(
        &self,
        standing: &Standing,
        base: &Revision,
        target: &RevisionSettings,
        change: &MetadataChange,
        rules: &vestibule_policy::Rules,
    ) -> MetadataFacts {
        let is_live = standing
            .live
            .as_ref()
            .is_some_and(|live| live.id == base.id);
        let draft = match &standing.draft {
            None => DraftFacts::None,
            Some(draft) if difference(&draft.settings, target).is_empty() => {
                DraftFacts::SameAsMetadata
            }
            Some(draft) if self.source.staged == Some(draft.id) => DraftFacts::StagedBefore,
            Some(_) => DraftFacts::OfAnAdmin,
        };
        let fits = fits(&base.settings, change.certificates_added.len());
        MetadataFacts {
            state: connection_state(&standing.connection, standing.workspace.plan, rules),
            pinned_with_live: is_live && fits && self.seen.signed_by.is_some(),
            same_entity: base.idp_entity_id() == Some(self.seen.metadata.entity_id.as_str()),
            adds_keys: !change.certificates_added.is_empty(),
            differs_otherwise: change.is_more_than_additions(),
            draft,
        }
    }
}
