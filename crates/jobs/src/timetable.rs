//! When something is done next.

use jiff::{SignedDuration, Timestamp};
use vestibule_model::QueuedMail;

/// No metadata is asked for more often (`cacheDuration` may say less).
const SHORTEST: SignedDuration = SignedDuration::from_hours(1);
/// No metadata is left alone for longer (`cacheDuration` may say more).
const LONGEST: SignedDuration = SignedDuration::from_hours(24);
/// Where the metadata does not say.
const USUAL: SignedDuration = SignedDuration::from_hours(6);
/// After the first failure; each further one doubles it.
const FIRST_RETRY: SignedDuration = SignedDuration::from_mins(5);
/// The longest that a failure is waited after.
const LAST_RETRY: SignedDuration = SignedDuration::from_hours(12);
/// After a mail could not be sent for the first time; each further time doubles it.
const FIRST_MAIL_RETRY: SignedDuration = SignedDuration::from_mins(1);
/// The longest that a mail waits for its next try.
const LAST_MAIL_RETRY: SignedDuration = SignedDuration::from_hours(1);
/// For how long a mail is tried: after that the archive keeps it no longer.
const MAIL_TRIED_FOR: SignedDuration = SignedDuration::from_hours(3 * 24);

/// How long a webhook waits after it failed for the first time, for the second time, and so on; the last
/// wait goes on. The first ones bridge a restart, the others a night and a weekend.
const WEBHOOK_RETRIES: [SignedDuration; 9] = [
    SignedDuration::from_secs(5),
    SignedDuration::from_secs(30),
    SignedDuration::from_mins(2),
    SignedDuration::from_mins(10),
    SignedDuration::from_mins(30),
    SignedDuration::from_hours(1),
    SignedDuration::from_hours(3),
    SignedDuration::from_hours(6),
    SignedDuration::from_hours(12),
];
/// For how long a webhook is tried: after that its endpoint is disabled.
const WEBHOOK_TRIED_FOR: SignedDuration = SignedDuration::from_hours(3 * 24);
/// After an application could not be told of a sign-out for the first time; each further time makes it
/// four of that.
const FIRST_UNTOLD_RETRY: SignedDuration = SignedDuration::from_secs(10);
/// How many times an application is told of a sign-out at most: the last comes after an hour, when what
/// it still believes of the session has run out by itself.
const UNTOLD_TRIES: u32 = 6;

/// A share of the time to wait, so that what began together does not stay together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Jitter(u8);

impl Jitter {
    /// The share of a byte; 0 is none.
    #[must_use]
    pub const fn new(byte: u8) -> Self {
        Self(byte)
    }

    /// Whatever comes.
    #[must_use]
    pub fn random() -> Self {
        let mut byte = [0];
        // Without randomness everything is on time.
        Self(match getrandom::fill(&mut byte) {
            Ok(()) => byte[0],
            Err(_) => 0,
        })
    }

    /// Up to a tenth of `duration`.
    fn of(self, duration: SignedDuration) -> SignedDuration {
        duration / 2_560 * i32::from(self.0)
    }
}

/// When metadata is looked at next after it was fetched: after its `cacheDuration`, within an hour
/// and a day, up to a tenth earlier, and before it ends to be valid where an hour leaves time for
/// that (Metadata §4.3, IIP-MD04).
#[must_use]
pub fn after_success(
    cache_duration: Option<SignedDuration>,
    valid_until: Option<Timestamp>,
    jitter: Jitter,
    now: Timestamp,
) -> Timestamp {
    let mut wait = cache_duration.unwrap_or(USUAL).clamp(SHORTEST, LONGEST);
    if let Some(until) = valid_until {
        wait = wait.min(until.duration_since(now) / 2);
    }
    later(now, (wait - jitter.of(wait)).max(SHORTEST))
}

