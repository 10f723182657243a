//! The same work by other service providers, beside ours, in one run on this machine: `make bench-peers`.
//!
//! Of libraries, one signed response verified and validated; of services, complete sign-ins on the same
//! Postgres. What is measured has the first core for itself; whoever asks stays, with the databases, where
//! the Makefile puts all of them, on the last. What others need is installed below `target`, at the versions
//! of the lock files beside this file.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::as_conversions,
    reason = "a bench prints, and fails by panicking"
)]

#[path = "../../../../tests/e2e/support/mod.rs"]
#[expect(
    dead_code,
    unused_imports,
    unused_macros,
    reason = "it serves the end-to-end tests, which need more of it"
)]
mod support;

mod chart;
#[path = "../shared/figures.rs"]
#[expect(dead_code, reason = "another bench prints more of it")]
mod figures;
mod jackson;
mod job;
mod libraries;
mod ours;
mod responses;
#[path = "../shared/scene.rs"]
#[expect(dead_code, reason = "another bench puts itself on a core")]
mod scene;
mod services;
#[path = "../shared/wire.rs"]
#[expect(dead_code, reason = "another bench asks for the first byte")]
mod wire;

use std::path::{Path, PathBuf};

/// The one that the server has.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() {
    let is_there = |wanted: &str| std::env::args().any(|argument| argument == wanted);
    if is_there("ours") {
        return ours::run();
    }
    // `cargo bench -- install`: what takes its time and needs the network.
    if is_there("install") {
        return libraries::install();
    }
    // `cargo bench -- quick`: a part of it, to see that it runs.
    let quick = is_there("quick");
    // `libraries` or `services`: that half alone.
    let mut all = Vec::new();
    if !is_there("services") {
        all.push(libraries::compare(quick));
    }
    if !is_there("libraries") {
        all.push(services::compare(quick));
    }
    let picture = Path::new(env!("CARGO_TARGET_TMPDIR")).join("peers.svg");
    std::fs::write(&picture, chart::draw(&all)).unwrap();
    println!("As a picture: {}", picture.display());
}

/// Where the programs of the others are.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers")
}

/// The packages from npm.
fn packages() -> PathBuf {
    support::npm::installed_from("bench-peers", &folder())
}
