//! What belongs to no trip: kept apart, few of a connection, for a while.

use vestibule_model::{ConnectionId, Reference};
use vestibule_state::{InProcess, Limits, ShortLived as _, StateError};

use crate::bed::{Bed, SMALL, at, stray};
use crate::on_both;

on_both! {

fn the_newest_few_of_each_connection_are_kept_for_a_while(bed) {
    let state = bed.open(SMALL);
    let [one, two] = [0, 1].map(|_| ConnectionId::new(at(0)));
    for (number, second) in (1..=5).zip(0..) {
        bed.wait(state.note_stray(stray(one, number, at(second)), at(second))).unwrap();
    }
    let other = stray(two, 9, at(1));
    bed.wait(state.note_stray(other.clone(), at(1))).unwrap();
    let kept = [stray(one, 5, at(4)), stray(one, 4, at(3)), stray(one, 3, at(2))];
    assert_eq!(bed.wait(state.strays(one, at(5))), Ok(kept.to_vec()));
    assert_eq!(bed.wait(state.strays(two, at(5))), Ok(vec![other.clone()]));
    assert_eq!(bed.wait(state.strays(ConnectionId::new(at(0)), at(5))), Ok(vec![]));
    let find = |number, second| bed.wait(state.find_stray(Reference::from_random(number), at(second))).unwrap();
    assert_eq!(find(4, 5).as_ref(), Some(&kept[1]));
    assert_eq!(find(9, 5), Some(other));
    assert_eq!(find(2, 5), None, "it made room");
    assert_eq!(find(7, 5), None, "there was none");
    assert_eq!(find(4, 63), None, "a minute has passed");
    assert_eq!(bed.wait(state.strays(one, at(63))), Ok(kept[..1].to_vec()));
    assert_eq!(bed.wait(state.strays(one, at(64))), Ok(vec![]));
}

}

#[test]
fn one_process_keeps_so_many_in_all_and_the_oldest_make_room() {
    let bed = Bed::in_process();
    let state = InProcess::new(Limits { strays: 5, ..SMALL });
    let connections: Vec<_> = (0..4).map(|_| ConnectionId::new(at(0))).collect();
    for number in 0..12_u64 {
        let second = i64::try_from(number).unwrap();
        let id = connections[usize::try_from(number).unwrap() % 4];
        bed.wait(state.note_stray(stray(id, number, at(second)), at(second)))
            .unwrap();
    }
    let mut kept = Vec::new();
    for id in connections {
        kept.extend(bed.wait(state.strays(id, at(12))).unwrap());
    }
    kept.sort_by_key(|stray| stray.received_at);
    let seconds: Vec<_> = kept.iter().map(|stray| stray.received_at).collect();
    assert_eq!(seconds, [7, 8, 9, 10, 11].map(at));
}

#[test]
fn a_flood_leaves_a_few_keys_that_go_by_themselves() {
    let bed = Bed::in_redis();
    let state = bed.open(SMALL);
    let id = ConnectionId::new(at(0));
    for number in 0..200 {
        bed.wait(state.note_stray(stray(id, number, at(0)), at(0)))
            .unwrap();
    }
    assert_eq!(bed.keys().len(), 4, "{:?}", bed.keys());
    bed.assert_every_key_expires();
    let key = bed.key(&format!("{{trips}}:strays:of:{id}"));
    redis::cmd("LPUSH")
        .arg(key)
        .arg("nonsense")
        .exec(&mut bed.raw())
        .unwrap();
    let read = bed.wait(state.strays(id, at(0)));
    assert!(matches!(read, Err(StateError::Unreadable(_))), "{read:?}");
}
