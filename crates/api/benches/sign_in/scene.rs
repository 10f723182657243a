//! A server with a workspace whose connection is live, and browsers that sign people in.

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use vestibule_test_idp::{SpRegistration, Twist, User};

use super::figures::{Times, processor_time};
use super::load::load;
use super::support::database::Engine;
use super::support::world::{REDIRECT_URI, VERIFIER, World, now};
use super::wire::Wire;

/// How many people sign in, in turn.
const PEOPLE: usize = 200;
/// To how many of the workspaces that fill the archive.
const TARGETS: usize = 200;

/// The scene.
pub(crate) struct Scene {
    world: World,
    host: String,
    people: Vec<User>,
    /// Where people sign in, in turn.
    targets: Vec<Target>,
}

/// A workspace, as browsers come to it.
struct Target {
    authorize: String,
    acs: String,
}

/// A sign-in that waits for the IdP's answer.
pub(crate) struct Begun {
    target: usize,
    cookie: String,
    to_idp: String,
    took: Duration,
}

/// One whose answer is here.
pub(crate) struct Answered {
    target: usize,
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
        let mut scene = Self {
            world,
            host,
            people: (0..PEOPLE).map(person).collect(),
            targets: Vec::new(),
        };
        let own = scene.target(&scene.world.workspace, &scene.world.acs_url);
        scene.targets.push(own);
        scene
    }

    fn target(&self, workspace: &str, acs_url: &str) -> Target {
        let authorize = self.world.authorize_with(&[("workspace", workspace)]);
        let path = |url: &str| url.replacen(&self.world.server.url, "", 1);
        Target {
            authorize: path(&authorize),
            acs: path(acs_url),
        }
    }

    /// Puts so many workspaces more into the archive; from then on people sign in to some of those.
    pub(crate) fn fill(&mut self, workspaces: usize) {
        let World {
            connection,
            entity_id,
            acs_url,
            ..
        } = &self.world;
        let loaded = load(&self.world, workspaces, TARGETS.min(workspaces));
        let targets = loaded.into_iter().map(|(workspace, of)| {
            let of = of.to_string();
            let [entity_id, acs_url] = [entity_id, acs_url].map(|url| url.replace(connection, &of));
            let trusted = SpRegistration::new(&entity_id, &acs_url);
            self.world.idp.trust(trusted);
            self.target(&workspace.to_string(), &acs_url)
        });
        self.targets = targets.collect();
    }

    pub(crate) fn pid(&self) -> u32 {
        self.world.server.pid()
    }

    pub(crate) fn processor_time(&self) -> Duration {
        processor_time(self.pid())
    }

    pub(crate) fn wire(&self) -> Wire {
        Wire::to(&self.host)
    }

    pub(crate) fn issuer(&self) -> String {
        self.world.server.url.clone()
    }

    pub(crate) fn client(&self) -> &(String, String) {
        &self.world.client
    }

    pub(crate) fn api_key(&self) -> &str {
        self.world.api.authorization()
    }

    pub(crate) fn decisions_path(&self) -> String {
        self.world.workspace_path("/sign-in-decisions")
    }

    /// The access token of somebody who has just signed in.
    pub(crate) fn access_token(&self) -> String {
        let code = self.world.code(&self.people[0]);
        let tokens = self.world.exchange(&code).expect(200).json();
        super::support::world::text(&tokens, "/access_token")
    }

    /// How large the file of SQLite is, in MB.
    pub(crate) fn archive(&self) -> u64 {
        let file = self
            .world
            .server
            .database
            .url
            .trim_start_matches("sqlite://");
        std::fs::metadata(file).map_or(0, |file| file.len() >> 20)
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

    /// Ends the server and starts it again; how long it takes until it is ready.
    pub(crate) fn restart(&mut self) -> Duration {
        self.world.server.kill();
        let begun = Instant::now();
        self.world.server.restart();
        begun.elapsed()
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

    fn authorize(&self, wire: &mut Wire, target: usize) -> Begun {
        let begun = Instant::now();
        let answer = wire.get(&self.targets[target].authorize, &[]).expect(302);
        let took = begun.elapsed();
        let cookie = answer.header("set-cookie").expect("a cookie");
        Begun {
            target,
            cookie: cookie.split(';').next().unwrap().to_owned(),
            to_idp: answer.header("location").expect("a redirect").to_owned(),
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
                        let mut wire = Wire::to(&self.host);
                        let target = || next.fetch_add(1, Ordering::Relaxed) % self.targets.len();
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
            let request = self.world.idp.read_request(query).expect("a request");
            let form = self.world.idp.respond(&request, user, &twist, now());
            let form = form.expect("an answer");
            let fields = [("SAMLResponse", form.saml_response.as_str())];
            Answered {
                target: begun.target,
                cookie: begun.cookie,
                form: super::support::http::form(&fields),
                began: begun.took,
            }
        };
        begun.into_iter().zip(people).map(answer).collect()
    }

    /// Finishes these, and begins as many.
    pub(crate) fn round(&self, waiting: &[Answered], concurrent: usize) -> Round {
        let size = waiting.len().div_ceil(concurrent);
        let portions = std::thread::scope(|scope| {
            let threads: Vec<_> = waiting
                .chunks(size)
                .map(|portion| {
                    scope.spawn(move || {
                        let mut wire = Wire::to(&self.host);
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
        let begun = Instant::now();
        let cookie = [("Cookie", answered.cookie.as_str())];
        let acs = &self.targets[answered.target].acs;
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
