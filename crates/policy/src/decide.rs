//! The decision API: what would happen, said before it does.

use std::str::FromStr;

use vestibule_model::{Email, UnknownWord};

use crate::{
    PersonFacts, Reason, Refusal, Requirement, Rule, Rules, WorkspaceFacts,
    admit::{self, Kept},
    evidence::Evidence,
    p1_plan, p5_live, p9_identity,
    person::Person,
    trail::{Trail, Verdict},
    words,
};

words! {
    /// The ways of signing in that a decision can be asked about.
    MethodKind {
        /// A password, vouched for by an internal service.
        Password = "password",
        /// An assertion of the workspace's IdP.
        Saml = "saml",
    }
}

impl FromStr for MethodKind {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .iter()
            .copied()
            .find(|method| method.as_str() == text)
            .ok_or_else(|| UnknownWord {
                expected: "password, saml",
                found: text.chars().take(64).collect(),
            })
    }
}

/// Whether a method can lead to a session, and what it still needs (design §5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Whether it can.
    pub allowed: bool,
    /// What it still needs; empty when it cannot.
    pub required: Vec<Requirement>,
    /// Every rule that was gone through, in order; never empty.
    pub reasons: Vec<Reason>,
    /// Where SSO of this workspace starts.
    pub sign_in_url: String,
    /// Why it cannot.
    pub refusal: Option<Refusal>,
}

/// Decides whether a person may sign in by a method. `person` is who has the address's key; an
/// unknown address is judged as the just-in-time member it would become.
///
/// A password of a person who is no member yet is judged by the same rules, so that an application
/// can ask before it makes the member; the mint itself knows members alone.
#[must_use]
pub fn decide(
    facts: &WorkspaceFacts,
    email: &Email,
    person: Option<&PersonFacts>,
    method: MethodKind,
    rules: &Rules,
) -> Decision {
    let mut trail = Trail::default();
    let end = match method {
        MethodKind::Password => by_password(&mut trail, facts, email, person, rules),
        MethodKind::Saml => return by_saml(facts, email, person, rules),
    };
    decision(facts, trail, end, rules)
}

fn by_password(
    trail: &mut Trail,
    facts: &WorkspaceFacts,
    email: &Email,
    person: Option<&PersonFacts>,
    rules: &Rules,
) -> Result<(), Refusal> {
    let known = identify(trail, facts, email, person)?;
    // Where Vestibule keeps a password, that is the one somebody would give.
    let kept = person.map(|person| Kept {
        password_known_since: person.password_set_at,
        second_factor: person.password_set_at.is_some() && person.second_factor,
    });
    admit::by_password(trail, facts, known, None, kept.unwrap_or_default(), rules)
}

/// With several live connections, the first that could let the person in speaks; otherwise the
/// first of all does.
fn by_saml(
    facts: &WorkspaceFacts,
    email: &Email,
    person: Option<&PersonFacts>,
    rules: &Rules,
) -> Decision {
    let live = facts.live_connections(rules);
    let mut first = None;
    for connection in &live {
        let mut trail = Trail::default();
        let end = through(
            &mut trail,
            facts,
            connection.connection.id,
            email,
            person,
            rules,
        );
        let decision = decision(facts, trail, end, rules);
        if decision.allowed {
            return decision;
        }
        first.get_or_insert(decision);
    }
    first.unwrap_or_else(|| {
        let mut trail = Trail::default();
        let end = nowhere(&mut trail, facts, rules);
        decision(facts, trail, end, rules)
    })
}

fn through(
    trail: &mut Trail,
    facts: &WorkspaceFacts,
    connection: vestibule_model::ConnectionId,
    email: &Email,
    person: Option<&PersonFacts>,
    rules: &Rules,
) -> Result<(), Refusal> {
    trail.walk(Rule::P1, p1_plan::check(facts.workspace.plan, rules))?;
    let serving = match p5_live::serving(facts, connection, rules) {
        Ok(serving) => serving,
        Err(refusal) => return trail.refuse(refusal),
    };
    trail.walk(Rule::P5, Verdict::Pass("a SAML connection is live".into()))?;
    let known = identify(trail, facts, email, person)?;
    let links = person.map_or(&[][..], |person| person.links.as_slice());
    admit::by_saml(trail, facts, serving, known, Evidence::NotYet { links })?;
    Ok(())
}

fn nowhere(trail: &mut Trail, facts: &WorkspaceFacts, rules: &Rules) -> Result<(), Refusal> {
    trail.walk(Rule::P1, p1_plan::check(facts.workspace.plan, rules))?;
    trail.refuse(p5_live::nothing_serves(facts, rules))
}

fn identify<'a>(
    trail: &mut Trail,
    facts: &WorkspaceFacts,
    email: &'a Email,
    person: Option<&'a PersonFacts>,
) -> Result<Person<'a>, Refusal> {
    let member = person.map(|person| &person.member);
    if member.is_some_and(|member| member.workspace_id != facts.workspace.id) {
        return trail.refuse(Refusal::NotOfThisWorkspace);
    }
    trail.walk(Rule::P9, p9_identity::check_address(email, member))?;
    Ok(person.map_or(Person::Newcomer(email), PersonFacts::person))
}

fn decision(
    facts: &WorkspaceFacts,
    trail: Trail,
    end: Result<(), Refusal>,
    rules: &Rules,
) -> Decision {
    let (reasons, unmet) = trail.into_parts();
    let refusal = end.err();
    Decision {
        allowed: refusal.is_none(),
        required: if refusal.is_none() { unmet } else { Vec::new() },
        reasons,
        sign_in_url: rules.sign_in_url(facts.workspace.id),
        refusal,
    }
}
