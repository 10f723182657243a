//! The page of one connection.

use actix_web::{HttpResponse, get, http::StatusCode, web::Path};
use jiff::Timestamp;
use vestibule_model::{ConnectionId, ConnectionState, Plan, Revision, Workspace};
use vestibule_pages::{
    CertificateRow, ConnectionSettings, NextStep, OurValues, SsoState, UpgradeNote,
};
use vestibule_policy::{Rules, plan_gate};
use vestibule_saml::Provider;
use vestibule_store::{ActivityOf, PageRequest};

use super::{
    form::{self, Filled},
    operator::{Operator, Place},
};
use crate::{
    manage::{
        activity,
        certificates::{self, ConnectionCertificate},
        connection::{self, ConnectionParts},
        test_run,
    },
    page::{self, ErrorPage},
    saml::urls,
    service::Service,
    setup,
    when::date,
};

/// The settings.
#[get("/{connection_id}")]
pub(crate) async fn show(
    operator: Operator,
    path: Path<ConnectionId>,
) -> Result<HttpResponse, ErrorPage> {
    let id = path.into_inner();
    let parts = connection::load(operator.service(), operator.authority(), id).await?;
    let filled = Filled::of(&parts);
    shown(&operator, parts, filled, StatusCode::OK).await
}

/// The page with what stands in its form, and what is wrong with that.
pub(super) async fn shown(
    operator: &Operator,
    parts: ConnectionParts,
    filled: Filled,
    status: StatusCode,
) -> Result<HttpResponse, ErrorPage> {
    let service = operator.service();
    let id = parts.connection.id;
    let base = operator.base(id);
    let state = state_of(&parts, &service.rules);
    let upgrade = upgrade(service, operator.workspace());
    let open = upgrade.is_none();
    let known = certificates::list(service, operator.authority(), id).await?;
    let several = known.len() > 1;
    let is_live = parts.state(&service.rules) == ConnectionState::Live;
    let mut frame = operator.frame_of(id, &parts.connection.name, Place::Settings);
    if let Some(error) = filled.error() {
        (frame.notice, frame.error) = (None, Some(error));
    }
    let saved = parts.saved();
    let can_enable = operator.may_enable()
        && open
        && (parts.draft.is_some() || (!is_live && parts.connection.live.is_some()));
    let enable = format!("{base}/enable");
    let test = format!("{base}/tests");
    let next = match (&parts.draft, is_live) {
        _ if !open => NextStep::None,
        (Some(draft), _) if draft.passed_test.is_some() && can_enable => {
            NextStep::Enable(enable.clone())
        }
        (Some(draft), _) if draft.passed_test.is_none() => NextStep::Test(test.clone()),
        (None, false) if parts.connection.live.is_none() => {
            NextStep::SetUp(format!("{base}/guide"))
        }
        (None, false) if can_enable => NextStep::Enable(enable.clone()),
        _ if operator.link().is_some() => NextStep::Finish(setup::FINISH.to_owned()),
        _ => NextStep::None,
    };
    // What is the next step already does not stand on the page twice.
    let tests_next = matches!(next, NextStep::Test(_));
    let enables_next = matches!(next, NextStep::Enable(_));
    let page = ConnectionSettings {
        state,
        next,
        ours: ours(service, &parts),
        idp_entity_id: saved.and_then(Revision::idp_entity_id).map(str::to_owned),
        certificates: known
            .iter()
            .map(|known| {
                let retire = (open && several && operator.admin().is_some())
                    .then(|| format!("{base}/certificates/retire"));
                certificate_row(known, retire, operator.now())
            })
            .collect(),
        lately: lately(operator, id, is_live).await?,
        exempt: exempt(operator, is_live).await?,
        test: (open && saved.is_some() && !tests_next).then_some(test),
        last_test_href: last_test(operator, id, &base).await?,
        enable_href: (can_enable && !enables_next).then_some(enable),
        disable_href: (operator.admin().is_some() && is_live).then(|| format!("{base}/disable")),
        form: open.then(|| form::shown(&filled, &base)),
        frame,
        upgrade,
    };
    Ok(page::rendered(status, page))
}

/// What goes into the identity provider.
pub(super) fn ours(service: &Service, parts: &ConnectionParts) -> OurValues {
    let (public_url, id) = (&service.config.public_url, parts.connection.id);
    OurValues {
        entity_id: urls::entity_id(public_url, id),
        acs_url: urls::acs(public_url, id),
        slo_url: urls::slo(public_url, id),
        metadata_url: urls::metadata(public_url, id),
        certificate: parts.connection.service_provider.certificate_pem.clone(),
    }
}

