//! The task that hears what other replicas announce.

use std::time::Duration;

use redis::{FromRedisValue, PushInfo, PushKind, Value};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::address::{Address, Addresses};
use crate::{News, StateError};

/// News that wait for the listener. Where it falls further behind, dropping all that it keeps costs
/// less than the list would.
const WAITING: usize = 1024;
/// How often a silent subscription is asked whether it still is one. With the second that the answer
/// may take, a dead one is noticed within two.
const PING: Duration = Duration::from_secs(1);
/// Between two subscriptions.
const PAUSE: Duration = Duration::from_millis(500);

/// Subscribes in the background, on the current runtime, until the receiver is dropped.
pub(crate) fn listen(addresses: Addresses, channel: String) -> mpsc::Receiver<News> {
    let (news, receiver) = mpsc::channel(WAITING);
    tokio::spawn(async move {
        let mut tries = 0_usize;
        loop {
            let address = addresses.at(tries);
            // A cluster and a primary pass messages on to all of theirs: any of them will do.
            tries = tries.wrapping_add(1);
            let round = async {
                // Why a subscription ended is what asking for anything else tells as well.
                let _ = subscribe(address, &channel, &news).await;
                tokio::time::sleep(PAUSE).await;
            };
            tokio::select! {
                () = round => {}
                () = news.closed() => return,
            }
        }
    });
    receiver
}

/// One subscription, to its end.
async fn subscribe(
    address: &Address,
    channel: &str,
    news: &mpsc::Sender<News>,
) -> Result<(), StateError> {
    let (pushes, mut heard) = mpsc::unbounded_channel();
    let mut connection = address.connect(pushes).await?;
    let subscribed = connection.subscribe(channel).await;
    subscribed.map_err(|error| address.explain(&error))?;

    let mut missed = true;
    let mut ping_at = Instant::now() + PING;
    loop {
        tokio::select! {
            // What was announced while there was no subscription, or while the listener was behind.
            room = news.reserve(), if missed => {
                let Ok(room) = room else { return Ok(()) };
                room.send(News::MayHaveMissed);
                missed = false;
            }
            push = heard.recv() => match push {
                None | Some(PushInfo { kind: PushKind::Disconnection, .. }) => return Ok(()),
                Some(push) => missed = missed || !pass_on(&push, news),
            },
            () = tokio::time::sleep_until(ping_at) => {
                let pong: Result<Value, _> = redis::cmd("PING").query_async(&mut connection).await;
                pong.map_err(|error| address.explain(&error))?;
                ping_at = Instant::now() + PING;
            }
        }
    }
}

/// Whether all that the message says could be passed on.
fn pass_on(push: &PushInfo, news: &mpsc::Sender<News>) -> bool {
    if push.kind != PushKind::Message {
        return true;
    }
    let text = push.data.get(1).map(String::from_redis_value_ref);
    let Some(Ok(text)) = text else { return false };
    text.split('\n').all(|line| {
        let change = line.parse().map(News::Changed);
        change.is_ok_and(|change| news.try_send(change).is_ok())
    })
}
