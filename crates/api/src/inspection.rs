//! What a sign-in would get with a captured response: the same corridor with another purpose, which
//! ends before the door. One thing is used up by it: an unsolicited assertion that could still be used.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use vestibule_model::{Actor, AttemptId, Connection, ConnectionId, Revision, RevisionId};
use vestibule_policy::{Denial, Reason, Refusal, Rules, inspect_by_saml};
use vestibule_saml::{
    Expected, Inspect, Limits, Refusal as SamlRefusal, Report, UnverifiedResponse,
    VerifiedAssertion,
};
use vestibule_store::{Reach, Store, Tx};

use crate::{
    audit,
    blocking::blocking,
    manage::connection::nothing_saved,
    problem::Problem,
    saml::{
        KeySet, OwnKeys, RevisionKeys, attempt,
        expectation::{parts_of, provider},
        own_keys,
        sign_in::{NotAdmitted, claim_once, saml_facts, whom},
    },
};

/// What the deployment has a say in.
#[derive(Clone)]
pub(crate) struct Premises {
    pub(crate) public_url: String,
    pub(crate) clock_skew: SignedDuration,
    pub(crate) rules: Rules,
}

/// What is inspected.
pub(crate) enum Captured {
    /// The value of the form field SAMLResponse.
    Response(String),
    /// What was kept of an attempt of this connection.
    Attempt(AttemptId),
}

/// Who asks what.
pub(crate) struct Question {
    pub(crate) reach: Reach,
    pub(crate) actor: Actor,
    pub(crate) connection_id: ConnectionId,
    /// Which revision; the live one where it is absent, else the draft, else the last live one.
    pub(crate) revision_id: Option<RevisionId>,
    /// As if it arrived then.
    pub(crate) at: Timestamp,
    pub(crate) captured: Captured,
}

/// What the policy would make of it.
pub(crate) struct Judgement {
    /// Why not; none where it would let the person in.
    pub(crate) refusal: Option<Refusal>,
    pub(crate) reasons: Vec<Reason>,
}

/// The answer.
pub(crate) struct Inspection {
    pub(crate) connection_id: ConnectionId,
    pub(crate) revision_id: RevisionId,
    pub(crate) at: Timestamp,
    /// Whether the revision is judged as if it were live.
    pub(crate) as_if_live: bool,
    pub(crate) report: Report,
    /// None where a check failed already.
    pub(crate) policy: Option<Judgement>,
    /// Whether it was an unsolicited assertion that could have been used, and now cannot.
    pub(crate) burned: bool,
}

impl Inspection {
    /// Whether a sign-in would succeed.
    pub(crate) fn accepted(&self) -> bool {
        let admitted = |policy: &Judgement| policy.refusal.is_none();
        self.policy.as_ref().is_some_and(admitted)
    }
}

/// What is read before anything is judged.
struct Case {
    connection: Connection,
    revision: Revision,
    /// The one that serves, where one does.
    live: Option<Revision>,
    own: Option<Arc<OwnKeys>>,
    saml_response: String,
    attempt: Option<AttemptId>,
}

type Judged = Result<VerifiedAssertion<Inspect>, SamlRefusal>;

/// Inspects; what is written is one audit event, the step of an attempt, and the claim of what is
/// burned.
pub(crate) async fn inspect(
    store: &Store,
    premises: &Premises,
    question: Question,
    now: Timestamp,
) -> Result<Inspection, Problem> {
    let Question {
        reach,
        actor,
        connection_id,
        revision_id,
        at,
        captured,
    } = question;
    let case = store
        .read(move |tx| read(tx, reach, connection_id, revision_id, captured, now))
        .await?;
    let in_work = premises.clone();
    let (case, judged, usable) = blocking(move || {
        let judged = judge(&in_work, &case, &case.revision, at);
        let usable = usable(&in_work, &case, &judged, at, now);
        (case, judged, usable)
    })
    .await?;
    let provider = provider(&case.connection, &case.revision);
    let (report, assertion) = match judged {
        Ok(assertion) => (assertion.report().clone(), Some(assertion)),
        Err(refusal) => (refusal.report, None),
    };
    let mut inspection = Inspection {
        connection_id,
        revision_id: case.revision.id,
        at,
        as_if_live: case.live.as_ref().map(|live| live.id) != Some(case.revision.id),
        report: report.in_words_of(provider),
        policy: None,
        burned: false,
    };
    let rules = premises.rules.clone();
    store
        .write(move |tx| {
            if let Some(assertion) = &assertion {
                let supposed = inspection.as_if_live.then_some(&case.revision);
                let policy = admission(tx, &case, assertion, supposed, &rules, at)?;
                inspection.policy = Some(policy);
            }
            if let Some(assertion) = usable.get(assertion.as_ref()) {
                claim_once(tx, connection_id, assertion, now)?;
                inspection.burned = true;
            }
            if let Some(id) = case.attempt {
                attempt::inspected(tx, id, &actor.to_string(), now)?;
            }
            let failing = inspection
                .report
                .first_failure()
                .map(|row| row.check.as_str());
            let policy = inspection.policy.as_ref();
            let refusal = policy.and_then(|policy| policy.refusal.as_ref());
            let detail = json!({
                "revision": case.revision.id.to_string(),
                "accepted": inspection.accepted(),
                "reason": failing.or(refusal.map(Refusal::code)),
                "burned": inspection.burned,
            });
            let (scope, action) = (Some(case.connection.workspace_id), "connection.inspected");
            audit::record(tx, actor, scope, action, connection_id, &detail, now)?;
            Ok::<_, Problem>(inspection)
        })
        .await
}

