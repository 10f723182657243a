//! Working off what waits in the archive, when it is due.

use std::future::Future;

use jiff::Timestamp;
use tokio::task::JoinSet;
use tracing::warn;
use vestibule_store::{StoreError, Tx};

use crate::duty::Duty;
use crate::refresh::Pace;

/// Something that waits in the archive until it is done, and is tried again when it fails.
pub(crate) trait Waiting: Send + Sized + 'static {
    /// What the job is called where it notes how it fares.
    const NAME: &'static str;
    /// How many are under way at a time.
    const AT_ONCE: u8;
    /// What the log says when the archive could not be asked.
    const NOT_LOOKED_UP: &'static str;

    /// What is due, the longest due first.
    fn due(tx: &mut Tx<'_>, now: Timestamp, at_most: i64) -> Result<Vec<Self>, StoreError>;

    /// Puts it off to its next try, as if it had failed; `false` when somebody else has, whose it is then.
    fn put_off(&mut self, tx: &mut Tx<'_>, now: Timestamp) -> Result<bool, StoreError>;
}

/// Calls `work` for each that is due, on the server that leads, until it is told to stop: at its pace, and
/// whenever `sooner` comes. It is put off to its next try before it is given to `work`, which settles it;
/// so none is done by two, and none is forgotten with a server that ends.
pub(crate) async fn work_off<T, W, F, S>(
    mut duty: Duty,
    pace: Pace,
    sooner: impl Fn() -> S,
    work: W,
) where
    T: Waiting,
    W: Fn(T) -> F,
    F: Future<Output = ()> + Send + 'static,
    S: Future<Output = ()>,
{
    while !duty.rest_or(pace.every, sooner()).await {
        let done = round(&duty, &work).await;
        duty.note(T::NAME, done.is_ok());
        if let Err(error) = done {
            warn!(%error, "{}", T::NOT_LOOKED_UP);
        }
    }
}

/// Everything that is due now.
async fn round<T, W, F>(duty: &Duty, work: &W) -> Result<(), StoreError>
where
    T: Waiting,
    W: Fn(T) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let mut running = JoinSet::new();
    while duty.goes_on() {
        let now = (duty.clock)();
        // Reading is cheap; only who has something to do writes.
        let waiting = duty.store.read(move |tx| T::due(tx, now, 1)).await?;
        if waiting.is_empty() {
            break;
        }
        for one in duty.store.write(move |tx| claim(tx, now)).await? {
            running.spawn(work(one));
        }
        // Those that are slow hold the others up, but no more than so many are under way.
        while running.join_next().await.is_some() {}
    }
    Ok(())
}

fn claim<T: Waiting>(tx: &mut Tx<'_>, now: Timestamp) -> Result<Vec<T>, StoreError> {
    let mut claimed = Vec::new();
    for mut one in T::due(tx, now, T::AT_ONCE.into())? {
        if one.put_off(tx, now)? {
            claimed.push(one);
        }
    }
    Ok(claimed)
}
