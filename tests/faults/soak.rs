//! People sign in for half an hour, at a part of what the servers can do, while something breaks every minute.
//! `make soak`; docs/reliability.md has what it said.
//!
//! Two servers stand on a Postgres and a Redis of this test's own. What was answered with success is looked
//! for afterwards; what is answered with 5xx counts against a fault for as long as that may take, and after it
//! against us.

use std::{
    fs,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use vestibule_test_idp::{Style, Twist, User};

use crate::support::{
    browser::Browser,
    database::Database,
    http::{Answer, form, try_send},
    postgres::PostgresServer,
    process::Signal,
    redis::RedisServer,
    server::Server,
    world::{REDIRECT_URI, VERIFIER, World, answer_of, code_in, text},
};

/// What is sent of what could be, in percent.
const SHARE: u64 = 70;
/// People who sign in at a time.
const PEOPLE: usize = 8;
/// How long it is tried how many the servers can do.
const TRIAL: Duration = Duration::from_secs(20);
/// How long something stays broken.
const BROKEN_FOR: Duration = Duration::from_secs(5);
/// How long its consequences may last after it is whole again: the waits that have begun (10 s) and a try
/// more.
const RECOVERY: Duration = Duration::from_secs(15);
const EVERY: Duration = Duration::from_secs(60);

/// Half an hour, or so many minutes as the variable says.
#[expect(clippy::disallowed_methods, reason = "`make soak SOAK_MINUTES=…`")]
fn minutes() -> u64 {
    let given = std::env::var("SOAK_MINUTES").ok();
    given.map_or(30, |text| text.parse().expect("a number of minutes"))
}

/// What is broken, one after the other.
#[derive(Debug, Clone, Copy)]
enum Fault {
    ServerKilled,
    RedisKilled,
    PostgresFrozen,
    RedisEmptied,
    ServersTold,
    PostgresKilled,
    RedisFrozen,
}

impl Fault {
    const ALL: [Self; 7] = [
        Self::ServerKilled,
        Self::RedisKilled,
        Self::PostgresFrozen,
        Self::RedisEmptied,
        Self::ServersTold,
        Self::PostgresKilled,
        Self::RedisFrozen,
    ];

    fn words(self) -> &'static str {
        match self {
            Self::ServerKilled => "kill -9 of a server, started again",
            Self::RedisKilled => "kill -9 of Redis, started again empty",
            Self::PostgresFrozen => "Postgres frozen",
            Self::RedisEmptied => "Redis emptied",
            Self::ServersTold => "SIGTERM to one server after the other",
            Self::PostgresKilled => "kill -9 of Postgres, started again",
            Self::RedisFrozen => "Redis frozen",
        }
    }
}

/// What was seen, in numbers.
#[derive(Default)]
struct Seen {
    signed_in: AtomicUsize,
    /// 5xx, broken connections and trips that were lost, while something was broken.
    explained: AtomicUsize,
    replays_refused: AtomicUsize,
    forgeries_refused: AtomicUsize,
    refreshed: AtomicUsize,
    /// What must not be, in words.
    wrong: Mutex<Vec<String>>,
}

/// The time, as all of them see it.
struct Run<'w> {
    world: &'w World,
    seen: Seen,
    over: AtomicBool,
    /// Until when failures count against a fault, in milliseconds after the beginning.
    excused_until: AtomicU64,
    begun: Instant,
    /// Between two sign-ins of one person.
    pause: Duration,
    /// Refresh tokens that were answered, and have to be there at the end.
    kept: Mutex<Vec<String>>,
}

/// How a way ended that did not lead where it should.
enum Stopped {
    /// 5xx or a broken connection, in words.
    Failed(String),
    /// The trip is no longer known: begin again.
    Lost,
}

