//! Another real identity provider of somebody else's making: a small one in Python around pysaml2,
//! which signs and encrypts with the program `xmlsec1`.
//!
//! `tests/e2e/pysaml2/idp.py` is the program; Debian's packages `python3-venv` and `xmlsec1` are needed.
//! The library comes from PyPI, at the versions of `tests/e2e/pysaml2/requirements.txt`, once for each
//! text of that file, into a virtual environment below the folder that cargo builds in.

use std::{
    fs::{self, File},
    io::{BufRead as _, BufReader, Read as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{Arc, mpsc},
    thread,
    time::{Duration, Instant},
};

use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use super::{
    shared::Shared,
    simplesamlphp::{key_pair, people},
};

const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/e2e/pysaml2");
/// How long packages may take to come, and the program to start.
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
        let environment = environment();
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
        let errors = drain(server.stderr.take().expect("it was piped"));
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

/// The virtual environment with the library in it.
fn environment() -> PathBuf {
    let requirements = Path::new(SOURCE).join("requirements.txt");
    let digest = Sha256::digest(fs::read(&requirements).expect("the requirements"));
    let name: String = digest.iter().take(8).map(|b| format!("{b:02x}")).collect();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("pysaml2-{name}"));
    fs::create_dir_all(&folder).expect("a folder for packages");
    // Another run of the tests may be at it in this moment.
    let guard = File::create(folder.join("lock")).expect("a file to lock");
    guard.lock().expect("the lock");
    let environment = folder.join("venv");
    let complete = folder.join("complete");
    if !complete.exists() {
        let mut make = Command::new("python3");
        make.args(["-m", "venv", "--clear"]).arg(&environment);
        finish(
            &mut make,
            "python3 -m venv (Debian's package python3-venv; make test installs it)",
        );
        let mut install = Command::new(environment.join("bin/pip"));
        install
            .args(["install", "--quiet", "--disable-pip-version-check"])
            .args(["--no-input", "--only-binary", ":all:", "--requirement"])
            .arg(&requirements);
        finish(&mut install, "pip install");
        File::create(&complete).expect("a mark that all is there");
    }
    environment
}

/// Runs a program to its end, which has to be a good one and to come in time.
fn finish(command: &mut Command, what: &str) {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{what}: {error}"));
    let errors = drain(child.stderr.take().expect("it was piped"));
    let deadline = Instant::now() + PATIENCE;
    let status = loop {
        match child.try_wait().expect("its status") {
            Some(status) => break status,
            None if Instant::now() > deadline => {
                let _ = child.kill();
                let _ = child.wait();
                panic!("{what} takes too long");
            }
            None => thread::sleep(Duration::from_millis(50)),
        }
    };
    let errors = errors.join().unwrap_or_default();
    assert!(status.success(), "{what}: {status}\n{errors}");
}

/// Reads all that comes, on a thread of its own.
fn drain(mut pipe: std::process::ChildStderr) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut said = Vec::new();
        let _ = pipe.read_to_end(&mut said);
        String::from_utf8_lossy(&said).into_owned()
    })
}
