//! The rows, asked of the real doors.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use vestibule_model::{
    AuthenticationMethod::{self, Hwk, Mfa, Otp, Pwd, Saml, User},
    ClientId, Identity, Member, MemberStatus, Origin, Phase, Plan, Role, SamlDetails,
    TwoFactorRule,
};
use vestibule_policy::{
    Decision, Denial, Grant, LocalProof, LocalStep, MethodKind, PersonFacts, Reason, Refusal,
    Requirement, Rule, RuleOutcome, SamlFacts, WorkspaceFacts, decide, grant_by_saml, grant_local,
    grant_renewal, grant_vouched, local_step,
};
use vestibule_saml::{SignIn, VerifiedAssertion};

use crate::{
    assertion::Key,
    keyring::{passkey, password, with_totp},
    properties::STRONG,
    scene::{
        ADA, PERSISTENT, ada_asserted, client, connection, identity, member, name_id, now, proof,
        rules, saml_facts, serving, session, workspace,
    },
    truth_table::row::{Link, Method, Outcome, Row},
};

/// What a door said.
#[derive(Clone)]
pub(crate) struct Said {
    pub(crate) outcome: Outcome,
    pub(crate) reasons: Vec<Reason>,
    pub(crate) refusal: Option<Refusal>,
}

/// One workspace with one connection and one person, changed for each row.
pub(crate) struct World {
    facts: WorkspaceFacts,
    ada: Member,
    link: Identity,
    client: ClientId,
    weak: VerifiedAssertion<SignIn>,
    strong: VerifiedAssertion<SignIn>,
    /// What was shown, and not spent.
    unspent: Vec<(Method, bool, LocalProof)>,
    /// What the local door said when it was spent, and the step before it.
    spent: HashMap<String, (Result<LocalStep, Denial>, Said)>,
}

impl World {
    pub(crate) fn new() -> Self {
        let mut facts = workspace(Plan::Free, TwoFactorRule::Off);
        let live = connection(&facts, Phase::Live);
        facts.sso.connections.push(live);
        let ada = member(&facts, ADA, Role::Member);
        let link = identity(&facts, &ada, name_id("7", Some(PERSISTENT)));
        let mut strong = ada_asserted("7", &[]);
        strong.context = STRONG;
        Self {
            facts,
            ada,
            link,
            client: client(),
            weak: ada_asserted("7", &[]).verified(),
            strong: strong.verified(),
            unspent: Vec::new(),
            spent: HashMap::new(),
        }
    }

    pub(crate) fn ask(&mut self, row: &Row) -> Said {
        let facts = self.workspace(row);
        let person = self.person(row);
        if row.renewal {
            return self.renew(row, &facts, person.as_ref());
        }
        match row.method {
            Method::Vouched => self.vouched(&facts, person.as_ref()),
            Method::Saml => self.by_saml(row, &facts, person.as_ref()),
            Method::Password | Method::PasswordAndFactor | Method::Passkey => {
                self.local(row, &facts, &person.unwrap())
            }
        }
    }

    fn workspace(&self, row: &Row) -> WorkspaceFacts {
        let mut facts = self.facts.clone();
        facts.workspace.plan = row.plan;
        facts.workspace.two_factor = row.two_factor;
        if row.listed {
            serving(&mut facts).required_authn_context = vec![STRONG.into()];
        }
        match row.phase {
            None => facts.sso.connections.clear(),
            Some(phase) => {
                facts.sso.connections[0].connection.phase = phase;
                if matches!(phase, Phase::Live | Phase::Disabled) {
                    facts.workspace.sso_enabled_at = Some(enabled_at());
                }
            }
        }
        facts
    }

    fn person(&self, row: &Row) -> Option<PersonFacts> {
        let role = row.role?;
        let member = Member {
            role,
            status: row.status,
            ..self.ada.clone()
        };
        let link = Identity {
            proof: (row.link == Link::Proven).then(|| proof(&[Key::Idps])),
            ..self.link.clone()
        };
        let here = matches!(row.method, Method::Password | Method::PasswordAndFactor);
        Some(PersonFacts {
            member,
            links: (row.link != Link::None)
                .then_some(link)
                .into_iter()
                .collect(),
            password_set_at: here.then(|| since(row)),
            second_factor: row.enrolled,
        })
    }

