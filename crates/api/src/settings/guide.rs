//! The guided setup: which provider, and its steps in its own words.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, get, http::StatusCode, post, web::Path};
use vestibule_model::ConnectionId;
use vestibule_pages::{
    GuidePick, GuideStep, Input,
    guide::{Field, Guide, Provider, ProviderChoice, Step, rail},
};

use super::{
    form::Filled,
    operator::{Operator, Place},
    overview::ours,
};
use crate::{
    manage::connection::{self, ConnectionChange, ConnectionParts},
    page::{self, ErrorPage},
    people::Form,
    problem::{Problem, ProblemType},
};

/// Which identity provider is it?
#[get("/{connection_id}/guide")]
pub(crate) async fn pick(
    operator: Operator,
    path: Path<ConnectionId>,
) -> Result<HttpResponse, ErrorPage> {
    let id = path.into_inner();
    let parts = connection::load(operator.service(), operator.authority(), id).await?;
    let base = operator.base(id);
    let chosen = parts.connection.provider.as_deref();
    let choices = Provider::ALL.iter().map(|provider| ProviderChoice {
        provider: *provider,
        href: provider
            .guide()
            .first()
            .map_or_else(|| base.clone(), |first| place(&base, *provider, first)),
        chosen: chosen == Some(provider.slug()),
    });
    let page = GuidePick {
        frame: operator.frame_of(id, &parts.connection.name, Place::Guide),
        choices: choices.collect(),
        back_href: Some(base),
    };
    Ok(page::rendered(StatusCode::OK, page))
}

/// One step.
#[get("/{connection_id}/guide/{provider}/{step}")]
pub(crate) async fn show(
    operator: Operator,
    path: Path<(ConnectionId, String, String)>,
) -> Result<HttpResponse, ErrorPage> {
    let (id, provider, step) = path.into_inner();
    let (guide, step) = find(&provider, &step)?;
    let parts = connection::load(operator.service(), operator.authority(), id).await?;
    let filled = Filled::of(&parts);
    Ok(shown(
        &operator,
        &parts,
        (guide, step),
        &filled,
        StatusCode::OK,
    ))
}

/// Saves what was pasted at a step, and goes on.
#[post("/{connection_id}/guide/{provider}/{step}")]
pub(crate) async fn save(
    operator: Operator,
    path: Path<(ConnectionId, String, String)>,
    fields: Form,
) -> Result<HttpResponse, ErrorPage> {
    operator.check_form(&fields)?;
    let (id, provider, step) = path.into_inner();
    let (guide, step) = find(&provider, &step)?;
    let parts = connection::load(operator.service(), operator.authority(), id).await?;
    remember_provider(&operator, &parts, guide.provider).await?;
    let base = parts.draft.as_ref().or(parts.live.as_ref());
    let base = base.map(|revision| &revision.settings);
    let filled = Filled::of(&parts).with_posted(&fields);
    let new = filled.draft(base);
    let saved = async {
        let change = connection::save_draft(operator.service(), operator.authority(), id, new);
        change.await?.make(operator.service()).await
    };
    match saved.await {
        Ok(_) => {
            let base = operator.base(id);
            let place = match guide.after(step.slug) {
                Some(next) => place(&base, guide.provider, next),
                None => format!("{base}?done=saved"),
            };
            Ok(page::redirect(StatusCode::SEE_OTHER, place))
        }
        Err(problem) if problem.kind == ProblemType::InvalidValue => {
            let status = problem.kind.status();
            let ours = parts.our_side(&operator.service().config.public_url);
            let filled = filled.refused(&problem, &ours);
            Ok(shown(&operator, &parts, (guide, step), &filled, status))
        }
        Err(problem) => Err(problem.into()),
    }
}

/// Reports and presets speak the words of the provider that was chosen; what people call the connection
/// follows, unless somebody has given it a name.
async fn remember_provider(
    operator: &Operator,
    parts: &ConnectionParts,
    provider: Provider,
) -> Result<(), Problem> {
    let connection = &parts.connection;
    if connection.provider.as_deref() == Some(provider.slug()) {
        return Ok(());
    }
    let before = connection.provider.as_deref().and_then(Provider::parse);
    let unnamed =
        connection.name == "SAML" || before.is_some_and(|before| before.name() == connection.name);
    let change = ConnectionChange {
        name: unnamed.then(|| provider.name().to_owned()),
        provider: Some(Some(provider.slug().to_owned())),
        default: None,
    };
    let (service, authority) = (operator.service(), operator.authority());
    let change = connection::update(authority, connection.id, change, operator.now())?;
    change.make(service).await?;
    Ok(())
}

fn find(provider: &str, step: &str) -> Result<(Guide, &'static Step), ErrorPage> {
    let guide = Provider::parse(provider).map(Provider::guide);
    let found = guide.and_then(|guide| Some((guide, guide.step(step)?)));
    found.ok_or_else(|| Problem::not_found("step of the guide").into())
}

fn place(base: &str, provider: Provider, step: &Step) -> String {
    format!("{base}/guide/{}/{}", provider.slug(), step.slug)
}

fn shown(
    operator: &Operator,
    parts: &ConnectionParts,
    (guide, step): (Guide, &'static Step),
    filled: &Filled,
    status: StatusCode,
) -> HttpResponse {
    let (service, connection) = (operator.service(), &parts.connection);
    let base = operator.base(connection.id);
    let here = place(&base, guide.provider, step);
    let pasted: BTreeMap<Field, Input> = step
        .fields()
        .map(|field| (field, filled.input(field.name())))
        .collect();
    let next = guide.after(step.slug);
    let before = guide.before(step.slug);
    let page = GuideStep {
        frame: operator.frame_of(connection.id, &connection.name, Place::Guide),
        provider: guide.provider,
        step,
        rail: rail(guide, step, |step| place(&base, guide.provider, step)),
        ours: ours(service, parts),
        certificate_href: format!("{base}/certificate.pem"),
        pasted,
        action: here,
        check_href: format!("{base}/check"),
        next_href: next.map_or_else(|| base.clone(), |next| place(&base, guide.provider, next)),
        back_href: Some(match before {
            Some(before) => place(&base, guide.provider, before),
            None => format!("{base}/guide"),
        }),
    };
    page::rendered(status, page)
}

/// Our certificate, as a file.
#[get("/{connection_id}/certificate.pem")]
pub(crate) async fn certificate(
    operator: Operator,
    path: Path<ConnectionId>,
) -> Result<HttpResponse, ErrorPage> {
    let id = path.into_inner();
    let parts = connection::load(operator.service(), operator.authority(), id).await?;
    Ok(HttpResponse::Ok()
        .content_type("application/x-pem-file")
        .insert_header((
            "Content-Disposition",
            "attachment; filename=\"vestibule.pem\"",
        ))
        .body(parts.connection.service_provider.certificate_pem))
}
