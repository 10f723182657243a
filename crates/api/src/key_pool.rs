//! A small pool of RSA keys for new connections, made in the background.
//!
//! A key takes a tenth of a second of CPU; without the pool the admin who creates a connection, and
//! everybody on the same core, would wait for it.

use std::sync::Arc;

use tokio::sync::{Mutex, mpsc};
use vestibule_xmlsig::SigningKey;

/// RSA with 2048 bits: what every IdP takes for encryption and signatures (SDP-MD06).
const BITS: u32 = 2_048;
/// How many keys wait: the rate of new connections is set by people.
const READY: usize = 4;

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

    /// The next key, waiting for it where the pool is empty.
    ///
    /// # Errors
    /// The library's text, for the log.
    pub(crate) async fn take(&self) -> Result<SigningKey, String> {
        let next = self.ready.lock().await.recv().await;
        next.unwrap_or_else(|| Err("the thread that makes keys has ended".to_owned()))
    }
}
