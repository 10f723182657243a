//! Certificates of an IdP: when their end is near, and which of them may be retired.

use jiff::{SignedDuration, Timestamp};

/// How many days before its end a certificate is warned of, the last warning first.
const WARNINGS: [i64; 4] = [1, 7, 14, 30];
/// How long ago a sign-in counts as lately.
const LATELY: SignedDuration = SignedDuration::from_hours(24 * 30);

/// How far the end of a certificate is away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expiry {
    /// Far.
    Current,
    /// Near: the warning of so many days (30, 14, 7 or 1) is due.
    Soon {
        /// The nearest of the four.
        days: i64,
    },
    /// It is over.
    Expired,
}

impl Expiry {
    /// The stable word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Soon { .. } => "expires_soon",
            Self::Expired => "expired",
        }
    }
}

/// How far the end of a certificate is away. Who sees it late is warned of the nearest end alone.
#[must_use]
pub fn expiry(not_after: Timestamp, now: Timestamp) -> Expiry {
    let left = not_after.duration_since(now);
    if left <= SignedDuration::ZERO {
        return Expiry::Expired;
    }
    let reached = |days: &i64| left <= SignedDuration::from_hours(24 * days);
    match WARNINGS.into_iter().find(reached) {
        Some(days) => Expiry::Soon { days },
        None => Expiry::Current,
    }
}

/// Whether a certificate may be retired.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retirement {
    /// Nothing that works needs it.
    Free,
    /// It is the only one: without any nobody could be verified.
    Last,
    /// It alone has verified a sign-in in the last 30 days: whoever retires it has to insist.
    InUse,
}

/// Whether a certificate may be retired, by when its key and the keys of those that stay last
/// verified a sign-in.
#[must_use]
pub fn retirement(
    last_used: Option<Timestamp>,
    rest: &[Option<Timestamp>],
    now: Timestamp,
) -> Retirement {
    let lately = |used: &Option<Timestamp>| used.is_some_and(|at| now.duration_since(at) <= LATELY);
    if rest.is_empty() {
        Retirement::Last
    } else if lately(&last_used) && !rest.iter().any(lately) {
        Retirement::InUse
    } else {
        Retirement::Free
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        let now: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap_or_default();
        now + SignedDuration::from_secs(seconds)
    }

    const DAY: i64 = 24 * 60 * 60;

    #[test]
    fn the_nearest_warning_is_due_until_the_next_one_is() {
        for (left, expected) in [
            (3_650 * DAY, Expiry::Current),
            (30 * DAY + 1, Expiry::Current),
            (30 * DAY, Expiry::Soon { days: 30 }),
            (14 * DAY + 1, Expiry::Soon { days: 30 }),
            (14 * DAY, Expiry::Soon { days: 14 }),
            (7 * DAY + 1, Expiry::Soon { days: 14 }),
            (7 * DAY, Expiry::Soon { days: 7 }),
            (DAY + 1, Expiry::Soon { days: 7 }),
            (DAY, Expiry::Soon { days: 1 }),
            (1, Expiry::Soon { days: 1 }),
            (0, Expiry::Expired),
            (-DAY, Expiry::Expired),
        ] {
            assert_eq!(expiry(at(left), at(0)), expected, "{left} s left");
        }
    }

    #[test]
    fn the_last_one_stays_and_the_one_in_use_goes_on_demand_alone() {
        let (lately, long_ago) = (Some(at(-30 * DAY)), Some(at(-30 * DAY - 1)));
        for (retired, rest, expected) in [
            (None, &[][..], Retirement::Last),
            (lately, &[], Retirement::Last),
            (None, &[None], Retirement::Free),
            (long_ago, &[None], Retirement::Free),
            (lately, &[None], Retirement::InUse),
            (lately, &[None, long_ago], Retirement::InUse),
            (lately, &[long_ago, Some(at(-1))], Retirement::Free),
            (None, &[lately], Retirement::Free),
        ] {
            let found = retirement(retired, rest, at(0));
            assert_eq!(found, expected, "{retired:?} beside {rest:?}");
        }
    }
}
