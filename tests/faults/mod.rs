//! What is killed, emptied or frozen costs a fresh start and nothing else, and comes back by itself.

mod clients;
mod clock;
mod disk;
mod ending;
mod failover;
mod flood;
mod haproxy;
mod kill;

mod postgres;
mod redis;
mod soak;
