//! A small pool of RSA keys for new connections, made in the background.
//!
//! A key takes a tenth of a second of CPU; without the pool the admin who creates a connection, and
//! everybody on the same core, would wait for it.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Mutex, mpsc};
use vestibule_model::ConnectionId;
use vestibule_xmlsig::{Certificate, SigningKey};

use crate::problem::Problem;

/// RSA with 2048 bits: what every IdP takes for encryption and signatures (SDP-MD06).
const BITS: u32 = 2_048;
/// How many keys wait: the rate of new connections is set by people.
const READY: usize = 4;
/// How long our own certificate counts: IdPs carry it, they do not check its dates (IIP-MD12).
const CERTIFICATE_LIFETIME: SignedDuration = SignedDuration::from_hours(24 * 3_650);

/// Keys that are ready to be used, each once.
#[derive(Clone)]
pub(crate) struct KeyPool {
    ready: Arc<Mutex<mpsc::Receiver<Result<SigningKey, String>>>>,
}

impl KeyPool {
    /// Starts making keys; the thread ends when the pool is dropped.
    pub(crate) fn start() -> std::io::Result<Self> {
        let (sender, ready) = mpsc::channel(READY);
        std::thread::Builder::new()
            .name("sp-keys".to_owned())
            .spawn(move || {
                loop {
                    let key = SigningKey::generate_rsa(BITS).map_err(|error| error.to_string());
                    if sender.blocking_send(key).is_err() {
                        break;
                    }
                }
            })?;
        Ok(Self {
            ready: Arc::new(Mutex::new(ready)),
        })
    }

    /// The next key, with a certificate for a connection.
    ///
    /// # Errors
    /// A problem with the library's text, for the log.
    pub(crate) async fn take_for(
        &self,
        connection_id: ConnectionId,
        now: Timestamp,
    ) -> Result<(SigningKey, Certificate), Problem> {
        let key = self.take().await.map_err(Problem::internal)?;
        let not_after = now
            .checked_add(CERTIFICATE_LIFETIME)
            .map_err(Problem::internal)?;
        let certificate = key
            .self_signed_certificate(&connection_id.to_string(), now, not_after)
            .map_err(Problem::internal)?;
        Ok((key, certificate))
    }

    /// The next key, waiting for it where the pool is empty.
    async fn take(&self) -> Result<SigningKey, String> {
        let next = self.ready.lock().await.recv().await;
        next.unwrap_or_else(|| Err("the thread that makes keys has ended".to_owned()))
    }
}
