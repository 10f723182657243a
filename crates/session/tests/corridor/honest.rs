// The honest way through the mint. Every short cut in `compile_fail/` differs from it by one thing.

use jiff::Timestamp;
use vestibule_model::{Session, SigningAlgorithm};
use vestibule_policy::{Grant, GrantParts};
use vestibule_session::{
    Issuer, KeyRing, MintError, Minted, RandomnessError, Secret, TokenSet, issue, mint,
};

pub fn begin(grant: Grant, now: Timestamp) -> Result<Minted, MintError> {
    mint(grant, "openid", now)
}

pub fn go_on(
    keys: &KeyRing,
    algorithm: SigningAlgorithm,
    issuer: &Issuer,
    grant: Grant,
    session: &Session,
    now: Timestamp,
) -> Result<TokenSet, MintError> {
    issue(keys, algorithm, issuer, grant, session, None, now)
}

pub fn take_apart(grant: Grant) -> GrantParts {
    grant.into_parts()
}

pub fn choose() -> Result<Secret, RandomnessError> {
    Secret::generate()
}

pub fn hand_out(secret: &Secret) -> String {
    secret.expose().to_owned()
}
