//! What comes to an end: the keys that sign tokens, our own certificates and those of IdPs.

use jiff::{SignedDuration, Timestamp};
use vestibule_model::{Connection, Revision};
use vestibule_policy::{Expiry, expiry};
use vestibule_session::{KeyState, key_states};
use vestibule_store::{PageRequest, Reach, Store, StoreError};

use crate::{cli::doctor::check::Check, config::Config, pem, server};

/// How old a key that signs tokens may become before somebody should change it.
const OLD: SignedDuration = SignedDuration::from_hours(24 * 365);
/// How many connections are read at a time.
const PAGE: u32 = 100;
/// How many certificates are named.
const NAMED: usize = 5;

pub(super) async fn signing_keys(store: &Store, now: Timestamp) -> Check {
    const CHECK: &str = "signing_keys";
    let expected = "keys that sign tokens, made within a year";
    // Reading them opens what is sealed.
    let keys = store.read(|tx| {
        tx.signing_keys()?;
        tx.signing_key_facts()
    });
    let keys = match keys.await {
        Ok(keys) => keys,
        Err(error) => {
            let remedy = "give the master key that sealed them; `vestibule keys rotate --compromised` \
                          makes new ones";
            return Check::fail(CHECK, expected, error.to_string(), remedy);
        }
    };
    let states = key_states(&keys, now);
    let signing = keys
        .iter()
        .zip(states)
        .filter(|(_, state)| *state == KeyState::Signing);
    let oldest = signing.map(|(key, _)| key.created_at).min();
    match oldest {
        None => {
            let remedy = "the first start makes them";
            Check::warn(CHECK, expected, "none that signs", remedy)
        }
        Some(made) if now.duration_since(made) > OLD => {
            let days = now.duration_since(made).as_hours() / 24;
            let found = format!("one that is {days} days old");
            let remedy = "`vestibule keys rotate`: applications notice nothing";
            Check::warn(CHECK, expected, found, remedy)
        }
        Some(made) => Check::ok(CHECK, expected, format!("the oldest is of {made}")),
    }
}

/// Certificates that have ended, or are about to.
#[derive(Default)]
struct Ending {
    expired: Vec<String>,
    soon: Vec<String>,
    /// Those of connections where such a key counts no longer.
    fatal: usize,
    seen: usize,
}

impl Ending {
    fn note(&mut self, pems: &[String], whose: &str, fatal: bool, now: Timestamp) {
        for certificate in pem::certificates(pems) {
            self.seen += 1;
            let end = certificate.not_after();
            match expiry(end, now) {
                Expiry::Current => {}
                Expiry::Soon { .. } => self.soon.push(format!("{whose} ({end})")),
                Expiry::Expired => {
                    self.expired.push(format!("{whose} ({end})"));
                    self.fatal += usize::from(fatal);
                }
            }
        }
    }

    fn row(&self, check: &'static str, expected: &str, remedy: &str) -> Check {
        let shown = |what: &str, all: &[String]| {
            let named: Vec<_> = all.iter().take(NAMED).map(String::as_str).collect();
            let more = all.len().saturating_sub(NAMED);
            let more = match more {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            format!("{} {what}: {}{more}", all.len(), named.join(", "))
        };
        let mut found = Vec::new();
        if !self.expired.is_empty() {
            found.push(shown("expired", &self.expired));
        }
        if !self.soon.is_empty() {
            found.push(shown("within 30 days of their end", &self.soon));
        }
        let found = found.join("; ");
        if self.fatal > 0 {
            Check::fail(check, expected, found, remedy)
        } else if !found.is_empty() {
            Check::warn(check, expected, found, remedy)
        } else {
            Check::ok(check, expected, format!("{} looked at", self.seen))
        }
    }
}

pub(super) async fn of_connections(config: &Config, store: &Store, now: Timestamp) -> Vec<Check> {
    let (mut idp, mut own) = (Ending::default(), Ending::default());
    let mut request = PageRequest::first(PAGE);
    loop {
        let (wanted, rules) = (request.clone(), server::rules(config));
        let read = store.read(move |tx| {
            let page = tx.enabled_connections(&wanted)?;
            let mut live: Vec<(Connection, Revision)> = Vec::new();
            for connection in page.items {
                let Some(workspace) = tx.workspace(Reach::All, connection.workspace_id)? else {
                    continue;
                };
                let state = vestibule_policy::connection_state(&connection, workspace.plan, &rules);
                let revision = tx.named_revision(connection.id, connection.serving())?;
                if state == vestibule_model::ConnectionState::Live {
                    live.extend(revision.map(|revision| (connection, revision)));
                }
            }
            Ok::<_, StoreError>((live, page.next_cursor))
        });
        let (live, next) = match read.await {
            Ok(read) => read,
            Err(error) => {
                let why = error.to_string();
                return vec![
                    Check::skipped("idp_certificates", why.clone()),
                    Check::skipped("sp_certificates", why),
                ];
            }
        };
        for (connection, revision) in live {
            let whose = connection.id.to_string();
            let settings = &revision.settings;
            let fatal = settings.refuse_expired_certificates;
            idp.note(&settings.idp_certificates, &whose, fatal, now);
            let ours = [connection.service_provider.certificate_pem];
            own.note(&ours, &whose, false, now);
        }
        match next {
            Some(cursor) => request.cursor = Some(cursor),
            None => break,
        }
    }
    vec![
        idp.row(
            "idp_certificates",
            "certificates of live identity providers with more than 30 days to go",
            "ask the admin of the identity provider for the next certificate, and add it: \
             POST /v1/connections/{connection_id}/certificates",
        ),
        own.row(
            "sp_certificates",
            "certificates of ours, in live connections, with more than 30 days to go",
            "make the next key (POST /v1/connections/{connection_id}/service-provider-keys), and let \
             the identity provider have it before it signs",
        ),
    ]
}
