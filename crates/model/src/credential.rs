//! What Vestibule keeps of the ways in that are its own: passwords, second factors, passkeys, and the
//! sessions of people on its own pages.

use jiff::Timestamp;

use crate::{MailId, MemberId, PasskeyId, PasswordLinkId, SessionId, WorkspaceId, words};

/// A member's password, as it is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredPassword {
    /// Whose.
    pub member_id: MemberId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// Its Argon2id hash in the PHC string format.
    pub hash: String,
    /// When it was set.
    pub set_at: Timestamp,
    /// When it last signed somebody in.
    pub last_used_at: Option<Timestamp>,
}

/// The hash stays out of logs: it can be guessed against.
impl std::fmt::Debug for StoredPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoredPassword")
            .field("member_id", &self.member_id)
            .field("set_at", &self.set_at)
            .finish_non_exhaustive()
    }
}

/// A member's authenticator app (RFC 6238); the seed is sealed and comes by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredTotp {
    /// Whose.
    pub member_id: MemberId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// When a first code confirmed it; before that it does not count.
    pub confirmed_at: Option<Timestamp>,
    /// The time step of the last code that was taken: it and earlier ones count no more.
    pub last_step: Option<i64>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A passkey of a member (WebAuthn).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPasskey {
    /// Its id.
    pub id: PasskeyId,
    /// Whose.
    pub member_id: MemberId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// What its owner calls it.
    pub name: String,
    /// What the authenticator calls it, base64url; unique in the deployment.
    pub credential_id: String,
    /// The public key, the counter and the rest, as the library writes them; JSON.
    pub credential: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last signed somebody in.
    pub last_used_at: Option<Timestamp>,
}

words! {
    /// What a link to set a password is for.
    LinkPurpose {
        /// Somebody is asked to join.
        Invitation = "invitation",
        /// A password is set anew.
        Reset = "reset",
    }
}

/// A link to set a password; its token is kept as a hash alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasswordLink {
    /// Its id.
    pub id: PasswordLinkId,
    /// For whom.
    pub member_id: MemberId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// What it is for.
    pub purpose: LinkPurpose,
    /// Whether we sent it to the member's address ourselves: then using it proves the address.
    pub by_mail: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working.
    pub expires_at: Timestamp,
    /// When it was used.
    pub used_at: Option<Timestamp>,
}

/// Somebody who is signed in to our own pages in one browser (design §4.7): a session of the own pages'
/// client, and what the browser adds to it. The token is kept as a hash alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrowserSession {
    /// The session it stands on: what ends that ends this.
    pub session_id: SessionId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// Who.
    pub member_id: MemberId,
    /// What kind of browser it is, in few words, to tell one's sessions apart.
    pub user_agent: Option<String>,
    /// When they last proved who they are in this session.
    pub authenticated_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_seen_at: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A mail that waits to be sent; its text is sealed, for it may hold a link.
#[derive(Clone, PartialEq, Eq)]
pub struct QueuedMail {
    /// Its id.
    pub id: MailId,
    /// The workspace it is about.
    pub workspace_id: WorkspaceId,
    /// To whom.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The text.
    pub text: String,
    /// How many times sending it has failed.
    pub failures: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it is tried next.
    pub next_try_at: Timestamp,
}

/// It holds an address and perhaps a link.
impl std::fmt::Debug for QueuedMail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("QueuedMail")
            .field("id", &self.id)
            .field("failures", &self.failures)
            .finish_non_exhaustive()
    }
}
