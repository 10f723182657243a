//! Two small questions about DER.

/// The length that the outermost SEQUENCE of `der` claims for itself, header included. OpenSSL
/// ignores what follows it; we do not.
fn sequence_length(der: &[u8]) -> Option<usize> {
    let (&tag, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    if tag != 0x30 {
        return None;
    }
    if first < 0x80 {
        return usize::from(first).checked_add(2);
    }
    let octets = usize::from(first & 0x7f);
    if octets == 0 || octets > 4 {
        return None;
    }
    let length = rest
        .get(..octets)?
        .iter()
        .fold(0_usize, |length, &octet| (length << 8) | usize::from(octet));
    length.checked_add(octets)?.checked_add(2)
}

/// Whether `der` is one SEQUENCE and nothing after it.
pub(crate) fn is_one_sequence(der: &[u8]) -> bool {
    sequence_length(der) == Some(der.len())
}