    fn vouched(&self, facts: &WorkspaceFacts, person: Option<&PersonFacts>) -> Said {
        let email = &self.ada.email;
        let decision = decide(facts, email, person, MethodKind::Password, &rules());
        let Some(person) = person else {
            return of_decision(decision);
        };
        let mint = |amr: &[AuthenticationMethod]| {
            grant_vouched(facts, email, person, amr, self.client, &rules(), now())
        };
        let said = of_door(mint(&[Pwd]), Method::Vouched);
        announced(&decision, &said);
        // What is asked for is enough.
        let with_factor = of_door(mint(&[Pwd, Otp]), Method::Vouched);
        enough(&said, &with_factor, Requirement::SecondFactor);
        said
    }

    fn by_saml(&self, row: &Row, facts: &WorkspaceFacts, person: Option<&PersonFacts>) -> Said {
        let decision = decide(facts, &self.ada.email, person, MethodKind::Saml, &rules());
        let mut judged = SamlFacts {
            workspace: facts.clone(),
            ..saml_facts(&self.facts)
        };
        if let Some(person) = person {
            judged.by_email = Some(person.member.clone());
            judged.identities_of_candidate.clone_from(&person.links);
            let link = person.links.first();
            judged.by_subject = link.map(|link| (link.clone(), person.member.clone()));
        }
        let door = |assertion| grant_by_saml(assertion, &judged, self.client, &rules(), now());
        let said = of_door(door(&self.weak), row.method);
        announced(&decision, &said);
        let strong = of_door(door(&self.strong), row.method);
        enough(&said, &strong, Requirement::AuthnContext);
        said
    }

    fn local(&mut self, row: &Row, facts: &WorkspaceFacts, ada: &PersonFacts) -> Said {
        let shown = self.unspent(row, ada);
        let step = local_step(facts, ada, &shown, false, &rules());
        // A proof is dear and spent once; the step before it walks the same rules, and so says whether
        // the door would say what it said to a row that differs in what only SAML knows.
        let alike = Row {
            link: Link::None,
            listed: false,
            ..row.clone()
        };
        let alike = format!("{alike:?}");
        if let Some((known, said)) = self.spent.get(&alike) {
            assert_eq!(step, *known, "{row:?}");
            self.unspent.push((row.method, row.old, shown));
            return said.clone();
        }
        let granted = grant_local(facts, ada, shown, self.client, &rules(), now());
        let said = of_door(granted, row.method);
        let next = match &step {
            Err(denial) => {
                assert_eq!(Some(&denial.refusal), said.refusal.as_ref(), "{row:?}");
                assert_eq!(denial.reasons, said.reasons, "{row:?}");
                None
            }
            Ok(step) => Some(*step),
        };
        let expected = match &said.outcome {
            Outcome::Enters => Some(LocalStep::Enter),
            Outcome::Needs(needs) if needs[0] == Requirement::SecondFactor => {
                Some(if row.enrolled {
                    LocalStep::SecondFactor
                } else {
                    LocalStep::EnrolSecondFactor
                })
            }
            Outcome::Needs(_) | Outcome::Refused(_) => None,
        };
        assert_eq!(next, expected, "{row:?}");
        if row.method == Method::Password {
            let email = &ada.member.email;
            let decision = decide(facts, email, Some(ada), MethodKind::Password, &rules());
            announced(&decision, &said);
        }
        self.spent.insert(alike, (step, said.clone()));
        said
    }

    /// What somebody shows.
    fn unspent(&mut self, row: &Row, ada: &PersonFacts) -> LocalProof {
        let same = |(method, old, _): &(Method, bool, _)| (*method, *old) == (row.method, row.old);
        if let Some(index) = self.unspent.iter().position(same) {
            return self.unspent.swap_remove(index).2;
        }
        match row.method {
            Method::Passkey => passkey(&ada.member),
            Method::PasswordAndFactor => with_totp(&ada.member, since(row)),
            _ => password(&ada.member, since(row)),
        }
    }

