//! Whose turn it is for work that takes a core: as many at a time as there are cores, and of those who wait
//! one of each lane after the other. Whoever floods a lane waits behind their own flood, and nobody waits
//! long: what is more than can be done soon is refused at once.

use std::{
    collections::{HashMap, VecDeque},
    hash::{DefaultHasher, Hash, Hasher as _},
    num::NonZeroUsize,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::available_parallelism,
};

use tokio::{sync::oneshot, task::yield_now};

use crate::{
    blocking::blocking,
    problem::{Problem, ProblemType},
};

/// How many messages may wait in all: what a core does in about a second.
const WAITING: usize = 2_048;
/// How many bytes of messages: what a message takes grows with its size, and all of them are kept in memory.
const WAITING_BYTES: usize = 64 << 20;
/// How many lanes there are. Two who share one share its fate.
const LANES: u64 = 1_024;

/// The longest message that is worked on where it arrived, in bytes: made to cost, it takes two milliseconds
/// (docs/performance.md), and one as they are a tenth of that, which two hand-overs between threads take as well.
const SMALL: usize = 16 * 1024;

/// The turns of this process.
#[derive(Clone)]
pub(crate) struct Turns(Arc<Mutex<Queue>>);

/// The leave to use a core for a message of so many bytes, until it is dropped.
pub(crate) struct Turn {
    of: Option<Turns>,
    bytes: usize,
}

/// Who waits, with a message of so many bytes, is told by getting their turn.
struct Waiter {
    turn: oneshot::Sender<Turn>,
    bytes: usize,
}

/// How many messages, and of how many bytes together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Load {
    messages: usize,
    bytes: usize,
}

impl Load {
    const fn with(self, bytes: usize) -> Self {
        Self {
            messages: self.messages + 1,
            bytes: self.bytes + bytes,
        }
    }

    const fn without(self, bytes: usize) -> Self {
        Self {
            messages: self.messages.saturating_sub(1),
            bytes: self.bytes.saturating_sub(bytes),
        }
    }

    const fn half(self) -> Self {
        Self {
            messages: self.messages / 2,
            bytes: self.bytes / 2,
        }
    }

    const fn is_within(self, most: Self) -> bool {
        self.messages <= most.messages && self.bytes <= most.bytes
    }
}

#[derive(Default)]
struct Lane {
    waiters: VecDeque<Waiter>,
    load: Load,
}

struct Queue {
    free: usize,
    waiting: Load,
    most: Load,
    refused: u64,
    lanes: HashMap<u64, Lane>,
    /// The lanes in which somebody waits, the next one first.
    order: VecDeque<u64>,
}

impl Queue {
    /// Whoever is next.
    fn next(&mut self) -> Option<Waiter> {
        let name = self.order.pop_front()?;
        let lane = self.lanes.get_mut(&name)?;
        let next = lane.waiters.pop_front()?;
        self.waiting = self.waiting.without(next.bytes);
        lane.load = lane.load.without(next.bytes);
        if lane.waiters.is_empty() {
            self.lanes.remove(&name);
        } else {
            self.order.push_back(name);
        }
        Some(next)
    }

    /// A place at the end of a lane; none where there is none left. Half of them are the most of one lane, so
    /// that it alone never has all.
    fn wait(&mut self, name: u64, bytes: usize, admitted: bool) -> Option<oneshot::Receiver<Turn>> {
        let of_lane = self.lanes.get(&name).map(|lane| lane.load);
        let (all, of_lane) = (
            self.waiting.with(bytes),
            of_lane.unwrap_or_default().with(bytes),
        );
        let has_room = all.is_within(self.most) && of_lane.is_within(self.most.half());
        if !has_room && !admitted {
            self.refused = self.refused.saturating_add(1);
            return None;
        }
        let (turn, promised) = oneshot::channel();
        let lane = self.lanes.entry(name).or_default();
        if lane.waiters.is_empty() {
            self.order.push_back(name);
        }
        lane.waiters.push_back(Waiter { turn, bytes });
        lane.load = of_lane;
        self.waiting = all;
        Some(promised)
    }
}

