//! The real program, started and stopped by a test.

use std::{
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, mpsc},
    time::Duration,
};

use serde_json::Value;

use super::{
    database::{Database, Engine, service},
    front::Front,
    http::Api,
    process::{Signal, signal},
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_vestibule");
/// 32 bytes in base64: the tests' own.
pub(crate) const MASTER_KEY: &str = "dGVzdHMgc2VhbCB0aGVpciBzZWNyZXRzIHdpdGggaXQ=";

/// A running server, or several behind one address; killed when it is dropped.
pub(crate) struct Server {
    pub(crate) url: String,
    pub(crate) database: Database,
    replicas: Vec<Replica>,
    front: Option<Front>,
    log: Arc<Mutex<Vec<String>>>,
    settings: Vec<(String, String)>,
}

/// A server that was taken out of those of a test, to be ended beside what they do.
pub(crate) struct Leaving(Child);

impl Leaving {
    /// Asks it to end, and waits until it has.
    pub(crate) fn terminate(mut self) -> std::process::ExitStatus {
        signal(self.0.id(), Signal::TERM);
        self.0.wait().expect("its status")
    }
}

/// Kills the servers of a test without a warning when it is dropped.
pub(crate) struct Killer(Vec<u32>);

impl Drop for Killer {
    fn drop(&mut self) {
        for pid in &self.0 {
            signal(*pid, Signal::KILL);
        }
    }
}

/// One process.
struct Replica {
    child: Mutex<Option<Child>>,
    address: SocketAddr,
    log: Arc<Mutex<Vec<String>>>,
}

impl Replica {
    fn take(&self) -> Option<Child> {
        self.child.lock().expect("the process").take()
    }

    fn pid(&self) -> Option<u32> {
        self.child
            .lock()
            .expect("the process")
            .as_ref()
            .map(Child::id)
    }
}

impl Server {
    pub(crate) fn start(engine: Engine) -> Self {
        Self::with(engine, &[])
    }

    /// Starts with further settings.
    pub(crate) fn with(engine: Engine, settings: &[(&str, &str)]) -> Self {
        Self::behind(front_of(engine.replicas()), engine, settings)
    }

    /// The same behind a name instead of a number, as passkeys need it.
    pub(crate) fn named(engine: Engine, settings: &[(&str, &str)]) -> Self {
        let front = Front::open();
        let url = format!("http://localhost:{}", front.address.port());
        Self::behind(Some((front, url)), engine, settings)
    }

    fn behind(front: Option<(Front, String)>, engine: Engine, settings: &[(&str, &str)]) -> Self {
        let redis = engine
            .has_redis()
            .then(|| service("VESTIBULE_TEST_REDIS_URL"));
        let mut all = settings.to_vec();
        // Whoever holds the clock brings a Redis of their own: what is counted there is everybody's.
        let given = settings
            .iter()
            .any(|(name, _)| *name == "VESTIBULE_REDIS_URL");
        if let Some(url) = redis.as_deref().filter(|_| !given) {
            all.push(("VESTIBULE_REDIS_URL", url));
        }
        Self::made(Database::new(engine), engine.replicas(), front, &all)
    }

    /// So many servers without anything of ours before them; the settings say where they are reached.
    pub(crate) fn without_front(
        database: Database,
        replicas: usize,
        settings: &[(&str, &str)],
    ) -> Self {
        Self::made(database, replicas, None, settings)
    }

    /// So many servers on a database that is there.
    pub(crate) fn on(database: Database, replicas: usize, settings: &[(&str, &str)]) -> Self {
        Self::made(database, replicas, front_of(replicas), settings)
    }

    fn made(
        database: Database,
        replicas: usize,
        front: Option<(Front, String)>,
        settings: &[(&str, &str)],
    ) -> Self {
        let usual = [
            ("VESTIBULE_MASTER_KEY", MASTER_KEY),
            ("VESTIBULE_UPGRADE_CONTACT", "sales@example.com"),
            // Each browser of the tests says where it is: one address would guess for all of them.
            ("VESTIBULE_TRUSTED_PROXIES", "127.0.0.1"),
        ];
        let mut server = Self {
            url: String::new(),
            database,
            replicas: Vec::new(),
            front: None,
            log: Arc::default(),
            settings: usual
                .iter()
                .chain(settings)
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        };
        if let Some((front, url)) = front {
            server.url = url;
            let public_url = ("VESTIBULE_PUBLIC_URL".to_owned(), server.url.clone());
            server.settings.push(public_url);
            server.front = Some(front);
        }
        for _ in 0..replicas {
            let replica = server.run("127.0.0.1:0");
            match &server.front {
                Some(front) => front.add(replica.address),
                None => server.url = format!("http://{}", replica.address),
            }
            server.replicas.push(replica);
        }
        server
    }

    /// The program with this server's settings and nothing else of the environment.
    pub(crate) fn command(&self) -> Command {
        self.of_this_server(Command::new(PROGRAM))
    }

    fn of_this_server(&self, mut command: Command) -> Command {
        command
            .env_clear()
            .envs(std::env::vars_os().filter(|(name, _)| name == "PATH" || name == "HOME"))
            .env("VESTIBULE_DATABASE_URL", &self.database.url)
            .envs(self.settings.iter().map(|(name, value)| (name, value)))
            .current_dir(self.database.folder.path());
        command
    }

    fn run(&self, listen: &str) -> Replica {
        // A file that must not grow is an error to it, as a full disk is, and not its end.
        let mut program = Command::new("env");
        program.args(["--ignore-signal=XFSZ", PROGRAM, "serve"]);
        let mut child = self
            .of_this_server(program)
            .env("VESTIBULE_LISTEN", listen)
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let stderr = BufReader::new(child.stderr.take().expect("its log"));
        let (tell, told) = mpsc::channel();
        let log = Arc::clone(&self.log);
        let own_log = Arc::<Mutex<Vec<String>>>::default();
        let own = Arc::clone(&own_log);
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                let entry: Value = serde_json::from_str(&line).unwrap_or_default();
                if entry["message"] == "listening" {
                    let _ = tell.send(entry["address"].as_str().unwrap_or_default().to_owned());
                }
                own.lock().expect("the log").push(line.clone());
                log.lock().expect("the log").push(line);
            }
        });
        match told.recv_timeout(Duration::from_secs(60)) {
            Ok(address) => Replica {
                child: Mutex::new(Some(child)),
                address: address.parse().expect("an address"),
                log: own_log,
            },
            Err(_) => {
                let _ = child.kill();
                let _ = child.wait();
                panic!("the server did not start:\n{}", self.log());
            }
        }
    }

    /// The address of one replica, past the front.
    pub(crate) fn replica_url(&self, index: usize) -> String {
        format!("http://{}", self.replicas[index].address)
    }

    /// Starts the servers anew, one after the other, with another value of a setting.
    pub(crate) fn roll(&mut self, setting: &str, value: &str) {
        let kept = self.settings.iter_mut().find(|(name, _)| name == setting);
        kept.expect("a setting that was given").1 = value.to_owned();
        for index in 0..self.replicas.len() {
            if let Some(mut child) = self.replicas[index].take() {
                signal(child.id(), Signal::TERM);
                child.wait().expect("its status");
            }
            self.restart();
        }
    }

    /// Kills every server without a warning and starts it again at the same address.
    pub(crate) fn kill_and_restart(&mut self) {
        self.kill();
        self.restart();
    }

    /// Starts every server that is not running at the address it had.
    pub(crate) fn restart(&mut self) {
        for index in 0..self.replicas.len() {
            if self.replicas[index].pid().is_none() {
                let address = self.replicas[index].address.to_string();
                self.replicas[index] = self.run(&address);
            }
        }
    }

    /// What kills the servers while others use them.
    pub(crate) fn killer(&self) -> Killer {
        Killer(self.pids())
    }

    /// Asks the server to end, and waits until it has.
    pub(crate) fn terminate(&mut self) -> std::process::ExitStatus {
        let replica = self.replicas.first().expect("a server");
        let mut child = replica.take().expect("a running server");
        signal(child.id(), Signal::TERM);
        child.wait().expect("its status")
    }

    /// The first server, to be ended by the test.
    pub(crate) fn take_first(&mut self) -> Leaving {
        let replica = self.replicas.first().expect("a server");
        Leaving(replica.take().expect("a running server"))
    }

    /// What each server has logged.
    pub(crate) fn log_of_each(&self) -> Vec<Vec<String>> {
        let logs = self.replicas.iter().map(|replica| &replica.log);
        logs.map(|log| log.lock().expect("the log").clone())
            .collect()
    }

    /// The process of the first server.
    pub(crate) fn pid(&self) -> u32 {
        let replica = self.replicas.first().expect("a server");
        replica.pid().expect("a running server")
    }

    /// The processes of all of them.
    pub(crate) fn pids(&self) -> Vec<u32> {
        self.replicas.iter().filter_map(Replica::pid).collect()
    }

    /// Ends one of them beside what others do with it, by force or by telling it, and starts it at its address
    /// again after a pause.
    pub(crate) fn replace(&self, index: usize, end: Signal, pause: Duration) {
        let replica = &self.replicas[index];
        let mut child = replica.take().expect("a running server");
        signal(child.id(), end);
        child.wait().expect("its status");
        std::thread::sleep(pause);
        let again = self.run(&replica.address.to_string()).take();
        *replica.child.lock().expect("the process") = again;
    }

    /// Kills every server without a warning.
    pub(crate) fn kill(&mut self) {
        let mut children: Vec<_> = self.replicas.iter().filter_map(Replica::take).collect();
        for child in &mut children {
            let _ = child.kill();
        }
        for mut child in children {
            let _ = child.wait();
        }
    }

    /// Everything the servers have logged.
    pub(crate) fn log(&self) -> String {
        self.log.lock().expect("the log").join("\n")
    }

    /// The log, once this is in it: its lines arrive a moment after the answer.
    pub(crate) fn log_with(&self, awaited: &str) -> String {
        let deadline = std::time::Instant::now() + Duration::from_secs(10);
        loop {
            let log = self.log();
            if log.contains(awaited) {
                return log;
            }
            assert!(
                std::time::Instant::now() < deadline,
                "never logged {awaited}:\n{log}"
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// The management API with a new key of these scopes.
    pub(crate) fn api(&self, scopes: &[&str]) -> Api {
        let mut command = self.command();
        command.args(["api-keys", "create", "--json", "--name", "tests"]);
        for scope in scopes {
            command.args(["--scope", scope]);
        }
        let output = command.output().expect("the program runs");
        let printed = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let key: Value = serde_json::from_str(&printed).expect("JSON on standard output");
        Api::new(&self.url, key["secret"].as_str().expect("a secret"))
    }

    /// The management API with a key that may do everything.
    pub(crate) fn admin_api(&self) -> Api {
        self.api(&["*"])
    }
}

/// What stands before several servers, and its address.
fn front_of(replicas: usize) -> Option<(Front, String)> {
    (replicas > 1).then(|| {
        let front = Front::open();
        let url = format!("http://{}", front.address);
        (front, url)
    })
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            eprintln!("--- the server's log ---\n{}", self.log());
        }
    }
}
