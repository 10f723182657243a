//! The truth table: every combination there is, asked of the real doors, held against a plain reading
//! of the design, and condensed into `docs/policy.md`.

mod condense;
mod oracle;
mod page;
mod real;
mod row;

pub(crate) use page::way_forward;

use std::collections::BTreeMap;

use vestibule_policy::RuleOutcome;

use crate::truth_table::{
    real::World,
    row::{Outcome, Row, every_row},
};

/// Writes `docs/policy.md` anew.
const COMMAND: &str =
    "VESTIBULE_WRITE_DOCS=1 cargo test -p vestibule-policy --test rules truth_table";

/// What the doors said to each row, and by which rules.
fn judged() -> Vec<(Row, Outcome)> {
    let mut world = World::new();
    let mut judged = Vec::new();
    for row in every_row() {
        let said = world.ask(&row);
        let expected = oracle::expected(&row);
        assert_eq!(said.outcome, expected, "{row:?}: {:?}", said.reasons);
        justified(&row, &said);
        judged.push((row, said.outcome));
    }
    judged
}

/// Every answer has its reasons, and the last word is that of the rule that decided.
fn justified(row: &Row, said: &real::Said) {
    assert!(!said.reasons.is_empty(), "{row:?}");
    assert!(said.reasons.iter().all(|reason| !reason.detail.is_empty()));
    let of = |outcome| {
        let those = said
            .reasons
            .iter()
            .filter(move |found| found.outcome == outcome);
        those.map(|reason| reason.rule).collect::<Vec<_>>()
    };
    let (refused, required) = (of(RuleOutcome::Refuse), of(RuleOutcome::Require));
    match &said.outcome {
        Outcome::Enters => assert!(refused.is_empty() && required.is_empty(), "{row:?}"),
        Outcome::Needs(needed) => {
            assert!(
                refused.is_empty() && required.len() == needed.len(),
                "{row:?}"
            );
            let refusal = said.refusal.as_ref().unwrap();
            let first = said
                .reasons
                .iter()
                .find(|reason| reason.outcome == RuleOutcome::Require)
                .unwrap();
            assert_eq!(
                (first.rule, &first.detail),
                (refusal.rule(), &refusal.to_string())
            );
            assert!(way_forward(refusal.code()).is_some(), "{row:?}");
        }
        Outcome::Refused(code) => {
            let refusal = said.refusal.as_ref().unwrap();
            let last = said.reasons.last().unwrap();
            assert_eq!(refused, [refusal.rule()], "{row:?}");
            assert_eq!(
                (last.rule, last.outcome, &last.detail),
                (refusal.rule(), RuleOutcome::Refuse, &refusal.to_string())
            );
            assert_eq!(*code, refusal.code());
            assert!(way_forward(code).is_some(), "{row:?}: {code} leads nowhere");
        }
    }
}

#[test]
fn every_combination_is_decided_as_the_design_says_and_the_page_says_so() {
    let judged = judged();
    assert!(judged.len() > 50_000, "{}", judged.len());
    let mut outcomes = BTreeMap::new();
    for (_, outcome) in &judged {
        *outcomes.entry(format!("{outcome:?}")).or_insert(0) += 1;
    }
    assert!(outcomes.len() >= 11, "{outcomes:?}");

    let page = page::write(&judged);
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/policy.md");
    if std::env::var_os("VESTIBULE_WRITE_DOCS").is_some() {
        std::fs::write(path, &page).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == page,
        "docs/policy.md is not what the rules say; `{COMMAND}` writes it anew"
    );
}
