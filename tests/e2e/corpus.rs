//! Every case of the corpus, posted to a running server: what must be refused is, what must be accepted
//! is, no answer is a failure of ours, none takes a second, and nothing of it stays in memory.
//!
//! The cases are frozen: their ids and their time stand in what is signed. So the server's clock is
//! held, and workspace, connection and trips are put where the server finds them, with
//! the ids of the corpus, by the crates that the server itself keeps them with.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use actix_web::rt::System;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use vestibule_model::{
    AttemptId, Change, Client, ClientId, Connection, ConnectionId, EncryptionCbc, KeyStage, Phase,
    Plan, Reference, Revision, RevisionId, RevisionSettings, ServiceProvider, ServiceProviderKey,
    ServiceProviderKeyId, Slug, TestId, TwoFactorRule, Workspace, WorkspaceId,
};
use vestibule_saml::Cbc;
use vestibule_state::{
    AuthorizeRequest, BrowserToken, Limits, Purpose, Redis, ShortLived, Trip, TripId,
};
use vestibule_store::{MasterKeys, MemberFilter, PageRequest, Store, StoreConfig, StoreError};
use vestibule_xmlsig::SigningKey;

use crate::case::{self, Case, cases};
use crate::support::{
    clock::Clock,
    database::Engine,
    http::{self, Answer, form},
    redis::RedisServer,
    server::{MASTER_KEY, Server},
    world::REDIRECT_URI,
};

/// The time at which nearly every case is judged.
const FROZEN: &str = "2026-11-24T09:00:30Z";
/// How many cases need another clock, another skew, another address or other keys of ours: they are
/// judged over the library alone.
const MAX_ELSEWHERE: usize = 45;
/// What the server may hold on to after the whole corpus.
const MAX_GROWTH_KIB: u64 = 20 * 1024;

/// The server, and the crates it keeps things with.
struct Bed {
    server: Server,
    /// Of its own: every other server on one takes away what has expired by a clock that runs.
    _redis_server: RedisServer,
    store: Store,
    redis: Redis,
    system: actix_web::rt::SystemRunner,
    token: BrowserToken,
    connection: Connection,
    client: ClientId,
    /// The revision of each set of settings.
    revisions: BTreeMap<String, RevisionId>,
}

impl Bed {
    fn new(ours: &[Case]) -> Self {
        let clock = Clock::build();
        let redis_server = RedisServer::start();
        let redis_url = redis_server.url();
        let held_at = Clock::at(FROZEN.parse().unwrap());
        let server = Server::with(
            Engine::Sqlite,
            &[
                ("LD_PRELOAD", clock.preload()),
                (Clock::HELD_AT, held_at.as_str()),
                ("VESTIBULE_PUBLIC_URL", "https://sp.example"),
                ("VESTIBULE_REDIS_URL", redis_url.as_str()),
            ],
        );
        let keys = MasterKeys::parse(MASTER_KEY).unwrap();
        let store = Store::open(StoreConfig::new(&server.database.url, keys)).unwrap();
        let redis = Redis::open(&redis_url, "vestibule", Limits::default()).unwrap();
        let decryption = usual_keys(ours);
        let (connection, client) = (connection(&ours[0]), client());
        let (made, kept) = (connection.clone(), client.clone());
        let system = System::new();
        system
            .block_on(store.write(move |tx| {
                tx.insert_workspace(&workspace(made.workspace_id))?;
                tx.insert_connection(&made, &decryption[0])?;
                for (index, key) in decryption.iter().enumerate().skip(1) {
                    tx.insert_service_provider_key(&previous(&made, index), key)?;
                }
                tx.insert_client(&kept)?;
                Ok::<_, StoreError>(())
            }))
            .unwrap();
        Self {
            server,
            _redis_server: redis_server,
            store,
            redis,
            system,
            token: BrowserToken::generate().unwrap(),
            connection,
            client: client.id,
            revisions: BTreeMap::new(),
        }
    }

