//! A Redis of a test's own, to be emptied, killed and frozen.

use std::{
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;

use super::{
    process::{Signal, signal},
    within,
};

/// A Redis server, gone when it is dropped.
pub(crate) struct RedisServer {
    port: u16,
    child: Option<Child>,
    folder: TempDir,
}

impl RedisServer {
    pub(crate) fn start() -> Self {
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        let mut server = Self {
            port: free.local_addr().expect("its address").port(),
            child: None,
            folder: tempfile::tempdir().expect("a temporary folder"),
        };
        drop(free);
        server.start_again();
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Starts it where it was before, with nothing in it but what was saved.
    pub(crate) fn start_again(&mut self) {
        let child = Command::new("redis-server")
            .args(["--port", &self.port.to_string(), "--bind", "127.0.0.1"])
            .args(["--save", "", "--appendonly", "no"])
            .current_dir(self.folder.path())
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
        let done = Command::new("redis-cli")
            .args(["-p", &self.port.to_string()])
            .args(command)
            .output()
            .expect("redis-cli runs");
        assert!(done.stdout.starts_with(b"OK"), "{done:?}");
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.kill();
    }
}
