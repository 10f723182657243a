//! Redis Cluster: every operation keeps to one slot, and finds the node that has it.

use redis::Commands;
use vestibule_model::{Change, WorkspaceId};
use vestibule_state::{Limits, News, ShortLived};

use crate::bed::{Bed, PATIENCE, SMALL, at, browser, lonely_trip, parked, parked_id, trip};
use crate::server::{Server, free_port};
use crate::slips::{slip, slip_id};
use crate::throttle::{RULE, key};

fn start_node() -> Server {
    for _ in 0..5 {
        let bus = free_port().to_string();
        let options = ["--cluster-enabled", "yes", "--cluster-port", &bus];
        if let Some(node) = Server::start_on(free_port(), &options) {
            return node;
        }
    }
    panic!("no node of a cluster would start");
}

fn wait_until_ready(bed: &Bed, node: &Server, nodes: usize) {
    bed.until("the cluster is ready", async || {
        let mut raw = node.raw();
        let info: String = redis::cmd("CLUSTER").arg("INFO").query(&mut raw).unwrap();
        let knows = format!("cluster_known_nodes:{nodes}\r\n");
        (info.contains("cluster_state:ok") && info.contains(&knows)).then_some(())
    });
}

/// Every operation, often enough for each way through the scripts: what expired goes, and the oldest
/// of the browser and of the workspace make room.
fn use_everything(bed: &Bed, state: &dyn ShortLived) {
    let (mine, workspace) = (browser(), WorkspaceId::new(at(0)));
    for round in 0..10 {
        let now = at(round);
        let expired = at(round - 1_800);
        bed.wait(async {
            state.ping().await.unwrap();
            let (trip, id) = (trip(&mine, workspace, now), parked_id());
            for trip in [&lonely_trip(expired), &trip, &lonely_trip(now)] {
                state.begin(trip.clone(), now).await.unwrap();
            }
            assert_eq!(state.find(&trip.id, now).await, Ok(Some(trip.clone())));
            for id in [&parked_id(), &id] {
                let message = parked(&trip.id, "x".repeat(60));
                state.park(id.clone(), message, now).await.unwrap();
            }
            assert!(state.unpark(&id, now).await.unwrap().is_some());
            let id = slip_id();
            for id in [&slip_id(), &id] {
                let slip = slip(&mine, "{}", now);
                state.keep_slip(id.clone(), slip, now).await.unwrap();
            }
            let seen = state.find_slip(&id, now).await.unwrap().unwrap();
            let next = slip(&mine, "[]", now);
            assert_eq!(state.exchange_slip(&id, &seen, next, now).await, Ok(true));
            if round % 2 == 0 {
                assert!(state.take_slip(&id, now).await.unwrap().is_some());
            }
            let keys = [(key(&round.to_string()), RULE), (key("ada"), RULE)];
            state.attempt(&keys, now).await.unwrap();
            state.forgive(&[key("nobody")], now).await.unwrap();
            state.announce(&[Change::SigningKeys]).await.unwrap();
            if round % 2 == 0 {
                assert_eq!(state.finish(&trip.id, now).await, Ok(Some(trip)));
            }
        });
    }
}

#[test]
fn no_operation_crosses_slots() {
    let node = start_node();
    node.run(&["CLUSTER", "ADDSLOTSRANGE", "0", "16383"]);
    let bed = Bed::on(node.url());
    wait_until_ready(&bed, &node, 1);
    let limits = Limits {
        total: 1_000,
        ..SMALL
    };
    use_everything(&bed, &*bed.open(limits));
    assert!(!bed.keys().is_empty());
    let mut raw = node.raw();
    let slots: Vec<u16> = bed
        .keys()
        .iter()
        .map(|key| {
            redis::cmd("CLUSTER")
                .arg("KEYSLOT")
                .arg(key)
                .query(&mut raw)
                .unwrap()
        })
        .collect();
    assert!(slots.windows(2).all(|pair| pair[0] == pair[1]), "{slots:?}");
}

#[test]
fn any_node_of_a_cluster_will_do() {
    let nodes = [start_node(), start_node()];
    nodes[0].run(&["CLUSTER", "ADDSLOTSRANGE", "0", "8191"]);
    nodes[1].run(&["CLUSTER", "ADDSLOTSRANGE", "8192", "16383"]);
    let mut raw = nodes[0].raw();
    let bus: (String, String) = redis::cmd("CONFIG")
        .arg("GET")
        .arg("cluster-port")
        .query(&mut nodes[1].raw())
        .unwrap();
    redis::cmd("CLUSTER")
        .arg(&["MEET", "127.0.0.1", &nodes[1].port().to_string(), &bus.1])
        .exec(&mut raw)
        .unwrap();
    let limits = Limits {
        total: 1_000,
        ..SMALL
    };
    for node in &nodes {
        wait_until_ready(&Bed::on(node.url()), node, 2);
    }
    for node in &nodes {
        let bed = Bed::on(node.url());
        let state = bed.open(limits);
        use_everything(&bed, &*state);

        // News go to all nodes, wherever they are announced and heard.
        bed.wait(async {
            let mut news = state.listen();
            let first = tokio::time::timeout(PATIENCE, news.recv()).await.unwrap();
            assert_eq!(first, Some(News::MayHaveMissed));
            let changes = [Change::SigningKeys];
            state.announce(&changes).await.unwrap();
            let second = tokio::time::timeout(PATIENCE, news.recv()).await.unwrap();
            assert_eq!(second, Some(News::Changed(changes[0])));
        });
    }
    let kept = |node: &Server| node.raw().keys::<_, Vec<String>>("*").unwrap().len();
    let kept = nodes.each_ref().map(kept);
    assert!(kept.contains(&0), "all on one node: {kept:?}");
}
