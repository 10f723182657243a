//! A bounded queue of work for the threads of a lane.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::StoreError;
use crate::numbers::{LaneNumbers, Waits};

/// Several hands put work in, several threads take it out, oldest first.
pub(crate) struct Queue<T> {
    state: Mutex<State<T>>,
    ready: Condvar,
    capacity: usize,
}

struct State<T> {
    /// Each with the moment since when it waits.
    waiting: VecDeque<(Instant, T)>,
    closed: bool,
    // Numbers for whoever watches; the lock is held anyway where they change.
    threads: usize,
    idle: usize,
    refused: u64,
    waits: Waits,
}

impl<T> State<T> {
    fn take(&mut self) -> Option<T> {
        let (since, work) = self.waiting.pop_front()?;
        self.waits.note(since.elapsed());
        Some(work)
    }
}

impl<T> Queue<T> {
    pub(crate) fn new(capacity: usize) -> Self {
        let state = State {
            waiting: VecDeque::new(),
            closed: false,
            threads: 0,
            idle: 0,
            refused: 0,
            waits: Waits::default(),
        };
        Self {
            state: Mutex::new(state),
            ready: Condvar::new(),
            capacity,
        }
    }

    // Nothing under the lock can panic, so a poisoned lock guards a whole state all the same.
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts work in, never waiting for room.
    pub(crate) fn push(&self, work: T) -> Result<(), StoreError> {
        let mut state = self.lock();
        if state.closed {
            return Err(StoreError::Stopped);
        }
        if state.waiting.len() >= self.capacity {
            state.refused = state.refused.saturating_add(1);
            return Err(StoreError::Overloaded);
        }
        state.waiting.push_back((Instant::now(), work));
        drop(state);
        self.ready.notify_one();
        Ok(())
    }

    /// Takes the oldest, waiting for one; none when the queue is closed and empty.
    pub(crate) fn pop(&self) -> Option<T> {
        let mut state = self.lock();
        loop {
            if let Some(work) = state.take() {
                return Some(work);
            }
            if state.closed {
                return None;
            }
            state.idle += 1;
            state = self
                .ready
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
            state.idle = state.idle.saturating_sub(1);
        }
    }

    /// Takes the oldest if there is one.
    pub(crate) fn try_pop(&self) -> Option<T> {
        self.lock().take()
    }

    /// One thread more takes work out from now on.
    pub(crate) fn enlist(&self) {
        self.lock().threads += 1;
    }

    /// How it fares at this moment.
    pub(crate) fn numbers(&self, lane: &'static str) -> LaneNumbers {
        let state = self.lock();
        LaneNumbers {
            lane,
            threads: state.threads,
            busy: state.threads.saturating_sub(state.idle),
            waiting: state.waiting.len(),
            capacity: self.capacity,
            refused: state.refused,
            waits: state.waits,
        }
    }

    /// Takes nothing more in; what waits is still done.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.ready.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_queue_refuses_and_a_closed_one_is_emptied_first() {
        let queue = Queue::new(2);
        queue.push(1).unwrap();
        queue.push(2).unwrap();
        assert_eq!(queue.push(3), Err(StoreError::Overloaded));
        assert_eq!(queue.pop(), Some(1));
        queue.close();
        assert_eq!(queue.push(4), Err(StoreError::Stopped));
        assert_eq!(
            (queue.pop(), queue.pop(), queue.try_pop()),
            (Some(2), None, None)
        );
        let numbers = queue.numbers("write");
        assert_eq!((numbers.refused, numbers.waits.count), (1, 2));
        assert_eq!((numbers.waiting, numbers.capacity), (0, 2));
    }

    #[test]
    fn whoever_waits_for_work_is_not_busy() {
        let queue = std::sync::Arc::new(Queue::new(2));
        queue.enlist();
        assert_eq!(queue.numbers("read").busy, 1);
        let taker = std::sync::Arc::clone(&queue);
        let thread = std::thread::spawn(move || taker.pop());
        while queue.numbers("read").busy > 0 {
            std::thread::yield_now();
        }
        queue.push(1).unwrap();
        assert_eq!(thread.join().unwrap(), Some(1));
        assert_eq!(queue.numbers("read").busy, 1);
    }
}
