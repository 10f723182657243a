//! What arrives at an ACS and belongs to no attempt: few of each connection are kept, for support.

use vestibule_model::ConnectionId;
use vestibule_state::{Stray, random_reference};

use crate::{
    clock,
    configuration::{NoRoute, Route},
    metrics::MintedBy,
    page::ErrorPage,
    problem::Problem,
    service::Service,
};

/// Gives a page that belongs to no attempt a reference of its own, which support finds for a day.
/// Whatever goes wrong with that, the page is shown.
pub(super) async fn noted(
    service: &Service,
    connection_id: ConnectionId,
    page: ErrorPage,
) -> ErrorPage {
    if page.reference.is_some() || !page.status.is_client_error() {
        return page;
    }
    let (stray, reason) = ("stray", page.reason);
    service.metrics.sign_in(MintedBy::Saml, stray, reason);
    let Ok(reference) = random_reference() else {
        return page;
    };
    let now = clock::now();
    let stray = Stray {
        reference,
        connection_id,
        reason: page.reason.to_owned(),
        detail: page.more.detail.as_deref().map(str::to_owned),
        received_at: now,
    };
    let page = page.reference(reference);
    match note(service, stray).await {
        Ok(()) => page,
        Err(problem) => match page.cause {
            Some(_) => page,
            None => page.because(problem),
        },
    }
}

/// Only for connections that there are: others are anybody's invention.
async fn note(service: &Service, stray: Stray) -> Result<(), Problem> {
    let route = Route::Connection(stray.connection_id);
    let live = service
        .configuration
        .live(&service.store, &service.rules, route)
        .await?;
    if !matches!(live, Err(NoRoute::Unknown)) {
        let now = stray.received_at;
        service.state.note_stray(stray, now).await?;
    }
    Ok(())
}
