//! Browsers that sign people in to a service: to a server of ours with a workspace whose connection is live,
//! or to another that speaks the same protocols.

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use vestibule_test_idp::{TestIdp, Twist, User};

use super::figures::{Figures, Times, processor_time};
use super::support::world::{REDIRECT_URI, VERIFIER, World, now};
use super::wire::Wire;

/// How many people sign in, in turn.
const PEOPLE: usize = 200;

/// What people sign in to, and what it is asked.
pub(crate) struct Service {
    pub(crate) pid: u32,
    /// Name and port.
    pub(crate) host: String,
    /// Whose answers it takes.
    pub(crate) idp: TestIdp,
    /// Where people sign in, in turn.
    pub(crate) targets: Vec<Target>,
    pub(crate) token: &'static str,
    pub(crate) userinfo: &'static str,
    /// Id and secret.
    pub(crate) client: (String, String),
}

/// A workspace, or whatever a service calls it, as browsers come to it.
pub(crate) struct Target {
    /// The authorization endpoint, with everything that is asked for.
    pub(crate) authorize: String,
    pub(crate) acs: String,
}

impl Target {
    /// A workspace of this world.
    pub(crate) fn ours(world: &World, workspace: &str, acs_url: &str) -> Self {
        let path = |url: &str| url.replacen(&world.server.url, "", 1);
        Self {
            authorize: path(&world.authorize_with(&[("workspace", workspace)])),
            acs: path(acs_url),
        }
    }
}

impl Service {
    /// The server of this world.
    pub(crate) fn ours(world: &World) -> Self {
        Self {
            pid: world.server.pid(),
            host: world.server.url.trim_start_matches("http://").to_owned(),
            idp: world.idp.clone(),
            targets: vec![Target::ours(world, &world.workspace, &world.acs_url)],
            token: "/oauth2/token",
            userinfo: "/oauth2/userinfo",
            client: world.client.clone(),
        }
    }
}

/// The scene.
pub(crate) struct Scene {
    pub(crate) service: Service,
    people: Vec<User>,
}

/// A sign-in that waits for the IdP's answer.
pub(crate) struct Begun {
    target: usize,
    /// Where the service sets one.
    cookie: Option<String>,
    to_idp: String,
    took: Duration,
}

/// One whose answer is here.
pub(crate) struct Answered {
    target: usize,
    cookie: Option<String>,
    form: String,
    began: Duration,
}

/// What came of a round.
pub(crate) struct Round {
    pub(crate) times: Vec<Times>,
    pub(crate) begun: Vec<Begun>,
}

impl Scene {
    pub(crate) fn new(service: Service) -> Self {
        let person = |number| User::new(format!("person{number}@acme.example"), "Per", "Son");
        Self {
            service,
            people: (0..PEOPLE).map(person).collect(),
        }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.service.pid
    }

    pub(crate) fn processor_time(&self) -> Duration {
        processor_time(self.pid())
    }

    /// Waits until the server does nothing: it makes keys for connections to come when it has started, which
    /// no sign-in pays for. For a minute at most: with many connections it looks at their certificates for long,
    /// beside whatever else it does.
    pub(crate) fn settle(&self) {
        for _ in 0..30 {
            let before = self.processor_time();
            std::thread::sleep(Duration::from_secs(2));
            if self.processor_time() - before <= Duration::from_millis(40) {
                return;
            }
        }
    }

    /// The server on one core, and this process on the other.
    pub(crate) fn pin(&self) {
        pin(self.pid(), "0");
        pin(std::process::id(), "1");
    }

    fn authorize(&self, wire: &mut Wire, target: usize) -> Begun {
        let begun = Instant::now();
        let answer = wire.get(&self.service.targets[target].authorize, &[]);
        let took = begun.elapsed();
        let cookie = answer.header("set-cookie");
        Begun {
            target,
            cookie: cookie.map(|cookie| cookie.split(';').next().unwrap().to_owned()),
            to_idp: answer.location().to_owned(),
            took,
        }
    }

    /// So many sign-ins whose answers are here.
    pub(crate) fn begun(&self, count: usize, concurrent: usize) -> Vec<Answered> {
        let portions = portions(count, concurrent);
        let next = AtomicUsize::new(0);
        let begun = std::thread::scope(|scope| {
            let threads: Vec<_> = portions
                .into_iter()
                .map(|portion| {
                    let next = &next;
                    scope.spawn(move || {
                        let mut wire = Wire::to(&self.service.host);
                        let targets = self.service.targets.len();
                        let target = || next.fetch_add(1, Ordering::Relaxed) % targets;
                        (0..portion)
                            .map(|_| self.authorize(&mut wire, target()))
                            .collect::<Vec<_>>()
                    })
                })
                .collect();
            threads
                .into_iter()
                .flat_map(|thread| thread.join().unwrap())
                .collect()
        });
        self.answered(begun)
    }