impl Run<'_> {
    fn millis(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn wrong(&self, what: String) {
        eprintln!("soak: WRONG at {} s: {what}", self.millis() / 1000);
        self.seen.wrong.lock().unwrap().push(what);
    }

    /// An answer that a way goes on from, or why it does not.
    fn on(&self, answer: Result<Answer, String>, expected: u16) -> Result<Answer, Stopped> {
        match answer {
            Ok(answer) if answer.status == expected => Ok(answer),
            Ok(answer) if answer.status >= 500 => Err(Stopped::Failed(format!("{answer:?}"))),
            Ok(answer) if answer.status == 400 => Err(Stopped::Lost),
            Ok(answer) => {
                self.wrong(format!("neither {expected} nor a failure: {answer:?}"));
                Err(Stopped::Lost)
            }
            Err(error) => Err(Stopped::Failed(error)),
        }
    }

    fn token(&self, fields: &[(&str, &str)]) -> Result<Answer, String> {
        let (id, secret) = &self.world.client;
        let mut all = vec![("client_id", id.as_str()), ("client_secret", secret)];
        all.extend_from_slice(fields);
        let url = format!("{}/oauth2/token", self.world.server.url);
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        try_send("POST", &url, &headers, form(&all))
    }

    /// One sign-in, and what must not be possible after it.
    fn whole_way(&self, user: &User, number: usize) -> Result<(), Stopped> {
        let world = self.world;
        let mut browser = Browser::default();
        let leaving = self.on(browser.try_get(&world.authorize_url()), 302)?;
        let twist = Twist::default();
        let answer = answer_of(&world.idp, leaving.location(), user, &twist);
        if number.is_multiple_of(16) {
            self.forgery(&mut browser.clone(), leaving.location(), user);
        }
        let arrived = browser.try_deliver(&answer.acs_url, &answer.saml_response);
        let code = code_in(&self.on(arrived, 303)?);
        let tokens = self.on(
            self.token(&[
                ("grant_type", "authorization_code"),
                ("code", &code),
                ("redirect_uri", REDIRECT_URI),
                ("code_verifier", VERIFIER),
            ]),
            200,
        )?;
        self.seen.signed_in.fetch_add(1, Ordering::Relaxed);
        let refresh = text(&tokens.json(), "/refresh_token");
        if number.is_multiple_of(8) {
            let fields = [
                ("grant_type", "refresh_token"),
                ("refresh_token", &*refresh),
            ];
            let fresh = self.on(self.token(&fields), 200)?;
            self.seen.refreshed.fetch_add(1, Ordering::Relaxed);
            self.kept
                .lock()
                .unwrap()
                .push(text(&fresh.json(), "/refresh_token"));
        } else {
            self.kept.lock().unwrap().push(refresh);
        }
        if number.is_multiple_of(4)
            && let Ok(again) = browser.try_deliver(&answer.acs_url, &answer.saml_response)
        {
            match again.status {
                400.. => drop(self.seen.replays_refused.fetch_add(1, Ordering::Relaxed)),
                _ => self.wrong(format!("a response was accepted twice: {again:?}")),
            }
        }
        Ok(())
    }

    /// A response that says another name than was signed.
    fn forgery(&self, browser: &mut Browser, location: &str, user: &User) {
        let twist = Twist {
            tampered: true,
            ..Twist::default()
        };
        let forged = answer_of(&self.world.idp, location, user, &twist);
        let Ok(refused) = browser.try_deliver(&forged.acs_url, &forged.saml_response) else {
            return;
        };
        match (refused.status, refused.header("location")) {
            (400.., None) => drop(self.seen.forgeries_refused.fetch_add(1, Ordering::Relaxed)),
            _ => self.wrong(format!("a forged response was accepted: {refused:?}")),
        }
    }

    /// Signs one person in again and again.
    fn sign_in(&self, person: usize) {
        let user = User::new(format!("p{person}@acme.example"), "Per", "Son");
        let mut number = person;
        while !self.over.load(Ordering::Relaxed) {
            let (began, since) = (self.millis(), Instant::now());
            match self.whole_way(&user, number) {
                Ok(()) => {}
                // Whatever began before the end of what is excused may end after it.
                Err(_) if began < self.excused_until.load(Ordering::Relaxed) => {
                    self.seen.explained.fetch_add(1, Ordering::Relaxed);
                }
                Err(Stopped::Lost) => self.wrong("a trip was lost, and nothing was broken".into()),
                Err(Stopped::Failed(why)) => self.wrong(why),
            }
            number += PEOPLE;
            thread::sleep(self.pause.saturating_sub(since.elapsed()));
        }
    }
}

/// What a process holds in memory, in MB.
fn resident(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    number
        .and_then(|text| text.parse::<u64>().ok())
        .unwrap_or(0)
        / 1024
}

fn within_run<T>(run: &Run<'_>, of: impl FnOnce() -> T) -> T {
    thread::scope(|scope| {
        for person in 0..PEOPLE {
            scope.spawn(move || run.sign_in(person));
        }
        let done = of();
        run.over.store(true, Ordering::Relaxed);
        done
    })
}

fn run(world: &World, pause: Duration) -> Run<'_> {
    Run {
        world,
        seen: Seen::default(),
        over: AtomicBool::new(false),
        excused_until: AtomicU64::new(0),
        begun: Instant::now(),
        pause,
        kept: Mutex::default(),
    }
}

