//! Another real identity provider of somebody else's making: a small one in Python around pysaml2,
//! which signs and encrypts with the program `xmlsec1`.
//!
//! `tests/e2e/pysaml2/idp.py` is the program; Debian's packages `python3-venv` and `xmlsec1` are needed.
//! The library comes from PyPI, at the versions of `tests/e2e/pysaml2/requirements.txt` (`python.rs`).

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

use tempfile::TempDir;

use super::{
    python,
    shared::Shared,
    simplesamlphp::{key_pair, people},
};

const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/e2e/pysaml2");
/// How long the program may take to start.
const PATIENCE: Duration = Duration::from_secs(180);

/// A running instance.
pub(crate) struct Pysaml2 {
    base_url: String,
    server: Child,
    /// The program ends when this does.
    _input: Option<ChildStdin>,
    _folder: TempDir,
}

impl Pysaml2 {
    /// The one for every test.
    pub(crate) fn shared() -> Arc<Self> {
        static SHARED: Shared<Pysaml2> = Shared::new();
        SHARED.or_start(Self::start)
    }

    fn start() -> Self {
        let environment = python::environment("pysaml2", Path::new(SOURCE));
        let folder = TempDir::with_prefix("pysaml2-").expect("a temporary folder");
        let write = |name: &str, text: &str| {
            fs::write(folder.path().join(name), text).expect("a file in the folder");
        };
        let (key, certificate) = key_pair("pysaml2 of the tests");
        write("idp.key", &key);
        write("idp.crt", &certificate);
        write("people.json", &people());

        let mut server = Command::new(environment.join("bin/python"))
            .arg("-B")
            .arg(Path::new(SOURCE).join("idp.py"))
            .arg(folder.path())
            .env("TMPDIR", folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("Python starts");
        let (tell, told) = mpsc::channel();
        let output = BufReader::new(server.stdout.take().expect("it was piped"));
        thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let _ = tell.send(line);
            }
        });
        // Whoever does not read lets the pipe run full and the program stand still.
        let errors = python::drain(server.stderr.take().expect("it was piped"));
        let said = told.recv_timeout(PATIENCE).unwrap_or_default();
        let Some(base_url) = said.strip_prefix("listening ") else {
            let _ = server.kill();
            let _ = server.wait();
            panic!(
                "pysaml2 does not start: {}",
                errors.join().unwrap_or_default()
            );
        };
        Self {
            base_url: base_url.to_owned(),
            _input: server.stdin.take(),
            server,
            _folder: folder,
        }
    }

    /// Where it is reached, without a slash at the end.
    pub(crate) fn base_url(&self) -> &str {
        &self.base_url
    }
}

impl Drop for Pysaml2 {
    fn drop(&mut self) {
        // It may be gone already; then there is nobody to kill and nothing to wait for.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
