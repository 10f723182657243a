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

pub(crate) fn compare(quick: bool) -> Bars {
    let sign_ins = if quick { SIGN_INS / 10 } else { SIGN_INS };
    println!(
        "Complete sign-ins (authorize, ACS, token, userinfo), {sign_ins} for each line. cpu: processor time of the server for one; p50, p95, p99: of the sum of its four answers; in ms.\n"
    );
    println!("| service | version | at a time | a second | cpu | p50 | p95 | p99 |");
    println!("|---|---|---:|---:|---:|---:|---:|---:|");
    let jackson = Jackson::start();
    let version = jackson.version();
    let theirs = measure(
        "saml-jackson, Postgres",
        &version,
        jackson.service(),
        sign_ins,
    );
    drop(jackson);
    let ours = [
        ("Vestibule, Postgres", Engine::Postgres),
        ("Vestibule, Postgres and Redis", Engine::PostgresAndRedis),
    ]
    .map(|(name, engine)| {
        let world = World::live(engine);
        let version = env!("CARGO_PKG_VERSION");
        (
            name,
            measure(name, version, Service::ours(&world), sign_ins),
        )
    });
    println!(
        "\n| ours to saml-jackson's | aim | {} | {} |",
        ours[0].0, ours[1].0
    );
    println!("|---|---:|---:|---:|");
    let row = |what: &str, aim: &str, of: &dyn Fn(&[Figures; 2]) -> String| {
        println!(
            "| {what} | {aim} | {} | {} |",
            of(&ours[0].1),
            of(&ours[1].1)
        );
    };
    for (index, at_a_time) in AT_A_TIME.iter().enumerate() {
        row(
            &format!("sign-ins a second, {at_a_time} at a time"),
            "at least 20",
            &|ours| format!("{:.1}", ours[index].a_second() / theirs[index].a_second()),
        );
    }
    row(
        "saml-jackson's processor time for one, to ours, 32 at a time",
        "",
        &|ours| format!("{:.1}", theirs[1].cpu() / ours[1].cpu()),
    );
    row(
        "p99 at 32 at a time, to saml-jackson's p50 at 1",
        "below 1",
        &|ours| format!("{:.2}", ours[1].percentile(99) / theirs[0].percentile(50)),
    );
    println!();
    let rows = [("saml-jackson, Postgres", &theirs)].into_iter();
    let rows = rows.chain(ours.iter().map(|(name, figures)| (*name, figures)));
    Bars {
        title: "Complete sign-ins a second, 32 at a time".to_owned(),
        rows: rows
            .map(|(name, figures)| (name.to_owned(), figures[1].a_second()))
            .collect(),
    }
}

fn measure(name: &str, version: &str, service: Service, sign_ins: usize) -> [Figures; 2] {
    let scene = Scene::new(service);
    scene.settle();
    scene::pin(scene.pid(), "0");
    // Everybody is known, everything is read, every statement is prepared, and what runs often is compiled.
    scene.line(400, 8);
    AT_A_TIME.map(|at_a_time| {
        let figures = scene.line(sign_ins, at_a_time);
        println!(
            "| {name} | {version} | {at_a_time} | {:.0} | {:.2} | {:.2} | {:.2} | {:.2} |",
            figures.a_second(),
            figures.cpu(),
            figures.percentile(50),
            figures.percentile(95),
            figures.percentile(99),
        );
        figures
    })
}