fn read(
    tx: &mut Tx<'_>,
    reach: Reach,
    id: ConnectionId,
    revision_id: Option<RevisionId>,
    captured: Captured,
    now: Timestamp,
) -> Result<Case, Problem> {
    let connection = tx.connection(reach, id)?;
    let connection = connection.ok_or_else(|| Problem::not_found("connection"))?;
    let serving = connection.serving();
    let chosen = revision_id
        .or(serving)
        .or(connection.draft)
        .or(connection.live);
    let chosen = chosen.ok_or_else(nothing_saved)?;
    let revision = tx.revision(id, chosen)?.ok_or_else(|| {
        let expected = "a revision of this connection";
        Problem::invalid("/revision_id", expected, chosen.to_string())
    })?;
    let live = tx.named_revision(id, serving)?;
    let (saml_response, attempt) = match captured {
        Captured::Response(saml_response) => (saml_response, None),
        Captured::Attempt(attempt) => {
            let found = tx.attempt(id, attempt)?;
            let response = match found {
                Some(_) => tx.kept_response(attempt, now)?,
                None => None,
            };
            let expected = "an attempt of this connection whose response is kept";
            let response = response
                .ok_or_else(|| Problem::invalid("/attempt_id", expected, attempt.to_string()))?;
            (response, Some(attempt))
        }
    };
    let own = own_keys(tx, id)?.map(Arc::new);
    Ok(Case {
        connection,
        revision,
        live,
        own,
        saml_response,
        attempt,
    })
}

/// Through the corridor, for inspection.
fn judge(premises: &Premises, case: &Case, revision: &Revision, at: Timestamp) -> Judged {
    let trusted = RevisionKeys::default().of(revision);
    let keys = KeySet::new(&trusted, revision, case.own.clone(), at);
    let Premises {
        public_url,
        clock_skew,
        ..
    } = premises;
    let parts = parts_of(public_url, *clock_skew, case.connection.id, revision, &keys);
    let entity_id = revision.idp_entity_id().map(str::to_owned);
    let unverified = UnverifiedResponse::decode(&case.saml_response, &Limits::default())?;
    let expected = Expected::inspect(parts, entity_id);
    unverified.verify(keys.keys())?.validate(&expected, at)
}

/// What of it could be used for a sign-in at this moment, by whoever holds it.
enum Usable {
    Nothing,
    /// What was inspected.
    Same,
    /// The same assertion, as the live revision takes it now.
    Now(Box<VerifiedAssertion<Inspect>>),
}

impl Usable {
    fn get<'a>(
        &'a self,
        inspected: Option<&'a VerifiedAssertion<Inspect>>,
    ) -> Option<&'a VerifiedAssertion<Inspect>> {
        match self {
            Self::Nothing => None,
            Self::Same => inspected,
            Self::Now(assertion) => Some(assertion),
        }
    }
}

/// Looked at by the revision that serves and the time that it is, whichever were asked for: by
/// another hour or a draft nobody learns what an assertion is without using it up.
fn usable(
    premises: &Premises,
    case: &Case,
    judged: &Judged,
    at: Timestamp,
    now: Timestamp,
) -> Usable {
    let serving = case.live.as_ref().unwrap_or(&case.revision);
    let unsolicited = |assertion: &VerifiedAssertion<Inspect>| assertion.is_unsolicited();
    if serving.id == case.revision.id && at == now {
        return match judged {
            Ok(assertion) if unsolicited(assertion) => Usable::Same,
            _ => Usable::Nothing,
        };
    }
    match judge(premises, case, serving, now) {
        Ok(assertion) if unsolicited(&assertion) => Usable::Now(Box::new(assertion)),
        _ => Usable::Nothing,
    }
}

/// What the policy would say.
fn admission(
    tx: &mut Tx<'_>,
    case: &Case,
    assertion: &VerifiedAssertion<Inspect>,
    as_if_live: Option<&Revision>,
    rules: &Rules,
    at: Timestamp,
) -> Result<Judgement, Problem> {
    let ids = (
        case.revision.workspace_id,
        case.connection.id,
        case.revision.id,
    );
    let denied = |denial: Denial| Judgement {
        refusal: Some(denial.refusal),
        reasons: denial.reasons,
    };
    // Whoever switches the connection off while this is being judged waits, or is waited for.
    tx.hold_connection(case.connection.id)?;
    let settings = &case.revision.settings;
    let facts = whom(assertion, settings).and_then(|claim| {
        let about = (&claim, settings.role_mapping.is_some());
        saml_facts(tx, ids, about, assertion)
    });
    let facts = match facts {
        Ok((facts, _claimed)) => facts,
        Err(NotAdmitted::Denied(denial)) => return Ok(denied(*denial)),
        Err(NotAdmitted::Failed(problem)) => return Err(problem),
        Err(NotAdmitted::Replayed | NotAdmitted::SomebodyElse) => {
            return Err(Problem::internal("nothing is claimed here"));
        }
    };
    Ok(
        match inspect_by_saml(assertion, facts, as_if_live, rules, at) {
            Ok(reasons) => Judgement {
                refusal: None,
                reasons,
            },
            Err(denial) => denied(denial),
        },
    )
}
