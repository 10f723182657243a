//! Why a passkey was not taken.

use webauthn_rs::prelude::WebauthnError;

/// Why a passkey was not taken. The sections are those of Web Authentication Level 3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasskeyError {
    /// What the page sent is not what a browser answers.
    #[error("the answer is not one of the Web Authentication API")]
    UnreadableAnswer,
    /// What was kept between the halves is not of this ceremony, or of nobody's.
    #[error("the answer belongs to another ceremony; begin again")]
    OtherCeremony,
    /// What is kept of the passkey cannot be read.
    #[error("what is kept of the passkey cannot be read")]
    UnreadablePasskey,
    /// There is no passkey to ask for.
    #[error("the member has no passkey")]
    NoPasskey,
    /// The passkey that answered is not among those that were asked for.
    #[error("this passkey is not registered")]
    UnknownPasskey,
    /// The passkey names another user than its owner (§7.2).
    #[error("the passkey belongs to another member")]
    OtherMember,
    /// The answer is to another challenge: an old one, or somebody else's (§7.1, §7.2).
    #[error("the answer is to another challenge; begin again")]
    WrongChallenge,
    /// The answer was made on another site (§13.4.9).
    #[error("the answer was made for another site")]
    WrongSite,
    /// The device did not ask for PIN, finger or face (§7.1, §7.2).
    #[error("the device has not verified the person; set up a PIN, a fingerprint or a face on it")]
    NotVerified,
    /// The device counts less than before: there may be a copy of it (§6.1.1).
    #[error(
        "the passkey counts backwards: there may be a copy of it; remove it and register it anew"
    )]
    PossibleCopy,
    /// The system or the library gave no challenge.
    #[error("no challenge could be made")]
    NoChallenge,
    /// The signature does not verify, or anything else does not hold.
    #[error("the answer of the passkey does not hold")]
    Refused,
}

impl PasskeyError {
    /// The stable word.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::UnreadableAnswer => "unreadable-answer",
            Self::OtherCeremony => "other-ceremony",
            Self::UnreadablePasskey => "unreadable-passkey",
            Self::NoPasskey => "no-passkey",
            Self::UnknownPasskey => "unknown-passkey",
            Self::OtherMember => "other-member",
            Self::WrongChallenge => "wrong-challenge",
            Self::WrongSite => "wrong-site",
            Self::NotVerified => "not-verified",
            Self::PossibleCopy => "possible-copy",
            Self::NoChallenge => "no-challenge",
            Self::Refused => "refused",
        }
    }

    /// The library's word for it in ours; its text stays behind.
    pub(super) fn of(error: &WebauthnError) -> Self {
        match error {
            WebauthnError::MismatchedChallenge | WebauthnError::ChallengeNotFound => {
                Self::WrongChallenge
            }
            WebauthnError::InvalidRPOrigin
            | WebauthnError::InvalidRPIDHash
            | WebauthnError::CredentialCrossOrigin => Self::WrongSite,
            WebauthnError::UserNotVerified | WebauthnError::UserNotPresent => Self::NotVerified,
            WebauthnError::CredentialPossibleCompromise => Self::PossibleCopy,
            WebauthnError::CredentialNotFound => Self::UnknownPasskey,
            _ => Self::Refused,
        }
    }
}