/// When something is tried again that has failed so many times in a row: in 5, 10, 20, … minutes, at
/// most 12 hours, and up to a tenth later.
#[must_use]
pub fn after_failure(failures: u32, jitter: Jitter, now: Timestamp) -> Timestamp {
    let doubled = 2_i32.saturating_pow(failures.saturating_sub(1).min(16));
    let wait = (FIRST_RETRY * doubled).min(LAST_RETRY);
    later(now, wait + jitter.of(wait))
}

/// When a mail is sent again that could not be sent so many times: in 1, 2, 4, … minutes, at most an
/// hour. Nobody but the mail server is asked, so they need not be spread.
#[must_use]
pub fn after_mail_failure(failures: u32, now: Timestamp) -> Timestamp {
    let doubled = 2_i32.saturating_pow(failures.saturating_sub(1).min(16));
    later(now, (FIRST_MAIL_RETRY * doubled).min(LAST_MAIL_RETRY))
}

/// Whether a mail that cannot be sent now is given up: its next try would come too late.
#[must_use]
pub fn is_last_try(mail: &QueuedMail) -> bool {
    mail.next_try_at >= later(mail.created_at, MAIL_TRIED_FOR)
}

/// When a webhook is sent again that has failed so many times in a row, the first time at
/// `failing_since`: up to a tenth later than the timetable says. None when that would be later than
/// three days after it failed first.
#[must_use]
pub fn after_webhook_failure(
    failures: u32,
    failing_since: Timestamp,
    jitter: Jitter,
    now: Timestamp,
) -> Option<Timestamp> {
    let [.., last] = WEBHOOK_RETRIES;
    let index = usize::try_from(failures.saturating_sub(1)).unwrap_or(usize::MAX);
    let wait = WEBHOOK_RETRIES.get(index).copied().unwrap_or(last);
    let next = later(now, wait + jitter.of(wait));
    (next <= later(failing_since, WEBHOOK_TRIED_FOR)).then_some(next)
}

/// When an application is told again of a sign-out that it could not be told of so many times: in 10 s,
/// 40 s, 3, 11 and 43 minutes.
#[must_use]
pub fn after_untold(failures: u32, now: Timestamp) -> Timestamp {
    let longer = 4_i32.saturating_pow(failures.saturating_sub(1).min(UNTOLD_TRIES));
    later(now, FIRST_UNTOLD_RETRY * longer)
}

/// Whether an application that could not be told of a sign-out so many times is told no more.
#[must_use]
pub const fn is_last_untold(failures: u32) -> bool {
    failures >= UNTOLD_TRIES
}

