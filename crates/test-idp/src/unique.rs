//! Random identifiers.

use std::fmt::Write as _;

/// The operating system gave no randomness.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gave no randomness")]
pub(crate) struct NoRandomness;

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hexadecimal(bytes: impl IntoIterator<Item = u8>) -> String {
    bytes.into_iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Sixteen random bytes.
pub(crate) fn random() -> Result<[u8; 16], NoRandomness> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_cause| NoRandomness)?;
    Ok(bytes)
}
