//! A DNS server on loopback that says what a test has it say.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

#[path = "../../../crates/outbound/tests/outbound/dns_server.rs"]
#[expect(
    dead_code,
    reason = "the tests of `outbound` ask for more kinds of answers"
)]
mod server;

use server::{DnsServer, NO_ERROR, NXDOMAIN, SERVFAIL, labels};

/// What is said about a name.
#[derive(Debug, Clone)]
pub(crate) enum Says {
    /// These TXT records.
    Txt(Vec<String>),
    /// The name exists, and has no such record.
    NoData,
    /// There is no such name; that is said of every name that nothing else is said of.
    NoSuchName,
    /// The server has failed.
    Failure,
    /// Nothing.
    Silence,
}

type Zone = BTreeMap<Vec<u8>, Says>;

/// Listens until the test ends.
pub(crate) struct Dns {
    server: DnsServer,
    zone: Arc<Mutex<Zone>>,
}

impl Dns {
    pub(crate) fn open() -> Self {
        let zone = Arc::new(Mutex::new(Zone::new()));
        let asked = Arc::clone(&zone);
        let server = DnsServer::with(move |question| {
            let says = asked
                .lock()
                .expect("the zone")
                .get(question.name())
                .cloned();
            match says.unwrap_or(Says::NoSuchName) {
                Says::Txt(records) => {
                    let records: Vec<_> = records.iter().map(|text| [text.as_str()]).collect();
                    let records: Vec<_> = records.iter().map(<[&str; 1]>::as_slice).collect();
                    question.records(&records).bytes()
                }
                Says::NoData => question.answer(NO_ERROR).soa().bytes(),
                Says::NoSuchName => question.answer(NXDOMAIN).soa().bytes(),
                Says::Failure => question.answer(SERVFAIL).bytes(),
                Says::Silence => None,
            }
        });
        Self { server, zone }
    }

    /// What `VESTIBULE_DNS_RESOLVER` has to say.
    pub(crate) fn address(&self) -> String {
        self.server.address.to_string()
    }

    pub(crate) fn say(&self, name: &str, says: Says) {
        self.hold().insert(labels(name), says);
    }

    /// Nothing is answered until this is dropped.
    pub(crate) fn hold(&self) -> MutexGuard<'_, Zone> {
        self.zone.lock().expect("the zone")
    }

    /// How many questions came.
    pub(crate) fn asked(&self) -> usize {
        self.server.asked()
    }
}
