//! What lies in Redis.

use jiff::SignedDuration;
use vestibule_model::WorkspaceId;
use vestibule_state::{Limits, StateError, Trip, TripId};

use crate::bed::{Bed, SMALL, at, browser, lonely_trip, parked, parked_id, trip};

const TRIPS: [&str; 5] = [
    "records",
    "facts",
    "by_expiry",
    "by_browser",
    "by_workspace",
];
const PARKED: [&str; 4] = ["bodies", "facts", "by_expiry", "by_trip"];

fn trips_key(bed: &Bed, name: &str) -> String {
    bed.key(&format!("{{trips}}:{name}"))
}

fn parked_key(bed: &Bed, name: &str) -> String {
    bed.key(&format!("{{trips}}:parked:{name}"))
}

fn size(bed: &Bed, key: &str) -> usize {
    let mut raw = bed.raw();
    let kind: String = redis::cmd("TYPE").arg(key).query(&mut raw).unwrap();
    let command = match kind.as_str() {
        "none" => return 0,
        "hash" => "HLEN",
        "zset" => "ZCARD",
        other => panic!("{key} is a {other}"),
    };
    redis::cmd(command).arg(key).query(&mut raw).unwrap()
}

#[test]
fn everything_lies_under_the_namespace_and_goes_by_itself() {
    let bed = Bed::in_redis();
    let state = bed.open(SMALL);
    let trip = lonely_trip(at(0));
    bed.wait(state.begin(trip.clone(), at(0))).unwrap();
    bed.wait(state.park(parked_id(), parked(&trip.id, "x"), at(0)))
        .unwrap();
    let mut expected: Vec<_> = TRIPS.iter().map(|name| trips_key(&bed, name)).collect();
    expected.extend(PARKED.iter().map(|name| parked_key(&bed, name)));
    expected.sort();
    assert_eq!(bed.keys(), expected);
    let mut raw = bed.raw();
    for (key, most) in expected.iter().map(|key| match key.contains(":parked:") {
        true => (key, 60_001),
        false => (key, 1_800_001),
    }) {
        let left: i64 = redis::cmd("PTTL").arg(key).query(&mut raw).unwrap();
        assert!((most - 30_000..=most).contains(&left), "{key}: {left}");
    }
}

#[test]
fn a_shorter_trip_does_not_shorten_the_life_of_a_longer_one() {
    let bed = Bed::in_redis();
    let state = bed.open(SMALL);
    let longer = lonely_trip(at(0));
    let shorter = Trip {
        expires_at: at(1),
        ..lonely_trip(at(0))
    };
    for trip in [&longer, &shorter] {
        bed.wait(state.begin(trip.clone(), at(0))).unwrap();
    }
    let key = trips_key(&bed, "records");
    let left: i64 = redis::cmd("PTTL").arg(key).query(&mut bed.raw()).unwrap();
    assert!(left > 1_000_000, "{left}");
}

#[test]
fn nothing_is_left_of_what_is_over() {
    let bed = Bed::in_redis();
    let state = bed.open(SMALL);
    let trips = [0, 1].map(|_| lonely_trip(at(0)));
    for trip in &trips {
        bed.wait(state.begin(trip.clone(), at(0))).unwrap();
    }
    let ids = [0, 1].map(|_| parked_id());
    for (id, trip) in ids.iter().zip(&trips) {
        bed.wait(state.park(id.clone(), parked(&trip.id, "x"), at(0)))
            .unwrap();
    }
    for (id, trip) in ids.iter().zip(&trips) {
        bed.wait(state.finish(&trip.id, at(1))).unwrap().unwrap();
        bed.wait(state.unpark(id, at(1))).unwrap().unwrap();
    }
    assert_eq!(bed.keys(), Vec::<String>::new());
}

#[test]
fn a_flood_leaves_no_more_than_the_limits_allow() {
    let bed = Bed::in_redis();
    let state = bed.open(SMALL);
    let (mine, workspace) = (browser(), WorkspaceId::new(at(0)));
    for second in 0..300 {
        let now = at(second * 40);
        let new = trip(&mine, workspace, now);
        bed.wait(state.park(parked_id(), parked(&new.id, "x".repeat(30)), now))
            .unwrap();
        bed.wait(state.begin(new, now)).unwrap();
        bed.wait(state.begin(lonely_trip(now - SignedDuration::from_mins(29)), now))
            .unwrap();
    }
    for name in TRIPS {
        let found = size(&bed, &trips_key(&bed, name));
        assert!((1..=8).contains(&found), "{name}: {found}");
    }
    for name in PARKED {
        let found = size(&bed, &parked_key(&bed, name));
        assert!((1..=4).contains(&found), "{name}: {found}");
    }
    bed.assert_every_key_expires();
}

#[test]
fn replicas_share_it() {
    let bed = Bed::in_redis();
    let handles = [0, 1, 2, 3].map(|_| bed.open(Limits::default()));
    for round in 0..20 {
        let trip = lonely_trip(at(0));
        bed.wait(handles[round % 4].begin(trip.clone(), at(0)))
            .unwrap();
        let tasks: Vec<_> = handles
            .iter()
            .cycle()
            .take(32)
            .map(|state| {
                let (state, id) = (state.clone(), trip.id.clone());
                bed.runtime()
                    .spawn(async move { state.finish(&id, at(1)).await })
            })
            .collect();
        let answers = tasks
            .into_iter()
            .map(|task| bed.wait(task).unwrap().unwrap());
        let winners: Vec<_> = answers.flatten().collect();
        assert_eq!(winners, [trip]);
    }
}

