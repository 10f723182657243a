//! Slips of half-finished work.

use jiff::{SignedDuration, Timestamp};
use vestibule_state::{BrowserToken, Limits, Slip, SlipId, StateError};

use crate::bed::{Bed, SMALL, at, browser};
use crate::on_both;

pub(crate) fn slip(browser: &BrowserToken, body: &str, now: Timestamp) -> Slip {
    Slip {
        kind: "second-factor".to_owned(),
        browser: browser.binding(),
        body: body.to_owned(),
        expires_at: now + SignedDuration::from_mins(10),
    }
}

pub(crate) fn slip_id() -> SlipId {
    SlipId::generate().unwrap()
}

on_both! {

fn finds_without_using_up_and_takes_once(bed) {
    let state = bed.open(SMALL);
    let (id, slip) = (slip_id(), slip(&browser(), "{\"a\":\"ü\\n\"}", at(0)));
    assert_eq!(bed.wait(state.find_slip(&id, at(0))), Ok(None));
    bed.wait(state.keep_slip(id.clone(), slip.clone(), at(0))).unwrap();
    for _ in 0..2 {
        assert_eq!(bed.wait(state.find_slip(&id, at(1))), Ok(Some(slip.clone())));
    }
    assert_eq!(bed.wait(state.take_slip(&slip_id(), at(1))), Ok(None));
    assert_eq!(bed.wait(state.take_slip(&id, at(1))), Ok(Some(slip)));
    assert_eq!(bed.wait(state.take_slip(&id, at(1))), Ok(None));
    assert_eq!(bed.wait(state.find_slip(&id, at(1))), Ok(None));
}

fn of_many_at_once_exactly_one_takes(bed) {
    let state = bed.open(Limits::default());
    for _ in 0..20 {
        let (id, slip) = (slip_id(), slip(&browser(), "{}", at(0)));
        bed.wait(state.keep_slip(id.clone(), slip.clone(), at(0))).unwrap();
        let tasks: Vec<_> = (0..16)
            .map(|_| {
                let (state, id) = (state.clone(), id.clone());
                bed.runtime().spawn(async move { state.take_slip(&id, at(1)).await })
            })
            .collect();
        let answers = tasks.into_iter().map(|task| bed.wait(task).unwrap().unwrap());
        let winners: Vec<_> = answers.flatten().collect();
        assert_eq!(winners, [slip]);
    }
}

fn of_many_who_have_seen_the_same_exactly_one_goes_on(bed) {
    let state = bed.open(Limits::default());
    for _ in 0..20 {
        let (id, seen, mine) = (slip_id(), slip(&browser(), "\"seen\"", at(0)), browser());
        bed.wait(state.keep_slip(id.clone(), seen.clone(), at(0))).unwrap();
        let tasks: Vec<_> = (0..16)
            .map(|number| {
                let (state, id, seen) = (state.clone(), id.clone(), seen.clone());
                let next = slip(&mine, &number.to_string(), at(1));
                bed.runtime().spawn(async move {
                    let gone_on = state.exchange_slip(&id, &seen, next.clone(), at(1)).await;
                    gone_on.map(|gone_on| gone_on.then_some(next))
                })
            })
            .collect();
        let answers = tasks.into_iter().map(|task| bed.wait(task).unwrap().unwrap());
        let winners: Vec<_> = answers.flatten().collect();
        assert_eq!(winners.len(), 1);
        assert_eq!(bed.wait(state.take_slip(&id, at(1))).unwrap(), winners.first().cloned());
    }
}

fn only_what_was_seen_is_exchanged(bed) {
    let state = bed.open(SMALL);
    let (id, mine) = (slip_id(), browser());
    let [old, new] = ["1", "2"].map(|body| slip(&mine, body, at(0)));
    let exchange = |seen: &Slip, next: &Slip, second| {
        bed.wait(state.exchange_slip(&id, seen, next.clone(), at(second))).unwrap()
    };
    assert!(!exchange(&old, &new, 0), "there was none");
    assert_eq!(bed.wait(state.find_slip(&id, at(0))), Ok(None));
    bed.wait(state.keep_slip(id.clone(), old.clone(), at(0))).unwrap();
    assert!(!exchange(&new, &new, 0), "another body");
    let other_kind = Slip { kind: "passkey".to_owned(), ..old.clone() };
    assert!(!exchange(&other_kind, &new, 0));
    assert_eq!(bed.wait(state.find_slip(&id, at(0))), Ok(Some(old.clone())));
    assert!(exchange(&old, &new, 0));
    assert!(!exchange(&old, &new, 0));
    assert_eq!(bed.wait(state.find_slip(&id, at(599))), Ok(Some(new.clone())));
    assert!(!exchange(&new, &old, 600), "it has expired");
    assert_eq!(bed.wait(state.find_slip(&id, at(600))), Ok(None));
}

fn the_same_id_again_takes_its_own_place(bed) {
    let state = bed.open(SMALL);
    let (id, mine, other) = (slip_id(), browser(), slip_id());
    bed.wait(state.keep_slip(other.clone(), slip(&mine, "0", at(0)), at(0))).unwrap();
    for second in 0..9 {
        let slip = slip(&mine, "1", at(second));
        bed.wait(state.keep_slip(id.clone(), slip.clone(), at(9))).unwrap();
        assert!(bed.wait(state.exchange_slip(&id, &slip, slip.clone(), at(9))).unwrap());
    }
    let theirs = slip(&browser(), "2", at(9));
    bed.wait(state.keep_slip(id.clone(), theirs.clone(), at(9))).unwrap();
    assert!(bed.wait(state.find_slip(&other, at(9))).unwrap().is_some());
    assert_eq!(bed.wait(state.take_slip(&id, at(9))), Ok(Some(theirs)));
}

fn a_slip_is_kept_no_longer_than_half_an_hour(bed) {
    let state = bed.open(SMALL);
    let id = slip_id();
    let slip = Slip { expires_at: Timestamp::MAX, ..slip(&browser(), "{}", at(0)) };
    bed.wait(state.keep_slip(id.clone(), slip.clone(), at(0))).unwrap();
    let kept = bed.wait(state.find_slip(&id, at(1_799))).unwrap().unwrap();
    assert_eq!(kept, Slip { expires_at: at(1_800), ..slip.clone() });
    assert!(bed.wait(state.exchange_slip(&id, &kept, slip.clone(), at(60))).unwrap());
    assert!(bed.wait(state.find_slip(&id, at(1_859))).unwrap().is_some());
    assert_eq!(bed.wait(state.find_slip(&id, at(1_860))), Ok(None));
    assert_eq!(bed.wait(state.take_slip(&id, at(1_860))), Ok(None));
    let late = Slip { expires_at: at(0), ..slip };
    bed.wait(state.keep_slip(id.clone(), late, at(1))).unwrap();
    assert_eq!(bed.wait(state.find_slip(&id, at(1))), Ok(None));
}

fn a_slip_is_no_longer_than_a_slip(bed) {
    let state = bed.open(SMALL);
    let (id, mine) = (slip_id(), browser());
    let of = |bytes: usize| slip(&mine, &"\"".repeat(bytes - "second-factor".len()), at(0));
    let largest = of(Slip::MAX_BYTES);
    bed.wait(state.keep_slip(id.clone(), largest.clone(), at(0))).unwrap();
    let too_large = Err(StateError::TooLarge { max: Slip::MAX_BYTES });
    let kept = bed.wait(state.keep_slip(id.clone(), of(Slip::MAX_BYTES + 1), at(0)));
    assert_eq!(kept, too_large);
    let next = of(Slip::MAX_BYTES + 1);
    let kept = bed.wait(state.exchange_slip(&id, &largest, next, at(0)));
    assert_eq!(kept.map(drop), too_large);
    assert_eq!(bed.wait(state.take_slip(&id, at(0))), Ok(Some(largest)));
}

fn a_browser_makes_room_among_its_own_and_a_stranger_is_refused_when_all_is_full(bed) {
    let state = bed.open(Limits { slips_per_browser: 3, slips: 5, ..SMALL });
    let (mine, theirs) = (browser(), browser());
    let keep = |browser: &BrowserToken, second| {
        let id = slip_id();
        let kept = bed.wait(state.keep_slip(id.clone(), slip(browser, "{}", at(second)), at(5)));
        kept.map(|()| id)
    };
    let there = |id: &SlipId| bed.wait(state.find_slip(id, at(5))).unwrap().is_some();
    let ids = [1, 2, 3, 4].map(|second| keep(&mine, second).unwrap());
    assert_eq!(ids.each_ref().map(there), [false, true, true, true]);
    let others = [1, 2, 3].map(|second| keep(&theirs, second).unwrap());
    assert_eq!(others.each_ref().map(there), [false, true, true]);
    assert_eq!(keep(&browser(), 5), Err(StateError::Full));
    let newest = keep(&mine, 5).unwrap();
    assert_eq!(ids.each_ref().map(there), [false, false, true, true]);
    assert!(there(&newest));
    bed.wait(state.take_slip(&newest, at(5))).unwrap().unwrap();
    assert!(keep(&browser(), 5).is_ok(), "what is taken out makes room");
    assert_eq!(keep(&browser(), 5), Err(StateError::Full));
    let late = bed.wait(state.keep_slip(slip_id(), slip(&browser(), "{}", at(602)), at(602)));
    assert_eq!(late, Ok(()), "and what has expired");
}

}

