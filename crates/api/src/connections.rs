//! Lets go of connections that say next to nothing.
//!
//! The framework gives a client ten seconds for the head of the first request of a connection, and for ever for
//! those of the next ones (actix-http 3.20): a connection that has been answered once could be held with a byte
//! now and then. So whoever has had no request under way for longer than two may take is let go here.

use std::{
    any::Any,
    net::{Shutdown, TcpStream},
    os::fd::AsFd,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::{Duration, Instant},
};

use actix_web::{
    body::{BodySize, BoxBody, MessageBody},
    dev::Extensions,
    rt::{net, time::sleep},
    web::Bytes,
};

use crate::config::CLIENT_TIMEOUT;

/// How long a connection may be without a request: the five seconds that the framework keeps one for the next,
/// and the time for a head.
const QUIET: Duration = CLIENT_TIMEOUT.saturating_add(Duration::from_secs(5));
const LOOKED_AT_EVERY: Duration = Duration::from_secs(1);

/// One connection, as a second handle sees it.
pub(crate) struct Connection {
    stream: TcpStream,
    requests: Mutex<Requests>,
}

struct Requests {
    under_way: usize,
    quiet_since: Instant,
}

impl Connection {
    // Nothing under the lock can panic, so a poisoned lock guards whole values all the same.
    fn lock(&self) -> MutexGuard<'_, Requests> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn let_go_where_quiet(&self) {
        let requests = self.lock();
        if requests.under_way == 0 && requests.quiet_since.elapsed() > QUIET {
            // Gone already is as good.
            let _ = self.stream.shutdown(Shutdown::Both);
        }
    }
}

/// A request of a connection, until its answer is sent.
pub(crate) struct UnderWay(Arc<Connection>);

impl UnderWay {
    pub(crate) fn on(connection: &Arc<Connection>) -> Self {
        connection.lock().under_way += 1;
        Self(Arc::clone(connection))
    }

    /// Lasts as long as a body that is made while it is sent; one that is there is sent at once.
    pub(crate) fn until_sent(self, body: BoxBody) -> BoxBody {
        match body.size() {
            BodySize::Stream => BoxBody::new(Sending {
                body,
                _under_way: self,
            }),
            BodySize::None | BodySize::Sized(_) => body,
        }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let mut requests = self.0.lock();
        requests.under_way = requests.under_way.saturating_sub(1);
        requests.quiet_since = Instant::now();
    }
}

/// A body that is being sent.
struct Sending {
    body: BoxBody,
    _under_way: UnderWay,
}

impl MessageBody for Sending {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Bytes, Self::Error>>> {
        std::pin::Pin::new(&mut self.body).poll_next(context)
    }
}

/// All of them; clones are the same.
#[derive(Clone, Default)]
pub(crate) struct Connections(Arc<Mutex<Vec<Weak<Connection>>>>);

impl Connections {
    /// Keeps an eye on a new one, which knows itself from then on.
    pub(crate) fn opened(&self, stream: &dyn Any, data: &mut Extensions) {
        let stream = stream.downcast_ref::<net::TcpStream>();
        // Without a second handle the framework's own bounds have to do.
        let Some(Ok(stream)) = stream.map(|stream| stream.as_fd().try_clone_to_owned()) else {
            return;
        };
        let connection = Arc::new(Connection {
            stream: stream.into(),
            requests: Mutex::new(Requests {
                under_way: 0,
                quiet_since: Instant::now(),
            }),
        });
        self.lock().push(Arc::downgrade(&connection));
        data.insert(connection);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Weak<Connection>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at them for as long as the server runs.
    pub(crate) async fn watch(self) {
        loop {
            sleep(LOOKED_AT_EVERY).await;
            self.lock().retain(|connection| {
                let there = connection.upgrade();
                there.is_some_and(|connection| {
                    connection.let_go_where_quiet();
                    true
                })
            });
        }
    }
}
