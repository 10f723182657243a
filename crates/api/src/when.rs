//! Moments, as pages show them.

use jiff::{SignedDuration, Timestamp, tz::Offset};
use vestibule_pages::{Text, When, text};

/// A moment in words, in UTC, with the exact time beside it; the browser turns it into its own.
pub(crate) fn when(at: Timestamp) -> When {
    When {
        text: date_time(at),
        utc: at.to_string(),
        day: false,
    }
}

/// The same for what was a moment ago, told by how long.
pub(crate) fn seen(at: Timestamp, now: Timestamp) -> When {
    let minutes = now.duration_since(at).as_mins();
    let words = match minutes {
        ..1 => text("moment-now"),
        1..60 => text("moment-minutes").with("count", minutes),
        60..1440 => text("moment-hours").with("count", minutes / 60),
        1440.. => date_time(at),
    };
    When {
        text: words,
        utc: at.to_string(),
        day: false,
    }
}

/// A day and a time of day, in UTC.
fn date_time(at: Timestamp) -> Text {
    let civil = Offset::UTC.to_datetime(at);
    text("date-time")
        .with("day", i64::from(civil.day()))
        .with("month", i64::from(civil.month()))
        .with("year", year(civil.year()))
        .with("time", at.strftime("%H:%M").to_string())
}

/// A day alone, in UTC.
pub(crate) fn date(at: Timestamp) -> When {
    let civil = Offset::UTC.to_datetime(at);
    let words = text("date")
        .with("day", i64::from(civil.day()))
        .with("month", i64::from(civil.month()))
        .with("year", year(civil.year()));
    When {
        text: words,
        utc: at.to_string(),
        day: true,
    }
}

/// How long something took, to what a person cares about.
pub(crate) fn lasted(time: SignedDuration) -> Text {
    let seconds = time.as_secs().max(0);
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match seconds {
        0 => text("lasted-instant"),
        1..60 => text("lasted-seconds").with("count", seconds),
        60..3600 => text("lasted-minutes")
            .with("minutes", minutes)
            .with("seconds", seconds % 60),
        3600..86_400 => text("lasted-hours")
            .with("hours", hours)
            .with("minutes", minutes % 60),
        _ => text("lasted-days").with("count", days),
    }
}

/// As words: a number would be grouped in thousands by some languages.
fn year(year: i16) -> String {
    year.to_string()
}
