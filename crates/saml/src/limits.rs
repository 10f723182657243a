//! The bounds of one message.

use vestibule_xmlsig as xmlsig;

/// What a message may cost before anything of it is believed (design §4.8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The bounds of its XML.
    pub xml: xmlsig::Limits,
    /// Bytes of the form value, base64 and white space included. Default 1 MiB, the bound of the
    /// body: 512 KiB of XML are 683 KiB of base64.
    pub max_encoded: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            xml: xmlsig::Limits::default(),
            max_encoded: 1024 * 1024,
        }
    }
}

impl Limits {
    /// What metadata from a URL may cost: a federation's aggregate has MBs and thousands of
    /// entities. 8 MiB and 500 000 nodes cost under a second of CPU (`tests/suite/aggregates.rs`).
    #[must_use]
    pub fn metadata() -> Self {
        let mut limits = Self::default();
        limits.xml.max_bytes = 8 * 1024 * 1024;
        limits.xml.max_nodes = 500_000;
        // As many for each byte as a message has. Only what a pinned key signed is canonicalised.
        limits.xml.max_repeated_namespace_bytes = 32 * 1024 * 1024;
        limits
    }
}
