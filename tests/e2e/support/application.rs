//! A program that serves pages: started by a line for a shell, seen by a browser, and ended with all that it
//! has started itself.

use std::{
    ffi::OsStr,
    fs::{self, File},
    net::{TcpListener, TcpStream},
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process_group};

/// How long it may take until it listens: the slow ones build first.
const PATIENCE: Duration = Duration::from_secs(300);

/// A running application.
pub(crate) struct Application {
    pub(crate) url: String,
    child: Child,
    log: PathBuf,
}

/// A port that nobody listens on.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address").port()
}

impl Application {
    /// Starts a line in a folder, and waits until something listens at the port.
    pub(crate) fn start<'e>(
        line: &str,
        folder: &Path,
        port: u16,
        environment: impl IntoIterator<Item = (&'e str, &'e OsStr)>,
    ) -> Self {
        let log = folder.join("application.log");
        let said = File::create(&log).expect("a file for what it says");
        let mut shell = Command::new("sh");
        shell
            .args(["-c", line])
            .current_dir(folder)
            .env("PORT", port.to_string())
            .envs(environment)
            .stdin(Stdio::null())
            .stdout(said.try_clone().expect("the file twice"))
            .stderr(said)
            // What it starts in turn ends with it.
            .process_group(0);
        let child = shell.spawn().expect("a shell");
        let mut application = Self {
            url: format!("http://127.0.0.1:{port}"),
            child,
            log,
        };
        let deadline = Instant::now() + PATIENCE;
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let ended = application.child.try_wait().expect("its status");
            assert!(ended.is_none(), "{line}: {ended:?}");
            assert!(Instant::now() < deadline, "{line}: it never listens");
            thread::sleep(Duration::from_millis(50));
        }
        application
    }
}

impl Drop for Application {
    fn drop(&mut self) {
        let group = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        if let Some(group) = group {
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.child.wait();
        if thread::panicking() {
            let said = fs::read(&self.log).unwrap_or_default();
            let said = String::from_utf8_lossy(&said);
            eprintln!("--- the application's log ---\n{said}");
        }
    }
}