impl Turns {
    /// As many at a time as there are cores.
    pub(crate) fn of_this_machine() -> Self {
        let cores = available_parallelism().map_or(1, NonZeroUsize::get);
        let most = Load {
            messages: WAITING,
            bytes: WAITING_BYTES,
        };
        Self::new(cores, most)
    }

    fn new(at_a_time: usize, most: Load) -> Self {
        Self(Arc::new(Mutex::new(Queue {
            free: at_a_time,
            waiting: Load::default(),
            most,
            refused: 0,
            lanes: HashMap::new(),
            order: VecDeque::new(),
        })))
    }

    /// How many wait at this moment, and how many were sent away until now.
    pub(crate) fn numbers(&self) -> (usize, u64) {
        let queue = self.lock();
        (queue.waiting.messages, queue.refused)
    }

    /// Nothing under the lock can panic half way, so a poisoned lock guards a whole value.
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a turn in the lane of this name, for a message of so many bytes.
    ///
    /// # Errors
    /// `unavailable`, at once, where too many wait.
    pub(crate) async fn turn(&self, lane: &impl Hash, bytes: usize) -> Result<Turn, Problem> {
        self.take(lane, bytes, false).await
    }

    /// The same for whoever has had a turn, for the next part of the same work: they are not sent away.
    ///
    /// # Errors
    /// [`Problem`] when the server ends.
    pub(crate) async fn another_turn(
        &self,
        lane: &impl Hash,
        bytes: usize,
    ) -> Result<Turn, Problem> {
        self.take(lane, bytes, true).await
    }

    async fn take(&self, lane: &impl Hash, bytes: usize, admitted: bool) -> Result<Turn, Problem> {
        let mut hasher = DefaultHasher::new();
        lane.hash(&mut hasher);
        let place = {
            let mut queue = self.lock();
            if queue.free > 0 {
                queue.free -= 1;
                return Ok(self.of(bytes));
            }
            queue.wait(hasher.finish() % LANES, bytes, admitted)
        };
        let place = place.ok_or_else(|| {
            let detail = "more sign-ins arrive than this server can verify; nothing was changed: try \
                          again in a few seconds";
            Problem::new(ProblemType::Unavailable, detail)
        })?;
        place.await.map_err(Problem::internal)
    }

    fn of(&self, bytes: usize) -> Turn {
        Turn {
            of: Some(self.clone()),
            bytes,
        }
    }

    /// Gives a turn that is over to whoever is next and still waits.
    fn pass_on(&self) {
        let mut queue = self.lock();
        while let Some(next) = queue.next() {
            match next.turn.send(self.of(next.bytes)) {
                Ok(()) => return,
                // They are gone, and this turn was not theirs to give back.
                Err(mut turn) => turn.of = None,
            }
        }
        queue.free += 1;
    }
}

