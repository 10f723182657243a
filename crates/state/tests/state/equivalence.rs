//! Both implementations answer alike, whatever is asked of them in whatever order.

use jiff::SignedDuration;
use proptest::prelude::*;
use vestibule_model::{ConnectionId, Reference, WorkspaceId};
use vestibule_state::{BrowserToken, ParkedId, Slip, SlipId, Stray, ThrottleRule, Trip, TripId};

use crate::bed::{Bed, SMALL, at, browser, parked, parked_id, stray, trip};
use crate::slips::{slip, slip_id};
use crate::throttle::{RULE, key};

#[derive(Debug, Clone)]
enum Step {
    Begin {
        browser: usize,
        workspace: usize,
        seconds: i64,
    },
    BeginAgain {
        trip: usize,
    },
    Find {
        trip: usize,
    },
    Finish {
        trip: usize,
    },
    Park {
        trip: usize,
        bytes: usize,
    },
    ParkAgain {
        message: usize,
        trip: usize,
    },
    Unpark {
        message: usize,
    },
    Stray {
        connection: usize,
    },
    FindStray {
        stray: usize,
    },
    KeepSlip {
        browser: usize,
        seconds: i64,
    },
    KeepSlipAgain {
        slip: usize,
        browser: usize,
    },
    FindSlip {
        slip: usize,
    },
    TakeSlip {
        slip: usize,
    },
    ExchangeSlip {
        slip: usize,
        seen: usize,
        browser: usize,
    },
    Attempt {
        keys: Vec<(usize, bool)>,
    },
    Forgive {
        keys: Vec<usize>,
    },
    Wait {
        milliseconds: i64,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let any = 0..1_000_usize;
    prop_oneof![
        6 => (0..4_usize, 0..3_usize, -1..90_i64)
            .prop_map(|(browser, workspace, seconds)| Step::Begin { browser, workspace, seconds }),
        1 => any.clone().prop_map(|trip| Step::BeginAgain { trip }),
        2 => any.clone().prop_map(|trip| Step::Find { trip }),
        2 => any.clone().prop_map(|trip| Step::Finish { trip }),
        4 => (any.clone(), 0..60_usize).prop_map(|(trip, bytes)| Step::Park { trip, bytes }),
        1 => (any.clone(), any.clone())
            .prop_map(|(message, trip)| Step::ParkAgain { message, trip }),
        2 => any.clone().prop_map(|message| Step::Unpark { message }),
        3 => (0..3_usize).prop_map(|connection| Step::Stray { connection }),
        2 => any.clone().prop_map(|stray| Step::FindStray { stray }),
        5 => (0..4_usize, -1..90_i64)
            .prop_map(|(browser, seconds)| Step::KeepSlip { browser, seconds }),
        1 => (any.clone(), 0..4_usize)
            .prop_map(|(slip, browser)| Step::KeepSlipAgain { slip, browser }),
        2 => any.clone().prop_map(|slip| Step::FindSlip { slip }),
        2 => any.clone().prop_map(|slip| Step::TakeSlip { slip }),
        3 => (any.clone(), any, 0..4_usize)
            .prop_map(|(slip, seen, browser)| Step::ExchangeSlip { slip, seen, browser }),
        8 => prop::collection::vec((0..14_usize, prop::bool::ANY), 0..4)
            .prop_map(|keys| Step::Attempt { keys }),
        1 => prop::collection::vec(0..14_usize, 0..3).prop_map(|keys| Step::Forgive { keys }),
        2 => (0..40_000_i64).prop_map(|milliseconds| Step::Wait { milliseconds }),
        2 => (0..2_000_i64).prop_map(|milliseconds| Step::Wait { milliseconds }),
    ]
}

/// What the steps speak of by number.
struct Cast {
    browsers: Vec<BrowserToken>,
    workspaces: Vec<WorkspaceId>,
    trips: Vec<Trip>,
    messages: Vec<(ParkedId, TripId)>,
    connections: Vec<ConnectionId>,
    strays: Vec<Stray>,
    slips: Vec<(SlipId, Slip)>,
}

/// Another rule than the one of the tests of each, with shorter waits and a shorter memory.
const SHORT: ThrottleRule = ThrottleRule {
    free: 0,
    first: SignedDuration::from_millis(300),
    longest: SignedDuration::from_secs(20),
    forget_after: SignedDuration::from_secs(10),
};

impl Cast {
    fn trip(&self, number: usize) -> Trip {
        self.trips[number % self.trips.len()].clone()
    }

