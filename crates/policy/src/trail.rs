//! The rules that were gone through, in order, and what they still ask for.

use crate::{Denial, Reason, Refusal, Requirement, Rule, RuleOutcome};

/// What one rule says.
pub(crate) enum Verdict {
    /// It holds.
    Pass(String),
    /// It has nothing to say here.
    NotApplicable(String),
    /// It holds once this is given; without it, the refusal is the answer.
    Require(Requirement, Refusal),
    /// It does not hold.
    Refuse(Refusal),
}

/// One walk through the rules.
#[derive(Default)]
pub(crate) struct Trail {
    reasons: Vec<Reason>,
    unmet: Vec<(Requirement, Refusal)>,
}

impl Trail {
    /// Writes down what a rule said; a refusal ends the walk.
    pub(crate) fn walk(&mut self, rule: Rule, verdict: Verdict) -> Result<(), Refusal> {
        let (outcome, detail, end) = match verdict {
            Verdict::Pass(detail) => (RuleOutcome::Pass, detail, Ok(())),
            Verdict::NotApplicable(detail) => (RuleOutcome::NotApplicable, detail, Ok(())),
            Verdict::Require(requirement, refusal) => {
                let detail = refusal.to_string();
                self.unmet.push((requirement, refusal));
                (RuleOutcome::Require, detail, Ok(()))
            }
            Verdict::Refuse(refusal) => (RuleOutcome::Refuse, refusal.to_string(), Err(refusal)),
        };
        self.reasons.push(Reason {
            rule,
            outcome,
            detail,
        });
        end
    }

    /// Writes down the refusal of a rule that found no verdict to give.
    pub(crate) fn refuse<T>(&mut self, refusal: Refusal) -> Result<T, Refusal> {
        match self.walk(refusal.rule(), Verdict::Refuse(refusal.clone())) {
            Ok(()) => Err(refusal),
            Err(refusal) => Err(refusal),
        }
    }

    /// The walk has ended with a refusal.
    pub(crate) fn deny(self, refusal: Refusal) -> Denial {
        Denial {
            refusal,
            reasons: self.reasons,
        }
    }

    /// The walk has come to its end: whatever a rule still asks for refuses now.
    pub(crate) fn settle(self) -> Result<Vec<Reason>, Denial> {
        let Self { reasons, unmet } = self;
        match unmet.into_iter().next() {
            None => Ok(reasons),
            Some((_, refusal)) => Err(Denial { refusal, reasons }),
        }
    }

    /// The first thing that a rule still asks for.
    pub(crate) fn first_unmet(&self) -> Option<Requirement> {
        self.unmet.first().map(|(requirement, _)| *requirement)
    }

    /// What a decision says of the walk.
    pub(crate) fn into_parts(self) -> (Vec<Reason>, Vec<Requirement>) {
        (
            self.reasons,
            self.unmet
                .into_iter()
                .map(|(requirement, _)| requirement)
                .collect(),
        )
    }
}
