//! `vestibule doctor`: looks at everything a server needs, and says of what is wrong how to mend it.
//!
//! It makes, migrates and changes nothing, so it may run at any time, beside running servers too.

mod archive;
mod certificates;
mod check;
mod files;
mod neighbours;

use std::process::ExitCode;

use serde_json::json;
use tracing_subscriber::EnvFilter;

use crate::{
    brand::DeploymentBrand,
    cli::{
        Failure,
        doctor::check::{Check, Outcome},
        paint::Paint,
    },
    clock,
    config::{Config, SETTINGS},
};

/// Looks, and says what came of it.
pub(super) fn run(as_json: bool) -> Result<ExitCode, Failure> {
    let checks = match Config::from_env_or_problems() {
        Ok(config) => actix_web::rt::System::new().block_on(look(&config)),
        Err(problems) => {
            let mut checks: Vec<_> = problems
                .iter()
                .map(|problem| {
                    let (expected, found) = problem.expected_and_found();
                    let found = format!("{}: {found}", problem.variable());
                    let remedy = mend_setting(&problem.variable());
                    Check::fail("configuration", expected, found, remedy)
                })
                .collect();
            let why = "the settings say where it is only when all of them can be read";
            checks.push(Check::skipped("everything else", why));
            checks
        }
    };
    let fails = checks.iter().any(|check| check.outcome == Outcome::Fail);
    if as_json {
        let count = |outcome| {
            checks
                .iter()
                .filter(|check| check.outcome == outcome)
                .count()
        };
        println!(
            "{}",
            json!({
                "healthy": !fails,
                "summary": {
                    "ok": count(Outcome::Ok),
                    "warn": count(Outcome::Warn),
                    "fail": count(Outcome::Fail),
                    "skipped": count(Outcome::Skipped),
                },
                "checks": checks,
            })
        );
    } else {
        print!("{}", told(&checks, Paint::of_stdout()));
    }
    Ok(if fails {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn mend_setting(variable: &str) -> String {
    let known = SETTINGS
        .iter()
        .find(|setting| variable == format!("VESTIBULE_{}", setting.name));
    match known {
        Some(setting) => format!(
            "set {variable} to {}; the default is {}",
            setting.meaning, setting.default
        ),
        None => format!("take {variable} away, or mend its name"),
    }
}

async fn look(config: &Config) -> Vec<Check> {
    let now = clock::now();
    let mut checks = settings(config);
    checks.extend(libraries());
    checks.extend(files::of(config));
    let (rows, store) = archive::of(config, now).await;
    checks.extend(rows);
    match store {
        Some(store) => {
            checks.push(certificates::signing_keys(&store, now).await);
            checks.extend(certificates::of_connections(config, &store, now).await);
        }
        None => {
            let why = "the database could not be opened";
            checks.push(Check::skipped("signing_keys", why));
            checks.push(Check::skipped("idp_certificates", why));
            checks.push(Check::skipped("sp_certificates", why));
        }
    }
    checks.push(neighbours::redis(config).await);
    checks.push(neighbours::public_url(config));
    checks.push(neighbours::discovery(config).await);
    checks.push(neighbours::mail(config).await);
    checks
}

/// What is wrong with values that can be read.
fn settings(config: &Config) -> Vec<Check> {
    let expected = "settings that can be used";
    let mut checks = Vec::new();
    if let Err(error) = EnvFilter::try_new(&config.log) {
        let remedy = mend_setting("VESTIBULE_LOG");
        let found = format!("VESTIBULE_LOG: {error}");
        checks.push(Check::fail("configuration", expected, found, remedy));
    }
    if let Err(error) = DeploymentBrand::load(config) {
        let found = format!("VESTIBULE_BRAND_LOGO: {error}");
        let remedy = mend_setting("VESTIBULE_BRAND_LOGO");
        checks.push(Check::fail("configuration", expected, found, remedy));
    }
    if checks.is_empty() {
        checks.push(Check::ok("configuration", expected, "all of them"));
    }
    checks
}

fn libraries() -> Option<Check> {
    let expected = "libxml2 and libxmlsec1 that start";
    Some(match vestibule_xmlsig::init() {
        Ok(versions) => Check::ok(
            "xml_libraries",
            expected,
            format!("libxml2 {}, xmlsec {}", versions.libxml2, versions.xmlsec),
        ),
        Err(error) => Check::fail(
            "xml_libraries",
            expected,
            error.to_string(),
            "install libxml2, libxmlsec1 and libxmlsec1-openssl of the distribution",
        ),
    })
}

/// The rows for people: what is wrong at length, what is right in a line.
fn told(checks: &[Check], paint: Paint) -> String {
    let mut text = String::new();
    for check in checks {
        let (word, colour): (&str, fn(Paint, &str) -> String) = match check.outcome {
            Outcome::Ok => ("ok  ", Paint::green),
            Outcome::Warn => ("warn", Paint::yellow),
            Outcome::Fail => ("FAIL", Paint::red),
            Outcome::Skipped => ("skip", Paint::dim),
        };
        let name = check.check;
        text.push_str(&format!("{}  {name:18} ", colour(paint, word)));
        match (&check.remedy, check.outcome) {
            (Some(remedy), _) => text.push_str(&format!(
                "\n        expected  {}\n        found     {}\n        to do     {remedy}\n",
                check.expected, check.found
            )),
            _ => text.push_str(&format!("{}\n", check.found)),
        }
    }
    let count = |outcome| {
        checks
            .iter()
            .filter(|check| check.outcome == outcome)
            .count()
    };
    text.push_str(&format!(
        "\n{} ok, {} to see to, {} failed, {} skipped.\n",
        count(Outcome::Ok),
        count(Outcome::Warn),
        count(Outcome::Fail),
        count(Outcome::Skipped)
    ));
    text
}
