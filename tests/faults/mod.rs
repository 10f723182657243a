//! What is killed, emptied or frozen costs a fresh start and nothing else, and comes back by itself.

mod kill;

mod postgres;
mod redis;
