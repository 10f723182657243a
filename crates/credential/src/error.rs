//! What goes wrong in the keyring itself, not with what a person gave.

/// Hashing or random numbers failed: nothing that the person can mend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// The system gives no random numbers.
    #[error("the system gives no random numbers")]
    NoRandomness,
    /// Argon2 does not take these costs.
    #[error("Argon2id takes no such memory, passes or lanes")]
    UnusableCost,
    /// Argon2 failed, most likely for want of memory.
    #[error("the password could not be hashed")]
    HashFailed,
}

/// The password is not the member's, or there is no such member; which of them is nobody's business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the password is wrong")]
pub struct WrongPassword;

/// Why a typed code does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WrongCode {
    /// It is not the code.
    #[error("the code is wrong")]
    Wrong,
    /// It was right, and has been used (RFC 6238 §5.2).
    #[error("the code has been used before; wait for the next one")]
    UsedBefore,
}

impl WrongCode {
    /// The stable word.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Wrong => "wrong",
            Self::UsedBefore => "used-before",
        }
    }
}
