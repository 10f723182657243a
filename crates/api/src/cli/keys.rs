//! `vestibule keys`: the keys that sign tokens, and the master key.

use clap::Subcommand;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use vestibule_model::{Actor, SigningAlgorithm};
use vestibule_session::{KEY_LEAD, KeyFacts, KeyState, key_states};
use vestibule_store::{KeyRotation, Resealed, Resealing, Store, StoreError};

use crate::{
    audit,
    cli::Failure,
    clock,
    keys::{make, record_created},
};

/// After how many rows of a table a line of progress is due.
const PROGRESS_EVERY: u64 = 10_000;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Show the keys that sign tokens, and what each is for
    List {
        /// Print a JSON array of {kid, alg, state, created_at, signs_from, until}
        #[arg(long)]
        json: bool,
    },
    /// Make new keys that sign tokens; applications notice nothing
    ///
    /// Makes a new key of each algorithm (ES256, RS256), shows it in the JWKS at once, and lets it
    /// sign after a while. Until then the old one signs; it stays in the JWKS until its last token
    /// is dead, 18 minutes later. Running servers take the new keys up within 5 seconds.
    Rotate {
        /// Seconds until the new keys sign
        ///
        /// An application keeps the JWKS for 5 minutes, a server learns of a new key within 5
        /// seconds, and the clocks of two servers may differ by a minute: with less than 600 an
        /// application may see a token whose key it does not know yet. With less than 65 a server
        /// may, too.
        #[arg(
            long,
            value_name = "SECONDS",
            default_value_t = KEY_LEAD.as_secs(),
            value_parser = clap::value_parser!(i64).range(0..=604_800),
            conflicts_with = "compromised"
        )]
        after: i64,
        /// Somebody else may have a key: sign with new ones at once and withdraw all others
        ///
        /// From then on the access tokens and ID tokens that the old keys signed are refused; every
        /// server does so within 5 seconds. Sessions stay: an application that refreshes gets tokens
        /// of the new keys. An application that verifies by itself goes on believing the old keys
        /// until it asks for the JWKS again, after 5 minutes at the latest, and may not know the new
        /// ones until then.
        #[arg(long)]
        compromised: bool,
        /// Print what `keys list --json` prints
        #[arg(long)]
        json: bool,
    },
    /// Seal every secret in the database anew under the first master key, beside running servers
    ///
    /// To change the master key, online:
    ///
    /// 0. Make a new one (`openssl rand -base64 32`). VESTIBULE_MASTER_KEY, or the file, may hold
    ///    several, separated by commas or white space: the first seals, all of them open.
    ///
    /// 1. Restart each server with `old,new`: now all of them can open what the new one seals.
    ///
    /// 2. Restart each server with `new,old`: now all of them seal under the new one.
    ///
    /// 3. `vestibule keys reseal` with `new,old`. It can be stopped and begun again. It ends by
    ///    looking for values under another key, and fails if there are any.
    ///
    /// 4. Restart each server with `new` alone. Keep the old key with the backups that were made
    ///    before step 3: they need it.
    ///
    /// Each step begins when the one before is done on every server. A server with the new key alone
    /// does not start before step 3 is done.
    #[command(verbatim_doc_comment)]
    Reseal,
}

pub(super) fn run(command: &Command, as_json: bool) -> Result<(), Failure> {
    let store = super::open_store()?;
    let system = actix_web::rt::System::new();
    match command {
        Command::List { json } => {
            let keys = system.block_on(store.read(|tx| tx.signing_key_facts()))?;
            print_keys(&keys, *json, clock::now());
            Ok(())
        }
        Command::Rotate {
            compromised: true,
            json,
            ..
        } => system.block_on(replace(&store, *json)),
        Command::Rotate { after, json, .. } => system.block_on(rotate(&store, *after, *json)),
        Command::Reseal => system.block_on(reseal(&store, as_json)),
    }
}

async fn rotate(store: &Store, after: i64, as_json: bool) -> Result<(), Failure> {
    let now = clock::now();
    let signs_from = now.checked_add(SignedDuration::from_secs(after))?;
    let fresh = make(SigningAlgorithm::ALL, signs_from, now)?;
    let rotation = store
        .write(move |tx| {
            let rotation = tx.rotate_signing_keys(&fresh, now)?;
            if matches!(rotation, KeyRotation::Rotated(_)) {
                let made: Vec<_> = fresh.iter().map(|key| key.facts().clone()).collect();
                record_created(tx, &Actor::Operator, &made, now)?;
            }
            Ok::<_, StoreError>(rotation)
        })
        .await?;
    match rotation {
        KeyRotation::Rotated(keys) => {
            print_keys(&keys, as_json, now);
            Ok(())
        }
        KeyRotation::Upcoming(key) => Err(format!(
            "there is an upcoming key already: {} signs from {}; rotate after that, or with \
             --compromised if somebody else may have a key",
            key.kid, key.signs_from
        )
        .into()),
    }
}

