//! The real program, started and stopped by a test.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, mpsc},
    time::Duration,
};

use serde_json::Value;

use super::{
    database::{Database, Engine},
    http::Api,
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_vestibule");
/// 32 bytes in base64: the tests' own.
const MASTER_KEY: &str = "dGVzdHMgc2VhbCB0aGVpciBzZWNyZXRzIHdpdGggaXQ=";

/// A running server; killed when it is dropped.
pub(crate) struct Server {
    pub(crate) url: String,
    pub(crate) database: Database,
    child: Option<Child>,
    log: Arc<Mutex<Vec<String>>>,
    settings: Vec<(String, String)>,
}

impl Server {
    pub(crate) fn start(engine: Engine) -> Self {
        Self::with(engine, &[])
    }

    /// Starts with further settings.
    pub(crate) fn with(engine: Engine, settings: &[(&str, &str)]) -> Self {
        let mut all = vec![
            ("VESTIBULE_MASTER_KEY".to_owned(), MASTER_KEY.to_owned()),
            (
                "VESTIBULE_UPGRADE_CONTACT".to_owned(),
                "sales@example.com".to_owned(),
            ),
        ];
        all.extend(
            settings
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        let mut server = Self {
            url: String::new(),
            database: Database::new(engine),
            child: None,
            log: Arc::default(),
            settings: all,
        };
        server.run("127.0.0.1:0");
        server
    }

    /// The program with this server's settings and nothing else of the environment.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(PROGRAM);
        command
            .env_clear()
            .envs(std::env::vars_os().filter(|(name, _)| name == "PATH" || name == "HOME"))
            .env("VESTIBULE_DATABASE_URL", &self.database.url)
            .envs(self.settings.iter().map(|(name, value)| (name, value)))
            .current_dir(self.database.folder.path());
        command
    }

    fn run(&mut self, listen: &str) {
        let mut child = self
            .command()
            .arg("serve")
            .env("VESTIBULE_LISTEN", listen)
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let stderr = BufReader::new(child.stderr.take().expect("its log"));
        let (tell, told) = mpsc::channel();
        let log = Arc::clone(&self.log);
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                let entry: Value = serde_json::from_str(&line).unwrap_or_default();
                if entry["message"] == "listening" {
                    let _ = tell.send(entry["address"].as_str().unwrap_or_default().to_owned());
                }
                log.lock().expect("the log").push(line);
            }
        });
        self.child = Some(child);
        match told.recv_timeout(Duration::from_secs(60)) {
            Ok(address) => self.url = format!("http://{address}"),
            Err(_) => panic!("the server did not start:\n{}", self.log()),
        }
    }

    /// Kills the server without a warning and starts it again at the same address.
    pub(crate) fn kill_and_restart(&mut self) {
        self.kill();
        let address = self.url.trim_start_matches("http://").to_owned();
        self.run(&address);
    }

    /// Asks the server to end, and waits until it has.
    pub(crate) fn terminate(&mut self) -> std::process::ExitStatus {
        let mut child = self.child.take().expect("a running server");
        let asked = Command::new("kill").arg(child.id().to_string()).status();
        assert!(asked.expect("kill runs").success());
        child.wait().expect("its status")
    }

    fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Everything the server has logged.
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

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            eprintln!("--- the server's log ---\n{}", self.log());
        }
    }
}