#[test]
fn what_is_shown_of_a_slip_tells_nothing() {
    let id = slip_id();
    assert_eq!(SlipId::parse(id.expose()), Some(id.clone()));
    for text in ["", "x", "../", &id.expose().to_uppercase()] {
        assert_eq!(SlipId::parse(text), None, "{text}");
    }
    let shown = format!("{id:?} {:?}", slip(&browser(), "ada@example.com", at(0)));
    assert!(
        !shown.contains("ada") && !shown.contains(id.expose()),
        "{shown}"
    );
}

const KEYS: [&str; 4] = ["by_browser", "by_expiry", "facts", "records"];

fn slips_key(bed: &Bed, name: &str) -> String {
    bed.key(&format!("{{trips}}:slips:{name}"))
}

#[test]
fn nothing_is_left_of_what_is_over_and_all_of_it_goes_by_itself() {
    let bed = Bed::in_redis();
    let state = bed.open(SMALL);
    let (id, slip) = (slip_id(), slip(&browser(), "{}", at(0)));
    bed.wait(state.keep_slip(id.clone(), slip.clone(), at(0)))
        .unwrap();
    assert!(
        bed.wait(state.exchange_slip(&id, &slip, slip.clone(), at(0)))
            .unwrap()
    );
    assert_eq!(bed.keys(), KEYS.map(|name| slips_key(&bed, name)));
    bed.assert_every_key_expires();
    bed.wait(state.take_slip(&id, at(0))).unwrap().unwrap();
    assert_eq!(bed.keys(), Vec::<String>::new());
}

