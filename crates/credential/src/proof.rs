//! What was proven, and by whom. A proof is made where the thing itself was verified, and nowhere else.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use vestibule_model::{AuthenticationMethod, MemberId, WorkspaceId};

/// Somebody gave the right password. It can be neither copied nor made by hand.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "a proof that nobody asks for proves nothing"]
pub struct PasswordProof {
    member_id: MemberId,
    workspace_id: WorkspaceId,
    set_at: Timestamp,
    at: Timestamp,
}

impl PasswordProof {
    pub(crate) const fn new(
        member_id: MemberId,
        workspace_id: WorkspaceId,
        set_at: Timestamp,
        at: Timestamp,
    ) -> Self {
        Self {
            member_id,
            workspace_id,
            set_at,
            at,
        }
    }

    /// Whose password it is.
    #[must_use]
    pub const fn member_id(&self) -> MemberId {
        self.member_id
    }

    /// The member's workspace.
    #[must_use]
    pub const fn workspace_id(&self) -> WorkspaceId {
        self.workspace_id
    }

    /// When the password was set: one from before SSO was live may count no longer (P5).
    #[must_use]
    pub const fn set_at(&self) -> Timestamp {
        self.set_at
    }

    /// When it was given.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        self.at
    }

    /// What it adds to `amr` (RFC 8176).
    #[must_use]
    pub const fn amr(&self) -> &'static [AuthenticationMethod] {
        &[AuthenticationMethod::Pwd]
    }
}

/// What a second factor was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FactorMethod {
    /// A code of an authenticator app.
    Totp,
    /// One of the codes for the day when the app is lost.
    RecoveryCode,
    /// A passkey beside the password.
    Passkey,
    /// The code that the operator of this deployment gave out.
    BreakGlass,
}

impl FactorMethod {
    /// The stable word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Totp => "totp",
            Self::RecoveryCode => "recovery_code",
            Self::Passkey => "passkey",
            Self::BreakGlass => "break_glass",
        }
    }
}

impl std::fmt::Display for FactorMethod {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where the key of a passkey is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PasskeyStorage {
    /// In one device, which it cannot leave.
    DeviceBound,
    /// With a provider that copies it to all of a person's devices (Web Authentication §6.1.3, backup
    /// eligible).
    Synced,
}

/// Somebody gave a second factor. It can be neither copied nor made by hand.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "a proof that nobody asks for proves nothing"]
pub struct SecondFactorProof {
    member_id: MemberId,
    workspace_id: WorkspaceId,
    at: Timestamp,
    factor: Factor,
}

/// The factor with what `amr` has to know of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Factor {
    Totp,
    RecoveryCode,
    BreakGlass,
    Passkey(PasskeyStorage),
}

impl SecondFactorProof {
    pub(crate) const fn new(
        member_id: MemberId,
        workspace_id: WorkspaceId,
        factor: Factor,
        at: Timestamp,
    ) -> Self {
        Self {
            member_id,
            workspace_id,
            at,
            factor,
        }
    }

    /// Whose factor it is.
    #[must_use]
    pub const fn member_id(&self) -> MemberId {
        self.member_id
    }

    /// The member's workspace.
    #[must_use]
    pub const fn workspace_id(&self) -> WorkspaceId {
        self.workspace_id
    }

    /// When it was given.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        self.at
    }

    pub(crate) const fn factor(&self) -> Factor {
        self.factor
    }

    /// What it was.
    #[must_use]
    pub const fn method(&self) -> FactorMethod {
        match self.factor {
            Factor::Totp => FactorMethod::Totp,
            Factor::RecoveryCode => FactorMethod::RecoveryCode,
            Factor::BreakGlass => FactorMethod::BreakGlass,
            Factor::Passkey(_) => FactorMethod::Passkey,
        }
    }

    /// What it adds to `amr` (RFC 8176).
    #[must_use]
    pub const fn amr(&self) -> &'static [AuthenticationMethod] {
        use AuthenticationMethod::{Hwk, Otp, Swk, User};
        match self.factor {
            Factor::Totp | Factor::RecoveryCode | Factor::BreakGlass => &[Otp],
            Factor::Passkey(PasskeyStorage::DeviceBound) => &[Hwk, User],
            Factor::Passkey(PasskeyStorage::Synced) => &[Swk, User],
        }
    }
}

/// Somebody came in by a passkey that verified them itself, by PIN, finger or face: what they hold and
/// what they know or are, two factors in one. It can be neither copied nor made by hand.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "a proof that nobody asks for proves nothing"]
pub struct PasskeyProof {
    member_id: MemberId,
    workspace_id: WorkspaceId,
    at: Timestamp,
    storage: PasskeyStorage,
}

impl PasskeyProof {
    pub(crate) const fn new(
        member_id: MemberId,
        workspace_id: WorkspaceId,
        storage: PasskeyStorage,
        at: Timestamp,
    ) -> Self {
        Self {
            member_id,
            workspace_id,
            at,
            storage,
        }
    }

    /// Whose passkey it is.
    #[must_use]
    pub const fn member_id(&self) -> MemberId {
        self.member_id
    }

    /// The member's workspace.
    #[must_use]
    pub const fn workspace_id(&self) -> WorkspaceId {
        self.workspace_id
    }

    /// When it was used.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        self.at
    }

    /// Where its key is.
    #[must_use]
    pub const fn storage(&self) -> PasskeyStorage {
        self.storage
    }

    /// What it adds to `amr` (RFC 8176).
    #[must_use]
    pub const fn amr(&self) -> &'static [AuthenticationMethod] {
        use AuthenticationMethod::{Hwk, Mfa, Swk, User};
        match self.storage {
            PasskeyStorage::DeviceBound => &[Hwk, User, Mfa],
            PasskeyStorage::Synced => &[Swk, User, Mfa],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_proof_has_its_words() {
        use AuthenticationMethod::{Hwk, Mfa, Otp, Pwd, Swk, User};
        let now = Timestamp::UNIX_EPOCH;
        let (member, workspace) = (MemberId::new(now), WorkspaceId::new(now));
        let password = PasswordProof::new(member, workspace, now, now);
        assert_eq!(password.amr(), [Pwd]);
        let bound = Factor::Passkey(PasskeyStorage::DeviceBound);
        let synced = Factor::Passkey(PasskeyStorage::Synced);
        for (factor, method, word, amr) in [
            (Factor::Totp, FactorMethod::Totp, "totp", &[Otp][..]),
            (
                Factor::RecoveryCode,
                FactorMethod::RecoveryCode,
                "recovery_code",
                &[Otp],
            ),
            (
                Factor::BreakGlass,
                FactorMethod::BreakGlass,
                "break_glass",
                &[Otp],
            ),
            (bound, FactorMethod::Passkey, "passkey", &[Hwk, User]),
            (synced, FactorMethod::Passkey, "passkey", &[Swk, User]),
        ] {
            let proof = SecondFactorProof::new(member, workspace, factor, now);
            assert_eq!((proof.method(), proof.amr()), (method, amr));
            assert_eq!(proof.method().to_string(), word);
        }
        for (storage, amr) in [
            (PasskeyStorage::DeviceBound, [Hwk, User, Mfa]),
            (PasskeyStorage::Synced, [Swk, User, Mfa]),
        ] {
            assert_eq!(
                PasskeyProof::new(member, workspace, storage, now).amr(),
                amr
            );
        }
    }
}
