//! One response verified and validated, by each library in a process of its own on one core.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::chart::Bars;
use crate::job::{Answer, Document, Job};
use crate::{folder, packages, responses, support};

/// Fetches and builds what the others are made of.
pub(crate) fn install() {
    packages();
    python();
    if let Err(why) = samael() {
        println!("samael {why}");
    }
}

pub(crate) fn compare(quick: bool) -> Bars {
    let job = responses::job(quick);
    println!(
        "One response verified and validated, in ms of processor time: medians of {} rounds of {} ms. RSA-2048, the assertion signed.\n",
        job.rounds, job.round_ms
    );
    let packages = packages();
    let mut ours = Command::new(std::env::current_exe().unwrap());
    ours.arg("ours");
    let mut all = vec![
        ("Vestibule (Rust)", Ok(ours)),
        ("samael (Rust)", samael()),
        ("python3-saml (Python)", Ok(python())),
    ];
    for name in ["node-saml", "samlify"] {
        let mut node = Command::new("node");
        node.arg(folder().join("library.mjs"))
            .arg(name)
            .arg(&packages);
        all.push((name, Ok(node)));
    }
    let length = |document: &Document| document.form_value.trim_end_matches('=').len() * 3 / 4;
    let lengths: Vec<usize> = job.documents.iter().map(length).collect();
    print!("| library | version |");
    for length in &lengths {
        print!(" {length} bytes | ratio |");
    }
    println!("\n|---|---|{}", "---:|---:|".repeat(job.documents.len()));
    let mut first: Option<Vec<f64>> = None;
    let mut rows = Vec::new();
    for (name, command) in all {
        let answer = match command {
            Ok(command) => ask(&command, &job),
            Err(why) => {
                println!("| {name} | {why} |{}", " | |".repeat(job.documents.len()));
                continue;
            }
        };
        print!("| {name} | {} |", answer.version);
        rows.push((name.to_owned(), answer.ms[1]));
        let ours = first.get_or_insert_with(|| answer.ms.clone());
        for (ms, ours) in answer.ms.iter().zip(ours) {
            print!(" {ms:.3} | {:.1} |", ms / *ours);
        }
        println!();
    }
    println!();
    Bars {
        title: format!(
            "One response of {} bytes verified and validated, in ms",
            lengths[1]
        ),
        rows,
    }
}

/// The crate with its own bindings, in a workspace of its own.
fn samael() -> Result<Command, String> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("samael");
    let built = Command::new(env!("CARGO"))
        .args([
            "build",
            "--release",
            "--locked",
            "--quiet",
            "--manifest-path",
        ])
        .arg(folder().join("samael/Cargo.toml"))
        .arg("--target-dir")
        .arg(&target)
        .status()
        .unwrap();
    if built.success() {
        Ok(Command::new(target.join("release/vestibule-peer-samael")))
    } else {
        Err("does not build here".to_owned())
    }
}

fn python() -> Command {
    let environment = support::python::environment("bench-peers", &folder());
    let mut python = Command::new(environment.join("bin/python"));
    python.arg(folder().join("library.py"));
    python
}

/// Has this program do the job on the first core.
fn ask(command: &Command, job: &Job) -> Answer {
    let mut child = Command::new("taskset")
        .args(["--cpu-list", "0"])
        .arg(command.get_program())
        .args(command.get_args())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("taskset, of util-linux");
    serde_json::to_writer(child.stdin.take().unwrap(), job).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{command:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}
