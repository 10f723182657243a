//! A plan and what came of it, for people and as data.

use serde_json::{Value, json};

use crate::cli::{
    apply::{
        plan::{Action, FieldChange, Plan, Step, Unmanaged},
        secrets::ClientSecret,
    },
    paint::Paint,
};

/// How many unmanaged objects are named one by one.
const NAMED: usize = 20;
/// How much of a value is shown.
const LONGEST: usize = 160;

/// What is to be done, for people.
pub(super) fn plan(plan: &Plan, paint: Paint) -> String {
    let mut text = String::new();
    for step in &plan.steps {
        if step.action != Action::Leave || !step.notes.is_empty() {
            text.push_str(&told(step, paint));
        }
    }
    text.push_str(&strangers(&plan.unmanaged, paint));
    text.push_str(&format!("{}\n", summary(plan)));
    text
}

fn told(step: &Step, paint: Paint) -> String {
    let (sign, colour): (&str, fn(Paint, &str) -> String) = match step.action {
        Action::Create => ("+", Paint::green),
        Action::Change => ("~", Paint::yellow),
        Action::Leave => ("=", Paint::dim),
        Action::Delete => ("-", Paint::red),
    };
    let mut text = colour(paint, &format!("{sign} {}", step.address));
    if let Some(id) = &step.id {
        text.push_str(&paint.dim(&format!(" ({id})")));
    }
    if step.action == Action::Change {
        text.push_str(" has drifted from the file");
        if let Some(last) = &step.last_change {
            text.push_str(&format!(
                "; last changed {} by {} ({})",
                last.at, last.by, last.action
            ));
        }
    }
    text.push('\n');
    for change in &step.fields {
        text.push_str(&format!("    {}\n", field(step.action, change)));
    }
    if step.ends_sso {
        let warning = "this ends mandatory SSO: nobody signs in by it any more";
        text.push_str(&format!("    {}\n", paint.red(warning)));
    }
    for note in &step.notes {
        text.push_str(&format!("    {}\n", paint.dim(note)));
    }
    text
}

fn field(action: Action, change: &FieldChange) -> String {
    let after = shown(&change.after);
    match action {
        Action::Create => format!("{}: {after}", change.field),
        _ => format!("{}: {} -> {after}", change.field, shown(&change.before)),
    }
}

/// A value, bounded, on one line.
fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

fn strangers(unmanaged: &[Unmanaged], paint: Paint) -> String {
    let mut text = String::new();
    for stranger in unmanaged.iter().take(NAMED) {
        let Unmanaged { address, id, .. } = stranger;
        let note = stranger.note.as_deref().unwrap_or("left alone");
        let line = format!("? {address} ({id}) is not in the file; {note}");
        text.push_str(&format!("{}\n", paint.dim(&line)));
    }
    let more = unmanaged.len().saturating_sub(NAMED);
    if more > 0 {
        text.push_str(&format!("? and {more} more that are not in the file\n"));
    }
    text
}

fn summary(plan: &Plan) -> String {
    format!(
        "{} to create, {} to change, {} to delete; {} as the file says, {} not in the file.",
        plan.count(Action::Create),
        plan.count(Action::Change),
        plan.count(Action::Delete),
        plan.count(Action::Leave),
        plan.unmanaged.len()
    )
}

/// The same as data; `made` says which steps were made, where it was more than a plan.
pub(super) fn data(
    plan: &Plan,
    server: &str,
    made: Option<&std::collections::BTreeSet<super::plan::Address>>,
    to_do: &[String],
    secrets: &[ClientSecret],
) -> Value {
    let steps: Vec<_> = plan
        .steps
        .iter()
        .map(|step| {
            let mut shown = json!(step);
            if let (Some(made), Value::Object(members)) = (made, &mut shown) {
                let done = made.contains(&step.address);
                members.insert("made".to_owned(), done.into());
            }
            shown
        })
        .collect();
    json!({
        "server": server,
        "pending": match made {
            Some(made) => plan.pending().saturating_sub(made.len()),
            None => plan.pending(),
        },
        "summary": {
            "create": plan.count(Action::Create),
            "change": plan.count(Action::Change),
            "delete": plan.count(Action::Delete),
            "leave": plan.count(Action::Leave),
            "unmanaged": plan.unmanaged.len(),
        },
        "steps": steps,
        "unmanaged": plan.unmanaged,
        "applied": made.is_some(),
        "to_do": to_do,
        "clients": secrets,
    })
}
