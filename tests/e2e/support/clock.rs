//! Holds or steps the clock of a server that a test starts.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use jiff::Timestamp;
use tempfile::TempDir;

/// The library that holds or steps a clock, as long as this is kept; built by the C compiler that built the
/// server.
pub(crate) struct Clock {
    folder: TempDir,
    library: PathBuf,
}

impl Clock {
    /// The setting that says where the clock stands.
    pub(crate) const HELD_AT: &str = "CLOCK_HELD_AT";

    pub(crate) fn build() -> Self {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/e2e/support/clock.c");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let library = folder.path().join("clock.so");
        let mut compiler = Command::new("cc");
        compiler
            .args(["-shared", "-fPIC", "-O1", "-o"])
            .arg(&library)
            .arg(source);
        assert!(compiler.status().expect("a C compiler").success());
        Self { folder, library }
    }

    /// The setting that names the file of steps.
    pub(crate) const STEPS: &str = "CLOCK_STEPS";

    /// What [`Self::STEPS`] has to say; the clock is right until it is stepped.
    pub(crate) fn steps(&self) -> PathBuf {
        let file = self.folder.path().join("steps");
        if !file.exists() {
            self.step_to(0);
        }
        file
    }

    /// From now on the clock is wrong by so many seconds.
    pub(crate) fn step_to(&self, seconds: i64) {
        // In place: the server has the file mapped.
        let mut file = std::fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(self.folder.path().join("steps"))
            .expect("the file of steps");
        file.write_all(&seconds.to_ne_bytes()).expect("the step");
    }

    /// What `LD_PRELOAD` has to say.
    pub(crate) fn preload(&self) -> &str {
        self.library.to_str().expect("UTF-8")
    }

    /// What [`Self::HELD_AT`] has to say.
    pub(crate) fn at(time: Timestamp) -> String {
        time.as_second().to_string()
    }
}
