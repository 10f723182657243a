//! Invitations, and links to set a password anew: made, and mailed or handed back.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use utoipa::ToSchema;
use vestibule_model::{LinkPurpose, Member, MemberStatus, PasswordLink, PasswordLinkId, Workspace};
use vestibule_policy::Refusal;
use vestibule_session::Secret;
use vestibule_store::Tx;

use crate::{config::Config, mail, problem::Problem};

/// How long an invitation counts: who is asked to join may be on holiday.
const INVITATION: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How long a link to set a password anew counts: who asks for one waits for it.
const RESET: SignedDuration = SignedDuration::from_hours(1);

/// How a link comes to the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Deliver {
    /// We mail it: then using it proves the address.
    Mail,
    /// Whoever asked for it gets it.
    Return,
}

impl Deliver {
    /// As it was asked for; else by mail where mail is set up.
    ///
    /// # Errors
    /// `invalid-value` for mail where there is none, with the settings that are missing.
    pub(crate) fn or_usual(asked: Option<Self>, config: &Config) -> Result<Self, Problem> {
        match (asked, &config.mail) {
            (Some(Self::Mail), None) => {
                let expected = "\"return\", as this deployment sends no mail: VESTIBULE_SMTP_URL \
                                and VESTIBULE_MAIL_FROM are not set";
                Err(Problem::invalid("/deliver", expected, "\"mail\""))
            }
            (Some(asked), _) => Ok(asked),
            (None, Some(_)) => Ok(Self::Mail),
            (None, None) => Ok(Self::Return),
        }
    }

    /// The word for what was done.
    pub(crate) const fn done(self) -> &'static str {
        match self {
            Self::Mail => "mailed",
            Self::Return => "returned",
        }
    }
}

/// A link, and its URL where it was handed back.
pub(crate) struct Issued {
    pub(crate) link: PasswordLink,
    pub(crate) url: Option<String>,
}

/// Makes the link that a member needs, an invitation or a reset, and ends those from before.
///
/// # Errors
/// `not-admitted` for a deactivated member.
pub(crate) fn issue(
    tx: &mut Tx<'_>,
    config: &Config,
    workspace: &Workspace,
    member: &Member,
    deliver: Deliver,
    now: Timestamp,
) -> Result<Issued, Problem> {
    let (purpose, counts) = match member.status {
        MemberStatus::Invited => (LinkPurpose::Invitation, INVITATION),
        MemberStatus::Active => (LinkPurpose::Reset, RESET),
        MemberStatus::Deactivated => return Err(Refusal::MemberDeactivated.into()),
    };
    let token = Secret::generate().map_err(Problem::internal)?;
    let url = format!("{}/password/{}", config.public_url, token.expose());
    let link = PasswordLink {
        id: PasswordLinkId::new(now),
        member_id: member.id,
        workspace_id: workspace.id,
        purpose,
        by_mail: deliver == Deliver::Mail,
        created_at: now,
        expires_at: now.checked_add(counts).map_err(Problem::internal)?,
        used_at: None,
    };
    tx.insert_password_link(&link, &token.hash())?;
    if deliver == Deliver::Return {
        let url = Some(url);
        return Ok(Issued { link, url });
    }
    let linked = (url.as_str(), link.expires_at);
    match purpose {
        LinkPurpose::Invitation => mail::invitation(tx, config, workspace, member, linked, now)?,
        LinkPurpose::Reset => mail::password_reset(tx, config, workspace, member, linked, now)?,
    }
    Ok(Issued { link, url: None })
}