#[test]
fn a_flood_leaves_no_more_than_the_limits_allow() {
    let bed = Bed::in_redis();
    let state = bed.open(Limits {
        slips: 8,
        slips_per_browser: 3,
        ..SMALL
    });
    let mine = browser();
    for second in 0..200 {
        let now = at(second * 100);
        bed.wait(state.keep_slip(slip_id(), slip(&mine, "{}", now), now))
            .unwrap();
        let _ = bed.wait(state.keep_slip(slip_id(), slip(&browser(), "{}", now), now));
    }
    for name in KEYS {
        let command = match name {
            "by_browser" | "by_expiry" => "ZCARD",
            _ => "HLEN",
        };
        let mut raw = bed.raw();
        let size: usize = redis::cmd(command)
            .arg(slips_key(&bed, name))
            .query(&mut raw)
            .unwrap();
        assert!((1..=8).contains(&size), "{name}: {size}");
    }
    bed.assert_every_key_expires();
}

#[test]
fn a_server_short_of_memory_may_evict_any_key() {
    for name in KEYS {
        let bed = Bed::in_redis();
        let state = bed.open(SMALL);
        let slip = slip(&browser(), "{}", at(0));
        let [one, two, three] = [0, 1, 2].map(|_| slip_id());
        for id in [&one, &two] {
            bed.wait(state.keep_slip(id.clone(), slip.clone(), at(0)))
                .unwrap();
        }
        redis::cmd("DEL")
            .arg(slips_key(&bed, name))
            .exec(&mut bed.raw())
            .unwrap();
        let exchanged = bed.wait(state.exchange_slip(&two, &slip, slip.clone(), at(0)));
        let whole = !matches!(name, "records" | "facts");
        assert_eq!(exchanged, Ok(whole), "{name}");
        bed.wait(state.keep_slip(three.clone(), slip.clone(), at(0)))
            .unwrap();
        assert_eq!(bed.wait(state.take_slip(&one, at(0))), Ok(None), "{name}");
        for id in [&two, &three] {
            bed.wait(state.take_slip(id, at(0))).unwrap();
            assert_eq!(bed.wait(state.take_slip(id, at(0))), Ok(None), "{name}");
        }
        assert_eq!(bed.keys(), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn a_record_that_cannot_be_read_is_an_error_that_quotes_nothing() {
    let bed = Bed::in_redis();
    let state = bed.open(SMALL);
    let id = slip_id();
    bed.wait(state.keep_slip(id.clone(), slip(&browser(), "{}", at(0)), at(0)))
        .unwrap();
    redis::cmd("HSET")
        .arg(slips_key(&bed, "records"))
        .arg(id.expose())
        .arg("{\"version\":\"2\",\"secret\":1}")
        .exec(&mut bed.raw())
        .unwrap();
    let found = bed.wait(state.find_slip(&id, at(0)));
    let Err(StateError::Unreadable(text)) = found else {
        panic!("{found:?}");
    };
    assert!(!text.contains("secret"), "{text}");
}
