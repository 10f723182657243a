//! Passwords are hashed a few at a time: each takes 19 MiB and a core for a while, and whoever posts a
//! thousand of them at once must get neither.

use std::{num::NonZeroUsize, sync::Arc, thread::available_parallelism, time::Duration};

use jiff::Timestamp;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};
use vestibule_credential::{Hasher, Password, PasswordProof};
use vestibule_model::StoredPassword;

use crate::{
    blocking::blocking,
    problem::{Problem, ProblemType},
};

/// How long one waits for a turn. Who waits holds nothing but a connection.
const PATIENCE: Duration = Duration::from_secs(5);

/// The hasher, as many at the same time as there are cores.
pub(crate) struct Hashing {
    hasher: Hasher,
    turns: Arc<Semaphore>,
    patience: Duration,
}

impl Hashing {
    pub(crate) fn new(hasher: Hasher) -> Self {
        let cores = available_parallelism().map_or(1, NonZeroUsize::get);
        Self {
            hasher,
            turns: Arc::new(Semaphore::new(cores)),
            patience: PATIENCE,
        }
    }

    /// Holds a password against what is kept of the account, or against nobody's: the same work, and the
    /// same wait before it, either way. None where it is wrong.
    ///
    /// # Errors
    /// `unavailable` where no turn came up in time.
    pub(crate) async fn verify(
        &self,
        given: Password,
        stored: Option<StoredPassword>,
        now: Timestamp,
    ) -> Result<Option<PasswordProof>, Problem> {
        let work = move |hasher: &Hasher| hasher.verify(&given, stored.as_ref(), now).ok();
        self.in_turn(work).await
    }

    /// What to keep of a new password.
    ///
    /// # Errors
    /// `unavailable` where no turn came up in time.
    pub(crate) async fn hash(&self, password: Password) -> Result<String, Problem> {
        let hash = self.in_turn(move |hasher| hasher.hash(&password)).await?;
        hash.map_err(Problem::internal)
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Hasher) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let (turn, hasher) = (self.turn().await?, self.hasher.clone());
        // The turn ends with the work, whether anybody still waits for the answer or not.
        blocking(move || {
            let done = work(&hasher);
            drop(turn);
            done
        })
        .await
    }

    async fn turn(&self) -> Result<OwnedSemaphorePermit, Problem> {
        let turn = Arc::clone(&self.turns).acquire_owned();
        match timeout(self.patience, turn).await {
            Ok(turn) => turn.map_err(Problem::internal),
            Err(_elapsed) => {
                let detail = "more passwords are being checked than this server can; nothing was \
                              changed: try again in a few seconds";
                Err(Problem::new(ProblemType::Unavailable, detail))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::rt;
    use vestibule_credential::Argon2Cost;

    use super::*;

    fn one_at_a_time() -> Hashing {
        Hashing {
            hasher: Hasher::new(Argon2Cost::FOR_TESTS).unwrap(),
            turns: Arc::new(Semaphore::new(1)),
            patience: Duration::from_millis(50),
        }
    }

    #[actix_web::test]
    async fn who_gets_no_turn_in_time_is_told_to_come_back() {
        let hashing = one_at_a_time();
        let now = Timestamp::UNIX_EPOCH;
        let busy = hashing.turn().await.unwrap();
        let wrong = hashing.verify(Password::typed("x"), None, now).await;
        let refused = wrong.unwrap_err();
        assert_eq!(refused.kind, ProblemType::Unavailable);
        let refused = hashing.hash(Password::typed("x")).await.unwrap_err();
        assert_eq!(refused.kind, ProblemType::Unavailable);
        drop(busy);
        let wrong = hashing.verify(Password::typed("x"), None, now).await;
        assert_eq!(wrong.unwrap(), None);
        assert!(hashing.hash(Password::typed("x")).await.is_ok());
    }

    #[actix_web::test]
    async fn a_turn_lasts_as_long_as_the_work_even_when_nobody_waits_for_it() {
        let hashing = Arc::new(one_at_a_time());
        let (begun, begins) = std::sync::mpsc::channel();
        let (end, ends) = std::sync::mpsc::channel::<()>();
        let of_somebody = Arc::clone(&hashing);
        let gone = rt::spawn(async move {
            let work = move |_: &Hasher| {
                begun.send(()).unwrap();
                ends.recv().ok()
            };
            drop(of_somebody.in_turn(work).await);
        });
        while begins.try_recv().is_err() {
            rt::time::sleep(Duration::from_millis(1)).await;
        }
        gone.abort();
        assert!(hashing.turn().await.is_err(), "the work goes on");
        end.send(()).unwrap();
        while hashing.turn().await.is_err() {}
    }
}
