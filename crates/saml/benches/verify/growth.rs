//! What a byte costs, from 4 KB to 256 KB: all within the bounds that are set by default.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use vestibule_saml::Limits;

use crate::documents::{Content, response, signed};
use crate::floor;
use crate::ratios::Measured;
use crate::support::{KEY, Sign};

/// What makes a response about so long.
type OfSize = fn(usize) -> Content;

pub(crate) fn print() {
    println!(
        "What a KB costs as a response grows, by values of one attribute and by attributes; bounds by default ({} bytes, {} nodes).\n",
        Limits::default().xml.max_bytes,
        Limits::default().xml.max_nodes
    );
    println!(
        "{:<12} {:>8} {:>9} {:>9} {:>6} {:>9} {:>14}",
        "grows by", "bytes", "floor", "ours", "ratio", "µs per KB", "and each more"
    );
    let ways: [(&str, OfSize); 2] = [
        ("groups", |bytes| Content {
            attributes: 0,
            groups: (bytes - 3_900) / 64,
        }),
        ("attributes", |bytes| Content {
            attributes: (bytes - 3_900) / 217,
            groups: 2,
        }),
    ];
    for (name, by) in ways {
        let mut before: Option<(usize, f64)> = None;
        for kilobytes in [4, 8, 16, 32, 64, 128, 256] {
            let content = by(kilobytes * 1024);
            let xml = signed(&response(content), Sign::Assertion, &KEY);
            let form_value = STANDARD.encode(&xml);
            let keys = [KEY.verifying_key()];
            let at_the_floor = floor::Signed::new(&xml, Sign::Assertion, &keys[0]);
            let iterations = 40_000 / (xml.len() + 2000) + 1;
            let row = Measured::of(iterations, &form_value, &(&keys).into(), || {
                floor::clear(&form_value, &at_the_floor);
            });
            let size = |bytes: usize| f64::from(u32::try_from(bytes).unwrap()) / 1024.0;
            let more = before.map_or_else(String::new, |(bytes, ours)| {
                format!("{:.1}", (row.ours - ours) / size(xml.len() - bytes))
            });
            println!(
                "{name:<12} {:>8} {:>9.1} {:>9.1} {:>6.2} {:>9.1} {more:>14}",
                xml.len(),
                row.floor,
                row.ours,
                row.ratio,
                row.ours / size(xml.len()),
            );
            before = Some((xml.len(), row.ours));
        }
    }
    println!();
}
