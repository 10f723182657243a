//! A private Redis server, to be killed, frozen and emptied.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

pub(crate) struct Server {
    process: Child,
    port: u16,
    options: Vec<String>,
    folder: TempDir,
}

impl Server {
    /// A server on a free port of 127.0.0.1 that keeps nothing on disk.
    pub(crate) fn start(options: &[&str]) -> Self {
        // Somebody else may take the port between looking and listening.
        for _ in 0..5 {
            if let Some(server) = Self::start_on(free_port(), options) {
                return server;
            }
        }
        panic!("no private Redis server would start");
    }

    /// A server on this port, if that is free.
    pub(crate) fn start_on(port: u16, options: &[&str]) -> Option<Self> {
        let options: Vec<String> = options.iter().map(|&option| option.to_owned()).collect();
        let folder = tempfile::tempdir().unwrap();
        let process = launch(port, &options, &folder)?;
        Some(Self {
            process,
            port,
            options,
            folder,
        })
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub(crate) fn raw(&self) -> redis::Connection {
        let client = redis::Client::open(self.url()).unwrap();
        client.get_connection().unwrap()
    }

    pub(crate) fn run(&self, command: &[&str]) {
        redis::cmd(command[0])
            .arg(&command[1..])
            .exec(&mut self.raw())
            .unwrap();
    }

    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Starts again, empty, on the same port.
    pub(crate) fn restart(&mut self) {
        self.process = launch(self.port, &self.options, &self.folder)
            .unwrap_or_else(|| panic!("port {} was taken meanwhile", self.port));
    }

    /// It keeps its connections and its port, and does nothing.
    pub(crate) fn freeze(&self) {
        self.signal(Signal::STOP);
    }

    pub(crate) fn thaw(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.process), signal).unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Starts a server and waits until it says that it is ready; `None` where it ends before.
fn launch(port: u16, options: &[String], folder: &TempDir) -> Option<Child> {
    // Debian's redis-tools has the program under the second name alone; it goes by what it is called.
    let spawn = |program: &str| {
        Command::new(program)
            .arg0("redis-server")
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
            .args(["--save", "", "--appendonly", "no", "--dir"])
            .arg(folder.path())
            .args(options)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
    };
    let mut process = spawn("redis-server")
        .or_else(|_| spawn("redis-check-rdb"))
        .expect("these tests need the program redis-server (package redis-tools)");
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let ready = lines.any(|line| line.unwrap().contains("Ready to accept connections"));
    if !ready {
        process.wait().unwrap();
        return None;
    }
    // Read on, so that it never waits for somebody to read its log.
    std::thread::spawn(move || lines.for_each(drop));
    Some(process)
}
