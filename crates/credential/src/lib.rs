//! The keyring of Vestibule: what somebody knows or holds goes in, a proof that names the member comes out.
//!
//! A proof can be neither made by hand nor copied: it exists because the password, the code or the
//! passkey was right, and is spent by who asks for it. Nothing here decides who may use what; that is
//! the policy's. No SQL, no clock.

#[cfg(feature = "authenticator")]
mod authenticator;
mod break_glass;
mod common;
mod error;
mod hasher;
mod monotony;
mod otpauth;
mod passkeys;
mod password;
mod personal;
mod proof;
mod random;
mod readable;
mod recovery;
mod remembered;
mod totp;

#[cfg(feature = "authenticator")]
pub use authenticator::app_code;
pub use break_glass::{BreakGlassCode, verify_break_glass};
pub use error::{CredentialError, WrongCode, WrongPassword};
pub use hasher::{Argon2Cost, Hasher};
pub use passkeys::{
    NewPasskey, PasskeyChallenge, PasskeyError, PasskeyOwner, PasskeyUse, Passkeys,
};
pub use password::{LONGEST, Password, PasswordError, SHORTEST};
pub use proof::{FactorMethod, PasskeyProof, PasskeyStorage, PasswordProof, SecondFactorProof};
pub use recovery::{RecoveryCodes, recovery_code_hash, redeemed_recovery_code};
pub use remembered::{Forgotten, REMEMBERED_FOR, RememberedFactor, RememberedPassword};
pub use totp::TotpSeed;
