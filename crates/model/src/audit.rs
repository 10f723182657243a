//! The audit log: who did what, how it came in, and what makes the log tamper-evident.

use std::fmt;

use jiff::Timestamp;

use crate::{ApiKeyId, EventId, MemberId, SetupLinkId, WorkspaceId, words};

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// The holder of an API key.
    ApiKey(ApiKeyId),
    /// A member, by signing in.
    Member(MemberId),
    /// Whoever holds a setup link: nobody knows who that is.
    SetupLink(SetupLinkId),
    /// The operator, on the command line.
    Operator,
    /// Vestibule itself.
    System,
}

const OPERATOR: &str = "operator";
const SYSTEM: &str = "system";

/// A text that names nobody.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected the id of an API key, a member or a setup link, {OPERATOR} or {SYSTEM}")]
pub struct ActorParseError;

/// The id of who it was, where there is one; else `operator` or `system`.
impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ApiKey(id) => id.fmt(f),
            Self::Member(id) => id.fmt(f),
            Self::SetupLink(id) => id.fmt(f),
            Self::Operator => f.write_str(OPERATOR),
            Self::System => f.write_str(SYSTEM),
        }
    }
}

/// The prefix of an id says whom it names.
impl std::str::FromStr for Actor {
    type Err = ActorParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            OPERATOR => return Ok(Self::Operator),
            SYSTEM => return Ok(Self::System),
            _ => {}
        }
        let key = text.parse().map(Self::ApiKey);
        key.or_else(|_| text.parse().map(Self::Member))
            .or_else(|_| text.parse().map(Self::SetupLink))
            .or(Err(ActorParseError))
    }
}

words! {
    /// By which way a change came in.
    Via {
        /// The API.
        Api = "api",
        /// A page: the settings, an account, the sign-in on our own pages.
        Page = "page",
        /// SAML: what an IdP sent, by way of a browser.
        Saml = "saml",
        /// OAuth and OpenID Connect.
        OpenIdConnect = "openid_connect",
        /// The command line.
        CommandLine = "command_line",
        /// What runs by the clock.
        Job = "job",
    }
}

/// How a change came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditSource {
    /// By which way.
    pub via: Via,
    /// The request, as the log and `X-Request-Id` name it.
    pub request_id: Option<String>,
}

/// The place of an entry in the chain of its workspace, or of the deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    /// Its number in the chain; the first is 1.
    pub number: i64,
    /// What binds it to all entries before it: an HMAC-SHA256 in lower-case hex.
    pub mac: String,
}

/// One entry of the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEvent {
    /// Its id.
    pub id: EventId,
    /// The workspace it belongs to; none for the deployment's own.
    pub workspace_id: Option<WorkspaceId>,
    /// Who did it.
    pub actor: Actor,
    /// What was done, as a stable word (`connection.enabled`).
    pub action: String,
    /// To what: the id of the thing.
    pub target: String,
    /// What else is worth knowing, a JSON object without secrets.
    pub detail: String,
    /// When.
    pub at: Timestamp,
    /// How it came in; not known of entries from before that was kept.
    pub source: Option<AuditSource>,
    /// Its place in the chain; none in the few seconds before it has one.
    pub seal: Option<Seal>,
}

/// The end of a chain: whoever has it can tell later whether what was before it still is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainHead {
    /// The id of a workspace, or `deployment`.
    pub chain: String,
    /// The number of the last entry.
    pub number: i64,
    /// What binds it to all before it, in lower-case hex.
    pub mac: String,
}

words! {
    /// What is wrong with an audit log.
    AuditFault {
        /// An entry is not what was written.
        Changed = "changed",
        /// An entry without a mac: Vestibule has not written it.
        Unsigned = "unsigned",
        /// Entries are gone.
        Missing = "missing",
        /// An entry is not the one that stood here, or one before it is not.
        OutOfPlace = "out_of_place",
        /// The last entries are gone.
        CutOff = "cut_off",
        /// An entry that comes after the end.
        BeyondHead = "beyond_head",
        /// The record of where the chain ends was changed.
        HeadChanged = "head_changed",
        /// The record of where the chain ends is gone.
        HeadMissing = "head_missing",
        /// A head that was sent out is not in the chain.
        HeadUnknown = "head_unknown",
        /// An entry waits for its place for too long.
        NotSealed = "not_sealed",
    }
}

/// A place where the audit log is not what was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditFinding {
    /// The id of a workspace, or `deployment`.
    pub chain: String,
    /// What is wrong.
    pub fault: AuditFault,
    /// The first number that it is about, where it is about one.
    pub number: Option<i64>,
    /// The last one, where it is about several.
    pub last_number: Option<i64>,
    /// The entry, where there is one.
    pub event: Option<String>,
    /// What was expected, and what is there.
    pub detail: String,
}

impl fmt::Display for AuditFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "chain {}", self.chain)?;
        match (self.number, self.last_number) {
            (Some(first), Some(last)) if first != last => write!(f, ", entries {first} to {last}")?,
            (Some(number), _) => write!(f, ", entry {number}")?,
            (None, _) => {}
        }
        if let Some(event) = &self.event {
            write!(f, " ({event})")?;
        }
        write!(f, ": {}: {}", self.fault, self.detail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ClientId;

    #[test]
    fn an_actor_reads_back_and_nothing_else_does() {
        let now = Timestamp::UNIX_EPOCH;
        for actor in [
            Actor::ApiKey(ApiKeyId::new(now)),
            Actor::Member(MemberId::new(now)),
            Actor::SetupLink(SetupLinkId::new(now)),
            Actor::Operator,
            Actor::System,
        ] {
            assert_eq!(actor.to_string().parse(), Ok(actor));
        }
        for text in ["", "Operator", "mem_1", &ClientId::new(now).to_string()] {
            assert_eq!(text.parse::<Actor>(), Err(ActorParseError), "{text}");
        }
    }
}
