//! What a release sends is understood by the schema as it is now: old and new run side by side while the new one
//! rolls out (migrations/README.md).

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, Once, PoisonError};

use diesel::connection::{
    Instrumentation, InstrumentationEvent, SimpleConnection, set_default_instrumentation,
};
use diesel::prelude::*;
use diesel::sql_types::{Integer, Text};

use crate::bed::{Bed, Raw};

/// Where those of each release are.
const FOLDER: &str = "../../migrations/statements";

#[diesel::declare_sql_function]
extern "SQL" {
    /// What the store gives to its connections.
    fn split_part(text: Text, by: Text, number: Integer) -> Text;
}

/// Why a schema does not understand a statement; nothing where it does.
fn complaint(
    conn: &mut Raw,
    required: &BTreeMap<String, BTreeSet<String>>,
    statement: &str,
) -> Option<String> {
    let prepared = match conn {
        Raw::Sqlite(conn) => diesel::sql_query(format!("EXPLAIN {statement}"))
            .execute(conn)
            .map(drop),
        Raw::Postgres(conn) => {
            conn.batch_execute(&format!("PREPARE asked AS {statement}; DEALLOCATE asked"))
        }
    };
    if let Err(error) = prepared {
        return Some(error.to_string());
    }
    inserts(statement).find_map(|(table, columns)| {
        let lacks: Vec<_> = required
            .get(table)?
            .iter()
            .filter(|column| !columns.contains(column.as_str()))
            .collect();
        (!lacks.is_empty()).then(|| format!("{table} must have {lacks:?}"))
    })
}

/// The tables into which a statement inserts, with the columns that it names.
fn inserts(statement: &str) -> impl Iterator<Item = (&str, BTreeSet<&str>)> {
    statement.split("INSERT INTO ").skip(1).map(|rest| {
        let (table, rest) = rest.split_once(" (").unwrap_or((rest, ""));
        let (columns, _) = rest.split_once(')').unwrap_or_default();
        let bare = |name| str::trim_matches(name, ['"', '`', ' ']);
        (bare(table), columns.split(',').map(bare).collect())
    })
}

/// The columns of each table that must have a value, and get none by themselves.
fn required(bed: &Bed) -> BTreeMap<String, BTreeSet<String>> {
    let columns = bed.texts(if bed.is_sqlite() {
        "SELECT m.name || ' ' || c.name AS text FROM sqlite_master AS m, pragma_table_info(m.name) AS c
         WHERE m.type = 'table' AND c.\"notnull\" AND c.dflt_value IS NULL AND NOT (c.pk AND c.type = 'INTEGER')"
    } else {
        "SELECT table_name || ' ' || column_name AS text FROM information_schema.columns
         WHERE table_schema = 'public' AND is_nullable = 'NO' AND column_default IS NULL
         AND is_identity = 'NO'"
    });
    let mut required = BTreeMap::<_, BTreeSet<_>>::new();
    for column in columns {
        let (table, column) = column.split_once(' ').unwrap();
        required
            .entry(table.to_owned())
            .or_default()
            .insert(column.to_owned());
    }
    required
}

/// A connection on which everything that the store says is understood.
fn connected(bed: &Bed) -> Raw {
    let mut conn = bed.raw();
    if let Raw::Sqlite(conn) = &mut conn {
        split_part_utils::register_impl(conn, |text: String, _: String, _: i32| text).unwrap();
    }
    conn
}

fn engine(bed: &Bed) -> &'static str {
    if bed.is_sqlite() {
        "sqlite"
    } else {
        "postgres"
    }
}

/// The statements of every release.
fn statements(engine: &str) -> Vec<(PathBuf, String)> {
    let releases = std::fs::read_dir(FOLDER).unwrap();
    let files = releases.map(|release| release.unwrap().path().join(engine).with_extension("sql"));
    files
        .flat_map(|file| {
            let text = std::fs::read_to_string(&file).unwrap();
            let lines = text
                .lines()
                .filter(|line| !line.is_empty() && !line.starts_with("--"));
            lines
                .map(|line| (file.clone(), line.to_owned()))
                .collect::<Vec<_>>()
        })
        .collect()
}

