//! The behaviour every implementation of `ShortLived` owes, on each of them.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use vestibule_model::{ConnectionId, RevisionId, TestId, WorkspaceId};
use vestibule_state::{
    Answer, BrowserToken, InProcess, Limits, Parked, ParkedId, Purpose, ShortLived, StateError,
    Trip, TripId,
};

const SMALL: Limits = Limits {
    per_browser: 3,
    per_workspace: 5,
    total: 8,
    parked_for: SignedDuration::from_secs(60),
    parked_bytes: 100,
};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

/// In process every answer is there at once.
fn now_or_panic<T>(mut answer: Answer<'_, T>) -> Result<T, StateError> {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match answer.as_mut().poll(&mut context) {
        std::task::Poll::Ready(result) => result,
        std::task::Poll::Pending => unreachable!("in-process state never waits"),
    }
}

fn trip(browser: &BrowserToken, workspace: WorkspaceId, now: Timestamp) -> Trip {
    Trip {
        id: TripId::generate().unwrap(),
        purpose: Purpose::Test(TestId::new(now)),
        workspace_id: workspace,
        connection_id: ConnectionId::new(now),
        revision_id: RevisionId::new(now),
        browser: browser.binding(),
        issued_at: now,
        expires_at: now + Trip::LIFETIME,
    }
}

fn browser() -> BrowserToken {
    BrowserToken::generate().unwrap()
}

#[test]
fn finds_without_using_up_and_finishes_once() {
    let state = InProcess::new(SMALL);
    let trip = trip(&browser(), WorkspaceId::new(at(0)), at(0));
    now_or_panic(state.begin(trip.clone(), at(0))).unwrap();
    for _ in 0..2 {
        assert_eq!(
            now_or_panic(state.find(&trip.id, at(1))).unwrap(),
            Some(trip.clone())
        );
    }
    assert_eq!(
        now_or_panic(state.finish(&trip.id, at(1))).unwrap(),
        Some(trip.clone())
    );
    assert_eq!(now_or_panic(state.finish(&trip.id, at(1))).unwrap(), None);
    assert_eq!(now_or_panic(state.find(&trip.id, at(1))).unwrap(), None);
}

#[test]
fn of_many_at_once_exactly_one_finishes() {
    let state = Arc::new(InProcess::new(Limits::default()));
    let trip = trip(&browser(), WorkspaceId::new(at(0)), at(0));
    now_or_panic(state.begin(trip.clone(), at(0))).unwrap();
    let winners: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..16)
            .map(|_| {
                scope.spawn(|| {
                    now_or_panic(state.finish(&trip.id, at(1)))
                        .unwrap()
                        .is_some()
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| usize::from(thread.join().unwrap()))
            .sum()
    });
    assert_eq!(winners, 1);
}

#[test]
fn a_trip_expires() {
    let state = InProcess::new(SMALL);
    let trip = trip(&browser(), WorkspaceId::new(at(0)), at(0));
    now_or_panic(state.begin(trip.clone(), at(0))).unwrap();
    assert!(
        now_or_panic(state.find(&trip.id, at(1_799)))
            .unwrap()
            .is_some()
    );
    assert!(
        now_or_panic(state.find(&trip.id, at(1_800)))
            .unwrap()
            .is_none()
    );
    assert!(
        now_or_panic(state.finish(&trip.id, at(1_800)))
            .unwrap()
            .is_none()
    );
}

#[test]
fn a_browser_makes_room_among_its_own() {
    let state = InProcess::new(SMALL);
    let (mine, workspace) = (browser(), WorkspaceId::new(at(0)));
    let other = trip(&browser(), workspace, at(0));
    now_or_panic(state.begin(other.clone(), at(0))).unwrap();
    let trips: Vec<_> = (0..4).map(|_| trip(&mine, workspace, at(0))).collect();
    for trip in &trips {
        now_or_panic(state.begin(trip.clone(), at(0))).unwrap();
    }
    let there = |trip: &Trip| now_or_panic(state.find(&trip.id, at(1))).unwrap().is_some();
    assert_eq!(
        trips.iter().map(there).collect::<Vec<_>>(),
        [false, true, true, true]
    );
    assert!(there(&other));
}

