//! Messages parked for one redirect.

use jiff::SignedDuration;
use vestibule_state::{Limits, StateError, TripId};

use crate::bed::{SMALL, at, parked, parked_id};
use crate::on_both;

on_both! {

fn a_parked_message_is_taken_once_within_a_minute(bed) {
    let state = bed.open(SMALL);
    let [one, two] = [0, 1].map(|_| TripId::generate().unwrap());
    let [first, second, third, fourth] = [0, 1, 2, 3].map(|_| parked_id());
    bed.wait(state.park(first.clone(), parked(&one, "older"), at(0))).unwrap();
    bed.wait(state.park(second.clone(), parked(&one, "newer"), at(1))).unwrap();
    assert_eq!(bed.wait(state.unpark(&first, at(2))), Ok(None), "one per trip");
    let taken = bed.wait(state.unpark(&second, at(2))).unwrap().unwrap();
    assert_eq!((taken.saml_response.as_str(), &taken.trip), ("newer", &one));
    assert_eq!(bed.wait(state.unpark(&second, at(2))), Ok(None));

    bed.wait(state.park(third.clone(), parked(&one, "x".repeat(90)), at(3))).unwrap();
    let too_much = || state.park(fourth.clone(), parked(&two, "x".repeat(20)), at(62));
    assert_eq!(bed.wait(too_much()), Err(StateError::Full));
    assert_eq!(bed.wait(state.unpark(&fourth, at(62))), Ok(None));
    assert_eq!(bed.wait(state.unpark(&third, at(63))), Ok(None), "a minute has passed");
    let fits = state.park(fourth.clone(), parked(&two, "x".repeat(20)), at(63));
    assert_eq!(bed.wait(fits), Ok(()), "what expired makes room");
}

fn what_is_taken_out_or_replaced_makes_room(bed) {
    let state = bed.open(SMALL);
    let [one, two] = [0, 1].map(|_| TripId::generate().unwrap());
    for _ in 0..5 {
        let id = parked_id();
        bed.wait(state.park(id.clone(), parked(&one, "x".repeat(90)), at(0))).unwrap();
        bed.wait(state.park(id.clone(), parked(&two, "y".repeat(80)), at(0))).unwrap();
        bed.wait(state.park(id.clone(), parked(&two, "z".repeat(100)), at(0))).unwrap();
        assert!(bed.wait(state.unpark(&id, at(1))).unwrap().is_some());
    }
}

fn of_many_at_once_exactly_one_unparks(bed) {
    let state = bed.open(Limits::default());
    // The largest body that is taken, in characters that JSON has to escape.
    let (id, message) = (parked_id(), parked(&TripId::generate().unwrap(), "\"\n".repeat(1 << 19)));
    bed.wait(state.park(id.clone(), message.clone(), at(0))).unwrap();
    let tasks: Vec<_> = (0..16)
        .map(|_| {
            let (state, id) = (state.clone(), id.clone());
            bed.runtime().spawn(async move { state.unpark(&id, at(1)).await })
        })
        .collect();
    let answers = tasks.into_iter().map(|task| bed.wait(task).unwrap().unwrap());
    let winners: Vec<_> = answers.flatten().collect();
    assert!(winners == [message], "{}", winners.len());
}

fn no_more_messages_are_parked_than_trips_may_be_pending(bed) {
    let state = bed.open(SMALL);
    let park = |second| state.park(parked_id(), parked(&TripId::generate().unwrap(), ""), at(second));
    for _ in 0..8 {
        assert_eq!(bed.wait(park(0)), Ok(()));
    }
    assert_eq!(bed.wait(park(59)), Err(StateError::Full));
    assert_eq!(bed.wait(park(60)), Ok(()));
}

fn many_expired_messages_make_room_for_a_large_one(bed) {
    let limits = Limits { total: 300, parked_bytes: 300, ..SMALL };
    let state = bed.open(limits);
    for _ in 0..300 {
        let small = parked(&TripId::generate().unwrap(), "x");
        bed.wait(state.park(parked_id(), small, at(0))).unwrap();
    }
    let large = || parked(&TripId::generate().unwrap(), "x".repeat(300));
    assert_eq!(bed.wait(state.park(parked_id(), large(), at(59))), Err(StateError::Full));
    assert_eq!(bed.wait(state.park(parked_id(), large(), at(60))), Ok(()));
}

fn nothing_is_parked_for_no_time(bed) {
    let state = bed.open(Limits { parked_for: SignedDuration::ZERO, ..SMALL });
    let id = parked_id();
    let message = parked(&TripId::generate().unwrap(), "x");
    assert_eq!(bed.wait(state.park(id.clone(), message, at(0))), Ok(()));
    assert_eq!(bed.wait(state.unpark(&id, at(0))), Ok(None));
}

}