    /// Has the settings of a case serve.
    fn serve(&mut self, case: &Case) -> RevisionId {
        let params = &case.params;
        let settings = settings(case);
        let key = serde_json::to_string(&settings).unwrap();
        let number = i64::try_from(self.revisions.len()).unwrap() + 1;
        let known = self.revisions.get(&key).copied();
        let id = known.unwrap_or_else(|| RevisionId::new(params.now));
        if self.connection.live == Some(id) {
            return id;
        }
        self.connection.live = Some(id);
        let (connection, is_new) = (self.connection.clone(), known.is_none());
        let revision = Revision {
            id,
            workspace_id: connection.workspace_id,
            connection_id: connection.id,
            number,
            settings,
            learned_idp_entity_id: None,
            learned: None,
            passed_test: Some(TestId::new(params.now)),
            admin_mapping: None,
            created_at: params.now,
        };
        self.system
            .block_on(self.store.write(move |tx| {
                if is_new {
                    tx.insert_revision(&revision)?;
                }
                tx.update_connection(&connection)?;
                Ok::<_, StoreError>(())
            }))
            .unwrap();
        let change = [Change::Connection(self.connection.id)];
        self.system.block_on(self.redis.announce(&change)).unwrap();
        self.revisions.insert(key, id);
        id
    }

    /// Posts a case as the answer to a trip of this browser, which waits for it. Gives the answer and
    /// the attempt's failing check, if it got that far. What is timed is the server's processor, and
    /// not the clock of a machine that may be busy with other things.
    fn post(&mut self, case: &Case) -> (Answer, Duration, Option<String>) {
        let revision_id = self.serve(case);
        let attempt = AttemptId::new(case.params.now);
        if let Some(id) = TripId::parse(&case.params.request_id) {
            let trip = self.trip(id, revision_id, attempt, case);
            let begun = self.redis.begin(trip, case.params.now);
            self.system.block_on(begun).unwrap();
        }
        let url = format!("{}/saml/{}/acs", self.server.url, self.connection.id);
        let cookie = format!("__Host-vb={}", self.token.expose());
        let headers = [
            ("cookie", cookie.as_str()),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        let body = form(&[("SAMLResponse", &case.form_value)]);
        let began = self.processor_time();
        let answer = http::try_send("POST", &url, &headers, body)
            .unwrap_or_else(|error| panic!("{}: {error}", case.name));
        let took = self.processor_time() - began;
        (answer, took, self.reason(attempt))
    }

    fn trip(&self, id: TripId, revision_id: RevisionId, attempt: AttemptId, case: &Case) -> Trip {
        Trip {
            id,
            purpose: Purpose::SignIn(AuthorizeRequest {
                client_id: self.client,
                redirect_uri: REDIRECT_URI.to_owned(),
                scope: "openid".to_owned(),
                state: None,
                nonce: None,
                code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM".to_owned(),
                // A case that finds other settings is refused, not begun anew.
                restarted: true,
                attempt,
                reference: Reference::from_random(1),
                passive: false,
                force_authn: false,
                authn_after: None,
                resources: Vec::new(),
                expected_member: None,
                pushed_only: false,
                return_to: None,
            }),
            workspace_id: self.connection.workspace_id,
            connection_id: self.connection.id,
            revision_id,
            browser: self.token.binding(),
            issued_at: case.params.request_issued_at,
            expires_at: case.params.now + SignedDuration::from_mins(30),
        }
    }

    /// What refused an attempt, and everything that an accepted one left behind taken away: the next
    /// case says that it is the same assertion about the same person.
    fn reason(&mut self, attempt: AttemptId) -> Option<String> {
        let (connection, workspace) = (self.connection.id, self.connection.workspace_id);
        self.system
            .block_on(self.store.write(move |tx| {
                let reason = tx
                    .attempt(connection, attempt)?
                    .and_then(|attempt| attempt.reason);
                let later = "2027-11-24T00:00:00Z".parse().unwrap();
                tx.prune(later)?;
                let page = PageRequest::first(200);
                for member in tx
                    .list_members(workspace, &MemberFilter::default(), &page)?
                    .items
                {
                    tx.delete_member(workspace, member.id, later)?;
                }
                Ok::<_, StoreError>(reason)
            }))
            .unwrap()
    }

    /// The processor time that the server has used.
    fn processor_time(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.server.pid())).unwrap();
        // pid (name) state …, and the name may hold anything.
        let (_, rest) = stat.rsplit_once(") ").unwrap();
        let fields: Vec<&str> = rest.split(' ').collect();
        let ticks = [fields[11], fields[12]].map(|ticks| ticks.parse::<u64>().unwrap());
        Duration::from_millis(ticks.iter().sum::<u64>() * 10)
    }

    /// Resident memory of the server, in KiB.
    fn memory(&self) -> u64 {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", self.server.pid())).unwrap();
        let line = status
            .lines()
            .find(|line| line.starts_with("VmRSS:"))
            .unwrap();
        line.split_ascii_whitespace()
            .nth(1)
            .unwrap()
            .parse()
            .unwrap()
    }
}