fn everything_is_understood(bed: &Bed) {
    let (mut conn, required) = (connected(bed), required(bed));
    let statements = statements(engine(bed));
    assert!(statements.len() > 300, "{} statements", statements.len());
    let complaints: Vec<_> = statements
        .iter()
        .filter_map(|(file, statement)| {
            let complaint = complaint(&mut conn, &required, statement)?;
            Some(format!("{}: {complaint}\n  {statement}", file.display()))
        })
        .collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

fn what_contracts_too_early_is_found(bed: &Bed) {
    let statements = statements(engine(bed));
    for (step, of, complaint_about) in [
        (
            "ALTER TABLE clients DROP COLUMN jwks_uri",
            "jwks_uri",
            "jwks_uri",
        ),
        (
            "DROP TABLE forward_tokens",
            "forward_tokens",
            "forward_tokens",
        ),
        (
            "ALTER TABLE codes ADD COLUMN flavour TEXT",
            "INTO codes",
            "",
        ),
        (
            "ALTER TABLE codes RENAME COLUMN flavour TO taste",
            "INTO codes",
            "",
        ),
    ] {
        bed.sql(step);
        let (mut conn, required) = (connected(bed), required(bed));
        let found: Vec<_> = statements
            .iter()
            .filter_map(|(_, statement)| {
                let bare = statement.replace(['"', '`'], "");
                bare.contains(of)
                    .then(|| complaint(&mut conn, &required, statement))
            })
            .collect();
        assert!(!found.is_empty(), "{step}");
        for complaint in found {
            match complaint {
                None => assert_eq!(complaint_about, "", "{step}"),
                Some(error) => assert!(
                    error.contains(complaint_about) && !complaint_about.is_empty(),
                    "{step}: {error}"
                ),
            }
        }
    }
}

#[test]
fn a_release_is_understood_by_sqlite_as_it_is_now() {
    everything_is_understood(&Bed::sqlite());
}

#[test]
fn a_release_is_understood_by_postgres_as_it_is_now() {
    everything_is_understood(&Bed::postgres());
}

#[test]
fn what_sqlite_lacks_too_early_is_found() {
    what_contracts_too_early_is_found(&Bed::sqlite());
}

#[test]
fn what_postgres_lacks_too_early_is_found() {
    what_contracts_too_early_is_found(&Bed::postgres());
}

#[test]
fn a_column_that_a_release_does_not_fill_is_found() {
    let bed = Bed::postgres();
    bed.sql("ALTER TABLE codes ADD COLUMN flavour TEXT NOT NULL");
    let (mut conn, required) = (connected(&bed), required(&bed));
    let found = statements("postgres")
        .iter()
        .filter_map(|(_, statement)| complaint(&mut conn, &required, statement))
        .collect::<Vec<_>>();
    assert!(
        !found.is_empty()
            && found
                .iter()
                .all(|error| error == "codes must have [\"flavour\"]"),
        "{found:?}"
    );
}

/// Tables that grow with every customer, person or sign-in.
const LARGE: [&str; 15] = [
    "workspaces",
    "members",
    "identities",
    "connections",
    "revisions",
    "domains",
    "test_runs",
    "sign_in_attempts",
    "assertion_claims",
    "sessions",
    "codes",
    "refresh_tokens",
    "audit_events",
    "audit_chains",
    "webhook_deliveries",
];
/// Indexes of the few of their rows that something is still to be done with: these may be gone through.
const OF_A_FEW: [&str; 5] = [
    "audit_events_unsealed",
    "audit_chains_broken",
    "audit_chains_unannounced",
    "audit_chains_unwritten",
    "sign_in_attempts_pending",
];

#[test]
fn no_statement_goes_through_a_table_that_grows() {
    #[derive(QueryableByName)]
    struct Step {
        #[diesel(sql_type = Text)]
        detail: String,
    }
    let bed = Bed::sqlite();
    let Raw::Sqlite(mut conn) = connected(&bed) else {
        unreachable!("it is SQLite")
    };
    let mut scans = Vec::new();
    for (_, statement) in statements("sqlite") {
        // What watches the backlog counts, every half minute at most; and what is about nobody finds nothing.
        if statement.contains("AS mails_failing") || statement.contains("(1=0)") {
            continue;
        }
        let plan = diesel::sql_query(format!("EXPLAIN QUERY PLAN {statement}"));
        for Step { detail } in plan.load(&mut conn).unwrap() {
            let words: Vec<_> = detail.split(' ').collect();
            if words[0] == "SCAN"
                && LARGE.contains(&words[1])
                && !OF_A_FEW.iter().any(|few| words.contains(few))
            {
                scans.push(format!("{detail}\n  {statement}"));
            }
        }
    }
    assert!(scans.is_empty(), "{}", scans.join("\n"));
}

/// Writes down what the store sends, where `VESTIBULE_RECORD_STATEMENTS` names a folder (`make statements`).
pub(crate) fn record() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let wanted = std::env::var_os("VESTIBULE_RECORD_STATEMENTS").is_some();
        if wanted {
            set_default_instrumentation(|| Some(Box::new(Recorder { engine: "sqlite" }))).unwrap();
        }
    });
}

