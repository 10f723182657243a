//! Sign-ins counted by days, for one connection and for a workspace.

use jiff::{SignedDuration, Timestamp};
use vestibule_model::*;
use vestibule_store::{Activity, ActivityOf, ActivityRequest, Ended};

use crate::bed::Bed;
use crate::on_both;
use crate::samples::*;

const HOUR: i64 = 3_600;

/// Keeps an attempt that ended at this time, so many microseconds after it had begun.
fn keep(bed: &mut Bed, revision: &Revision, outcome: AttemptOutcome, ended: Timestamp, took: i64) {
    let attempt = Attempt {
        outcome,
        started_at: ended - SignedDuration::from_micros(took),
        finished_at: ended,
        ..attempt(revision, None)
    };
    bed.write(move |tx| tx.insert_attempts(std::slice::from_ref(&attempt)))
        .unwrap();
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn activity(bed: &mut Bed, request: ActivityRequest) -> Activity {
    bed.read(move |tx| tx.activity(request, now())).unwrap()
}

fn by_day(activity: &Activity) -> Vec<(String, u64, u64)> {
    let days = activity.days.iter();
    days.map(|(date, day)| (date.to_string(), day.succeeded, day.failed))
        .collect()
}

fn day(date: &str, succeeded: u64, failed: u64) -> (String, u64, u64) {
    (date.to_owned(), succeeded, failed)
}

fn ended(succeeded: u64, failed: u64) -> Ended {
    Ended { succeeded, failed }
}

const NOTHING: Ended = Ended {
    succeeded: 0,
    failed: 0,
};

on_both! {
    fn each_day_in_utc_has_what_ended_on_it(bed) {
        use AttemptOutcome::{Pending, Refused, SignedIn};
        let scene = Scene::stored(bed, "acme");
        let other = Scene::stored(bed, "other");
        for (outcome, ended, took) in [
            (SignedIn, "2026-02-26T23:59:59.999999Z", 90_000_000), // a day before the first
            (SignedIn, "2026-02-27T00:00:00Z", 4_000_000),
            (Refused, "2026-02-27T23:59:59.999999Z", 80_000_000),
            (SignedIn, "2026-02-28T12:00:00.123456Z", 3_000_000), // exactly 24 hours ago
            (SignedIn, "2026-02-28T12:00:00.123457Z", 9_000_000),
            (Refused, "2026-03-01T00:00:00Z", 1),
            (SignedIn, "2026-03-01T12:00:00.123456Z", 2_000_001), // now
            (Pending, "2026-03-01T11:00:00Z", 0),
            (SignedIn, "2026-03-01T12:00:00.123457Z", 99_000_000), // by a clock that is ahead
        ] {
            keep(bed, &scene.revision, outcome, at(ended), took);
        }
        keep(bed, &other.revision, SignedIn, now(), 77_000_000);
        for of in [ActivityOf::Connection(scene.connection.id), ActivityOf::Workspace(scene.workspace.id)] {
            let found = activity(bed, ActivityRequest::new(of, 3));
            assert_eq!(
                by_day(&found),
                [day("2026-02-27", 1, 1), day("2026-02-28", 2, 0), day("2026-03-01", 1, 1)],
            );
            assert_eq!(found.last_24_hours, ended(2, 1));
            assert_eq!(found.median, Some(SignedDuration::from_micros(3_500_000)));
            assert_eq!(found.worst, Some(SignedDuration::from_secs(9)));
            assert_eq!(found.last_success_at, Some(now()));
            assert!(found.is_complete);
            // Yesterday's are among the last 24 hours, and in nothing else of today.
            for days in [0, 1] {
                let found = activity(bed, ActivityRequest::new(of, days));
                assert_eq!(by_day(&found), [day("2026-03-01", 1, 1)]);
                assert_eq!(found.last_24_hours, ended(2, 1));
                assert_eq!(found.worst, Some(SignedDuration::from_micros(2_000_001)));
                assert_eq!(found.median, found.worst);
            }
        }
    }

    fn where_nothing_happened_the_days_are_there(bed) {
        let scene = Scene::stored(bed, "acme");
        let of = ActivityOf::Connection(scene.connection.id);
        let nothing = activity(bed, ActivityRequest::new(of, 30));
        assert_eq!(nothing.days.len(), 30);
        assert!(nothing.days.iter().all(|(_, day)| *day == NOTHING));
        assert_eq!(nothing.days[0].0.to_string(), "2026-01-31");
        assert_eq!((nothing.last_24_hours, nothing.is_complete), (NOTHING, true));
        assert_eq!((nothing.median, nothing.worst, nothing.last_success_at), (None, None, None));
        // The last success is known however long ago it was; a clock that was set back counts for nothing.
        let long_ago = at("2020-05-05T05:05:05Z");
        keep(bed, &scene.revision, AttemptOutcome::SignedIn, long_ago, 5);
        keep(bed, &scene.revision, AttemptOutcome::Refused, now(), 5);
        let quiet = activity(bed, ActivityRequest::new(of, 30));
        assert_eq!(quiet.last_success_at, Some(long_ago));
        assert_eq!((quiet.median, quiet.worst), (None, None));
        assert_eq!(quiet.last_24_hours, ended(0, 1));
    }

    fn a_workspace_has_what_its_connections_have(bed) {
        let scene = Scene::stored(bed, "acme");
        let second = connection(&scene.workspace);
        let its = revision(&second, 1);
        let (copy, of_it) = (Connection { default: false, ..second.clone() }, its.clone());
        bed.write(move |tx| {
            tx.insert_connection(&copy, KEY)?;
            tx.insert_revision(&of_it)
        })
        .unwrap();
        keep(bed, &scene.revision, AttemptOutcome::SignedIn, later(-HOUR), 1_000_000);
        keep(bed, &its, AttemptOutcome::SignedIn, later(-2 * HOUR), 3_000_000);
        keep(bed, &its, AttemptOutcome::Refused, later(-3 * HOUR), 3_000_000);
        let of = |bed: &mut Bed, of| activity(bed, ActivityRequest::new(of, 1));
        let whole = of(bed, ActivityOf::Workspace(scene.workspace.id));
        assert_eq!(whole.days[0].1, ended(2, 1));
        assert_eq!(whole.median, Some(SignedDuration::from_secs(2)));
        assert_eq!(whole.last_success_at, Some(later(-HOUR)));
        let one = of(bed, ActivityOf::Connection(second.id));
        assert_eq!(one.days[0].1, ended(1, 1));
        assert_eq!(one.last_success_at, Some(later(-2 * HOUR)));
    }

    fn of_too_many_the_newest_are_counted_and_it_says_so(bed) {
        let scene = Scene::stored(bed, "acme");
        for day in [3, 2, 1] {
            for outcome in [AttemptOutcome::SignedIn, AttemptOutcome::Refused] {
                keep(bed, &scene.revision, outcome, later(-day * 24 * HOUR), day * 1_000_000);
            }
        }
        let of = ActivityOf::Connection(scene.connection.id);
        let request = ActivityRequest { most: 2, ..ActivityRequest::new(of, 5) };
        let cut = activity(bed, request);
        assert!(!cut.is_complete);
        assert_eq!(
            by_day(&cut)[1..],
            [day("2026-02-26", 0, 0), day("2026-02-27", 1, 1), day("2026-02-28", 1, 1), day("2026-03-01", 0, 0)],
        );
        assert_eq!(cut.worst, Some(SignedDuration::from_secs(2)));
        let whole = activity(bed, ActivityRequest { most: 4, ..request });
        assert!(whole.is_complete);
        assert_eq!(by_day(&whole)[1], day("2026-02-26", 1, 1));
    }
}
