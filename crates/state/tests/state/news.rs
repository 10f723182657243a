//! What replicas tell each other.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::mpsc::Receiver;
use vestibule_model::{Change, ClientId, ConnectionId, WorkspaceId};
use vestibule_state::{InProcess, News, ShortLived};

use crate::bed::{Bed, PATIENCE, SMALL};
use crate::server::Server;

async fn next(news: &mut Receiver<News>) -> News {
    let next = tokio::time::timeout(PATIENCE, news.recv()).await;
    next.expect("news in time").expect("the listener goes on")
}

fn changes() -> [Change; 4] {
    let now = Timestamp::UNIX_EPOCH;
    [
        Change::Workspace(WorkspaceId::new(now)),
        Change::Connection(ConnectionId::new(now)),
        Change::Client(ClientId::new(now)),
        Change::SigningKeys,
    ]
}

fn subscribers(bed: &Bed) -> u64 {
    let mut command = redis::cmd("PUBSUB");
    command.arg("NUMSUB").arg(bed.key("news"));
    let (_, count): (String, u64) = command.query(&mut bed.raw()).unwrap();
    count
}

#[test]
fn what_one_replica_announces_every_replica_hears() {
    let bed = Bed::in_redis();
    let states = [0, 1].map(|_| bed.open(SMALL));
    bed.wait(async {
        let mut heard = states.each_ref().map(|state| state.listen());
        for news in &mut heard {
            assert_eq!(next(news).await, News::MayHaveMissed);
        }
        let changes = changes();
        states[0].announce(&[]).await.unwrap();
        states[0].announce(&changes).await.unwrap();
        for news in &mut heard {
            for change in changes {
                assert_eq!(next(news).await, News::Changed(change));
            }
        }
    });
}

#[test]
fn a_message_that_cannot_be_read_may_have_been_anything() {
    let bed = Bed::in_redis();
    let state = bed.open(SMALL);
    bed.wait(async {
        let mut news = state.listen();
        assert_eq!(next(&mut news).await, News::MayHaveMissed);
        for message in ["", "nonsense", "signing_keys\nmem_1"] {
            let mut publish = redis::cmd("PUBLISH");
            publish.arg(bed.key("news")).arg(message);
            publish.exec(&mut bed.raw()).unwrap();
            while next(&mut news).await != News::MayHaveMissed {}
        }
        let changes = changes();
        state.announce(&changes).await.unwrap();
        assert_eq!(next(&mut news).await, News::Changed(changes[0]));
    });
}

#[test]
fn a_listener_that_falls_behind_is_told_that_it_did() {
    let bed = Bed::in_redis();
    let state = bed.open(SMALL);
    bed.wait(async {
        let mut news = state.listen();
        assert_eq!(next(&mut news).await, News::MayHaveMissed);
        state
            .announce(&vec![Change::SigningKeys; 5_000])
            .await
            .unwrap();
        let mut changed = 0;
        while next(&mut news).await != News::MayHaveMissed {
            changed += 1;
        }
        assert!(changed < 5_000, "{changed}");
        let changes = changes();
        state.announce(&changes[..1]).await.unwrap();
        while next(&mut news).await != News::Changed(changes[0]) {}
    });
}

#[test]
fn after_a_restart_of_the_server_it_listens_again_and_says_that_it_may_have_missed_something() {
    let mut server = Server::start(&[]);
    let bed = Bed::on(server.url());
    let state = bed.open(SMALL);
    let mut news = bed.runtime().block_on(async { state.listen() });
    assert_eq!(bed.wait(next(&mut news)), News::MayHaveMissed);
    server.kill();
    server.restart();
    assert_eq!(bed.wait(next(&mut news)), News::MayHaveMissed);
    let changes = changes();
    bed.until("announced", async || state.announce(&changes).await.ok());
    assert_eq!(bed.wait(next(&mut news)), News::Changed(changes[0]));
}

#[test]
fn a_subscription_that_froze_is_given_up() {
    let server = Server::start(&[]);
    let bed = Bed::on(server.url());
    let state = bed.open(SMALL);
    let mut news = bed.runtime().block_on(async { state.listen() });
    assert_eq!(bed.wait(next(&mut news)), News::MayHaveMissed);
    server.freeze();
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(5) {
        bed.wait(state.ping()).unwrap_err();
    }
    server.thaw();
    assert_eq!(bed.wait(next(&mut news)), News::MayHaveMissed);
}

#[test]
fn a_listener_started_during_an_outage_hears_once_it_is_over() {
    let mut server = Server::start(&[]);
    let bed = Bed::on(server.url());
    let state = bed.open(SMALL);
    server.kill();
    let mut news = bed.runtime().block_on(async { state.listen() });
    bed.wait(state.ping()).unwrap_err();
    server.restart();
    assert_eq!(bed.wait(next(&mut news)), News::MayHaveMissed);
}

#[test]
fn nobody_listens_once_the_receiver_is_gone() {
    let bed = Bed::in_redis();
    let state = bed.open(SMALL);
    let mut news = bed.runtime().block_on(async { state.listen() });
    assert_eq!(bed.wait(next(&mut news)), News::MayHaveMissed);
    assert_eq!(subscribers(&bed), 1);
    drop(news);
    bed.until("unsubscribed", async || {
        (subscribers(&bed) == 0).then_some(())
    });
}

#[test]
fn in_process_there_is_nobody_else() {
    let bed = Bed::in_process();
    let state = InProcess::new(SMALL);
    assert_eq!(bed.wait(state.ping()), Ok(()));
    assert_eq!(bed.wait(state.announce(&changes())), Ok(()));
    assert_eq!(bed.wait(state.listen().recv()), None);
}
