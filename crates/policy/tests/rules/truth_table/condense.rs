//! From thousands of rows to the few lines that say the same.

use vestibule_model::{MemberStatus, Phase, Plan, Role};

use crate::truth_table::row::{Link, Outcome, Row};

/// What a line can tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dimension {
    /// Plan and phase, which make the state together.
    Connection,
    Who,
    Status,
    TwoFactor,
    Enrolled,
    Password,
    Link,
    AuthnContext,
}

impl Dimension {
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Connection => "plan and connection",
            Self::Who => "who",
            Self::Status => "status",
            Self::TwoFactor => "`two_factor`",
            Self::Enrolled => "second factor here",
            Self::Password => "password",
            Self::Link => "link",
            Self::AuthnContext => "AuthnContext",
        }
    }

    /// The value of a row, as a word that sorts by nothing but first appearance.
    fn value(self, row: &Row) -> String {
        match self {
            Self::Connection => {
                let phase = row.phase.map_or("none", Phase::as_str);
                format!("{} {phase}", row.plan)
            }
            Self::Who => match row.role {
                Some(role) => role.to_string(),
                None => "nobody yet".to_owned(),
            },
            Self::Status => row.status.to_string(),
            Self::TwoFactor => format!("`{}`", row.two_factor),
            Self::Enrolled => if row.enrolled { "enrolled" } else { "none" }.to_owned(),
            Self::Password => if row.old {
                "from before SSO was enabled"
            } else {
                "set since"
            }
            .to_owned(),
            Self::Link => match row.link {
                Link::None => "none",
                Link::Unproven => "not proven",
                Link::Proven => "proven",
            }
            .to_owned(),
            Self::AuthnContext => if row.listed {
                "listed, none asserted"
            } else {
                "none listed"
            }
            .to_owned(),
        }
    }

    /// What several of its values are called together.
    fn label(self, values: &[String]) -> String {
        match self {
            Self::Connection => connection_label(values),
            Self::Status
                if values
                    == [MemberStatus::Invited, MemberStatus::Active].map(|s| s.to_string()) =>
            {
                "not deactivated".to_owned()
            }
            Self::Who if values.len() == 2 && !values.contains(&Role::Admin.to_string()) => {
                "anybody but an admin".to_owned()
            }
            _ => values.join(" or "),
        }
    }
}

/// A line: for each dimension a label, or none where it does not matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) cells: Vec<Option<String>>,
    pub(crate) outcome: Outcome,
}

/// The lines for these rows, which tell the dimensions apart in this order.
pub(crate) fn condense(rows: &[&(Row, Outcome)], dimensions: &[Dimension]) -> Vec<Line> {
    let first = rows.first().map(|(_, outcome)| outcome);
    if rows.iter().all(|(_, outcome)| Some(outcome) == first) {
        return first
            .map(|outcome| Line {
                cells: vec![None; dimensions.len()],
                outcome: outcome.clone(),
            })
            .into_iter()
            .collect();
    }
    let (dimension, rest) = dimensions
        .split_first()
        .expect("something tells them apart");
    // The lines of each value, and the values that have the same ones.
    let mut groups: Vec<(Vec<String>, Vec<Line>)> = Vec::new();
    let mut values: Vec<String> = Vec::new();
    for (row, _) in rows {
        let value = dimension.value(row);
        if !values.contains(&value) {
            values.push(value);
        }
    }
    for value in values {
        let of_value: Vec<_> = rows
            .iter()
            .copied()
            .filter(|(row, _)| dimension.value(row) == value)
            .collect();
        let lines = condense(&of_value, rest);
        match groups.iter_mut().find(|(_, found)| *found == lines) {
            Some((values, _)) => values.push(value),
            None => groups.push((vec![value], lines)),
        }
    }
    let alone = groups.len() == 1;
    let mut condensed = Vec::new();
    for (values, lines) in groups {
        let label = (!alone).then(|| dimension.label(&values));
        for line in lines {
            let cells = [label.clone()].into_iter().chain(line.cells).collect();
            condensed.push(Line { cells, ..line });
        }
    }
    condensed
}

/// A set of plans and phases, in the words of the states that people see.
fn connection_label(values: &[String]) -> String {
    let has = |plan: &Plan, phase: &str| values.contains(&format!("{plan} {phase}"));
    let phases: Vec<&str> = ["none"]
        .into_iter()
        .chain(Phase::ALL.iter().map(|phase| phase.as_str()))
        .collect();
    let with_sso = [Plan::Pro, Plan::Premier];
    let without = [Plan::Free, Plan::Growth];
    // Which phases are there for these plans; all of the plans have to agree.
    let of = |plans: &[Plan; 2]| -> Vec<&str> {
        let those = phases
            .iter()
            .copied()
            .filter(|phase| plans.iter().any(|plan| has(plan, phase)));
        let those: Vec<_> = those.collect();
        let agree = plans
            .iter()
            .all(|plan| those.iter().all(|phase| has(plan, phase)));
        assert!(agree, "the plans {plans:?} differ: {values:?}");
        those
    };
    let (here, there) = (of(&with_sso), of(&without));
    let live = Phase::Live.as_str();
    let but_live: Vec<_> = phases
        .iter()
        .copied()
        .filter(|phase| *phase != live)
        .collect();
    if here == [live] && there.is_empty() {
        return "live".to_owned();
    }
    if here == but_live && there == phases {
        return "not live".to_owned();
    }
    if here.is_empty() && there == phases {
        return "a plan without SSO".to_owned();
    }
    if here == but_live && there.is_empty() {
        return "a plan with SSO, not live".to_owned();
    }
    // What is stored as live under a plan without SSO is suspended.
    let states = |found: &[&str], suspended: &str| -> Vec<String> {
        let those = found.iter();
        those
            .map(|phase| if *phase == live { suspended } else { *phase }.to_owned())
            .collect()
    };
    let mut all = states(&here, "live");
    for state in states(&there, "suspended") {
        if !all.contains(&state) {
            all.push(state);
        }
    }
    all.join(" or ")
}
