//! Compiles small files against the libraries that this test was itself built with, which are there
//! already: to build them anew, as `trybuild` does twice, takes longer than all other tests.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Checks that `tests/corridor/honest.rs` compiles, that no file in `tests/compile_fail` does, and
/// that each fails with exactly the errors, and in the places, that its `.stderr` names.
pub(crate) fn refuses_every_case(manifest_dir: &str, libraries: &[&str]) {
    let tests = Path::new(manifest_dir).join("tests");
    let compiler = Compiler::find(libraries, &tests.join("corridor/honest.rs"));
    let mut cases: Vec<PathBuf> = fs::read_dir(tests.join("compile_fail"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect();
    cases.sort();
    assert!(!cases.is_empty(), "no case was found");
    let mut wrong = String::new();
    for case in cases {
        let found = compiler
            .compile(&case)
            .err()
            .unwrap_or_else(|| "it compiles\n".to_owned());
        let expected = fs::read_to_string(case.with_extension("stderr")).unwrap_or_default();
        if found != expected {
            wrong += &format!("{}\nexpected:\n{expected}found:\n{found}\n", case.display());
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

struct Compiler {
    deps: PathBuf,
    externs: Vec<String>,
}

impl Compiler {
    /// There may be several builds of a library, with other features: those that fit each other are
    /// the first ones, newest first, against which the honest file compiles.
    fn find(libraries: &[&str], honest: &Path) -> Self {
        let deps = std::env::current_exe()
            .unwrap()
            .parent()
            .unwrap()
            .to_owned();
        let builds: Vec<Vec<String>> = libraries
            .iter()
            .map(|library| builds_of(library, &deps))
            .collect();
        let combinations: usize = builds.iter().map(Vec::len).product();
        let mut last = "no build of a library was found".to_owned();
        for number in 0..combinations.min(256) {
            let mut rest = number;
            let externs = builds.iter().map(|builds| {
                let build = builds.get(rest % builds.len()).unwrap().clone();
                rest /= builds.len();
                build
            });
            let compiler = Self {
                deps: deps.clone(),
                externs: externs.collect(),
            };
            match compiler.compile(honest) {
                Ok(()) => return compiler,
                Err(errors) => last = errors,
            }
        }
        panic!(
            "{} does not compile against {}:\n{last}",
            honest.display(),
            deps.display()
        );
    }

    /// Compiles a file; otherwise every error and its place.
    fn compile(&self, file: &Path) -> Result<(), String> {
        let name = file.file_stem().unwrap().to_str().unwrap();
        let output = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.rmeta"));
        let mut rustc = Command::new(Path::new(env!("CARGO")).with_file_name("rustc"));
        rustc
            .current_dir(file.parent().unwrap())
            .arg(file.file_name().unwrap());
        rustc.args([
            "--edition=2024",
            "--crate-type=lib",
            "--emit=metadata",
            "--cap-lints=allow",
        ]);
        rustc
            .args(["--color=never", "--error-format=short"])
            .arg("-o")
            .arg(output);
        rustc
            .arg("-L")
            .arg(format!("dependency={}", self.deps.display()));
        for library in &self.externs {
            rustc.arg("--extern").arg(library);
        }
        let answer = rustc.output().unwrap();
        if answer.status.success() {
            return Ok(());
        }
        Err(errors(&String::from_utf8(answer.stderr).unwrap()))
    }
}

/// `name=path` for every build of a library, the newest first.
fn builds_of(library: &str, deps: &Path) -> Vec<String> {
    let mut builds: Vec<_> = fs::read_dir(deps)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| {
            let name = entry.file_name().into_string().unwrap_or_default();
            let hash = name.strip_prefix(&format!("lib{library}-"));
            hash.is_some_and(|hash| hash.ends_with(".rlib"))
        })
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    builds.sort();
    builds
        .iter()
        .rev()
        .map(|(_, path)| format!("{library}={}", path.display()))
        .collect()
}

/// The errors alone, one a line with its place: what a library says beside them may change.
fn errors(stderr: &str) -> String {
    let is_error = |line: &&str| line.contains(": error") && !line.starts_with("error");
    stderr
        .lines()
        .filter(is_error)
        .flat_map(|line| [line, "\n"])
        .collect()
}