    fn renew(&self, row: &Row, facts: &WorkspaceFacts, person: Option<&PersonFacts>) -> Said {
        let (amr, origin) = match row.method {
            Method::Vouched => (&[Pwd][..], Origin::Vouched),
            Method::Password => (&[Pwd][..], Origin::Local),
            Method::PasswordAndFactor => (&[Pwd, Otp][..], Origin::Local),
            Method::Passkey => (&[Hwk, User, Mfa][..], Origin::Local),
            Method::Saml => (&[Saml][..], self.saml_origin()),
        };
        let mut session = session(&self.ada, origin);
        session.amr = amr.to_vec();
        session.auth_time = since(row);
        of_door(
            grant_renewal(&session, facts, person, &rules(), now()),
            row.method,
        )
    }

    fn saml_origin(&self) -> Origin {
        let connection = &self.facts.sso.connections[0].connection;
        Origin::Saml {
            connection_id: connection.id,
            revision_id: connection.live.unwrap(),
            details: SamlDetails {
                name_id: self.weak.name_id().cloned(),
                session_index: None,
                attributes: self.weak.attributes().clone(),
                authn_context_class: None,
                signed_by: Some(self.weak.signed_by()),
                mapped_to_admin: false,
            },
        }
    }
}

fn enabled_at() -> Timestamp {
    now() - SignedDuration::from_mins(20)
}

/// Since when the password was theirs.
fn since(row: &Row) -> Timestamp {
    let minutes = if row.old { 30 } else { 10 };
    now() - SignedDuration::from_mins(minutes)
}

fn of_decision(decision: Decision) -> Said {
    let outcome = match &decision.refusal {
        Some(refusal) => Outcome::Refused(refusal.code()),
        None if decision.required.is_empty() => Outcome::Enters,
        None => Outcome::Needs(decision.required),
    };
    // A decision says what is needed, and a door refuses in the words of the first need.
    let refusal = decision.refusal.or_else(|| match &outcome {
        Outcome::Needs(needs) if needs[0] == Requirement::SecondFactor => {
            Some(Refusal::SecondFactorRequired {
                two_factor: TwoFactorRule::Everyone,
            })
        }
        _ => None,
    });
    Said {
        outcome,
        reasons: decision.reasons,
        refusal,
    }
}

fn of_door(granted: Result<Grant, Denial>, method: Method) -> Said {
    match granted {
        Ok(grant) => {
            assert_eq!(grant.member().status, MemberStatus::Active);
            Said {
                outcome: Outcome::Enters,
                reasons: grant.reasons().to_vec(),
                refusal: None,
            }
        }
        Err(denial) => of_denial(denial, method),
    }
}

fn of_denial(denial: Denial, method: Method) -> Said {
    let Denial { refusal, reasons } = denial;
    let refused = reasons
        .iter()
        .any(|reason| reason.outcome == RuleOutcome::Refuse);
    let outcome = if refused {
        Outcome::Refused(refusal.code())
    } else {
        let required = reasons
            .iter()
            .filter(|reason| reason.outcome == RuleOutcome::Require);
        Outcome::Needs(required.map(|reason| requirement(reason, method)).collect())
    };
    Said {
        outcome,
        reasons,
        refusal: Some(refusal),
    }
}

fn requirement(reason: &Reason, method: Method) -> Requirement {
    match reason.rule {
        Rule::P4 if method == Method::Saml => Requirement::AuthnContext,
        Rule::P4 => Requirement::SecondFactor,
        Rule::P5 => Requirement::PasswordReset,
        Rule::P10 => Requirement::LocalProof,
        other => panic!("{other} asks for nothing"),
    }
}

/// What is announced is what is done.
fn announced(decision: &Decision, said: &Said) {
    let outcome = of_decision(decision.clone()).outcome;
    assert_eq!(outcome, said.outcome, "{:?}", decision.reasons);
    assert_eq!(
        decision.allowed,
        !matches!(said.outcome, Outcome::Refused(_))
    );
}

/// Whoever gives what was asked for is asked for nothing but the rest.
fn enough(without: &Said, with: &Said, given: Requirement) {
    let expected = match &without.outcome {
        Outcome::Needs(needs) => {
            let rest: Vec<_> = needs
                .iter()
                .copied()
                .filter(|need| *need != given)
                .collect();
            if rest.is_empty() {
                Outcome::Enters
            } else {
                Outcome::Needs(rest)
            }
        }
        other => other.clone(),
    };
    assert_eq!(with.outcome, expected, "{:?}", with.reasons);
}
