//! How a server ends that is told to: it says first that it will, so that whoever spreads requests sends it
//! no more of them, then answers what is under way.

use std::{
    io,
    pin::pin,
    sync::atomic::{AtomicBool, Ordering},
};

use actix_web::{
    dev::ServerHandle,
    rt::{
        signal::unix::{Signal, SignalKind, signal},
        time::timeout,
    },
    web::Data,
};
use futures_util::future::{Either, select};
use tracing::info;

use crate::service::Service;

/// Whether this server has been told to end.
#[derive(Default)]
pub(crate) struct Ending(AtomicBool);

impl Ending {
    fn begin(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub(crate) fn has_begun(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What the system tells.
pub(crate) struct Told {
    /// A service manager, which replaces servers.
    terminate: Signal,
    /// A person before a terminal, who does not want to wait.
    interrupt: Signal,
}

impl Told {
    /// Listens from now on; without it either would end the process at once.
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Waits for either; whether it may take its time.
    async fn next(&mut self) -> bool {
        let (terminate, interrupt) = (pin!(self.terminate.recv()), pin!(self.interrupt.recv()));
        matches!(select(terminate, interrupt).await, Either::Left(_))
    }
}

/// Ends the server when it is told to. Until it is no longer asked it goes on answering, `/readyz` with 503;
/// told twice it waits for nothing but what is under way.
pub(crate) async fn end_when_told(service: Data<Service>, mut told: Told, server: ServerHandle) {
    let drain = service.config.drain;
    if told.next().await && !drain.is_zero() {
        service.ending.begin();
        info!(
            seconds = drain.as_secs(),
            "told to end: not ready from now on"
        );
        let _ = timeout(drain, told.next()).await;
    }
    server.stop(true).await;
}
