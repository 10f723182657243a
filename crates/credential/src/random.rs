//! Random bytes of the system.

use zeroize::Zeroizing;

use crate::CredentialError;

pub(crate) fn bytes<const N: usize>() -> Result<Zeroizing<[u8; N]>, CredentialError> {
    let mut bytes = Zeroizing::new([0; N]);
    getrandom::fill(bytes.as_mut_slice()).or(Err(CredentialError::NoRandomness))?;
    Ok(bytes)
}