fn workspace(id: WorkspaceId) -> Workspace {
    let now = FROZEN.parse().unwrap();
    Workspace {
        id,
        name: "Corpus".to_owned(),
        slug: Slug::parse("corpus").unwrap(),
        plan: Plan::Pro,
        two_factor: TwoFactorRule::Off,
        external_id: None,
        keep_responses_days: 0,
        session_idle_minutes: Workspace::SESSION_IDLE_MINUTES,
        session_lifetime_minutes: Workspace::SESSION_LIFETIME_MINUTES,
        sso_enabled_at: None,
        unlocked_until: None,
        audit_retention_days: None,
        branding: vestibule_model::Branding::default(),
        created_at: now,
        updated_at: now,
    }
}

/// The connection that the cases are for: its id stands in their audience.
fn connection(case: &Case) -> Connection {
    let now: Timestamp = FROZEN.parse().unwrap();
    let id = case
        .params
        .sp_entity_id
        .split('/')
        .find_map(|part| part.parse::<ConnectionId>().ok());
    Connection {
        id: id.expect("a connection's id in the audience"),
        workspace_id: WorkspaceId::new(now),
        name: "Corpus".to_owned(),
        provider: None,
        default: true,
        phase: Phase::Live,
        draft: None,
        live: None,
        service_provider: ServiceProvider {
            certificate_pem: certificate(),
        },
        created_at: now,
        updated_at: now,
    }
}

/// Any certificate: it only names a key in reports.
fn certificate() -> String {
    let key = SigningKey::generate_rsa(2048).unwrap();
    let (from, to) = ("2026-01-01T00:00:00Z", "2036-01-01T00:00:00Z");
    let made = key.self_signed_certificate("sp", from.parse().unwrap(), to.parse().unwrap());
    made.unwrap().to_pem()
}

fn previous(connection: &Connection, index: usize) -> ServiceProviderKey {
    ServiceProviderKey {
        id: ServiceProviderKeyId::new(connection.created_at),
        workspace_id: connection.workspace_id,
        connection_id: connection.id,
        stage: KeyStage::Previous,
        certificate_pem: certificate(),
        created_at: connection.created_at + SignedDuration::from_secs(index.try_into().unwrap()),
    }
}

fn client() -> Client {
    let now = FROZEN.parse().unwrap();
    let (id, name) = (ClientId::new(now), "Corpus".to_owned());
    Client::new(id, name, vec![REDIRECT_URI.to_owned()], [0; 32], now)
}

fn settings(case: &Case) -> RevisionSettings {
    RevisionSettings {
        idp_entity_id: Some(case.params.idp_entity_id.clone()),
        encryption_cbc: match case.params.cbc {
            Cbc::Refuse => EncryptionCbc::Refuse,
            Cbc::WithSignedResponse => EncryptionCbc::WithSignedResponse,
            Cbc::Accept => EncryptionCbc::Accept,
        },
        require_signed_response: case.params.require_signed_response,
        ..RevisionSettings::new(
            vec![String::from_utf8(case.certificates.clone()).unwrap()],
            "https://idp.example/sso".to_owned(),
        )
    }
}