/// Breaks something, and mends it.
fn break_and_mend(fault: Fault, world: &World, redis: &mut RedisServer, postgres: &PostgresServer) {
    match fault {
        Fault::ServerKilled => world.server.replace(0, Signal::KILL, BROKEN_FOR),
        Fault::ServersTold => {
            world.server.replace(0, Signal::TERM, Duration::ZERO);
            world.server.replace(1, Signal::TERM, Duration::ZERO);
        }
        Fault::RedisKilled => {
            redis.kill();
            thread::sleep(BROKEN_FOR);
            redis.start_again();
        }
        Fault::RedisEmptied => redis.empty(),
        Fault::RedisFrozen => {
            redis.freeze();
            thread::sleep(BROKEN_FOR);
            redis.thaw();
        }
        Fault::PostgresKilled => {
            postgres.kill();
            thread::sleep(BROKEN_FOR);
            postgres.start_again();
        }
        Fault::PostgresFrozen => {
            postgres.freeze();
            thread::sleep(BROKEN_FOR);
            postgres.thaw();
        }
    }
}

#[test]
#[ignore = "it takes its half hour: make soak"]
fn half_an_hour_with_a_fault_every_minute() {
    let (postgres, mut redis) = (PostgresServer::start(), RedisServer::start());
    let redis_url = redis.url();
    let settings = [("VESTIBULE_REDIS_URL", redis_url.as_str())];
    let server = Server::on(Database::at(postgres.url()), 2, &settings);
    let world = World::on(server, Style::Okta).go_live();

    // Twice: what is begun for the first time takes longer.
    let trial = |length| {
        let trial = run(&world, Duration::ZERO);
        within_run(&trial, || thread::sleep(length));
        assert!(
            trial.seen.wrong.lock().unwrap().is_empty(),
            "before anything broke"
        );
        trial.seen.signed_in.into_inner()
    };
    trial(TRIAL / 4);
    let all = u64::try_from(trial(TRIAL)).unwrap().max(1);
    let people = u64::try_from(PEOPLE).unwrap();
    let a_second = all / TRIAL.as_secs();
    let pause = TRIAL * u32::try_from(people * 100 / SHARE).unwrap() / u32::try_from(all).unwrap();
    eprintln!("soak: {a_second} sign-ins a second at most; {SHARE} % of that from now on");

    let soak = run(&world, pause);
    eprintln!("| minute | fault | signed in | failed, explained | wrong | MB |");
    eprintln!("|---|---|---|---|---|---|");
    let mut memory = Vec::new();
    within_run(&soak, || {
        for minute in 1..=minutes() {
            let next = EVERY * u32::try_from(minute).unwrap();
            thread::sleep((next - EVERY / 2).saturating_sub(soak.begun.elapsed()));
            let fault = Fault::ALL[usize::try_from(minute - 1).unwrap() % Fault::ALL.len()];
            soak.excused_until.store(u64::MAX, Ordering::Relaxed);
            break_and_mend(fault, &world, &mut redis, &postgres);
            let until = soak.millis() + u64::try_from(RECOVERY.as_millis()).unwrap();
            soak.excused_until.store(until, Ordering::Relaxed);
            thread::sleep(next.saturating_sub(soak.begun.elapsed()));
            let held: Vec<_> = world.server.pids().into_iter().map(resident).collect();
            memory.push(held.iter().copied().max().unwrap_or(0));
            let seen = &soak.seen;
            eprintln!(
                "| {minute} | {} | {} | {} | {} | {held:?} |",
                fault.words(),
                seen.signed_in.load(Ordering::Relaxed),
                seen.explained.load(Ordering::Relaxed),
                seen.wrong.lock().unwrap().len(),
            );
        }
    });

    // Everything that was answered is there.
    let kept = soak.kept.into_inner().unwrap();
    let lost = |of: &[String]| of.iter().filter(|token| !world.is_active(token)).count();
    let lost: usize = thread::scope(|scope| {
        let portions = kept.chunks(kept.len().div_ceil(PEOPLE).max(1));
        let counts: Vec<_> = portions.map(|of| scope.spawn(move || lost(of))).collect();
        counts.into_iter().map(|count| count.join().unwrap()).sum()
    });
    let seen = soak.seen;
    eprintln!(
        "soak: {} sign-ins, {} sessions looked for and {lost} lost, {} refreshed, {} replays and {} forgeries \
         refused, {} failures while something was broken",
        seen.signed_in.load(Ordering::Relaxed),
        kept.len(),
        seen.refreshed.load(Ordering::Relaxed),
        seen.replays_refused.load(Ordering::Relaxed),
        seen.forgeries_refused.load(Ordering::Relaxed),
        seen.explained.load(Ordering::Relaxed),
    );
    let wrong = seen.wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(lost, 0, "answered with success, and gone");
    assert!(seen.replays_refused.into_inner() > 0 && seen.forgeries_refused.into_inner() > 0);
    // What is kept does not grow with what was done.
    if let [first, .., last] = memory.as_slice() {
        assert!(*last <= first + first / 2 + 20, "{memory:?}");
    }
}
