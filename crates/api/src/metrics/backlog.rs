//! What waits in the archive: read at most every half minute, however often somebody asks, and given up soon
//! where the database does not answer.

use std::time::{Duration, Instant};

use actix_web::rt::time::timeout;
use tokio::sync::Mutex;
use vestibule_store::{Backlog, Store};

/// How long what was read counts.
const KEPT: Duration = Duration::from_secs(30);
/// How long whoever asks waits for it.
const PATIENCE: Duration = Duration::from_secs(2);

/// The last answer; none where there was none.
#[derive(Default)]
pub(super) struct Backlogs(Mutex<Option<(Instant, Option<Backlog>)>>);

impl Backlogs {
    /// What waits, as far as the database says.
    pub(super) async fn read(&self, store: &Store) -> Option<Backlog> {
        // Whoever asks meanwhile waits for the same answer.
        let mut kept = self.0.lock().await;
        if let Some((since, backlog)) = *kept
            && since.elapsed() < KEPT
        {
            return backlog;
        }
        let asked = timeout(PATIENCE, store.read(|tx| tx.backlog())).await;
        let backlog = asked.ok().and_then(Result::ok);
        *kept = Some((Instant::now(), backlog));
        backlog
    }
}
