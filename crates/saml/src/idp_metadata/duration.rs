//! `xs:duration` (XML Schema part 2 §3.2.6).

use jiff::SignedDuration;

const DAY: i64 = 86_400;

/// Reads `PnYnMnDTnHnMnS` without a sign, as long as a year of 365 days and a month of 30 are: how
/// long a copy is kept needs no calendar. Seconds may have a fraction, which is cut off; what is
/// longer than can be told is as long as can be told.
pub(super) fn parse_duration(text: &str) -> Option<SignedDuration> {
    let rest = text.trim().strip_prefix('P')?;
    let (date, time) = match rest.split_once('T') {
        Some((date, time)) if !time.is_empty() => (date, time),
        Some(_) => return None,
        None => (rest, ""),
    };
    if date.is_empty() && time.is_empty() {
        return None;
    }
    let date = seconds(date, &[('Y', 365 * DAY), ('M', 30 * DAY), ('D', DAY)])?;
    let time = seconds(time, &[('H', 3_600), ('M', 60), ('S', 1)])?;
    Some(SignedDuration::from_secs(date.saturating_add(time)))
}

/// The parts in their order, each at most once.
fn seconds(mut text: &str, units: &[(char, i64)]) -> Option<i64> {
    let mut total = 0_i64;
    let mut units = units.iter();
    while !text.is_empty() {
        let end = text.find(|c: char| c.is_ascii_alphabetic())?;
        let (number, rest) = text.split_at_checked(end)?;
        let mut rest = rest.chars();
        let letter = rest.next()?;
        let (_, factor) = units.find(|(unit, _)| *unit == letter)?;
        let whole = match number.split_once('.') {
            Some((whole, fraction)) if letter == 'S' && is_digits(fraction) => whole,
            Some(_) => return None,
            None => number,
        };
        if !is_digits(whole) {
            return None;
        }
        // Digits and too many of them: longer than can be told.
        let count: i64 = whole.parse().unwrap_or(i64::MAX);
        total = total.saturating_add(count.saturating_mul(*factor));
        text = rest.as_str();
    }
    Some(total)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_read_part_by_part() {
        for (text, seconds) in [
            ("PT1H", 3_600),
            ("PT6H30M", 23_400),
            ("P1D", DAY),
            ("P1DT1S", DAY + 1),
            ("P1Y2M3DT4H5M6.75S", (365 + 60 + 3) * DAY + 4 * 3_600 + 306),
            (" PT0S ", 0),
            ("P99999999999999999999Y", i64::MAX),
        ] {
            let expected = SignedDuration::from_secs(seconds);
            assert_eq!(parse_duration(text), Some(expected), "{text}");
        }
        for text in [
            "", "P", "PT", "1H", "PT1", "P1H", "PT1D", "P1M1Y", "PT1H1H", "-P1D", "P-1D", "P1.5D",
            "PT1.S", "PT.5S", "PT1H ago", "p1d", "P1D T1H",
        ] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }
}
