//! The door for what Vestibule keeps itself: passwords, second factors, passkeys.

use jiff::Timestamp;
use vestibule_credential::{FactorMethod, PasskeyProof, PasswordProof, SecondFactorProof};
use vestibule_model::{AuthenticationMethod, ClientId, MemberId, Origin, Role, WorkspaceId};

use crate::{
    Denial, Grant, GrantParts, PersonFacts, Refusal, Requirement, Rule, Rules, WorkspaceFacts,
    admit::{self, Kept},
    grant::{self, Changes},
    trail::{Trail, Verdict},
};

/// What somebody has shown on our own pages.
#[derive(Debug)]
pub enum LocalProof {
    /// A password, and perhaps a second factor.
    Password(PasswordProof, Option<SecondFactorProof>),
    /// A passkey that has verified its user: two factors at once.
    Passkey(PasskeyProof),
}

impl LocalProof {
    /// Whom every part of it names; none when they name different people.
    fn names(&self) -> Option<(WorkspaceId, MemberId)> {
        match self {
            Self::Password(password, factor) => {
                let named = (password.workspace_id(), password.member_id());
                let agrees = factor
                    .as_ref()
                    .is_none_or(|factor| (factor.workspace_id(), factor.member_id()) == named);
                agrees.then_some(named)
            }
            Self::Passkey(passkey) => Some((passkey.workspace_id(), passkey.member_id())),
        }
    }

    /// How they proved who they are (RFC 8176).
    #[must_use]
    pub fn amr(&self) -> Vec<AuthenticationMethod> {
        match self {
            Self::Password(_, None) => vec![AuthenticationMethod::Pwd],
            Self::Password(_, Some(factor)) => {
                let mut amr = vec![AuthenticationMethod::Pwd];
                amr.extend_from_slice(factor.amr());
                amr
            }
            Self::Passkey(passkey) => passkey.amr().to_vec(),
        }
    }

    /// Whether it is more than a password.
    const fn is_strong(&self) -> bool {
        matches!(self, Self::Password(_, Some(_)) | Self::Passkey(_))
    }

    /// Whether the operator's code stood in for the second factor.
    fn is_by_break_glass(&self) -> bool {
        match self {
            Self::Password(_, factor) => factor
                .as_ref()
                .is_some_and(|factor| factor.method() == FactorMethod::BreakGlass),
            Self::Passkey(_) => false,
        }
    }

    /// Whether it proves a link (P10): a password and a second factor of their own, or a passkey that is
    /// both. The operator's code lets an admin in, and says nothing about an identity provider.
    #[must_use]
    pub fn proves_links(&self) -> bool {
        self.is_strong() && !self.is_by_break_glass()
    }

    /// When the last part of it was shown.
    fn at(&self) -> Timestamp {
        match self {
            Self::Password(password, None) => password.at(),
            Self::Password(password, Some(factor)) => password.at().max(factor.at()),
            Self::Passkey(passkey) => passkey.at(),
        }
    }

    /// What was shown makes one Grant; what is left of it is how and when.
    fn spend(self) -> (Vec<AuthenticationMethod>, Timestamp) {
        (self.amr(), self.at())
    }

    /// Since when the password was theirs; none for a passkey, which nobody guesses or keeps.
    const fn password_known_since(&self) -> Option<Timestamp> {
        match self {
            Self::Password(password, _) => Some(password.set_at()),
            Self::Passkey(_) => None,
        }
    }
}

/// What comes next on our own pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LocalStep {
    /// Everything is there: [`grant_local`] lets them in.
    Enter,
    /// A second factor is needed.
    SecondFactor,
    /// A second factor is needed, and none is enrolled yet: enrolling comes next, not a dead end (P4).
    EnrolSecondFactor,
}

/// What comes next for somebody who has shown this, or why they cannot come in: the rules of
/// [`grant_local`], asked before it. `prove` asks for a second factor in any case: an admin proves
/// a link by password and second factor (P10).
///
/// # Errors
/// [`Denial`] with the refusal and every rule that was gone through.
pub fn local_step(
    facts: &WorkspaceFacts,
    person: &PersonFacts,
    proof: &LocalProof,
    prove: bool,
    rules: &Rules,
) -> Result<LocalStep, Denial> {
    let mut trail = Trail::default();
    if let Err(refusal) = walk(&mut trail, facts, person, proof, rules) {
        return Err(trail.deny(refusal));
    }
    match trail.first_unmet() {
        Some(Requirement::SecondFactor) => Ok(second_factor(person)),
        Some(_) => trail.settle().map(|_| LocalStep::Enter),
        None if prove && !proof.is_strong() => Ok(second_factor(person)),
        None => Ok(LocalStep::Enter),
    }
}

const fn second_factor(person: &PersonFacts) -> LocalStep {
    if person.second_factor {
        LocalStep::SecondFactor
    } else {
        LocalStep::EnrolSecondFactor
    }
}

/// Lets in a member who has shown what Vestibule keeps of them, or says why not: P9, P7, P3, P5, P4,
/// P8.
///
/// # Errors
/// [`Denial`] with the refusal and every rule that was gone through.
pub fn grant_local(
    facts: &WorkspaceFacts,
    person: &PersonFacts,
    proof: LocalProof,
    client_id: ClientId,
    rules: &Rules,
    now: Timestamp,
) -> Result<Grant, Denial> {
    let mut trail = Trail::default();
    if let Err(refusal) = walk(&mut trail, facts, person, &proof, rules) {
        return Err(trail.deny(refusal));
    }
    let reasons = trail.settle()?;
    let (amr, at) = proof.spend();
    let admission = grant::existing(&person.member, Changes::default(), None, now);
    let parts = GrantParts {
        workspace_id: facts.workspace.id,
        client_id,
        origin: Origin::Local,
        amr,
        auth_time: at.min(now),
        not_after: None,
        email_verified: grant::email_verified(facts, &admission),
        admission,
        role_before: Some(person.member.role),
        renews: None,
        reasons,
    };
    Ok(Grant::new(parts, now))
}

fn walk(
    trail: &mut Trail,
    facts: &WorkspaceFacts,
    person: &PersonFacts,
    proof: &LocalProof,
    rules: &Rules,
) -> Result<(), Refusal> {
    let member = &person.member;
    let of_workspace = member.workspace_id == facts.workspace.id;
    if !of_workspace || proof.names() != Some((member.workspace_id, member.id)) {
        return trail.refuse(Refusal::NotOfThisWorkspace);
    }
    trail.walk(
        Rule::P9,
        Verdict::Pass("what was shown is this member's".into()),
    )?;
    // Whoever set a new password ends what was begun with the old one.
    let current = person.password_set_at;
    if let (Some(shown), Some(current)) = (proof.password_known_since(), current)
        && shown != current
    {
        return trail.refuse(Refusal::PasswordChanged);
    }
    if proof.is_by_break_glass() && member.role != Role::Admin {
        return trail.refuse(Refusal::BreakGlassForAdmins);
    }
    let kept = Kept {
        password_known_since: proof.password_known_since(),
        second_factor: person.second_factor,
    };
    let amr = proof.amr();
    admit::by_password(trail, facts, person.person(), Some(&amr), kept, rules)
}
