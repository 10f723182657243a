//! The second factors of a member, as they are shown.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use vestibule_model::StoredPasskey;

use crate::people::two_factor::Kept;

/// An authenticator app.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuthenticatorApp)]
pub(crate) struct TotpView {
    /// When its first code was right; it counts since then.
    #[schema(value_type = String, format = DateTime)]
    confirmed_at: Timestamp,
}

/// A passkey.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Passkey)]
pub(crate) struct PasskeyView {
    /// Its id.
    #[schema(example = "pky_019306f4e0c07d3aa1b2c3d4e5f60718")]
    id: String,
    /// What its owner calls it.
    #[schema(example = "Blue security key")]
    name: String,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was used last; null before the first time.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_used_at: Option<Timestamp>,
}

/// The second factors of a member.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TwoFactor)]
pub(crate) struct TwoFactorView {
    /// The authenticator app; null where there is none.
    totp: Option<TotpView>,
    /// The passkeys, oldest first.
    passkeys: Vec<PasskeyView>,
    /// How many recovery codes were not used yet.
    recovery_codes_left: i64,
}

impl From<Kept> for TwoFactorView {
    fn from(kept: Kept) -> Self {
        let confirmed_at = kept.totp.and_then(|totp| totp.confirmed_at);
        Self {
            totp: confirmed_at.map(|confirmed_at| TotpView { confirmed_at }),
            passkeys: kept.passkeys.into_iter().map(PasskeyView::from).collect(),
            recovery_codes_left: kept.recovery_codes_left,
        }
    }
}

impl From<StoredPasskey> for PasskeyView {
    fn from(passkey: StoredPasskey) -> Self {
        Self {
            id: passkey.id.to_string(),
            name: passkey.name,
            created_at: passkey.created_at,
            last_used_at: passkey.last_used_at,
        }
    }
}