struct Recorder {
    engine: &'static str,
}

/// The shortest of those that differ in nothing but how many values they have, by the rest of their text.
type Kinds = BTreeMap<String, String>;
static RECORDED: Mutex<BTreeMap<&'static str, Kinds>> = Mutex::new(BTreeMap::new());

impl Instrumentation for Recorder {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartEstablishConnection { url, .. }
                if url.starts_with("postgres") =>
            {
                self.engine = "postgres";
            }
            // Not what the tests ask themselves, nor what a migration does.
            InstrumentationEvent::StartQuery { query, .. }
                if std::thread::current()
                    .name()
                    .is_some_and(|name| name.starts_with("store-")) =>
            {
                let text = query.to_string();
                let (statement, _values) = text.split_once(" -- binds: ").unwrap_or((&text, ""));
                let verb = statement.split(' ').next().unwrap_or_default();
                if ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"].contains(&verb) {
                    let words = statement.split_whitespace().collect::<Vec<_>>().join(" ");
                    recorded(self.engine, &with_one_row(&words));
                }
            }
            _ => {}
        }
    }
}

/// The longest that is written down: tests that write a thousand rows at once send longer ones.
const LONGEST: usize = 8 * 1024;

fn recorded(engine: &'static str, statement: &str) {
    if statement.len() > LONGEST {
        return;
    }
    let mut recorded = RECORDED.lock().unwrap_or_else(PoisonError::into_inner);
    let kinds = recorded.entry(engine).or_default();
    let known = kinds.entry(kind(statement)).or_default();
    if !known.is_empty() && (known.len(), known.as_str()) <= (statement.len(), statement) {
        return;
    }
    statement.clone_into(known);
    let mut lines: Vec<_> = kinds.values().map(String::as_str).collect();
    lines.sort_unstable();
    let folder = std::env::var_os("VESTIBULE_RECORD_STATEMENTS").unwrap();
    std::fs::create_dir_all(&folder).unwrap();
    let head = "-- What this release sends: written by `make statements`, read by the tests of the store.\n";
    std::fs::write(
        Path::new(&folder).join(engine).with_extension("sql"),
        format!("{head}{}\n", lines.join("\n")),
    )
    .unwrap();
}

/// An INSERT with the first of its rows, where nothing after them has a value.
fn with_one_row(statement: &str) -> String {
    let Some((head, rows)) = statement.split_once(" VALUES (") else {
        return statement.to_owned();
    };
    let Some((first, mut rest)) = rows.split_once(')') else {
        return statement.to_owned();
    };
    while let Some((_, after)) = rest.strip_prefix(", (").and_then(|row| row.split_once(')')) {
        rest = after;
    }
    match rest.contains(['$', '?']) {
        true => statement.to_owned(),
        false => format!("{head} VALUES ({first}){rest}"),
    }
}

/// A statement without its values, however many they are.
fn kind(statement: &str) -> String {
    let mut kind: String = statement.replace("DEFAULT", "?");
    kind = kind
        .split('$')
        .map(|part| part.trim_start_matches(|c: char| c.is_ascii_digit()))
        .collect::<Vec<_>>()
        .join("?");
    for (many, one) in [("?, ?", "?"), ("(?), (?)", "(?)"), ("(?) (?)", "(?)")] {
        while kind.contains(many) {
            kind = kind.replace(many, one);
        }
    }
    kind
}
