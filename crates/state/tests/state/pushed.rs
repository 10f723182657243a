//! Authorization requests that clients have pushed.

use jiff::{SignedDuration, Timestamp};
use vestibule_model::ClientId;
use vestibule_state::{Limits, PushedId, PushedRequest, StateError};

use crate::bed::{SMALL, at};
use crate::on_both;

fn client() -> ClientId {
    ClientId::new(at(0))
}

fn pushed(client_id: ClientId, now: Timestamp) -> PushedRequest {
    PushedRequest {
        client_id,
        parameters: "scope=openid+email&state=%C3%BC".to_owned(),
        expires_at: now + SignedDuration::from_secs(90),
    }
}

fn id() -> PushedId {
    PushedId::generate().unwrap()
}

on_both! {

fn it_is_found_until_it_is_taken_once(bed) {
    let state = bed.open(SMALL);
    let (id, request) = (id(), pushed(client(), at(0)));
    bed.wait(state.push(id.clone(), request.clone(), at(0))).unwrap();
    let named = PushedId::parse(&id.to_request_uri()).unwrap();
    for _ in 0..2 {
        assert_eq!(bed.wait(state.find_pushed(&named, at(1))), Ok(Some(request.clone())));
    }
    assert_eq!(bed.wait(state.take_pushed(&named, at(89))), Ok(Some(request)));
    assert_eq!(bed.wait(state.take_pushed(&named, at(89))), Ok(None));
    assert_eq!(bed.wait(state.find_pushed(&named, at(89))), Ok(None));
}

fn after_its_time_it_is_not_there(bed) {
    let state = bed.open(SMALL);
    let (found, taken) = (id(), id());
    let forever = PushedRequest { expires_at: Timestamp::MAX, ..pushed(client(), at(0)) };
    for id in [&found, &taken] {
        bed.wait(state.push(id.clone(), forever.clone(), at(0))).unwrap();
    }
    assert_eq!(bed.wait(state.find_pushed(&found, at(90))), Ok(None));
    assert_eq!(bed.wait(state.take_pushed(&taken, at(90))), Ok(None));
}

fn of_many_at_once_exactly_one_takes(bed) {
    let state = bed.open(Limits::default());
    for _ in 0..20 {
        let (id, request) = (id(), pushed(client(), at(0)));
        bed.wait(state.push(id.clone(), request.clone(), at(0))).unwrap();
        let tasks: Vec<_> = (0..16)
            .map(|_| {
                let (state, id) = (state.clone(), id.clone());
                bed.runtime().spawn(async move { state.take_pushed(&id, at(1)).await })
            })
            .collect();
        let answers = tasks.into_iter().map(|task| bed.wait(task).unwrap().unwrap());
        let winners: Vec<_> = answers.flatten().collect();
        assert_eq!(winners, [request]);
    }
}

fn a_client_makes_room_among_its_own(bed) {
    let state = bed.open(SMALL);
    let (busy, other) = (client(), client());
    let quiet = id();
    bed.wait(state.push(quiet.clone(), pushed(other, at(0)), at(0))).unwrap();
    let ids: Vec<_> = (1..=4).map(|second| {
        let id = id();
        bed.wait(state.push(id.clone(), pushed(busy, at(second)), at(second))).unwrap();
        id
    }).collect();
    assert_eq!(bed.wait(state.find_pushed(&ids[0], at(5))), Ok(None), "the oldest of its own");
    for id in ids[1..].iter().chain([&quiet]) {
        assert!(bed.wait(state.find_pushed(id, at(5))).unwrap().is_some());
    }
}

fn what_is_too_long_is_refused(bed) {
    let state = bed.open(SMALL);
    let long = PushedRequest {
        parameters: "x".repeat(PushedRequest::MAX_BYTES + 1),
        ..pushed(client(), at(0))
    };
    let max = PushedRequest::MAX_BYTES;
    assert_eq!(bed.wait(state.push(id(), long, at(0))), Err(StateError::TooLarge { max }));
}

}

#[test]
fn only_names_of_ours_are_read() {
    let good = id().to_request_uri();
    assert!(PushedId::parse(&good).is_some());
    for bad in [
        String::new(),
        "https://app.example/request.jwt".to_owned(),
        good.to_uppercase(),
        good.replace("request_uri:", "request_uri:0"),
        format!("{good} "),
    ] {
        assert!(PushedId::parse(&bad).is_none(), "{bad}");
    }
}
