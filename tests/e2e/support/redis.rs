//! A Redis of a test's own, to be emptied, killed and frozen.

use std::{
    net::{TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;

use super::{
    nginx::free_port,
    process::{Signal, signal},
    within,
};

/// A Redis server, gone when it is dropped.
pub(crate) struct RedisServer {
    port: u16,
    /// What it is told beyond the usual, and in the configuration file that it may write to.
    arguments: &'static [&'static str],
    child: Option<Child>,
    folder: TempDir,
}

impl RedisServer {
    pub(crate) fn start() -> Self {
        Self::configured("", &[])
    }

    /// One whose configuration has these lines besides, and that is started with these arguments.
    pub(crate) fn configured(lines: &str, arguments: &'static [&'static str]) -> Self {
        let mut server = Self {
            port: low_port(),
            arguments,
            child: None,
            folder: tempfile::tempdir().expect("a temporary folder"),
        };
        let (port, folder) = (server.port, server.folder.path().display().to_string());
        let config = format!(
            "port {port}\nbind 127.0.0.1\ndir {folder}\nsave \"\"\nappendonly no\n{lines}\n"
        );
        std::fs::write(server.config(), config).expect("the configuration");
        server.start_again();
        server
    }

    fn config(&self) -> PathBuf {
        self.folder.path().join("redis.conf")
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Starts it where it was before, with nothing in it but what was saved.
    pub(crate) fn start_again(&mut self) {
        let child = Command::new("redis-server")
            .arg(self.config())
            .args(self.arguments)
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server runs; `make test` installs it");
        self.child = Some(child);
        within(Duration::from_secs(10), "Redis answers", || {
            TcpStream::connect(("127.0.0.1", self.port)).is_ok()
        });
    }

    fn pid(&self) -> u32 {
        self.child.as_ref().expect("a running Redis").id()
    }

    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    pub(crate) fn freeze(&self) {
        assert!(signal(self.pid(), Signal::STOP));
    }

    pub(crate) fn thaw(&self) {
        assert!(signal(self.pid(), Signal::CONT));
    }

    /// Everything in it is gone.
    pub(crate) fn empty(&self) {
        self.tell(&["FLUSHALL", "SYNC"]);
    }

    /// What is in it now is there again after the next start.
    pub(crate) fn save(&self) {
        self.tell(&["SAVE"]);
    }

    /// Says something to it that it answers with OK.
    pub(crate) fn tell(&self, command: &[&str]) {
        let answer = self.ask(command);
        assert!(answer.starts_with("OK"), "{command:?}: {answer}");
    }

    /// What it answers, as redis-cli prints it.
    pub(crate) fn ask(&self, command: &[&str]) -> String {
        let output = Command::new("redis-cli")
            .args(["-p", &self.port.to_string()])
            .args(command)
            .output()
            .expect("redis-cli runs");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

/// A free port whose number leaves room for the port of a cluster's bus, which is 10 000 more.
fn low_port() -> u16 {
    loop {
        let port = 20_000 + free_port() % 30_000;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.kill();
    }
}
