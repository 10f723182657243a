//! Packages from npm, and programs that a test talks with.

use std::{
    fs::{self, File},
    io::{BufRead as _, BufReader, Read, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::mpsc,
    time::{Duration, Instant},
};

use sha2::{Digest as _, Sha256};

const REPOSITORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// The packages of the lock file in this folder of `tests`, installed once for each lock file there is.
pub(crate) fn installed(name: &str) -> PathBuf {
    installed_from(name, &Path::new(REPOSITORY).join("tests").join(name))
}

/// The same for a folder that is elsewhere.
pub(crate) fn installed_from(name: &str, source: &Path) -> PathBuf {
    let [manifest, lock] =
        ["package.json", "package-lock.json"].map(|file| fs::read(source.join(file)).expect(file));
    let digest = Sha256::new()
        .chain_update(&manifest)
        .chain_update(&lock)
        .finalize();
    let digest: String = digest.iter().take(8).map(|b| format!("{b:02x}")).collect();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{digest}"));
    fs::create_dir_all(&folder).expect("a folder for packages");
    // Another run of the tests may be at it in this moment.
    let guard = File::create(folder.join("lock")).expect("a file to lock");
    guard.lock().expect("the lock");
    let complete = folder.join("node_modules/.complete");
    if !complete.exists() {
        fs::write(folder.join("package.json"), manifest).expect("the manifest");
        fs::write(folder.join("package-lock.json"), lock).expect("the lock file");
        let mut npm = Command::new("npm");
        npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            .args(["--prefer-offline", "--loglevel=error"])
            .current_dir(&folder);
        finish(&mut npm, "npm ci");
        File::create(&complete).expect("a mark that all is there");
    }
    folder
}

/// Runs a program to its end, which has to be a good one.
pub(crate) fn finish(command: &mut Command, what: &str) {
    converse(command, what, |_| None);
}

/// Runs a program to its end, which has to be a good one, and answers its lines; gives what it said.
pub(crate) fn converse(
    command: &mut Command,
    what: &str,
    answer: impl Fn(&str) -> Option<String>,
) -> String {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| {
            let program = command.get_program();
            panic!("{program:?}: {error}; the packages nodejs and npm are needed (make test installs them)")
        });
    let (tell, told) = mpsc::channel();
    let outputs: [Box<dyn Read + Send>; 2] = [
        Box::new(child.stdout.take().expect("its output")),
        Box::new(child.stderr.take().expect("its errors")),
    ];
    for output in outputs {
        let tell = tell.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let _ = tell.send(line);
            }
        });
    }
    drop(tell);
    let mut input = child.stdin.take().expect("its input");
    let mut said = String::new();
    let deadline = Instant::now() + Duration::from_secs(300);
    loop {
        match told.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(line) => {
                if let Some(reply) = answer(&line) {
                    input.write_all(reply.as_bytes()).expect("it listens");
                }
                said.push_str(&line);
                said.push('\n');
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                let _ = child.kill();
                panic!("{what} takes too long:\n{said}");
            }
        }
    }
    let status = child.wait().expect("its status");
    assert!(status.success(), "{what}: {status}\n{said}");
    said
}
