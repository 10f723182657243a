//! Form values that are no documents.

use std::io::Write as _;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use vestibule_saml::Check;

use super::{FLOOD, Flood};

/// Form values that are no documents.
pub(crate) fn what_is_no_document() -> Vec<Flood> {
    let bomb = |byte: u8| {
        let mut bomb = DeflateEncoder::new(Vec::new(), Compression::best());
        let megabyte = vec![byte; 1 << 20];
        for _ in 0..256 {
            bomb.write_all(&megabyte).unwrap();
        }
        STANDARD.encode(bomb.finish().unwrap())
    };
    let megabyte = 1024 * 1024;
    let cases = [
        ("a decompression bomb", bomb(b'<'), "compressed"),
        ("a decompression bomb of NULs", bomb(0), "cannot be read"),
        ("white space", " ".repeat(megabyte), "empty"),
        ("percent signs", "%".repeat(megabyte), "percent-encoded"),
        ("XML as it is", "<".repeat(megabyte), "not encoded"),
        ("equals signs", "=".repeat(megabyte), "not base64"),
        ("NULs in base64", "A".repeat(megabyte), "more than 524288"),
        (
            "letters and spaces",
            "A ".repeat(megabyte / 2),
            "cannot be read",
        ),
        (
            "a byte too much",
            "A".repeat(megabyte + 1),
            "more than 1048576",
        ),
        (
            "sixteen megabytes",
            "A".repeat(16 * megabyte),
            "more than 1048576",
        ),
    ];
    let floods = cases.into_iter().map(|(name, form_value, detail)| Flood {
        name: name.to_owned(),
        form_value,
        outcome: Some((Check::ResponseFormat, detail)),
        bound: FLOOD,
    });
    floods.collect()
}
