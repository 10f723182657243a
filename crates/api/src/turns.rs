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

/// How many may wait in all: what a core does in about a second.
const WAITING: usize = 2_048;
/// How many of one lane: half of them, so that one lane alone never has all places.
const OF_A_LANE: usize = WAITING / 2;
/// How many lanes there are. Two who share one share its fate.
const LANES: u64 = 1_024;

/// The longest message that is worked on where it arrived, in bytes: made to cost, it takes two milliseconds
/// (docs/performance.md), and one as they are a tenth of that, which two hand-overs between threads take as well.
const SMALL: usize = 16 * 1024;

/// The turns of this process.
#[derive(Clone)]
pub(crate) struct Turns(Arc<Mutex<Queue>>);

/// The leave to use a core, until it is dropped.
pub(crate) struct Turn(Option<Turns>);

/// Who waits is told by getting their turn.
type Waiter = oneshot::Sender<Turn>;

struct Queue {
    free: usize,
    waiting: usize,
    most: usize,
    most_of_a_lane: usize,
    lanes: HashMap<u64, VecDeque<Waiter>>,
    /// The lanes in which somebody waits, the next one first.
    order: VecDeque<u64>,
}

impl Queue {
    /// Whoever is next.
    fn next(&mut self) -> Option<Waiter> {
        let lane = self.order.pop_front()?;
        let waiters = self.lanes.get_mut(&lane)?;
        let next = waiters.pop_front()?;
        self.waiting -= 1;
        if waiters.is_empty() {
            self.lanes.remove(&lane);
        } else {
            self.order.push_back(lane);
        }
        Some(next)
    }

    /// A place at the end of a lane; none where there is none left.
    fn wait(&mut self, lane: u64, admitted: bool) -> Option<oneshot::Receiver<Turn>> {
        let of_lane = self.lanes.get(&lane).map_or(0, VecDeque::len);
        if !admitted && (self.waiting >= self.most || of_lane >= self.most_of_a_lane) {
            return None;
        }
        if of_lane == 0 {
            self.order.push_back(lane);
        }
        let (waiter, turn) = oneshot::channel();
        self.lanes.entry(lane).or_default().push_back(waiter);
        self.waiting += 1;
        Some(turn)
    }
}

impl Turns {
    /// As many at a time as there are cores.
    pub(crate) fn of_this_machine() -> Self {
        let cores = available_parallelism().map_or(1, NonZeroUsize::get);
        Self::new(cores, WAITING, OF_A_LANE)
    }

    fn new(at_a_time: usize, most: usize, most_of_a_lane: usize) -> Self {
        Self(Arc::new(Mutex::new(Queue {
            free: at_a_time,
            waiting: 0,
            most,
            most_of_a_lane,
            lanes: HashMap::new(),
            order: VecDeque::new(),
        })))
    }

    /// Nothing under the lock can panic half way, so a poisoned lock guards a whole value.
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a turn in the lane of this name.
    ///
    /// # Errors
    /// `unavailable`, at once, where too many wait.
    pub(crate) async fn turn(&self, lane: &impl Hash) -> Result<Turn, Problem> {
        self.take(lane, false).await
    }

    /// The same for whoever has had a turn, for the next part of the same work: they are not sent away.
    ///
    /// # Errors
    /// [`Problem`] when the server ends.
    pub(crate) async fn another_turn(&self, lane: &impl Hash) -> Result<Turn, Problem> {
        self.take(lane, true).await
    }

    async fn take(&self, lane: &impl Hash, admitted: bool) -> Result<Turn, Problem> {
        let mut hasher = DefaultHasher::new();
        lane.hash(&mut hasher);
        let place = {
            let mut queue = self.lock();
            if queue.free > 0 {
                queue.free -= 1;
                return Ok(Turn(Some(self.clone())));
            }
            queue.wait(hasher.finish() % LANES, admitted)
        };
        let place = place.ok_or_else(|| {
            let detail = "more sign-ins arrive than this server can verify; nothing was changed: try \
                          again in a few seconds";
            Problem::new(ProblemType::Unavailable, detail)
        })?;
        place.await.map_err(Problem::internal)
    }

    /// Gives a turn that is over to whoever is next and still waits.
    fn pass_on(&self) {
        let mut queue = self.lock();
        while let Some(waiter) = queue.next() {
            match waiter.send(Turn(Some(self.clone()))) {
                Ok(()) => return,
                // They are gone, and this turn was not theirs to give back.
                Err(mut turn) => turn.0 = None,
            }
        }
        queue.free += 1;
    }
}

impl Turn {
    /// Works on a message of so many bytes; a large one off the threads that answer everybody else.
    ///
    /// # Errors
    /// [`Problem`] when the work panics, or the server ends.
    pub(crate) async fn work<T: Send + 'static>(
        self,
        bytes: usize,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let work = move || {
            let done = work();
            drop(self);
            done
        };
        if bytes > SMALL {
            return blocking(work).await;
        }
        // Whoever has something to do as well takes their place meanwhile, and the turns go round among them.
        yield_now().await;
        catch_unwind(AssertUnwindSafe(work)).map_err(|_panic| Problem::internal("it panicked"))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(turns) = self.0.take() {
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
            let turn = turns.turn(&lane).await;
            told.send(if turn.is_ok() { lane } else { "refused" })
                .unwrap();
        });
    }

    impl Turns {
        fn free_and_waiting(&self) -> (usize, usize) {
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
        let turns = Turns::new(1, 100, 100);
        let busy = turns.turn(&"x").await.unwrap();
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
        assert_eq!(turns.free_and_waiting(), (1, 0));
    }

    #[actix_web::test]
    async fn too_many_are_refused_at_once_and_of_one_lane_sooner() {
        let turns = Turns::new(1, 3, 2);
        let busy = turns.turn(&"x").await.unwrap();
        let (tell, told) = mpsc::channel();
        for lane in ["a", "a", "a", "b", "c"] {
            waits(&turns, lane, &tell);
        }
        settled().await;
        assert_eq!(told.try_iter().collect::<Vec<_>>(), ["refused", "refused"]);
        let refused = turns.turn(&"d").await.err().unwrap();
        assert_eq!(refused.kind, ProblemType::Unavailable);
        // Whoever has begun goes on.
        let (mine, again) = (turns.clone(), tell.clone());
        rt::spawn(async move {
            let turn = mine.another_turn(&"d").await;
            again
                .send(if turn.is_ok() { "d" } else { "refused" })
                .unwrap();
        });
        settled().await;
        drop(busy);
        settled().await;
        assert_eq!(told.try_iter().collect::<Vec<_>>(), ["a", "b", "d", "a"]);
    }

    #[actix_web::test]
    async fn who_has_gone_away_takes_nobody_s_turn() {
        let turns = Turns::new(1, 10, 10);
        let busy = turns.turn(&"x").await.unwrap();
        let of_one = turns.clone();
        let gone = rt::spawn(async move { of_one.turn(&"gone").await.map(drop) });
        settled().await;
        gone.abort();
        let (tell, told) = mpsc::channel();
        waits(&turns, "here", &tell);
        settled().await;
        drop(busy);
        settled().await;
        assert_eq!(told.try_iter().collect::<Vec<_>>(), ["here"]);
        assert_eq!(turns.free_and_waiting(), (1, 0));
    }
}
