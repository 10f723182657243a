//! `vestibule inspect`.

use std::{io::Read as _, path::PathBuf, process::ExitCode};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use clap::Args;
use jiff::Timestamp;
use serde_json::json;
use vestibule_model::{Actor, ConnectionId, RevisionId};
use vestibule_saml::{Outcome, Row};
use vestibule_store::Reach;

use crate::{
    cli::failure::{self, Failure, Told},
    clock,
    inspection::{Captured, Inspection, Premises, Question, inspect},
    server,
    views::InspectionView,
};

/// More than any form that the server takes.
const MAX_FILE: u64 = 4 * 1024 * 1024;

/// What is held against what.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The file with the response, or `-`
    file: PathBuf,
    /// The connection whose settings it is held against
    #[arg(long, value_name = "ID")]
    connection: ConnectionId,
    /// One revision of these settings; the live one, else the draft, where it is not given
    #[arg(long, value_name = "ID")]
    revision: Option<RevisionId>,
    /// As if it arrived then, such as 2026-11-24T12:00:00Z; now where it is not given
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
    /// Print what the API answers, as JSON
    #[arg(long)]
    json: bool,
}

/// Inspects, prints, and says by the exit status what came of it.
pub(super) fn run(options: &Options) -> ExitCode {
    match try_run(options) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            failure::print(&error, options.json);
            ExitCode::from(2)
        }
    }
}

fn try_run(options: &Options) -> Result<bool, Failure> {
    let saml_response = form_value(&read(&options.file)?)?;
    let (config, _) = super::config()?;
    let store = super::open_store()?;
    let now = clock::now();
    let premises = Premises {
        rules: server::rules(&config),
        public_url: config.public_url,
        clock_skew: config.clock_skew,
    };
    let question = Question {
        reach: Reach::All,
        actor: Actor::Operator,
        connection_id: options.connection,
        revision_id: options.revision,
        at: options.at.unwrap_or(now),
        captured: Captured::Response(saml_response),
    };
    let system = actix_web::rt::System::new();
    let inspected = system.block_on(inspect(&store, &premises, question, now));
    let inspection = inspected.map_err(Told::from)?;
    let accepted = inspection.accepted();
    if options.json {
        println!("{}", json!(InspectionView::from(inspection)));
    } else {
        print!("{}", told(&inspection));
    }
    Ok(accepted)
}

fn read(path: &std::path::Path) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let named = |error: std::io::Error| format!("{}: {error}", path.display());
    if path.as_os_str() == "-" {
        std::io::stdin().take(MAX_FILE).read_to_end(&mut bytes)?;
    } else {
        let file = std::fs::File::open(path).map_err(named)?;
        file.take(MAX_FILE).read_to_end(&mut bytes).map_err(named)?;
    }
    String::from_utf8(bytes)
        .map_err(|_cause| format!("{}: not text in UTF-8", path.display()).into())
}

/// The value of the form field, of whatever the file holds.
fn form_value(text: &str) -> Result<String, Failure> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Err("there is nothing in the file".into());
    }
    if text.starts_with('<') {
        return Ok(STANDARD.encode(text));
    }
    if !text.contains("SAMLResponse=") {
        return Ok(text.to_owned());
    }
    let fields: Vec<(String, String)> = serde_urlencoded::from_str(text)?;
    let field = fields.into_iter().find(|(name, _)| name == "SAMLResponse");
    let (_, value) = field.ok_or("the form has no field SAMLResponse")?;
    Ok(value)
}

/// The inspection for a person: what is wrong first, what is right in one line.
fn told(inspection: &Inspection) -> String {
    let mut text = format!(
        "{}\n\nConnection  {}\nRevision    {}{}\nAt          {}\n",
        if inspection.accepted() {
            "A sign-in with this response would succeed."
        } else {
            "A sign-in with this response would be refused."
        },
        inspection.connection_id,
        inspection.revision_id,
        if inspection.as_if_live {
            " (judged as if it were live)"
        } else {
            ""
        },
        inspection.at,
    );
    let rows = inspection.report.rows();
    for (outcome, title) in [(Outcome::Fail, "FAILED"), (Outcome::Warn, "WARNING")] {
        for row in rows.iter().filter(|row| row.outcome == outcome) {
            text.push_str(&told_row(title, row));
        }
    }
    for (outcome, title) in [(Outcome::Pass, "Passed"), (Outcome::Skipped, "Not checked")] {
        let named: Vec<_> = rows
            .iter()
            .filter(|row| row.outcome == outcome)
            .map(|row| row.check.as_str())
            .collect();
        if !named.is_empty() {
            text.push_str(&format!("\n{title}: {}\n", named.join(", ")));
        }
    }
    match &inspection.policy {
        None => text.push_str("\nThe policy was not asked, because a check failed.\n"),
        Some(policy) => {
            text.push_str("\nPolicy\n");
            for reason in &policy.reasons {
                let (rule, outcome) = (reason.rule.as_str(), reason.outcome.as_str());
                text.push_str(&format!("  {rule:4} {outcome:15} {}\n", reason.detail));
            }
        }
    }
    if inspection.burned {
        text.push_str(
            "\nIt answers no request of ours and could still have been used for a sign-in: now it \
             cannot.\n",
        );
    }
    text
}

fn told_row(title: &str, row: &Row) -> String {
    let mut text = format!(
        "\n{title}  {}  ({})\n",
        row.check.as_str(),
        row.check.reference()
    );
    for (label, value) in [
        ("expected", row.expected.as_deref()),
        ("received", row.received.as_deref()),
        ("to do", row.remedy.as_deref()),
    ] {
        if let Some(value) = value {
            text.push_str(&format!("  {label:9} {value}\n"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_xml_base64_and_whole_forms() {
        for (file, value) in [
            ("<a/>\n", "PGEvPg=="),
            ("\u{feff}<a/>", "PGEvPg=="),
            (" PGEvPg==\r\n", "PGEvPg=="),
            ("SAMLResponse=PGEvPg%3D%3D", "PGEvPg=="),
            ("RelayState=x&SAMLResponse=PG%2BEvPg%3D%3D", "PG+EvPg=="),
        ] {
            assert_eq!(form_value(file).unwrap(), value, "{file}");
        }
        assert!(form_value(" \n").is_err());
        assert!(form_value("xSAMLResponse=a").is_err());
    }
}
