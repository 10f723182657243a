//! ChromeDriver, one for each browser, and the HTTP by which it is spoken to.

use std::{
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use tempfile::TempDir;
use thirtyfour::{
    error::{WebDriverError, WebDriverResult},
    session::http::{Body, HttpClient},
};
use ureq::http::{Request, Response};

use super::seats::Seat;
use crate::support::process::{Signal, children, signal};

/// A running ChromeDriver; it is stopped, with the browser that it started, when this is dropped.
pub(crate) struct ChromeDriver {
    child: Child,
    pub(crate) url: String,
    /// What the browser keeps, and home to everything that would be kept elsewhere.
    home: TempDir,
    _seat: Seat,
}

impl ChromeDriver {
    /// Starts one on a free port that it chooses itself, once there is room for another browser.
    pub(crate) fn start() -> Self {
        let seat = Seat::take();
        let home = TempDir::with_prefix("vestibule-browser-").expect("a folder for the browser");
        // The port that is free on one kind of loopback may be taken on the other; then it gives up.
        let started = (0..5).find_map(|_| start_in(&home));
        let (child, port) = started.expect(
            "chromedriver did not start; the packages chromium and chromium-driver are needed \
             (make test installs them)",
        );
        Self {
            child,
            url: format!("http://127.0.0.1:{port}"),
            home,
            _seat: seat,
        }
    }

    /// Where the browser keeps what it keeps.
    pub(crate) fn profile(&self) -> PathBuf {
        self.home.path().join("profile")
    }
}

/// The driver and its port, if it comes up.
fn start_in(home: &TempDir) -> Option<(Child, u16)> {
    // Where this thread ends without another word, killed with its process, the driver ends too; and
    // with the driver the browser, which hangs on its pipe (`settings.rs`).
    let mut child = Command::new("setpriv")
        .args(["--pdeathsig", "KILL", "chromedriver"])
        .args(["--port=0", "--log-level=SEVERE"])
        .env("HOME", home.path())
        .env("TMPDIR", home.path())
        .env_remove("XDG_CONFIG_HOME")
        .env_remove("XDG_CACHE_HOME")
        // The languages are the preference's business.
        .env("LANGUAGE", "en")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| panic!("setpriv: {error}; it comes with util-linux"));
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let port = lines.by_ref().map_while(Result::ok).find_map(|line| {
        let (_, port) = line.split_once("started successfully on port ")?;
        port.trim_end_matches('.').parse::<u16>().ok()
    });
    let Some(port) = port else {
        let _ = child.kill();
        let _ = child.wait();
        return None;
    };
    // Whoever does not read lets the pipe run full.
    std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
    Some((child, port))
}

impl Drop for ChromeDriver {
    fn drop(&mut self) {
        let browsers = children(self.child.id());
        signal(self.child.id(), Signal::TERM);
        let patience = Instant::now() + Duration::from_secs(5);
        while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < patience {
            std::thread::sleep(Duration::from_millis(10));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        // It takes its browser along, unless it was itself stuck.
        for browser in browsers {
            signal(browser, Signal::KILL);
        }
    }
}

/// HTTP to a driver on loopback; blocking, as is everything in a test.
pub(crate) struct Loopback(ureq::Agent);

impl Loopback {
    pub(crate) fn new() -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(90)))
            .build();
        Self(agent.into())
    }

    fn exchange(&self, request: Request<Body<'_>>) -> Result<Response<Bytes>, String> {
        let (parts, body) = request.into_parts();
        let body = match body {
            Body::Empty => Vec::new(),
            Body::Json(json) => json.to_string().into_bytes(),
        };
        let answer = self.0.run(Request::from_parts(parts, body));
        let (parts, mut body) = answer.map_err(|error| error.to_string())?.into_parts();
        // A screenshot of a long page is some megabytes.
        let bytes = body.with_config().limit(64 << 20).read_to_vec();
        let bytes = bytes.map_err(|error| error.to_string())?;
        Ok(Response::from_parts(parts, bytes.into()))
    }
}

#[async_trait::async_trait]
impl HttpClient for Loopback {
    async fn send(&self, request: Request<Body<'_>>) -> WebDriverResult<Response<Bytes>> {
        self.exchange(request)
            .map_err(WebDriverError::RequestFailed)
    }

    async fn new(&self) -> Arc<dyn HttpClient> {
        Arc::new(Self::new())
    }
}
