//! TLS before a server, as a proxy has it: what a cookie may do depends on it.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, Command, Stdio},
};

use crate::support::simplesamlphp::key_pair;

const PROGRAM: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../tests/browser/harness/tls.mjs"
);

/// A proxy at `https://localhost:…` until it is dropped.
pub(crate) struct TlsFront {
    child: Child,
    pub(crate) url: String,
}

impl TlsFront {
    pub(crate) fn open() -> Self {
        let (key, certificate) = key_pair("localhost");
        let mut child = Command::new("node")
            .arg(PROGRAM)
            .env("TLS_KEY", key)
            .env("TLS_CERTIFICATE", certificate)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| {
                panic!("node: {error}; the package nodejs is needed (make test installs it)")
            });
        let mut port = String::new();
        let mut output = BufReader::new(child.stdout.take().expect("its output"));
        output.read_line(&mut port).expect("its port");
        Self {
            child,
            url: format!("https://localhost:{}", port.trim()),
        }
    }

    /// Says where the server is.
    pub(crate) fn leads_to(&mut self, port: u16) {
        let input = self.child.stdin.as_mut().expect("its input");
        writeln!(input, "{port}").expect("it listens");
    }
}

impl Drop for TlsFront {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
