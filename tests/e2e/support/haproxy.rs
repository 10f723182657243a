//! A real HAProxy before servers, by the very file that we hand out.

use std::{
    net::TcpStream,
    process::{Child, Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;

use super::{nginx::changed, within};

const PROGRAM: &str = "/usr/sbin/haproxy";
const HANDED_OUT: &str = include_str!("../../../deploy/haproxy.cfg");

/// A HAProxy, gone when it is dropped.
pub(crate) struct Haproxy {
    child: Child,
    _folder: TempDir,
}

impl Haproxy {
    /// Starts it at this port of loopback, before servers at these addresses.
    pub(crate) fn start(port: u16, servers: &[String; 2]) -> Self {
        let mut config = HANDED_OUT.to_owned();
        let bind = "bind :443 ssl crt /etc/haproxy/vestibule.pem alpn h2,http/1.1";
        for (from, to) in [
            (bind, format!("bind 127.0.0.1:{port}")),
            ("10.0.0.11:8080", servers[0].clone()),
            ("10.0.0.12:8080", servers[1].clone()),
        ] {
            config = changed(&config, from, &to);
        }
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("haproxy.cfg");
        std::fs::write(&file, config).expect("the file");
        let child = Command::new(PROGRAM)
            .args(["-db", "-f"])
            .arg(&file)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("haproxy runs; `make test` installs it");
        within(Duration::from_secs(10), "HAProxy listens", || {
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        Self {
            child,
            _folder: folder,
        }
    }
}

impl Drop for Haproxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
