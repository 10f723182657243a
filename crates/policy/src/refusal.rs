//! Why the policy says no: one variant per reason, one stable word for each.

use vestibule_model::{
    ConnectionState, EmailError, IdentityId, MemberId, Plan, RevisionId, TwoFactorRule,
};

use crate::{Reason, Rule};

/// Why the policy says no (design §3). `Display` is one sentence for a person, without personal data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// P1: the plan does not include SSO.
    #[error(
        "the plan {current_plan} does not include SSO; it needs {}",
        one_of(required_plans)
    )]
    PlanUpgradeRequired {
        /// What the workspace has.
        current_plan: Plan,
        /// What it would need one of.
        required_plans: Vec<Plan>,
        /// Whom to talk to, where the deployment says so.
        contact: Option<String>,
    },
    /// P2: the revision has not passed a test of its own.
    #[error("revision {revision_id} has not passed a test of its own")]
    TestRequired {
        /// The revision that was to be enabled.
        revision_id: RevisionId,
    },
    /// P3: SSO is live and the person is no admin.
    #[error("SSO is live in this workspace, so members sign in through it and not by password")]
    SsoRequired {
        /// Where to send the person instead.
        sign_in_url: String,
    },
    /// P4: a password alone is not enough.
    #[error("{}", second_factor(*two_factor))]
    SecondFactorRequired {
        /// The workspace's rule.
        two_factor: TwoFactorRule,
    },
    /// P4: the member has a second factor, and did not use it.
    #[error("a second factor is enrolled, so a password alone is not enough")]
    OwnSecondFactorRequired,
    /// P4: the operator's code is there for admins who have lost every factor.
    #[error("the operator's code stands in for the second factor of admins alone")]
    BreakGlassForAdmins,
    /// P4: the methods that an internal service names do not count.
    #[error("{}", amr_refused(found.as_deref()))]
    AmrRefused {
        /// The first word that is not taken; none when there was none at all.
        found: Option<String>,
    },
    /// P4: the connection lists AuthnContext classes and the assertion carried none of them.
    #[error("the connection requires one of these AuthnContext classes: {}", required.join(", "))]
    AuthnContextRequired {
        /// What the connection lists.
        required: Vec<String>,
        /// What the assertion carried; none before there is one.
        received: Option<String>,
    },
    /// P5: there is no live connection to come in by.
    #[error("{}", not_live(*state))]
    ConnectionNotLive {
        /// How far the connection is; none when there is no connection.
        state: Option<ConnectionState>,
    },
    /// P5: the trip began under a revision that serves no longer; begin it anew.
    #[error("the connection's settings changed during the sign-in; it has to start again")]
    RevisionSuperseded,
    /// P5: the session is over.
    #[error("the session is over")]
    SessionEnded,
    /// P5: the password is from before SSO was live.
    #[error(
        "the password is from before single sign-on was switched on; set it anew by a reset link"
    )]
    PasswordResetRequired,
    /// P5: the password was set anew after it was given.
    #[error("the password has been changed since it was given; sign in with the new one")]
    PasswordChanged,
    /// P6: the workspace would be left without an active admin.
    #[error("the workspace has no other active admin; make somebody else an admin first")]
    LastAdmin,
    /// P6: the last active admin would be left without a way in.
    #[error(
        "this is the only way in of the workspace's last active admin; give them another one, or \
         make somebody else an admin, first"
    )]
    LastWayIn,
    /// P6: with SSO mandatory, nobody could get in without it.
    #[error(
        "no active admin could get in without SSO: if the identity provider fails, nobody can \
         switch it off; add an admin, or acknowledge the risk"
    )]
    LockoutRisk,
    /// P7: the member is deactivated.
    #[error("the member is deactivated")]
    MemberDeactivated,
    /// P7: the member is not there any more.
    #[error("the member has been removed from the workspace")]
    MemberRemoved,
    /// P7: the workspace lets in only who is a member already.
    #[error("the workspace lets in invited people only, and nobody has invited this address")]
    NotInvited,
    /// P7: the address of somebody who comes just in time lies outside the workspace's verified
    /// domains, or in one that another workspace has verified; which of the two is not told.
    #[error(
        "new members need an address in a verified domain of the workspace, and {domain} is none"
    )]
    DomainNotVerified {
        /// The domain of the address.
        domain: String,
    },
    /// P9: the assertion carries no e-mail address and its subject is not linked.
    #[error("the assertion carries no e-mail address, and its subject is not linked to a member")]
    EmailMissing,
    /// P9: what the assertion carries as e-mail address is none.
    #[error("the e-mail address in the assertion is not valid: {reason}")]
    EmailInvalid {
        /// Which part of the rule does not hold.
        reason: EmailError,
    },
    /// P9: the address reads like a member's, but is written with other characters.
    #[error("the address reads like that of a member, but is written with other characters")]
    EmailAmbiguous,
    /// P9: the member is linked to another persistent subject of the same IdP.
    #[error(
        "the member is linked to another persistent subject of this identity provider ({identity_id})"
    )]
    IdentityConflict {
        /// The member.
        member_id: MemberId,
        /// The link that stands in the way; deleting it is the way out.
        identity_id: IdentityId,
    },
    /// P9: the subject is named by an address that is no longer the member's: it may have been given
    /// to somebody else since.
    #[error(
        "the subject is an e-mail address that is no longer that of the member it is linked to \
         ({identity_id}); if it is still theirs, delete the link and let them sign in again"
    )]
    AddressReassigned {
        /// The member.
        member_id: MemberId,
        /// The link that stands in the way; deleting it is the way out.
        identity_id: IdentityId,
    },
    /// P9: the facts belong to different workspaces, connections or clients.
    #[error("the person, the connection and the workspace do not belong together")]
    NotOfThisWorkspace,
    /// P10: an admin whose link nobody has proven.
    #[error(
        "an admin comes in by SAML only through a link that was proven, and none is; sign in by \
         password and second factor instead"
    )]
    LocalProofRequired,
    /// P10: what is sensitive needs a sign-in of a moment ago.
    #[error("this needs a sign-in of the last ten minutes; sign in again, then do it once more")]
    AuthenticationTooOld,
    /// P10: it is not theirs to say who this is, or who becomes an admin.
    #[error(
        "only an active admin of the workspace can say this, and only of a test that passed in this \
         browser with their own address, or of settings of their own workspace"
    )]
    NotTheirsToSay,
}