#[test]
fn two_namespaces_do_not_meet() {
    let beds = [Bed::in_redis(), Bed::in_redis()];
    let states = beds.each_ref().map(|bed| bed.open(SMALL));
    let trip = lonely_trip(at(0));
    beds[0].wait(states[0].begin(trip.clone(), at(0))).unwrap();
    assert_eq!(beds[1].wait(states[1].finish(&trip.id, at(0))), Ok(None));
    assert_eq!(
        beds[0].wait(states[0].finish(&trip.id, at(0))),
        Ok(Some(trip))
    );
}

#[test]
fn a_record_that_cannot_be_read_is_an_error_and_never_a_trip() {
    let bed = Bed::in_redis();
    let state = bed.open(SMALL);
    let [good, other] = [0, 1].map(|_| lonely_trip(at(0)));
    for trip in [&good, &other] {
        bed.wait(state.begin(trip.clone(), at(0))).unwrap();
    }
    let mut raw = bed.raw();
    let records = trips_key(&bed, "records");
    let record: String = redis::cmd("HGET")
        .arg(&records)
        .arg(good.id.as_str())
        .query(&mut raw)
        .unwrap();
    for bad in [
        String::new(),
        "{}".to_owned(),
        record.replace("\"1\"", "\"2\""),
        record,
    ] {
        // The last is a good one, of another trip.
        redis::cmd("HSET")
            .arg(&records)
            .arg(other.id.as_str())
            .arg(&bad)
            .exec(&mut raw)
            .unwrap();
        let found = bed.wait(state.find(&other.id, at(1)));
        assert!(
            matches!(found, Err(StateError::Unreadable(_))),
            "{bad}: {found:?}"
        );
    }
    let finished = bed.wait(state.finish(&other.id, at(1)));
    assert!(
        matches!(finished, Err(StateError::Unreadable(_))),
        "{finished:?}"
    );
    assert_eq!(bed.wait(state.finish(&good.id, at(1))), Ok(Some(good)));

    let (id, trip) = (parked_id(), TripId::generate().unwrap());
    bed.wait(state.park(id.clone(), parked(&trip, "x"), at(0)))
        .unwrap();
    let bodies = parked_key(&bed, "bodies");
    redis::cmd("HSET")
        .arg(bodies)
        .arg(id.as_str())
        .arg("{}")
        .exec(&mut raw)
        .unwrap();
    let taken = bed.wait(state.unpark(&id, at(1)));
    assert!(matches!(taken, Err(StateError::Unreadable(_))), "{taken:?}");
}

#[test]
fn a_server_short_of_memory_may_evict_any_key() {
    for name in TRIPS {
        let bed = Bed::in_redis();
        let state = bed.open(SMALL);
        let [before, after] = [0, 1].map(|_| lonely_trip(at(0)));
        bed.wait(state.begin(before.clone(), at(0))).unwrap();
        redis::cmd("DEL")
            .arg(trips_key(&bed, name))
            .exec(&mut bed.raw())
            .unwrap();
        bed.wait(state.begin(after.clone(), at(0))).unwrap();
        assert_eq!(
            bed.wait(state.finish(&before.id, at(0))),
            Ok(None),
            "{name}"
        );
        assert_eq!(
            bed.wait(state.finish(&after.id, at(0))),
            Ok(Some(after)),
            "{name}"
        );
        assert_eq!(bed.keys(), Vec::<String>::new(), "{name}");
    }
    for name in PARKED {
        let bed = Bed::in_redis();
        let state = bed.open(SMALL);
        let ids = [0, 1].map(|_| parked_id());
        let message = || parked(&TripId::generate().unwrap(), "x".repeat(60));
        bed.wait(state.park(ids[0].clone(), message(), at(0)))
            .unwrap();
        redis::cmd("DEL")
            .arg(parked_key(&bed, name))
            .exec(&mut bed.raw())
            .unwrap();
        bed.wait(state.park(ids[1].clone(), message(), at(0)))
            .unwrap();
        assert_eq!(bed.wait(state.unpark(&ids[0], at(0))), Ok(None), "{name}");
        assert!(
            bed.wait(state.unpark(&ids[1], at(0))).unwrap().is_some(),
            "{name}"
        );
        assert_eq!(bed.keys(), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn a_trip_is_finished_once_even_from_what_an_eviction_left() {
    for name in TRIPS {
        let bed = Bed::in_redis();
        let state = bed.open(SMALL);
        let trip = lonely_trip(at(0));
        bed.wait(state.begin(trip.clone(), at(0))).unwrap();
        redis::cmd("DEL")
            .arg(trips_key(&bed, name))
            .exec(&mut bed.raw())
            .unwrap();
        let first = bed.wait(state.finish(&trip.id, at(0))).unwrap();
        assert_eq!(first.is_some(), name != "records", "{name}");
        assert_eq!(bed.wait(state.finish(&trip.id, at(0))), Ok(None), "{name}");
        bed.assert_every_key_expires();
    }
}