async fn replace(store: &Store, as_json: bool) -> Result<(), Failure> {
    let now = clock::now();
    let fresh = make(SigningAlgorithm::ALL, now, now)?;
    let keys = store
        .write(move |tx| {
            let keys = tx.replace_signing_keys(&fresh, now)?;
            let made: Vec<_> = fresh.iter().map(|key| key.facts().clone()).collect();
            record_created(tx, &Actor::Operator, &made, now)?;
            // The archive keeps microseconds.
            let just_now = |at: Timestamp| at.as_microsecond() == now.as_microsecond();
            let withdrawn = keys
                .iter()
                .filter(|key| key.withdrawn_at.is_some_and(just_now));
            for key in withdrawn {
                let (actor, action) = (Actor::Operator, "signing_key.withdrawn");
                let detail = json!({"algorithm": key.algorithm});
                audit::record(tx, actor, None, action, &key.kid, &detail, now)?;
            }
            Ok::<_, StoreError>(keys)
        })
        .await?;
    print_keys(&keys, as_json, now);
    eprintln!(
        "\nThe withdrawn keys' tokens are refused from now on, by every server within 5 seconds. \
         Sessions stay:\napplications get new tokens by refreshing. An application that caches the \
         JWKS goes on believing\nthe withdrawn keys, for 5 minutes at the most."
    );
    Ok(())
}

fn print_keys(keys: &[KeyFacts], as_json: bool, now: Timestamp) {
    let states = key_states(keys, now);
    if as_json {
        let rows: Vec<_> = keys
            .iter()
            .zip(states)
            .map(|(key, state)| row(key, state))
            .collect();
        println!("{}", Value::from(rows));
        return;
    }
    println!("{:43}  {:5}  STATE", "KID", "ALG");
    for (key, state) in keys.iter().zip(states) {
        let state = match state {
            KeyState::Upcoming => format!("upcoming, signs from {}", seconds(key.signs_from)),
            KeyState::Signing => "signing".to_owned(),
            KeyState::Verifying { until } => format!("verifying only, until {}", seconds(until)),
            KeyState::Gone { since } => format!("gone since {}", seconds(since)),
            KeyState::Withdrawn { since } => format!("withdrawn at {}", seconds(since)),
        };
        println!("{:43}  {:5}  {state}", key.kid, key.algorithm.as_str());
    }
}

/// A time for people.
fn seconds(time: Timestamp) -> String {
    format!("{time:.0}")
}

fn row(key: &KeyFacts, state: KeyState) -> Value {
    let (state, until) = match state {
        KeyState::Upcoming => ("upcoming", None),
        KeyState::Signing => ("signing", None),
        KeyState::Verifying { until } => ("verifying", Some(until)),
        KeyState::Gone { since } => ("gone", Some(since)),
        KeyState::Withdrawn { since } => ("withdrawn", Some(since)),
    };
    json!({
        "kid": key.kid,
        "alg": key.algorithm,
        "state": state,
        "created_at": key.created_at,
        "signs_from": key.signs_from,
        "until": until,
    })
}

async fn reseal(store: &Store, as_json: bool) -> Result<(), Failure> {
    record_reseal(store, "master_key.reseal_started", json!({})).await?;
    let outcome = store.reseal(show_progress).await?;
    let Resealed {
        resealed,
        current,
        left,
        left_count,
    } = outcome;
    let detail = json!({"resealed": resealed, "current": current, "left": left_count});
    record_reseal(store, "master_key.resealed", detail.clone()).await?;
    if as_json {
        println!("{detail}");
    } else {
        println!("Sealed anew: {resealed}. Under the first master key before: {current}.");
    }
    if left_count > 0 {
        return Err(format!(
            "{left_count} values are not under the first master key: {}{}. What a server has sealed \
             that has another first key is sealed anew by the next run; what does not open at all \
             has been changed, or needs a key that is not given",
            left.join(", "),
            if left_count > u64::try_from(left.len())? { ", …" } else { "" }
        )
        .into());
    }
    if as_json {
        return Ok(());
    }
    println!(
        "Nothing is sealed under another key any more: once no server seals under it, an old master \
         key can be\nremoved from VESTIBULE_MASTER_KEY. Keep it with the backups that were made \
         before now."
    );
    Ok(())
}

fn show_progress(progress: Resealing) {
    let Resealing {
        table,
        seen,
        resealed,
    } = progress;
    if seen > 0 && seen.is_multiple_of(PROGRESS_EVERY) {
        eprintln!("{table}: {seen} rows seen; {resealed} values sealed anew so far");
    }
}

async fn record_reseal(
    store: &Store,
    action: &'static str,
    detail: Value,
) -> Result<(), StoreError> {
    let now = clock::now();
    store
        .write(move |tx| {
            audit::record(
                tx,
                Actor::Operator,
                None,
                action,
                "master_key",
                &detail,
                now,
            )
        })
        .await
}