impl Turn {
    /// Works on the message; on a large one off the threads that answer everybody else.
    ///
    /// # Errors
    /// [`Problem`] when the work panics, or the server ends.
    pub(crate) async fn work<T: Send + 'static>(
        self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let is_small = self.bytes <= SMALL;
        let work = move || {
            let done = work();
            drop(self);
            done
        };
        if !is_small {
            return blocking(work).await;
        }
        // Whoever has something to do as well takes their place meanwhile, and the turns go round among them.
        yield_now().await;
        catch_unwind(AssertUnwindSafe(work)).map_err(|_panic| Problem::internal("it panicked"))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(turns) = self.of.take() {
            turns.pass_on();
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::rt;
    use std::sync::mpsc;

    use super::*;

    /// Waits in this lane, says so when it has its turn, and gives it back at once.
    fn waits(turns: &Turns, lane: &'static str, told: &mpsc::Sender<&'static str>) {
        let (turns, told) = (turns.clone(), told.clone());
        rt::spawn(async move {
            let turn = turns.turn(&lane, 10).await;
            told.send(if turn.is_ok() { lane } else { "refused" })
                .unwrap();
        });
    }

    impl Turns {
        fn one_at_a_time(messages: usize, bytes: usize) -> Self {
            Self::new(1, Load { messages, bytes })
        }

        fn free_and_waiting(&self) -> (usize, Load) {
            let queue = self.lock();
            (queue.free, queue.waiting)
        }
    }

    async fn settled() {
        for _ in 0..50 {
            rt::task::yield_now().await;
        }
    }

    #[actix_web::test]
    async fn each_lane_has_its_turn_however_long_another_one_is() {
        let turns = Turns::one_at_a_time(100, 10_000);
        let busy = turns.turn(&"x", 10).await.unwrap();
        let (tell, told) = mpsc::channel();
        for lane in ["flood", "flood", "flood", "flood", "quiet"] {
            waits(&turns, lane, &tell);
        }
        settled().await;
        assert!(told.try_recv().is_err(), "nobody has a turn yet");
        drop(busy);
        settled().await;
        let order: Vec<_> = told.try_iter().collect();
        assert_eq!(order, ["flood", "quiet", "flood", "flood", "flood"]);
        assert_eq!(turns.free_and_waiting(), (1, Load::default()));
    }

    #[actix_web::test]
    async fn too_many_are_refused_at_once_and_of_one_lane_sooner() {
        // By how many they are, and by how many bytes: each message has ten.
        for turns in [
            Turns::one_at_a_time(4, 10_000),
            Turns::one_at_a_time(100, 40),
        ] {
            let busy = turns.turn(&"x", 10).await.unwrap();
            let (tell, told) = mpsc::channel();
            for lane in ["a", "a", "a", "b", "c", "d"] {
                waits(&turns, lane, &tell);
            }
            settled().await;
            assert_eq!(told.try_iter().collect::<Vec<_>>(), ["refused", "refused"]);
            assert_eq!(turns.numbers(), (4, 2));
            let refused = turns.turn(&"e", 10).await.err().unwrap();
            assert_eq!(refused.kind, ProblemType::Unavailable);
            // Whoever has begun goes on.
            let (mine, again) = (turns.clone(), tell.clone());
            rt::spawn(async move {
                let turn = mine.another_turn(&"e", 10).await;
                again
                    .send(if turn.is_ok() { "e" } else { "refused" })
                    .unwrap();
            });
            settled().await;
            drop(busy);
            settled().await;
            assert_eq!(
                told.try_iter().collect::<Vec<_>>(),
                ["a", "b", "c", "e", "a"]
            );
            assert_eq!(turns.numbers(), (0, 3));
        }
    }

    #[actix_web::test]
    async fn work_that_panics_gives_its_turn_back() {
        for bytes in [SMALL, SMALL + 1] {
            let turns = Turns::one_at_a_time(1, 1);
            let turn = turns.turn(&"x", bytes).await.unwrap();
            let failed = turn.work(|| panic!("as it may")).await;
            assert_eq!(failed.err().unwrap().kind, ProblemType::Internal);
            let done = turns.turn(&"x", bytes).await.unwrap().work(|| 7).await;
            assert_eq!(done.ok(), Some(7));
            assert_eq!(turns.free_and_waiting(), (1, Load::default()));
        }
    }

    #[actix_web::test]
    async fn who_has_gone_away_takes_nobody_s_turn() {
        let turns = Turns::one_at_a_time(10, 1_000);
        let busy = turns.turn(&"x", 10).await.unwrap();
        let of_one = turns.clone();
        let gone = rt::spawn(async move { of_one.turn(&"gone", 10).await.map(drop) });
        settled().await;
        gone.abort();
        let (tell, told) = mpsc::channel();
        waits(&turns, "here", &tell);
        settled().await;
        drop(busy);
        settled().await;
        assert_eq!(told.try_iter().collect::<Vec<_>>(), ["here"]);
        assert_eq!(turns.free_and_waiting(), (1, Load::default()));
    }
}
