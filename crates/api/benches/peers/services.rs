//! Complete sign-ins, on the same Postgres and the same core.

use crate::chart::Bars;
use crate::figures::Figures;
use crate::jackson::Jackson;
use crate::scene::{self, Scene, Service};
use crate::support::{database::Engine, world::World};

/// How many sign-ins a line is made of.
const SIGN_INS: usize = 2_000;
/// How many at a time.
const AT_A_TIME: [usize; 2] = [1, 32];
/// In how many parts each line is measured: in turn with those of the others, so that what disturbs the one
/// disturbs the others.
const TURNS: usize = 4;

/// A service with what was measured of it, for each of [`AT_A_TIME`].
struct Measured {
    name: &'static str,
    version: String,
    scene: Scene,
    figures: [Figures; AT_A_TIME.len()],
}

pub(crate) fn compare(quick: bool) -> Bars {
    let sign_ins = if quick { SIGN_INS / 10 } else { SIGN_INS };
    let jackson = Jackson::start();
    let worlds = [Engine::Postgres, Engine::PostgresAndRedis].map(World::live);
    let own = || env!("CARGO_PKG_VERSION").to_owned();
    let mut all = [
        (
            "saml-jackson, Postgres",
            jackson.version(),
            jackson.service(),
        ),
        ("Vestibule, Postgres", own(), Service::ours(&worlds[0])),
        (
            "Vestibule, Postgres and Redis",
            own(),
            Service::ours(&worlds[1]),
        ),
    ]
    .map(|(name, version, service)| {
        let scene = Scene::new(service);
        scene.settle();
        scene::pin(scene.pid(), "0");
        // Everybody is known, everything is read, every statement is prepared, and what runs often is compiled.
        scene.line(400, 8);
        Measured {
            name,
            version,
            scene,
            figures: Default::default(),
        }
    });
    for (index, at_a_time) in AT_A_TIME.into_iter().enumerate() {
        for _ in 0..TURNS {
            for each in &mut all {
                let part = each.scene.line(sign_ins / TURNS, at_a_time);
                each.figures[index].join(&part);
            }
        }
    }
    print(&all, sign_ins);
    let bar = |each: &Measured| (each.name.to_owned(), each.figures[1].a_second());
    Bars {
        title: format!("Complete sign-ins a second, {} at a time", AT_A_TIME[1]),
        rows: all.iter().map(bar).collect(),
    }
}

fn print(all: &[Measured], sign_ins: usize) {
    println!(
        "Complete sign-ins (authorize, ACS, token, userinfo), {sign_ins} for each line. cpu: processor time of the server for one; p50, p95, p99: of the sum of its four answers; in ms.\n"
    );
    println!("| service | version | at a time | a second | cpu | p50 | p95 | p99 |");
    println!("|---|---|---:|---:|---:|---:|---:|---:|");
    for each in all {
        for (figures, at_a_time) in each.figures.iter().zip(AT_A_TIME) {
            println!(
                "| {} | {} | {at_a_time} | {:.0} | {:.2} | {:.2} | {:.2} | {:.2} |",
                each.name,
                each.version,
                figures.a_second(),
                figures.cpu(),
                figures.percentile(50),
                figures.percentile(95),
                figures.percentile(99),
            );
        }
    }
    let ([theirs, ..], [_, ours @ ..]) = (all, all) else {
        return;
    };
    println!(
        "\n| beside saml-jackson | sign-ins a second, 1 at a time | 32 at a time (aim: 20) | cpu, 32 at a time | p99 at 32 to its p50 at 1 (aim: below 1) |"
    );
    println!("|---|---:|---:|---:|---:|");
    for ours in ours {
        let faster =
            |index: usize| ours.figures[index].a_second() / theirs.figures[index].a_second();
        println!(
            "| {} | {:.1} | {:.1} | {:.1} | {:.2} |",
            ours.name,
            faster(0),
            faster(1),
            theirs.figures[1].cpu() / ours.figures[1].cpu(),
            ours.figures[1].percentile(99) / theirs.figures[0].percentile(50),
        );
    }
    println!();
}
