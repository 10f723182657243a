//! What replicas tell each other, and what each of them does about it.

use std::{sync::Arc, time::Duration};

use actix_web::{rt, web::Data};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tracing::{debug, info, warn};
use vestibule_model::Change;
use vestibule_state::News;
use vestibule_store::OnChange;

use crate::{configuration::Configuration, service::Service};

/// How often the keys that sign tokens are looked at, whatever is heard: a new key is published
/// minutes before it signs, so a few seconds are soon enough.
const KEYS_EVERY: Duration = Duration::from_secs(4);
/// How many changes go into one announcement.
const TOGETHER: usize = 256;

/// Changes that this replica has made and the others have not heard of yet.
pub(crate) type Unsaid = UnboundedReceiver<Vec<Change>>;

/// What the archive calls after each commit that changes the configuration: our own copies go at
/// once, the other replicas are told as soon as may be.
pub(crate) fn on_change(configuration: &Arc<Configuration>) -> (OnChange, Unsaid) {
    let configuration = Arc::clone(configuration);
    let (say, unsaid): (UnboundedSender<Vec<Change>>, _) = unbounded_channel();
    let on_change = move |changes: &[Change]| {
        for change in changes {
            configuration.forget(*change);
        }
        // Nobody listens any more when the server ends.
        let _ = say.send(changes.to_vec());
    };
    (Arc::new(on_change), unsaid)
}

/// Tells, listens and looks after the keys, as long as the server lives.
pub(crate) fn start(service: &Data<Service>, unsaid: Unsaid) {
    rt::spawn(tell(service.clone(), unsaid));
    rt::spawn(listen(service.clone()));
    rt::spawn(refresh_keys(service.clone()));
}

async fn tell(service: Data<Service>, mut unsaid: Unsaid) {
    let mut batch = Vec::new();
    while unsaid.recv_many(&mut batch, TOGETHER).await > 0 {
        let mut changes: Vec<_> = batch.drain(..).flatten().collect();
        changes.sort_unstable();
        changes.dedup();
        if let Err(error) = service.state.announce(&changes).await {
            // The copies of other replicas go by themselves after a few seconds.
            debug!(%error, changes = changes.len(), "other replicas were not told of changes");
        }
        if changes.contains(&Change::SigningKeys) {
            reload_keys(&service).await;
        }
    }
}

async fn listen(service: Data<Service>) {
    let mut news = service.state.listen();
    while let Some(news) = news.recv().await {
        match news {
            News::Changed(Change::SigningKeys) => reload_keys(&service).await,
            News::Changed(change) => service.configuration.forget(change),
            News::MayHaveMissed => {
                service.configuration.forget_all();
                reload_keys(&service).await;
            }
        }
    }
}

async fn refresh_keys(service: Data<Service>) {
    loop {
        rt::time::sleep(KEYS_EVERY).await;
        reload_keys(&service).await;
    }
}

async fn reload_keys(service: &Service) {
    match service.keys.reload(&service.store).await {
        Ok(true) => info!("there are other keys that sign tokens; they are taken up"),
        Ok(false) => {}
        Err(error) => {
            warn!(%error, "the keys that sign tokens could not be looked at; the known ones go on");
        }
    }
}
