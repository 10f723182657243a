//! Complete sign-ins against a running server: how many a second, how long one takes, and how much
//! processor time of the server it costs. `tests/with-services cargo bench -p vestibule-api --features
//! demo --bench sign_in`, or `make bench`.
//!
//! A sign-in is four requests: authorize, the IdP's answer at the ACS, the token endpoint, userinfo. What
//! the IdP signs it signs between the rounds, while no clock runs: each round finishes the sign-ins that
//! the round before began, and begins as many. The server has one core, and whoever asks the other one,
//! with Postgres and Redis; where there is one core alone, the throughput says little and the processor
//! time still holds.
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

#[path = "../shared/figures.rs"]
#[expect(dead_code, reason = "another bench measures in turn")]
mod figures;
mod load;
mod rates;
#[path = "../shared/scene.rs"]
mod scene;
#[path = "../shared/wire.rs"]
#[expect(dead_code, reason = "another bench asks for the first byte")]
mod wire;

use std::time::Instant;

use figures::Memory;
use scene::{Scene, Service};
use support::{database::Engine, world::World};

/// How many at a time.
const CONCURRENT: [usize; 4] = [1, 8, 32, 128];
/// How many sign-ins a line is made of.
const SIGN_INS: usize = 2_000;
/// The most workspaces.
const MANY: usize = 1_000_000;

fn main() {
    // `cargo bench -- many`: with a thousand, a hundred thousand and a million workspaces, which takes its time; or
    // with as many of these as a number behind it says.
    if std::env::args().any(|argument| argument == "many") {
        let most = std::env::args().find_map(|argument| argument.parse().ok());
        return among_many(most.unwrap_or(MANY));
    }
    // `cargo bench -- quick`: a tenth of it, to see that it runs.
    let quick = std::env::args().any(|argument| argument == "quick");
    let sign_ins = if quick { SIGN_INS / 10 } else { SIGN_INS };
    println!("Complete sign-ins (authorize, ACS, token, userinfo), {sign_ins} for each line.");
    println!(
        "cpu: processor time of the server for one, in ms. p50, p95, p99: of the sum of its four answers, in ms.\n"
    );
    for (name, engine) in [
        ("SQLite, in process", Engine::Sqlite),
        ("Postgres and Redis", Engine::PostgresAndRedis),
    ] {
        measure(name, engine, sign_ins);
    }
}

fn measure(name: &str, engine: Engine, sign_ins: usize) {
    let begun = Instant::now();
    let world = World::live(engine);
    let scene = Scene::new(Service::ours(&world));
    let first = begun.elapsed();
    scene.settle();
    scene.pin();
    let idle = Memory::of(scene.pid());
    println!("{name}: idle {idle}");
    println!("{}", heading("concurrent"));
    // Everybody is known, everything is read, every statement is prepared.
    scene.round(&scene.begun(400, 8), 8);
    for concurrent in CONCURRENT {
        let figures = scene.line(sign_ins, concurrent);
        println!("{concurrent:>10} {figures}");
    }
    rates::print(&world, &scene, sign_ins);
    println!(
        "loaded {}, set up within {} ms\n",
        Memory::of(scene.pid()),
        first.as_millis()
    );
}

/// What stands above the figures.
fn heading(first: &str) -> String {
    format!(
        "{first:>10} {:>9} {:>7} {:>8} {:>8} {:>8}   {:>9} {:>7} {:>7} {:>8}",
        "a second", "cpu", "p50", "p95", "p99", "authorize", "acs", "token", "userinfo"
    )
}

/// The same sign-ins as the archive fills up, to two hundred workspaces of all.
fn among_many(most: usize) {
    let mut world = World::live(Engine::Sqlite);
    let mut scene = Scene::new(Service::ours(&world));
    scene.settle();
    println!("Complete sign-ins on SQLite, 8 at a time, as the archive fills up.\n");
    println!("{}   memory, start, archive", heading("workspaces"));
    let mut there = 1;
    for workspaces in [1, 1_000, 100_000, MANY] {
        if workspaces > most {
            return;
        }
        if workspaces > there {
            scene.service.targets = load::targets(&world, workspaces - there);
            there = workspaces;
        }
        world.server.kill();
        let begun = Instant::now();
        world.server.restart();
        let started = begun.elapsed();
        scene.service.pid = world.server.pid();
        scene.settle();
        scene.pin();
        scene.round(&scene.begun(1_000, 8), 8);
        let figures = scene.line(SIGN_INS, 8);
        let memory = Memory::of(scene.pid());
        let file = world.server.database.url.trim_start_matches("sqlite://");
        let archive = std::fs::metadata(file).map_or(0, |file| file.len() >> 20);
        println!(
            "{workspaces:>10} {figures}   {memory}, {} ms, {archive} MB",
            started.as_millis(),
        );
    }
}