/// The keys of ours that most of the encrypted cases are for.
fn usual_keys(cases: &[Case]) -> Vec<Vec<u8>> {
    let mut counted: BTreeMap<&Vec<Vec<u8>>, usize> = BTreeMap::new();
    for case in cases.iter().filter(|case| !case.decryption.is_empty()) {
        *counted.entry(&case.decryption).or_default() += 1;
    }
    let most = counted.into_iter().max_by_key(|(_, count)| *count);
    most.expect("encrypted cases").0.clone()
}

/// Refusals by the policy and not by SAML: the assertion was accepted, and says nothing of somebody
/// whom a workspace could make a member, or of a session that is over by now.
const OF_THE_POLICY: [&str; 3] = ["email-missing", "email-invalid", "session-ended"];

#[test]
fn every_case_is_answered_as_it_must_be_at_once_and_without_a_trace() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../saml/tests/corpus");
    let all: Vec<Case> = ["accept", "reject"]
        .into_iter()
        .flat_map(|folder| cases(&corpus, folder))
        .collect();
    let frozen: Timestamp = FROZEN.parse().unwrap();
    let decryption = usual_keys(&all);
    let here = |case: &Case| {
        let params = &case.params;
        params.now == frozen
            && params.clock_skew_seconds == 180
            && params.acs_url.contains("/conn_")
            && params.purpose == case::Purpose::SignIn
            // A connection always has keys.
            && case.name != "reject/encryption-without-a-key-of-ours"
            && (case.decryption.is_empty() || case.decryption == decryption)
    };
    let (ours, elsewhere): (Vec<Case>, Vec<Case>) = all.into_iter().partition(here);
    assert!(
        elsewhere.len() <= MAX_ELSEWHERE,
        "{} cases",
        elsewhere.len()
    );
    assert!(ours.len() > 1_100, "{} cases", ours.len());

    let mut bed = Bed::new(&ours);
    // Once each way, so that what any server needs is there before its memory is looked at.
    for case in ours.iter().take(3).chain(ours.iter().rev().take(3)) {
        bed.post(case);
    }
    let before = bed.memory();
    let mut wrong: Vec<Value> = Vec::new();
    let mut slowest = Duration::ZERO;
    let (mut accepted, mut refused) = (0, 0);
    for case in &ours {
        let (answer, took, reason) = bed.post(case);
        slowest = slowest.max(took);
        let signed_in = answer.status == 303
            && answer
                .header("location")
                .is_some_and(|to| to.contains("code="));
        let judged = reason.as_deref();
        let right = if case.params.expect.is_some() {
            accepted += 1;
            signed_in || judged.is_some_and(|reason| OF_THE_POLICY.contains(&reason))
        } else {
            refused += 1;
            let refused_by = case.params.refused_by.map(|check| check.as_str());
            let by_the_check = judged == refused_by;
            // What cannot be read, or names no trip of ours, is no attempt.
            let no_attempt = judged.is_none();
            (400..500).contains(&answer.status)
                && answer.header("location").is_none()
                && (by_the_check || no_attempt)
        };
        if !right {
            wrong.push(json!({
                "case": case.name,
                "bytes": case.document.as_ref().map(Vec::len),
                "status": answer.status,
                "reason": reason,
                "expected": case.params.refused_by,
                "detail": case.params.detail,
            }));
        }
    }
    assert!(wrong.is_empty(), "{} wrong: {wrong:#?}", wrong.len());
    assert!(accepted > 150 && refused > 900, "{accepted} and {refused}");
    assert!(slowest < Duration::from_secs(1), "{slowest:?}");
    let after = bed.memory();
    assert!(
        after <= before + MAX_GROWTH_KIB,
        "the server grew from {before} to {after} KiB"
    );
    println!(
        "{accepted} accepted, {refused} refused, the slowest in {slowest:?}, {before} to {after} KiB"
    );
}