impl Refusal {
    /// The stable word: the slug of the problem.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::PlanUpgradeRequired { .. } => "plan-upgrade-required",
            Self::TestRequired { .. } => "test-required",
            Self::SsoRequired { .. } => "sso-required",
            Self::SecondFactorRequired { .. }
            | Self::OwnSecondFactorRequired
            | Self::BreakGlassForAdmins => "second-factor-required",
            Self::AmrRefused { .. } => "amr-refused",
            Self::AuthnContextRequired { .. } => "authn-context-required",
            Self::ConnectionNotLive { .. } => "sso-not-live",
            Self::RevisionSuperseded => "revision-superseded",
            Self::SessionEnded => "session-ended",
            Self::PasswordResetRequired => "password-reset-required",
            Self::PasswordChanged => "password-changed",
            Self::LastAdmin | Self::LastWayIn => "last-admin",
            Self::LockoutRisk => "lockout-risk",
            Self::MemberDeactivated => "member-deactivated",
            Self::MemberRemoved => "member-removed",
            Self::NotInvited => "not-invited",
            Self::DomainNotVerified { .. } => "domain-not-verified",
            Self::EmailMissing => "email-missing",
            Self::EmailInvalid { .. } => "email-invalid",
            Self::EmailAmbiguous => "email-ambiguous",
            Self::IdentityConflict { .. } | Self::AddressReassigned { .. } => "identity-conflict",
            Self::NotOfThisWorkspace => "not-of-this-workspace",
            Self::LocalProofRequired => "local-proof-required",
            Self::AuthenticationTooOld => "authentication-too-old",
            Self::NotTheirsToSay => "not-yours-to-say",
        }
    }

    /// The rule that refuses.
    #[must_use]
    pub const fn rule(&self) -> Rule {
        match self {
            Self::PlanUpgradeRequired { .. } => Rule::P1,
            Self::TestRequired { .. } => Rule::P2,
            Self::SsoRequired { .. } => Rule::P3,
            Self::SecondFactorRequired { .. }
            | Self::OwnSecondFactorRequired
            | Self::BreakGlassForAdmins
            | Self::AmrRefused { .. }
            | Self::AuthnContextRequired { .. } => Rule::P4,
            Self::ConnectionNotLive { .. }
            | Self::RevisionSuperseded
            | Self::SessionEnded
            | Self::PasswordResetRequired
            | Self::PasswordChanged => Rule::P5,
            Self::LastAdmin | Self::LastWayIn | Self::LockoutRisk => Rule::P6,
            Self::MemberDeactivated
            | Self::MemberRemoved
            | Self::NotInvited
            | Self::DomainNotVerified { .. } => Rule::P7,
            Self::EmailMissing
            | Self::EmailInvalid { .. }
            | Self::EmailAmbiguous
            | Self::IdentityConflict { .. }
            | Self::AddressReassigned { .. }
            | Self::NotOfThisWorkspace => Rule::P9,
            Self::LocalProofRequired | Self::AuthenticationTooOld | Self::NotTheirsToSay => {
                Rule::P10
            }
        }
    }
}

/// A refusal, and every rule that was gone through up to it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{refusal}")]
pub struct Denial {
    /// Why not.
    pub refusal: Refusal,
    /// Every rule, in order; never empty.
    pub reasons: Vec<Reason>,
}

fn one_of(plans: &[Plan]) -> String {
    let words: Vec<&str> = plans.iter().map(|plan| plan.as_str()).collect();
    match words.as_slice() {
        [] => "a plan that this deployment does not offer".to_owned(),
        [plan] => format!("the plan {plan}"),
        _ => format!("one of {}", words.join(", ")),
    }
}

const fn second_factor(two_factor: TwoFactorRule) -> &'static str {
    match two_factor {
        TwoFactorRule::Admins => "admins of this workspace need a second factor with a password",
        TwoFactorRule::Off | TwoFactorRule::Everyone => {
            "everybody in this workspace needs a second factor with a password"
        }
    }
}

fn amr_refused(found: Option<&str>) -> String {
    match found {
        None => "amr names no authentication method".to_owned(),
        Some(word) => {
            format!("amr {word:?} is not a method that an internal service can vouch for")
        }
    }
}

const fn not_live(state: Option<ConnectionState>) -> &'static str {
    match state {
        None => "there is no SAML connection to sign in through",
        Some(ConnectionState::Draft) => "the SAML connection has not passed a test and is not live",
        Some(ConnectionState::Ready) => "the SAML connection is ready, but has not been enabled",
        Some(ConnectionState::Live) => "the SAML connection has no live settings",
        Some(ConnectionState::Suspended) => "the SAML connection is suspended by the plan",
        Some(ConnectionState::Disabled) => "the SAML connection is disabled",
    }
}
