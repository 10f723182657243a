//! Postgres and Redis of several servers: one that takes writes ends, another one takes over, and sign-ins go
//! on there without anybody's help.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use vestibule_test_idp::{Style, Twist};

use crate::support::{
    browser::Browser,
    database::{Database, Engine},
    postgres::PostgresServer,
    redis::RedisServer,
    server::Server,
    within,
    world::{World, ada},
};

/// How long it may take until somebody can sign in again, beyond what the servers themselves take.
const BACK_WITHIN: Duration = Duration::from_secs(10);

fn is_primary(server: &RedisServer) -> bool {
    server.ask(&["ROLE"]).starts_with("master")
}

fn signs_in(world: &World) -> bool {
    world.sign_in(&ada(), &Twist::default()).status == 303
}

/// A sign-in that may end at any of its steps while somebody takes over.
fn tries_to_sign_in(world: &World) -> bool {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| signs_in(world))).unwrap_or(false)
}

fn comes_back(world: &World, what: &str) {
    let begun = Instant::now();
    within(BACK_WITHIN, what, || tries_to_sign_in(world));
    println!(
        "{what}: somebody has signed in {} ms later",
        begun.elapsed().as_millis()
    );
}

fn world_on(redis: &str) -> World {
    let settings = [("VESTIBULE_REDIS_URL", redis)];
    World::on(Server::with(Engine::Postgres, &settings), Style::Okta).go_live()
}

#[test]
fn sentinel_makes_a_replica_the_primary() {
    let mut primary = RedisServer::start();
    let follow = format!("replicaof 127.0.0.1 {}", primary.port());
    let replica = RedisServer::configured(&follow, &[]);
    let watch = format!(
        "sentinel monitor vestibule 127.0.0.1 {} 1\nsentinel down-after-milliseconds vestibule 500\n\
         sentinel failover-timeout vestibule 3000",
        primary.port()
    );
    let sentinel = RedisServer::configured(&watch, &["--sentinel"]);
    let known = replica.port().to_string();
    within(
        Duration::from_secs(10),
        "Sentinel knows the replica",
        || {
            sentinel
                .ask(&["SENTINEL", "replicas", "vestibule"])
                .contains(&known)
        },
    );
    // In whatever order: the one that takes writes is found.
    let world = world_on(&format!(
        "redis://127.0.0.1:{},127.0.0.1:{}",
        replica.port(),
        primary.port()
    ));
    assert!(signs_in(&world));

    primary.kill();
    within(
        Duration::from_secs(20),
        "Sentinel has made the replica the primary",
        || is_primary(&replica),
    );
    comes_back(&world, "after Sentinel");
}

#[test]
fn a_cluster_loses_the_node_that_keeps_our_keys() {
    let cluster = "cluster-enabled yes\ncluster-config-file nodes.conf\ncluster-node-timeout 1000";
    let mut servers: Vec<_> = (0..6)
        .map(|_| RedisServer::configured(cluster, &[]))
        .collect();
    let nodes: Vec<_> = servers
        .iter()
        .map(|server| format!("127.0.0.1:{}", server.port()))
        .collect();
    let made = Command::new("redis-cli")
        .args(["--cluster", "create"])
        .args(&nodes)
        .args(["--cluster-replicas", "1", "--cluster-yes"])
        .output()
        .expect("redis-cli runs");
    assert!(made.status.success(), "{made:?}");
    within(Duration::from_secs(20), "the cluster is up", || {
        servers.iter().all(|server| {
            server
                .ask(&["CLUSTER", "INFO"])
                .contains("cluster_state:ok")
        })
    });
    // One that has not had everything yet takes nobody's place.
    within(
        Duration::from_secs(30),
        "each replica has what its primary has",
        || {
            servers.iter().all(|server| {
                is_primary(server)
                    || server
                        .ask(&["INFO", "replication"])
                        .contains("master_link_status:up")
            })
        },
    );
    let world = world_on(&format!("redis://{}", nodes.join(",")));
    assert!(signs_in(&world));

    // Somebody is on their way: whoever has keys at all has ours.
    Browser::default().get(&world.authorize_url()).expect(302);
    let keeps = servers
        .iter_mut()
        .find(|server| is_primary(server) && server.ask(&["DBSIZE"]).trim() != "0");
    keeps.expect("somebody keeps our keys").kill();
    comes_back(&world, "after the node of the cluster");
}

#[test]
fn a_standby_becomes_the_primary() {
    let primary = PostgresServer::start();
    let standby = primary.standby();
    let hosts = |url: &str| {
        url.split('@')
            .nth(1)
            .expect("a host")
            .replace("/postgres", "")
    };
    let url = format!(
        "postgres://postgres@{},{}/postgres?target_session_attrs=read-write",
        hosts(&standby.url()),
        hosts(&primary.url())
    );
    let world = World::on(Server::on(Database::at(url), 1, &[]), Style::Okta).go_live();
    assert!(signs_in(&world));
    let kept = world.people().len();

    primary.kill();
    standby.promote();
    comes_back(&world, "after the standby");
    assert_eq!(world.people().len(), kept, "whoever was there is there");
}
