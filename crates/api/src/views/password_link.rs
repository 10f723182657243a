//! Links to set a password, as they are shown to whoever made them.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use vestibule_model::Member;

use super::MemberView;
use crate::password_links::{Deliver, Issued};

/// A link to set a password.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PasswordLink)]
pub(crate) struct PasswordLinkView {
    /// Its id.
    #[schema(example = "lnk_019306f4e0c07d3aa1b2c3d4e5f60718")]
    id: String,
    /// invitation or reset.
    #[schema(example = "invitation")]
    purpose: &'static str,
    /// When it stops working.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// mailed or returned.
    #[schema(example = "mailed")]
    delivered: &'static str,
    /// The link itself, where it was returned; shown once.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

impl From<Issued> for PasswordLinkView {
    fn from(Issued { link, url }: Issued) -> Self {
        let deliver = match link.by_mail {
            true => Deliver::Mail,
            false => Deliver::Return,
        };
        Self {
            id: link.id.to_string(),
            purpose: link.purpose.as_str(),
            expires_at: link.expires_at,
            delivered: deliver.done(),
            url,
        }
    }
}

/// A member who is asked to join, with the link to do so.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Invitation)]
pub(crate) struct InvitationView {
    #[serde(flatten)]
    member: MemberView,
    /// The link that they set their password with.
    link: PasswordLinkView,
}

impl InvitationView {
    pub(crate) fn new(member: Member, issued: Issued) -> Self {
        Self {
            member: MemberView::new(member, None),
            link: issued.into(),
        }
    }
}