    /// What the IdP answers to each: signed one after the other, while no clock runs.
    pub(crate) fn answered(&self, begun: Vec<Begun>) -> Vec<Answered> {
        let twist = Twist::default();
        let people = self.people.iter().cycle();
        let answer = |(begun, user): (Begun, &User)| {
            let (_, query) = begun.to_idp.split_once('?').expect("a query");
            let idp = &self.service.idp;
            let request = idp.read_request(query).expect("a request");
            let form = idp.respond(&request, user, &twist, now());
            Answered {
                target: begun.target,
                cookie: begun.cookie,
                form: form.expect("an answer").to_urlencoded(),
                began: begun.took,
            }
        };
        begun.into_iter().zip(people).map(answer).collect()
    }

    /// As many sign-ins, in rounds.
    pub(crate) fn line(&self, sign_ins: usize, concurrent: usize) -> Figures {
        let portion = (sign_ins / 4).max(concurrent);
        let mut figures = Figures::default();
        let mut waiting = self.begun(portion, concurrent);
        while figures.count() < sign_ins {
            let (processor, begun) = (self.processor_time(), Instant::now());
            let round = self.round(&waiting, concurrent);
            figures.add(
                begun.elapsed(),
                self.processor_time() - processor,
                &round.times,
            );
            waiting = self.answered(round.begun);
        }
        figures
    }

    /// Finishes these, and begins as many.
    pub(crate) fn round(&self, waiting: &[Answered], concurrent: usize) -> Round {
        let size = waiting.len().div_ceil(concurrent);
        let portions = std::thread::scope(|scope| {
            let threads: Vec<_> = waiting
                .chunks(size)
                .map(|portion| {
                    scope.spawn(move || {
                        let mut wire = Wire::to(&self.service.host);
                        let sign_in = |answered: &Answered| {
                            let times = self.finish(&mut wire, answered);
                            (times, self.authorize(&mut wire, answered.target))
                        };
                        portion.iter().map(sign_in).collect::<Vec<_>>()
                    })
                })
                .collect();
            let join = |thread: std::thread::ScopedJoinHandle<'_, _>| thread.join().unwrap();
            threads.into_iter().map(join).collect::<Vec<Vec<_>>>()
        });
        let (times, begun) = portions.into_iter().flatten().unzip();
        Round { times, begun }
    }

    /// From the IdP's answer to the claims.
    fn finish(&self, wire: &mut Wire, answered: &Answered) -> Times {
        let mut times = [
            answered.began,
            Duration::ZERO,
            Duration::ZERO,
            Duration::ZERO,
        ];
        let cookie = answered.cookie.as_deref();
        let cookie: Vec<_> = cookie
            .map(|cookie| ("Cookie", cookie))
            .into_iter()
            .collect();
        let begun = Instant::now();
        let acs = &self.service.targets[answered.target].acs;
        let answer = wire.post_form(acs, &cookie, &answered.form);
        times[1] = begun.elapsed();
        let code = answer
            .location()
            .split("code=")
            .nth(1)
            .expect("a code")
            .split('&')
            .next()
            .unwrap();
        let (id, secret) = &self.service.client;
        let form = super::support::http::form(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT_URI),
            ("code_verifier", VERIFIER),
            ("client_id", id),
            ("client_secret", secret),
        ]);
        let begun = Instant::now();
        let answer = wire.post_form(self.service.token, &[], &form).expect(200);
        times[2] = begun.elapsed();
        let tokens: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
        let begun = Instant::now();
        let claims = wire
            .get(self.service.userinfo, &[("Authorization", &bearer)])
            .expect(200);
        times[3] = begun.elapsed();
        assert!(claims.body.contains("@acme.example"), "{}", claims.body);
        times
    }
}

/// A process with all its threads on this core.
pub(crate) fn pin(pid: u32, core: &str) {
    // util-linux, which every Debian has. Where it fails there is one core.
    let _ = Command::new("taskset")
        .args(["--all-tasks", "--cpu-list", "--pid", core, &pid.to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
}

/// How many each of so many does.
fn portions(count: usize, concurrent: usize) -> Vec<usize> {
    let more = count % concurrent;
    (0..concurrent)
        .map(|number| count / concurrent + usize::from(number < more))
        .filter(|portion| *portion > 0)
        .collect()
}