fn later(now: Timestamp, wait: SignedDuration) -> Timestamp {
    now.checked_add(wait).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use vestibule_model::{MailId, WorkspaceId};

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn hours(hours: i64) -> SignedDuration {
        SignedDuration::from_hours(hours)
    }

    #[test]
    fn a_cache_duration_counts_within_an_hour_and_a_day() {
        for (said, wait) in [
            (None, 6),
            (Some(hours(0)), 1),
            (Some(hours(3)), 3),
            (Some(hours(24 * 365)), 24),
        ] {
            let next = after_success(said, None, Jitter::new(0), NOW);
            assert_eq!(next.duration_since(NOW), hours(wait), "{said:?}");
        }
    }

    #[test]
    fn jitter_comes_up_to_a_tenth_earlier_and_never_within_the_hour() {
        for byte in [1, 128, 255] {
            let next = after_success(Some(hours(10)), None, Jitter::new(byte), NOW);
            let wait = next.duration_since(NOW);
            assert!(wait < hours(10) && wait > hours(9), "{byte}: {wait:?}");
            let next = after_success(Some(hours(1)), None, Jitter::new(byte), NOW);
            assert_eq!(next.duration_since(NOW), hours(1), "{byte}");
        }
    }

    #[test]
    fn it_is_looked_at_before_it_ends_to_be_valid() {
        let next = |ends| {
            let until = NOW + hours(ends);
            let next = after_success(Some(hours(24)), Some(until), Jitter::new(0), NOW);
            next.duration_since(NOW)
        };
        assert_eq!(next(1_000), hours(24));
        assert_eq!(next(10), hours(5));
        assert_eq!(next(1), hours(1));
        assert_eq!(next(-5), hours(1));
    }

    #[test]
    fn failures_are_waited_after_for_longer_and_longer() {
        let wait = |failures| {
            let next = after_failure(failures, Jitter::new(0), NOW);
            next.duration_since(NOW).as_mins()
        };
        let waits: Vec<_> = (1..=9).map(wait).collect();
        assert_eq!(waits, [5, 10, 20, 40, 80, 160, 320, 640, 720]);
        assert_eq!(wait(u32::MAX), 720);
        let jittered = after_failure(1, Jitter::new(255), NOW).duration_since(NOW);
        assert!(
            jittered > FIRST_RETRY && jittered < FIRST_RETRY * 11 / 10,
            "{jittered:?}"
        );
    }

    /// When each try is made, counted from the first, until there is none.
    fn tries(jitter: Jitter) -> Vec<SignedDuration> {
        let (mut now, mut made) = (NOW, vec![SignedDuration::ZERO]);
        while let Some(next) =
            after_webhook_failure(u32::try_from(made.len()).unwrap(), NOW, jitter, now)
        {
            assert!(next > now, "time goes on");
            now = next;
            made.push(now.duration_since(NOW));
        }
        made
    }

    #[test]
    fn a_webhook_is_tried_for_three_days_less_and_less_often() {
        let made = tries(Jitter::new(0));
        let seconds: Vec<_> = made.iter().map(SignedDuration::as_secs).collect();
        let hour = 3600;
        let expected = [
            0,
            5,
            35,
            155,
            755,
            2_555,
            2_555 + hour,
            2_555 + 4 * hour,
            2_555 + 10 * hour,
            2_555 + 22 * hour,
            2_555 + 34 * hour,
            2_555 + 46 * hour,
            2_555 + 58 * hour,
            2_555 + 70 * hour,
        ];
        assert_eq!(seconds, expected);
        for byte in 0..=255 {
            let made = tries(Jitter::new(byte));
            let last = *made.last().unwrap();
            assert!(last <= hours(72) && last > hours(58), "{byte}: {last:?}");
            assert!(made.len() >= 12, "{byte}: {made:?}");
        }
    }

    #[test]
    fn webhooks_that_fail_together_do_not_stay_together() {
        let next = |byte| after_webhook_failure(3, NOW, Jitter::new(byte), NOW).unwrap();
        assert!(next(255) > next(0));
        let wait = next(255).duration_since(NOW);
        assert!(wait <= SignedDuration::from_secs(132), "{wait:?}");
    }

    #[test]
    fn an_application_is_told_six_times_within_the_hour() {
        let waits: Vec<_> = (1..6)
            .map(|failures| after_untold(failures, NOW).duration_since(NOW).as_secs())
            .collect();
        assert_eq!(waits, [10, 40, 160, 640, 2560]);
        assert!(waits.iter().sum::<i64>() < 3600);
        assert!(!is_last_untold(5) && is_last_untold(6));
    }

    #[test]
    fn a_mail_is_tried_for_three_days_and_at_least_every_hour() {
        let waits: Vec<_> = (1..=8)
            .map(|failures| {
                let next = after_mail_failure(failures, NOW);
                next.duration_since(NOW).as_mins()
            })
            .collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
        let tried = |next| QueuedMail {
            id: MailId::new(NOW),
            workspace_id: WorkspaceId::new(NOW),
            to: String::new(),
            subject: String::new(),
            text: String::new(),
            failures: 1,
            created_at: NOW,
            next_try_at: NOW + hours(next),
        };
        assert!(!is_last_try(&tried(71)));
        assert!(is_last_try(&tried(72)));
    }
}
