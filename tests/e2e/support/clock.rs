//! Holds the clock of a server that a test starts.

use std::path::{Path, PathBuf};
use std::process::Command;

use jiff::Timestamp;
use tempfile::TempDir;

/// The library that holds a clock, as long as this is kept; built by the C compiler that built the
/// server.
pub(crate) struct Clock {
    _folder: TempDir,
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
        Self {
            _folder: folder,
            library,
        }
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