    fn message(&self, number: usize) -> (ParkedId, TripId) {
        self.messages[number % self.messages.len()].clone()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn in_process_and_in_redis_are_one(steps in prop::collection::vec(step(), 1..120)) {
        let beds = [Bed::in_process(), Bed::in_redis()];
        let states = beds.each_ref().map(|bed| bed.open(SMALL));
        let mut cast = Cast {
            browsers: (0..4).map(|_| browser()).collect(),
            workspaces: (0..3).map(|_| WorkspaceId::new(at(0))).collect(),
            trips: vec![trip(&browser(), WorkspaceId::new(at(0)), at(0))],
            messages: vec![(parked_id(), TripId::generate().unwrap())],
            connections: (0..3).map(|_| ConnectionId::new(at(0))).collect(),
            strays: Vec::new(),
            slips: vec![(slip_id(), slip(&browser(), "nobody's", at(0)))],
        };
        let mut gone = SignedDuration::ZERO;
        // One line for each answer, from both.
        macro_rules! both {
            ($state:ident => $answer:expr) => {{
                let mut answers = Vec::new();
                for (bed, $state) in beds.iter().zip(&states) {
                    answers.push(bed.wait($answer));
                }
                prop_assert_eq!(&answers[0], &answers[1]);
            }};
        }
        for step in steps {
            let now = at(0) + gone;
            match step {
                Step::Begin { browser, workspace, seconds } => {
                    let expires_at = now + SignedDuration::from_secs(seconds);
                    let new = trip(&cast.browsers[browser], cast.workspaces[workspace], now);
                    let new = Trip { expires_at, ..new };
                    both!(state => state.begin(new.clone(), now));
                    cast.trips.push(new);
                }
                Step::BeginAgain { trip } => {
                    let again = cast.trip(trip);
                    both!(state => state.begin(again.clone(), now));
                }
                Step::Find { trip } => both!(state => state.find(&cast.trip(trip).id, now)),
                Step::Finish { trip } => both!(state => state.finish(&cast.trip(trip).id, now)),
                Step::Park { trip, bytes } => {
                    let (id, trip) = (parked_id(), cast.trip(trip).id);
                    let message = parked(&trip, "x".repeat(bytes));
                    both!(state => state.park(id.clone(), message.clone(), now));
                    cast.messages.push((id, trip));
                }
                Step::ParkAgain { message, trip } => {
                    let (id, _) = cast.message(message);
                    let message = parked(&cast.trip(trip).id, "again");
                    both!(state => state.park(id.clone(), message.clone(), now));
                }
                Step::Unpark { message } => {
                    both!(state => state.unpark(&cast.message(message).0, now));
                }
                Step::Stray { connection } => {
                    let number = u64::try_from(cast.strays.len()).unwrap();
                    let new = stray(cast.connections[connection], number, now);
                    both!(state => state.note_stray(new.clone(), now));
                    cast.strays.push(new);
                }
                Step::FindStray { stray } => {
                    let number = u64::try_from(stray % (cast.strays.len() + 1)).unwrap();
                    both!(state => state.find_stray(Reference::from_random(number), now));
                }
                Step::KeepSlip { browser, seconds } => {
                    let (id, body) = (slip_id(), cast.slips.len().to_string());
                    let expires_at = now + SignedDuration::from_secs(seconds);
                    let new = Slip { expires_at, ..slip(&cast.browsers[browser], &body, now) };
                    both!(state => state.keep_slip(id.clone(), new.clone(), now));
                    cast.slips.push((id, new));
                }
                Step::KeepSlipAgain { slip: number, browser } => {
                    let (id, _) = &cast.slips[number % cast.slips.len()];
                    let again = slip(&cast.browsers[browser], "again", now);
                    both!(state => state.keep_slip(id.clone(), again.clone(), now));
                }
                Step::FindSlip { slip } => {
                    let (id, _) = &cast.slips[slip % cast.slips.len()];
                    both!(state => state.find_slip(id, now));
                }
                Step::TakeSlip { slip } => {
                    let (id, _) = &cast.slips[slip % cast.slips.len()];
                    both!(state => state.take_slip(id, now));
                }
                Step::ExchangeSlip { slip: number, seen, browser } => {
                    let (id, mine) = &cast.slips[number % cast.slips.len()];
                    // Mostly what was put there.
                    let seen = match seen % 3 {
                        0 => &cast.slips[seen % cast.slips.len()].1,
                        _ => mine,
                    };
                    let next = slip(&cast.browsers[browser], "next", now);
                    both!(state => state.exchange_slip(id, seen, next.clone(), now));
                }
                Step::Attempt { keys } => {
                    let rule = |short| if short { SHORT } else { RULE };
                    let keys: Vec<_> = keys
                        .iter()
                        .map(|(number, short)| (key(&number.to_string()), rule(*short)))
                        .collect();
                    both!(state => state.attempt(&keys, now));
                }
                Step::Forgive { keys } => {
                    let keys: Vec<_> = keys.iter().map(|number| key(&number.to_string())).collect();
                    both!(state => state.forgive(&keys, now));
                }
                Step::Wait { milliseconds } => gone += SignedDuration::from_millis(milliseconds),
            }
        }
        beds[1].assert_every_key_expires();
        let now = at(0) + gone;
        for trip in &cast.trips {
            both!(state => state.find(&trip.id, now));
        }
        for id in &cast.connections {
            both!(state => state.strays(*id, now));
        }
        for number in 0..14 {
            both!(state => state.attempt(&[(key(&number.to_string()), RULE)], now));
        }
        for (id, _) in &cast.slips {
            both!(state => state.take_slip(id, now));
        }
        for (id, _) in &cast.messages {
            both!(state => state.unpark(id, now));
        }
    }
}
