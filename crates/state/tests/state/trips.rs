//! Pending trips.

use vestibule_model::{AttemptId, ClientId, Reference, WorkspaceId};
use vestibule_state::{AuthorizeRequest, Limits, Purpose, StateError, Trip};

use crate::bed::{SMALL, at, browser, lonely_trip, trip};
use crate::on_both;

on_both! {

fn finds_without_using_up_and_finishes_once(bed) {
    let state = bed.open(SMALL);
    let trip = Trip {
        purpose: Purpose::SignIn(AuthorizeRequest {
            client_id: ClientId::new(at(0)),
            redirect_uri: "https://app.example/cb".to_owned(),
            scope: "openid".to_owned(),
            state: Some("ä \"quoted\"\n".to_owned()),
            nonce: None,
            code_challenge: "x".repeat(43),
            restarted: false,
            attempt: AttemptId::new(at(0)),
            reference: Reference::from_random(1),
            passive: false,
            force_authn: false,
            authn_after: None,
            resources: Vec::new(),
            expected_member: None,
            pushed_only: false,
            return_to: Some("/settings".to_owned()),
        }),
        ..lonely_trip(at(0))
    };
    bed.wait(state.begin(trip.clone(), at(0))).unwrap();
    for _ in 0..2 {
        assert_eq!(bed.wait(state.find(&trip.id, at(1))), Ok(Some(trip.clone())));
    }
    assert_eq!(bed.wait(state.finish(&trip.id, at(1))), Ok(Some(trip.clone())));
    assert_eq!(bed.wait(state.finish(&trip.id, at(1))), Ok(None));
    assert_eq!(bed.wait(state.find(&trip.id, at(1))), Ok(None));
}

fn of_many_at_once_exactly_one_finishes(bed) {
    let state = bed.open(Limits::default());
    for _ in 0..20 {
        let trip = lonely_trip(at(0));
        bed.wait(state.begin(trip.clone(), at(0))).unwrap();
        let tasks: Vec<_> = (0..16)
            .map(|_| {
                let (state, id) = (state.clone(), trip.id.clone());
                bed.runtime().spawn(async move { state.finish(&id, at(1)).await })
            })
            .collect();
        let answers = tasks.into_iter().map(|task| bed.wait(task).unwrap().unwrap());
        let winners: Vec<_> = answers.flatten().collect();
        assert_eq!(winners, [trip]);
    }
}

fn a_trip_expires(bed) {
    let state = bed.open(SMALL);
    let trip = lonely_trip(at(0));
    bed.wait(state.begin(trip.clone(), at(0))).unwrap();
    assert!(bed.wait(state.find(&trip.id, at(1_799))).unwrap().is_some());
    assert_eq!(bed.wait(state.find(&trip.id, at(1_800))), Ok(None));
    assert_eq!(bed.wait(state.finish(&trip.id, at(1_800))), Ok(None));
}

fn a_trip_that_has_expired_already_is_not_there(bed) {
    let state = bed.open(SMALL);
    let trip = lonely_trip(at(0));
    bed.wait(state.begin(trip.clone(), at(9_000))).unwrap();
    assert_eq!(bed.wait(state.find(&trip.id, at(9_000))), Ok(None));
    assert_eq!(bed.wait(state.finish(&trip.id, at(9_000))), Ok(None));
}

fn the_same_trip_again_takes_its_own_place(bed) {
    let state = bed.open(SMALL);
    let first = lonely_trip(at(0));
    let again = Trip { id: first.id.clone(), ..lonely_trip(at(1)) };
    for trip in [&first, &again, &again] {
        bed.wait(state.begin(trip.clone(), at(1))).unwrap();
    }
    assert_eq!(bed.wait(state.finish(&first.id, at(1))), Ok(Some(again)));
    assert_eq!(bed.wait(state.finish(&first.id, at(1))), Ok(None));
}

fn a_browser_makes_room_among_its_own(bed) {
    let state = bed.open(SMALL);
    let mine = browser();
    let workspace = WorkspaceId::new(at(0));
    let other = trip(&browser(), workspace, at(0));
    bed.wait(state.begin(other.clone(), at(0))).unwrap();
    // In workspaces of their own: what makes room is found by its browser alone.
    let trips = [1, 2, 3, 4].map(|second| trip(&mine, WorkspaceId::new(at(0)), at(second)));
    for trip in &trips {
        bed.wait(state.begin(trip.clone(), at(4))).unwrap();
    }
    let there = |trip: &Trip| bed.wait(state.find(&trip.id, at(5))).unwrap().is_some();
    assert_eq!(trips.each_ref().map(there), [false, true, true, true]);
    assert!(there(&other));
}

fn a_workspace_makes_room_among_its_own(bed) {
    let state = bed.open(SMALL);
    let workspace = WorkspaceId::new(at(0));
    let other = lonely_trip(at(0));
    bed.wait(state.begin(other.clone(), at(0))).unwrap();
    let trips = [1, 2, 3, 4, 5, 6].map(|second| trip(&browser(), workspace, at(second)));
    for trip in &trips {
        bed.wait(state.begin(trip.clone(), at(6))).unwrap();
    }
    let there = |trip: &Trip| bed.wait(state.find(&trip.id, at(7))).unwrap().is_some();
    assert_eq!(trips.each_ref().map(there), [false, true, true, true, true, true]);
    assert!(there(&other));
}

fn a_stranger_is_refused_when_all_is_full(bed) {
    let state = bed.open(SMALL);
    let workspaces = [0, 1].map(|_| WorkspaceId::new(at(0)));
    for workspace in workspaces.iter().cycle().take(8) {
        bed.wait(state.begin(trip(&browser(), *workspace, at(0)), at(0))).unwrap();
    }
    let stranger = lonely_trip(at(0));
    assert_eq!(bed.wait(state.begin(stranger.clone(), at(0))), Err(StateError::Full));
    assert_eq!(bed.wait(state.find(&stranger.id, at(0))), Ok(None));
    let colleague = trip(&browser(), workspaces[0], at(0));
    assert_eq!(bed.wait(state.begin(colleague, at(0))), Ok(()));
    let late = lonely_trip(at(1_801));
    assert_eq!(bed.wait(state.begin(late, at(1_801))), Ok(()), "expiry makes room");
}

fn what_has_expired_makes_room_however_much_it_is(bed) {
    let limits = Limits { per_browser: 1_000, per_workspace: 1_000, total: 200, ..SMALL };
    let state = bed.open(limits);
    let (mine, workspace) = (browser(), WorkspaceId::new(at(0)));
    for _ in 0..200 {
        bed.wait(state.begin(trip(&mine, workspace, at(0)), at(0))).unwrap();
    }
    let early = lonely_trip(at(1_799));
    assert_eq!(bed.wait(state.begin(early, at(1_799))), Err(StateError::Full));
    for _ in 0..200 {
        let stranger = lonely_trip(at(1_800));
        assert_eq!(bed.wait(state.begin(stranger, at(1_800))), Ok(()));
    }
    let stranger = lonely_trip(at(1_800));
    assert_eq!(bed.wait(state.begin(stranger, at(1_800))), Err(StateError::Full));
}

}