/// How far a connection is, in the words of the pages.
pub(super) fn state_of(parts: &ConnectionParts, rules: &Rules) -> SsoState {
    let draft_passed = parts
        .draft
        .as_ref()
        .map(|draft| draft.passed_test.is_some());
    match (parts.state(rules), draft_passed) {
        (ConnectionState::Live, None) => SsoState::Live,
        (ConnectionState::Live, Some(false)) => SsoState::LiveWithDraft,
        (ConnectionState::Live, Some(true)) => SsoState::LiveWithReadyDraft,
        (ConnectionState::Suspended, _) => SsoState::Suspended,
        (ConnectionState::Disabled, _) => SsoState::Disabled,
        (ConnectionState::Ready, _) | (ConnectionState::Draft, Some(true)) => SsoState::Ready,
        (ConnectionState::Draft, Some(false)) => SsoState::Saved,
        (ConnectionState::Draft, None) => SsoState::NotSetUp,
    }
}

/// What the plan does not include, if it does not include SSO (P1).
pub(super) fn upgrade(service: &Service, workspace: &Workspace) -> Option<UpgradeNote> {
    plan_gate(workspace.plan, &service.rules).err()?;
    let plans: Vec<&str> = service
        .rules
        .sso_plans
        .iter()
        .map(|plan| named(*plan))
        .collect();
    let contact = service.rules.upgrade_contact.clone();
    let contact_href = contact.as_deref().and_then(|contact| {
        if contact.starts_with("https://") {
            Some(contact.to_owned())
        } else {
            contact.contains('@').then(|| format!("mailto:{contact}"))
        }
    });
    Some(UpgradeNote {
        plan: named(workspace.plan).to_owned(),
        plans: plans.join(", "),
        contact_href,
        contact,
    })
}

fn named(plan: Plan) -> &'static str {
    match plan {
        Plan::Free => "Free",
        Plan::Growth => "Growth",
        Plan::Pro => "Pro",
        Plan::Premier => "Premier",
    }
}

/// The name of a product, where it is one that we know.
pub(super) fn provider_name(slug: &str) -> String {
    let known = Provider::ALL.iter().find(|known| known.as_str() == slug);
    known.map_or(slug, |known| known.name()).to_owned()
}

fn certificate_row(
    known: &ConnectionCertificate,
    retire: Option<String>,
    now: Timestamp,
) -> CertificateRow {
    let certificate = &known.certificate;
    CertificateRow {
        subject: certificate.subject().to_owned(),
        fingerprint: grouped(certificate.fingerprint_sha256()),
        key: certificate.key_kind().to_string(),
        not_after: date(certificate.not_after()),
        days_left: known.days_left(now),
        last_used: known.last_used_at.map(date),
        retire,
    }
}

/// A fingerprint in fours, as people compare it.
fn grouped(hex: &str) -> String {
    let upper: Vec<char> = hex.to_uppercase().chars().collect();
    let groups: Vec<String> = upper.chunks(4).map(|four| four.iter().collect()).collect();
    groups.join(" ")
}

/// Sign-ins and failures of the last day, once people sign in.
async fn lately(
    operator: &Operator,
    id: ConnectionId,
    is_live: bool,
) -> Result<Option<(u64, u64)>, ErrorPage> {
    if !is_live || operator.admin().is_none() {
        return Ok(None);
    }
    let (service, of) = (operator.service(), ActivityOf::Connection(id));
    let found = activity::read(service, operator.authority(), of, 1, operator.now()).await?;
    let day = found.last_24_hours;
    Ok(Some((day.succeeded, day.failed)))
}

/// How many admins may come in without it: every active one (P3).
async fn exempt(operator: &Operator, is_live: bool) -> Result<Option<usize>, ErrorPage> {
    if !is_live || operator.admin().is_none() {
        return Ok(None);
    }
    let workspace_id = operator.workspace().id;
    let admins = operator
        .service()
        .store
        .read(move |tx| tx.active_admins(workspace_id));
    Ok(Some(admins.await?.len()))
}

/// The report of the newest test.
async fn last_test(
    operator: &Operator,
    id: ConnectionId,
    base: &str,
) -> Result<Option<String>, ErrorPage> {
    let request = PageRequest::first(1);
    let found = test_run::list(operator.service(), operator.authority(), id, request).await?;
    let newest = found.items.first();
    Ok(newest.map(|test| format!("{base}/tests/{}", test.id)))
}
