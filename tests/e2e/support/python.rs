//! Packages from PyPI, in a virtual environment for each list of them.

use std::{
    fs::{self, File},
    io::Read as _,
    path::{Path, PathBuf},
    process::{ChildStderr, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use sha2::{Digest as _, Sha256};

/// How long packages may take to come.
const PATIENCE: Duration = Duration::from_secs(180);

/// The virtual environment with what `requirements.txt` in this folder lists, made once for each text of
/// that file. Debian's package `python3-venv` is needed.
pub(crate) fn environment(name: &str, source: &Path) -> PathBuf {
    let requirements = source.join("requirements.txt");
    let digest = Sha256::digest(fs::read(&requirements).expect("the requirements"));
    let digest: String = digest.iter().take(8).map(|b| format!("{b:02x}")).collect();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{digest}"));
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
pub(crate) fn drain(mut pipe: ChildStderr) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut said = Vec::new();
        let _ = pipe.read_to_end(&mut said);
        String::from_utf8_lossy(&said).into_owned()
    })
}
