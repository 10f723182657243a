//! A server with a workspace whose connection is live, and browsers that sign people in.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use vestibule_test_idp::{Twist, User};

use super::figures::{Times, processor_time};
use super::support::database::Engine;
use super::support::world::{REDIRECT_URI, VERIFIER, World, now};
use super::wire::Wire;

/// How many people sign in, in turn.
const PEOPLE: usize = 200;

/// The scene.
pub(crate) struct Scene {
    world: World,
    host: String,
    people: Vec<User>,
}

/// A sign-in that waits for the IdP's answer.
pub(crate) struct Begun {
    cookie: String,
    to_idp: String,
    took: Duration,
}

/// One whose answer is here.
pub(crate) struct Answered {
    cookie: String,
    form: String,
    began: Duration,
}

/// What came of a round.
pub(crate) struct Round {
    pub(crate) times: Vec<Times>,
    pub(crate) begun: Vec<Begun>,
}

impl Scene {
    pub(crate) fn new(engine: Engine) -> Self {
        let world = World::live(engine);
        let host = world.server.url.trim_start_matches("http://").to_owned();
        let person = |number| User::new(format!("person{number}@acme.example"), "Per", "Son");
        Self {
            world,
            host,
            people: (0..PEOPLE).map(person).collect(),
        }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.world.server.pid()
    }

    pub(crate) fn processor_time(&self) -> Duration {
        processor_time(self.pid())
    }

    /// Waits until the server does nothing: it makes keys for connections to come when it has started, which
    /// no sign-in pays for.
    pub(crate) fn settle(&self) {
        loop {
            let before = self.processor_time();
            std::thread::sleep(Duration::from_secs(2));
            if self.processor_time() - before <= Duration::from_millis(40) {
                return;
            }
        }
    }

    /// The server on one core, and this process on the other.
    pub(crate) fn pin(&self) {
        for (pid, core) in [(self.pid(), "0"), (std::process::id(), "1")] {
            // util-linux, which every Debian has. Where it fails there is one core.
            let _ = Command::new("taskset")
                .args(["--all-tasks", "--cpu-list", "--pid", core, &pid.to_string()])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status();
        }
    }

    fn authorize(&self, wire: &mut Wire, path: &str) -> Begun {
        let begun = Instant::now();
        let answer = wire.get(path, &[]).expect(302);
        let took = begun.elapsed();
        let cookie = answer.header("set-cookie").expect("a cookie");
        Begun {
            cookie: cookie.split(';').next().unwrap().to_owned(),
            to_idp: answer.header("location").expect("a redirect").to_owned(),
            took,
        }
    }

    /// So many sign-ins whose answers are here.
    pub(crate) fn begun(&self, count: usize, concurrent: usize) -> Vec<Answered> {
        let portions = portions(count, concurrent);
        let path = self.path();
        let begun = std::thread::scope(|scope| {
            let threads: Vec<_> = portions
                .into_iter()
                .map(|portion| {
                    let path = &path;
                    scope.spawn(move || {
                        let mut wire = Wire::to(&self.host);
                        (0..portion)
                            .map(|_| self.authorize(&mut wire, path))
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

    fn path(&self) -> String {
        self.world
            .authorize_url()
            .replacen(&self.world.server.url, "", 1)
    }

    /// What the IdP answers to each: signed one after the other, while no clock runs.
    pub(crate) fn answered(&self, begun: Vec<Begun>) -> Vec<Answered> {
        let twist = Twist::default();
        let people = self.people.iter().cycle();
        let answer = |(begun, user): (Begun, &User)| {
            let (_, query) = begun.to_idp.split_once('?').expect("a query");
            let request = self.world.idp.read_request(query).expect("a request");
            let form = self.world.idp.respond(&request, user, &twist, now());
            let form = form.expect("an answer");
            let fields = [("SAMLResponse", form.saml_response.as_str())];
            Answered {
                cookie: begun.cookie,
                form: super::support::http::form(&fields),
                began: begun.took,
            }
        };
        begun.into_iter().zip(people).map(answer).collect()
    }

    /// Finishes these, and begins as many.
    pub(crate) fn round(&self, waiting: &[Answered], concurrent: usize) -> Round {
        let (path, acs) = (
            self.path(),
            self.world.acs_url.replacen(&self.world.server.url, "", 1),
        );
        let size = waiting.len().div_ceil(concurrent);
        let portions = std::thread::scope(|scope| {
            let threads: Vec<_> = waiting
                .chunks(size)
                .map(|portion| {
                    let (path, acs) = (&path, &acs);
                    scope.spawn(move || {
                        let mut wire = Wire::to(&self.host);
                        let sign_in = |answered: &Answered| {
                            let times = self.finish(&mut wire, acs, answered);
                            (times, self.authorize(&mut wire, path))
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
    fn finish(&self, wire: &mut Wire, acs: &str, answered: &Answered) -> Times {
        let mut times = [
            answered.began,
            Duration::ZERO,
            Duration::ZERO,
            Duration::ZERO,
        ];
        let begun = Instant::now();
        let cookie = [("Cookie", answered.cookie.as_str())];
        let answer = wire.post_form(acs, &cookie, &answered.form).expect(303);
        times[1] = begun.elapsed();
        let to_app = answer.header("location").expect("a redirect");
        let code = to_app
            .split("code=")
            .nth(1)
            .expect("a code")
            .split('&')
            .next()
            .unwrap();
        let (id, secret) = &self.world.client;
        let form = super::support::http::form(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT_URI),
            ("code_verifier", VERIFIER),
            ("client_id", id),
            ("client_secret", secret),
        ]);
        let begun = Instant::now();
        let answer = wire.post_form("/oauth2/token", &[], &form).expect(200);
        times[2] = begun.elapsed();
        let tokens: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
        let begun = Instant::now();
        let claims = wire
            .get("/oauth2/userinfo", &[("Authorization", &bearer)])
            .expect(200);
        times[3] = begun.elapsed();
        assert!(claims.body.contains("@acme.example"), "{}", claims.body);
        times
    }
}

/// How many each of so many does.
fn portions(count: usize, concurrent: usize) -> Vec<usize> {
    let more = count % concurrent;
    (0..concurrent)
        .map(|number| count / concurrent + usize::from(number < more))
        .filter(|portion| *portion > 0)
        .collect()
}