#[test]
fn a_workspace_makes_room_among_its_own() {
    let state = InProcess::new(SMALL);
    let workspace = WorkspaceId::new(at(0));
    let trips: Vec<_> = (0..6).map(|_| trip(&browser(), workspace, at(0))).collect();
    for trip in &trips {
        now_or_panic(state.begin(trip.clone(), at(0))).unwrap();
    }
    let there = |trip: &Trip| now_or_panic(state.find(&trip.id, at(1))).unwrap().is_some();
    assert_eq!(trips.iter().filter(|trip| there(trip)).count(), 5);
    assert!(trips.first().is_some_and(|first| !there(first)));
}

#[test]
fn a_stranger_is_refused_when_all_is_full() {
    let state = InProcess::new(SMALL);
    let workspaces: Vec<_> = (0..2).map(|_| WorkspaceId::new(at(0))).collect();
    for workspace in workspaces.iter().cycle().take(8) {
        now_or_panic(state.begin(trip(&browser(), *workspace, at(0)), at(0))).unwrap();
    }
    let stranger = trip(&browser(), WorkspaceId::new(at(0)), at(0));
    assert_eq!(
        now_or_panic(state.begin(stranger.clone(), at(0))),
        Err(StateError::Full)
    );
    let colleague = trip(&browser(), *workspaces.first().unwrap(), at(0));
    assert_eq!(now_or_panic(state.begin(colleague, at(0))), Ok(()));
    assert_eq!(
        now_or_panic(state.begin(stranger, at(1_801))),
        Ok(()),
        "expiry makes room"
    );
}

#[test]
fn a_parked_message_is_taken_once_within_a_minute() {
    let state = InProcess::new(SMALL);
    let message = |text: &str, trip: &TripId| Parked {
        trip: trip.clone(),
        connection_id: ConnectionId::new(at(0)),
        saml_response: text.to_owned(),
    };
    let (one, two) = (TripId::generate().unwrap(), TripId::generate().unwrap());
    let ids: Vec<_> = (0..4).map(|_| ParkedId::generate().unwrap()).collect();
    let [first, second, third, fourth] = &ids[..] else {
        unreachable!()
    };
    now_or_panic(state.park(first.clone(), message("older", &one), at(0))).unwrap();
    now_or_panic(state.park(second.clone(), message("newer", &one), at(1))).unwrap();
    assert!(
        now_or_panic(state.unpark(first, at(2))).unwrap().is_none(),
        "one per trip"
    );
    let taken = now_or_panic(state.unpark(second, at(2))).unwrap().unwrap();
    assert_eq!(taken.saml_response, "newer");
    assert!(now_or_panic(state.unpark(second, at(2))).unwrap().is_none());

    now_or_panic(state.park(third.clone(), message(&"x".repeat(90), &one), at(3))).unwrap();
    let too_much = state.park(fourth.clone(), message(&"x".repeat(20), &two), at(4));
    assert_eq!(now_or_panic(too_much), Err(StateError::Full));
    assert!(
        now_or_panic(state.unpark(third, at(63))).unwrap().is_none(),
        "a minute has passed"
    );
    let fits = state.park(fourth.clone(), message(&"x".repeat(20), &two), at(63));
    assert_eq!(now_or_panic(fits), Ok(()), "what expired makes room");
}

#[test]
fn reads_only_what_it_could_have_made() {
    let trip = TripId::generate().unwrap();
    assert_eq!(TripId::parse(trip.as_str()), Some(trip.clone()));
    for text in [
        "",
        "_",
        "x",
        &trip.as_str().to_uppercase(),
        &format!("{}0", trip.as_str()),
    ] {
        assert_eq!(TripId::parse(text), None, "{text}");
    }
    assert_eq!(BrowserToken::parse("zz"), None);
    assert_eq!(ParkedId::parse("../../etc/passwd"), None);
}
