//! A Postgres of a test's own, to be killed and frozen.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;

use super::{
    process::{Signal, children, signal},
    within,
};

/// A Postgres server, gone when it is dropped.
pub(crate) struct PostgresServer {
    port: u16,
    folder: TempDir,
}

/// The newest that is installed, on the PATH or where Debian keeps it.
fn programs() -> PathBuf {
    let found = Command::new("sh")
        .args(["-c", "command -v postgres"])
        .output();
    let found = String::from_utf8(found.expect("sh runs").stdout).expect("a path");
    if let Ok(program) = Path::new(found.trim()).canonicalize() {
        return program.parent().expect("a folder").to_owned();
    }
    let mut versions: Vec<_> = std::fs::read_dir("/usr/lib/postgresql")
        .expect("Postgres is installed; `make test` installs it")
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .filter(|folder| folder.join("initdb").exists())
        .collect();
    versions.sort();
    versions.pop().expect("a Postgres server")
}

/// One of the programs that come with the server.
pub(crate) fn program(name: &str) -> PathBuf {
    programs().join(name)
}

/// Somebody who types statements, gone when it is dropped.
pub(crate) struct Session {
    child: Child,
    said: BufReader<ChildStdout>,
}

impl Session {
    pub(crate) fn say(&mut self, statements: &str) {
        let input = self.child.stdin.as_mut().expect("its input");
        writeln!(input, "{statements}").expect("it listens");
    }

    /// The next line that it is answered.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.said.read_line(&mut line).expect("an answer");
        line.trim_end().to_owned()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl PostgresServer {
    pub(crate) fn start() -> Self {
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        let server = Self {
            port: free.local_addr().expect("its address").port(),
            folder: tempfile::tempdir().expect("a temporary folder"),
        };
        drop(free);
        server.own_the_folder();
        let made = server
            .program("initdb")
            .args(["--username=postgres", "--auth=trust", "--encoding=UTF8"])
            .args(["--locale=C.UTF-8", "--no-sync", "--pgdata"])
            .arg(server.data())
            .output()
            .expect("initdb runs");
        assert!(made.status.success(), "{made:?}");
        server.start_again();
        server
    }

    /// Postgres refuses to run as root: the folder belongs to whom it runs as then.
    fn own_the_folder(&self) {
        if let Some(user) = unprivileged() {
            let done = Command::new("chown")
                .arg(user)
                .arg(self.folder.path())
                .status();
            assert!(done.expect("chown runs").success());
        }
    }

    fn program(&self, name: &str) -> Command {
        let program = programs().join(name);
        let mut command = match unprivileged() {
            Some(user) => {
                let mut command = Command::new("runuser");
                command.args(["-u", user, "--"]).arg(program);
                command
            }
            None => Command::new(program),
        };
        command.current_dir(self.folder.path()).stdin(Stdio::null());
        command
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Starts it where it was before, with what it has kept.
    pub(crate) fn start_again(&self) {
        let folder = self.folder.path().display();
        // What was committed must survive its end, so it keeps its durability.
        let options = format!(
            "-c listen_addresses=127.0.0.1 -c port={} -c unix_socket_directories=''",
            self.port
        );
        let started = self
            .program("pg_ctl")
            .args(["start", "--silent", "--wait", "--timeout=60", "--pgdata"])
            .arg(self.data())
            .arg(format!("--log={folder}/log"))
            .arg(format!("--options={options}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        let log = || std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        assert!(started.expect("pg_ctl runs").success(), "{}", log());
    }

    /// Somebody else who uses it, by hand.
    pub(crate) fn session(&self) -> Session {
        let mut child = Command::new(program("psql"))
            .args([
                "--no-psqlrc",
                "--quiet",
                "--tuples-only",
                "--no-align",
                "--dbname",
            ])
            .arg(self.url())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("psql runs");
        let said = BufReader::new(child.stdout.take().expect("what it says"));
        Session { child, said }
    }

    /// Another server that follows this one (`target_session_attrs` tells them apart).
    pub(crate) fn standby(&self) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        let standby = Self {
            port: free.local_addr().expect("its address").port(),
            folder: tempfile::tempdir().expect("a temporary folder"),
        };
        drop(free);
        standby.own_the_folder();
        let copied = standby
            .program("pg_basebackup")
            .args(["--write-recovery-conf", "--checkpoint=fast", "--no-sync"])
            .args(["--dbname", &self.url(), "--pgdata"])
            .arg(standby.data())
            .output()
            .expect("pg_basebackup runs");
        assert!(copied.status.success(), "{copied:?}");
        standby.start_again();
        standby
    }

    /// A standby takes writes from now on.
    pub(crate) fn promote(&self) {
        let promoted = self
            .program("pg_ctl")
            .args(["promote", "--silent", "--wait", "--pgdata"])
            .arg(self.data())
            .status();
        assert!(promoted.expect("pg_ctl runs").success());
    }

    fn pid(&self) -> Option<u32> {
        let text = std::fs::read_to_string(self.data().join("postmaster.pid")).ok()?;
        text.lines().next()?.parse().ok()
    }

    fn everyone(&self) -> Vec<u32> {
        let postmaster = self.pid().expect("a running Postgres");
        let mut pids = vec![postmaster];
        pids.extend(children(postmaster));
        pids
    }

    /// All of it, without a warning, as when the machine loses its power.
    pub(crate) fn kill(&self) {
        let pids = self.everyone();
        for pid in &pids {
            // A child may have ended together with its parent.
            signal(*pid, Signal::KILL);
        }
        within(Duration::from_secs(10), "Postgres is gone", || {
            pids.iter().all(|pid| !is_running(*pid))
        });
        let _ = std::fs::remove_file(self.data().join("postmaster.pid"));
    }

    pub(crate) fn freeze(&self) {
        for pid in self.everyone() {
            signal(pid, Signal::STOP);
        }
    }

    pub(crate) fn thaw(&self) {
        for pid in self.everyone() {
            signal(pid, Signal::CONT);
        }
    }
}

/// Whether it still does anything; one that nobody has waited for yet does not.
fn is_running(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ")
        .is_some_and(|(_, rest)| !rest.starts_with('Z'))
}

/// Whom Postgres runs as where the test runs as root.
fn unprivileged() -> Option<&'static str> {
    let id = |arguments: &[&str]| {
        let output = Command::new("id")
            .args(arguments)
            .output()
            .expect("id runs");
        output.status.success().then_some(output.stdout)
    };
    let is_root = id(&["-u"]).expect("a user").starts_with(b"0\n");
    let packaged = id(&["-u", "postgres"]).is_some();
    is_root.then_some(if packaged { "postgres" } else { "nobody" })
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        // Nothing here may panic: it also runs when a test has.
        let Some(postmaster) = self.pid() else {
            return;
        };
        let children = children(postmaster);
        for pid in [postmaster].into_iter().chain(children) {
            signal(pid, Signal::KILL);
        }
    }
}
