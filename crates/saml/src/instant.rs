//! SAML's times.

use jiff::civil::DateTime;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

/// Reads `YYYY-MM-DDThh:mm:ss[.f…]Z` and nothing else: no offset, no missing zone, no white space,
/// no second 60 (Core §1.3.3). What lies beyond the last instant that can be represented, in the
/// last days of the year 9999, is that instant; digits beyond nanoseconds are cut off.
pub(crate) fn parse_instant(text: &str) -> Option<Timestamp> {
    let (whole, fraction) = text.strip_suffix('Z')?.split_at_checked(19)?;
    let &[
        y1,
        y2,
        y3,
        y4,
        b'-',
        m1,
        m2,
        b'-',
        d1,
        d2,
        b'T',
        h1,
        h2,
        b':',
        n1,
        n2,
        b':',
        s1,
        s2,
    ] = whole.as_bytes()
    else {
        return None;
    };
    let year = number(&[y1, y2, y3, y4])?;
    let two = |digits: [u8; 2]| number(&digits).and_then(|number| i8::try_from(number).ok());
    if year == 0 {
        return None;
    }
    let civil = DateTime::new(
        year,
        two([m1, m2])?,
        two([d1, d2])?,
        two([h1, h2])?,
        two([n1, n2])?,
        two([s1, s2])?,
        nanoseconds(fraction)?,
    )
    .ok()?;
    Some(Offset::UTC.to_timestamp(civil).unwrap_or(Timestamp::MAX))
}

fn number(digits: &[u8]) -> Option<i16> {
    digits.iter().try_fold(0_i16, |number, digit| {
        digit
            .is_ascii_digit()
            .then(|| number * 10 + i16::from(digit - b'0'))
    })
}

fn nanoseconds(fraction: &str) -> Option<i32> {
    if fraction.is_empty() {
        return Some(0);
    }
    let digits = fraction.strip_prefix('.')?;
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let padded = digits.bytes().chain(std::iter::repeat(b'0')).take(9);
    Some(padded.fold(0_i32, |number, digit| number * 10 + i32::from(digit - b'0')))
}

/// Writes a time as SAML wants it, in whole seconds.
pub(crate) fn format_instant(instant: Timestamp) -> String {
    instant.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Whether `not_on_or_after` still lies ahead, or passed less than `skew` ago.
pub(crate) fn is_ahead(not_on_or_after: Timestamp, skew: SignedDuration, now: Timestamp) -> bool {
    now.duration_since(not_on_or_after) < skew.max(SignedDuration::ZERO)
}

/// Whether `instant` is not later than `now` by more than `skew`.
pub(crate) fn is_not_later(instant: Timestamp, skew: SignedDuration, now: Timestamp) -> bool {
    instant.duration_since(now) <= skew.max(SignedDuration::ZERO)
}

/// By how much two clocks differ, for a person.
pub(crate) fn apart(earlier: Timestamp, later: Timestamp) -> String {
    let seconds = later.duration_since(earlier).as_secs();
    match seconds {
        ..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_utc_with_a_z_and_nothing_else() {
        for (text, expected) in [
            ("2026-11-24T09:00:00Z", "2026-11-24T09:00:00Z"),
            ("2026-11-24T09:00:00.5Z", "2026-11-24T09:00:00.5Z"),
            (
                "2026-11-24T09:00:00.1234567Z",
                "2026-11-24T09:00:00.1234567Z",
            ),
            (
                "2026-11-24T09:00:00.1234567891234Z",
                "2026-11-24T09:00:00.123456789Z",
            ),
            ("2024-02-29T23:59:59Z", "2024-02-29T23:59:59Z"),
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
            ("9999-12-31T23:59:59.9999999Z", &Timestamp::MAX.to_string()),
        ] {
            assert_eq!(
                parse_instant(text),
                Some(expected.parse().unwrap()),
                "{text}"
            );
        }
        for text in [
            "",
            "Z",
            "2026-11-24",
            "2026-11-24T09:00:00",
            "2026-11-24T09:00Z",
            "2026-11-24T09:00:00+00:00",
            "2026-11-24T09:00:00-05:00",
            "2026-11-24T09:00:00z",
            "2026-11-24t09:00:00Z",
            "2026-11-24 09:00:00Z",
            " 2026-11-24T09:00:00Z",
            "2026-11-24T09:00:00Z ",
            "2026-11-24T09:00:00.Z",
            "2026-11-24T09:00:00,5Z",
            "2026-11-24T09:00:00.5.5Z",
            "2026-11-24T24:00:00Z",
            "2026-11-24T09:60:00Z",
            "2026-11-24T09:00:60Z",
            "2026-02-29T09:00:00Z",
            "2026-13-01T09:00:00Z",
            "2026-00-01T09:00:00Z",
            "2026-11-00T09:00:00Z",
            "0000-11-24T09:00:00Z",
            "-2026-11-24T09:00:00Z",
            "+2026-11-24T09:00:00Z",
            "12026-11-24T09:00:00Z",
            "2026-11-24T09:00:0\u{661}Z",
            "2026-11-24T+9:00:00Z",
            "1795510800",
        ] {
            assert_eq!(parse_instant(text), None, "{text}");
        }
    }

    #[test]
    fn the_skew_counts_in_both_directions_and_to_the_instant() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let skew = SignedDuration::from_secs(180);
        let end = at("2026-11-24T09:00:00Z");
        assert!(is_ahead(end, skew, at("2026-11-24T09:02:59.999999999Z")));
        assert!(!is_ahead(end, skew, at("2026-11-24T09:03:00Z")));
        assert!(is_ahead(
            end,
            SignedDuration::ZERO,
            at("2026-11-24T08:59:59.999999999Z")
        ));
        assert!(!is_ahead(end, SignedDuration::ZERO, end));
        assert!(!is_ahead(end, SignedDuration::from_secs(-5), end));
        assert!(is_not_later(end, skew, at("2026-11-24T08:57:00Z")));
        assert!(!is_not_later(
            end,
            skew,
            at("2026-11-24T08:56:59.999999999Z")
        ));
        assert!(is_not_later(end, SignedDuration::from_secs(-5), end));
        assert!(is_ahead(Timestamp::MAX, skew, Timestamp::MIN));
        assert!(!is_ahead(Timestamp::MIN, skew, Timestamp::MAX));
    }

    #[test]
    fn a_time_is_written_in_whole_seconds() {
        let instant = "2026-11-24T09:00:00.75Z".parse().unwrap();
        assert_eq!(format_instant(instant), "2026-11-24T09:00:00Z");
    }
}
