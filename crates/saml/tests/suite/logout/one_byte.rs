//! Whatever one byte of a signed query becomes, it is refused.

use super::*;
use crate::support::every_nth;

/// The same value spelled otherwise is the same value, in the signature alone: it is not signed
/// itself. `%2B` and `%2b` are one byte.
fn same_signature(one: &str, other: &str) -> bool {
    let split = |query: &str| {
        let (signed, signature) = query.split_once("&Signature=").unwrap_or((query, ""));
        (
            signed.to_owned(),
            signature.to_ascii_lowercase().contains('%'),
            signature.to_owned(),
        )
    };
    let ((one, _, first), (other, _, second)) = (split(one), split(other));
    let value = |text: &str| {
        url::form_urlencoded::parse(format!("v={text}").as_bytes())
            .next()
            .map(|(_, value)| value.into_owned())
    };
    one == other && value(&first) == value(&second)
}

#[test]
fn any_one_byte_of_a_signed_query_changed_is_refused() {
    for xml in [request_xml(), response_xml()] {
        let honest = query(&xml);
        assert!(judge_query(&honest).is_ok());
        let (mut refused, mut spelled) = (0_usize, 0_usize);
        for position in (0..honest.len()).step_by(every_nth()) {
            let original = honest.as_bytes()[position];
            let others = [original ^ 1, original ^ 0x20, b'&', b'%', b'+', b'A'];
            for byte in others
                .into_iter()
                .filter(|byte| *byte != original && byte.is_ascii())
            {
                let mut changed = honest.clone().into_bytes();
                changed[position] = byte;
                let changed = String::from_utf8(changed).unwrap();
                match judge_query(&changed) {
                    Err(_) => refused += 1,
                    Ok(accepted) => {
                        assert!(
                            same_signature(&honest, &changed),
                            "{position}: {changed}: {accepted:?}"
                        );
                        spelled += 1;
                    }
                }
            }
        }
        assert!(refused > honest.len() / every_nth(), "{refused}");
        assert!(spelled < 100, "{spelled}");
    }
}

#[test]
fn any_one_byte_left_out_of_a_signed_query_is_refused() {
    let honest = query(&request_xml());
    for position in (0..honest.len()).step_by(every_nth()) {
        let changed = [&honest[..position], &honest[position + 1..]].concat();
        assert!(judge_query(&changed).is_err(), "{position}: {changed}");
    }
}
