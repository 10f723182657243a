//! What an admin says on our own pages that decides who gets in as an admin: "this is me", and that groups
//! may make admins (P8, P10). Both need somebody who proved who they are a moment ago.

use jiff::{SignedDuration, Timestamp};
use vestibule_model::{Identity, KeyFingerprint, Member, Revision, Subject, TestRun, TestState};

use crate::{Refusal, p6_lockout::is_active_admin};

/// How long ago somebody may have proved who they are for what is sensitive (design §4.7).
const LATELY: SignedDuration = SignedDuration::from_mins(10);

/// Somebody who is signed in to our own pages.
#[derive(Debug, Clone, Copy)]
pub struct AtTheDesk<'a> {
    /// The member, as they are stored now.
    pub member: &'a Member,
    /// When they last proved who they are in this session.
    pub authenticated_at: Timestamp,
}

impl AtTheDesk<'_> {
    /// Whether that was lately enough for a change that is sensitive.
    #[must_use]
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        now.duration_since(self.authenticated_at) <= LATELY
    }

    fn admin(&self, now: Timestamp) -> Result<&Member, Refusal> {
        if !is_active_admin(self.member) {
            return Err(Refusal::NotTheirsToSay);
        }
        if !self.is_fresh(now) {
            return Err(Refusal::AuthenticationTooOld);
        }
        Ok(self.member)
    }
}

/// Whether an admin may say of the result of a test that it is them, and which subject gets linked: the
/// test passed in this browser and was about their own address, in their own workspace. A test by itself
/// links nobody.
///
/// # Errors
/// [`Refusal::NotTheirsToSay`], [`Refusal::AuthenticationTooOld`].
pub fn may_say_this_is_me<'t>(
    who: AtTheDesk<'_>,
    test: &'t TestRun,
    browser: Option<&str>,
    now: Timestamp,
) -> Result<&'t Subject, Refusal> {
    let same_browser = browser.is_some() && test.browser.as_deref() == browser;
    let asserted = test.claim.as_ref().filter(|_| {
        same_browser
            && test.state == TestState::Passed
            && test.workspace_id == who.member.workspace_id
    });
    let own = asserted.filter(|claim| {
        let address = claim.email.as_ref().map(vestibule_model::Email::as_str);
        address.is_some_and(|address| address.eq_ignore_ascii_case(who.member.email.as_str()))
    });
    let subject = own.and_then(|claim| claim.subject.as_ref());
    let subject = subject.ok_or(Refusal::NotTheirsToSay)?;
    who.admin(now)?;
    Ok(subject)
}

/// Whether an admin may have the mapping to `admin` of a revision count: their own link to its IdP is
/// proven with every key that the revision trusts (`trusted`).
///
/// # Errors
/// [`Refusal::NotTheirsToSay`], [`Refusal::AuthenticationTooOld`], [`Refusal::LocalProofRequired`].
pub fn may_enable_admin_mapping(
    who: AtTheDesk<'_>,
    links: &[Identity],
    revision: &Revision,
    trusted: &[KeyFingerprint],
    now: Timestamp,
) -> Result<(), Refusal> {
    let maps = revision
        .settings
        .role_mapping
        .as_ref()
        .is_some_and(|mapping| !mapping.admin.is_empty());
    if revision.workspace_id != who.member.workspace_id || !maps {
        return Err(Refusal::NotTheirsToSay);
    }
    let member = who.admin(now)?;
    let counts = |link: &Identity| {
        link.member_id == member.id
            && link.connection_id == revision.connection_id
            && Some(link.subject.idp_entity_id.as_str()) == revision.idp_entity_id()
            && link
                .proof
                .as_ref()
                .is_some_and(|proof| trusted.iter().all(|key| proof.keys.contains(key)))
    };
    if trusted.is_empty() || !links.iter().any(counts) {
        return Err(Refusal::LocalProofRequired);
    }
    Ok(())
}

/// Whether an admin may reset somebody's second factors: another member's, never their own, which takes
/// the factor itself (P4).
///
/// # Errors
/// [`Refusal::NotTheirsToSay`], [`Refusal::AuthenticationTooOld`].
pub fn may_reset_second_factor(
    who: AtTheDesk<'_>,
    of: &Member,
    now: Timestamp,
) -> Result<(), Refusal> {
    let member = who.admin(now)?;
    let another = of.workspace_id == member.workspace_id && of.id != member.id;
    if !another {
        return Err(Refusal::NotTheirsToSay);
    }
    Ok(())
}
