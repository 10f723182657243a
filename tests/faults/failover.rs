//! Postgres and Redis of several servers: one that takes writes ends, another one takes over, and sign-ins go
//! on there without anybody's help.

use std::{
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;
use vestibule_test_idp::{Style, Twist};

use crate::support::{
    browser::Browser,
    database::{Database, Engine},
    nginx::free_port,
    postgres::PostgresServer,
    process::{Signal, signal},
    server::Server,
    within,
    world::{World, ada},
};

/// How long it may take until somebody can sign in again, beyond what the servers themselves take.
const BACK_WITHIN: Duration = Duration::from_secs(10);

/// Redis servers of one test, gone when it ends.
struct Servers {
    folder: TempDir,
    running: Vec<(u16, Child)>,
}

impl Servers {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
            running: Vec::new(),
        }
    }

    /// Starts one more with these lines in its configuration.
    fn start(&mut self, lines: &str) -> u16 {
        self.start_as(&[], lines)
    }

    fn start_as(&mut self, arguments: &[&str], lines: &str) -> u16 {
        let port = low_port();
        let folder = self.folder.path().join(port.to_string());
        std::fs::create_dir(&folder).expect("a folder");
        let file = folder.join("redis.conf");
        let usual = format!(
            "port {port}\nbind 127.0.0.1\ndir {}\n{lines}\n",
            folder.display()
        );
        std::fs::write(&file, usual).expect("the configuration");
        let child = Command::new("redis-server")
            .arg(&file)
            .args(arguments)
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server runs; `make test` installs it");
        self.running.push((port, child));
        within(Duration::from_secs(10), "Redis answers", || {
            ask(port, &["PING"]).trim() == "PONG"
        });
        port
    }

    fn kill(&mut self, port: u16) {
        let found = self.running.iter_mut().find(|(own, _)| *own == port);
        let (_, child) = found.expect("a running server");
        signal(child.id(), Signal::KILL);
        child.wait().expect("its status");
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        for (_, child) in &mut self.running {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// A port whose number leaves room for the port of a cluster's bus, which is 10 000 more.
fn low_port() -> u16 {
    loop {
        let port = free_port();
        let port = 20_000 + port % 30_000;
        if std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// What a server answers, as redis-cli prints it.
fn ask(port: u16, command: &[&str]) -> String {
    let output = Command::new("redis-cli")
        .args(["-p", &port.to_string()])
        .args(command)
        .output()
        .expect("redis-cli runs");
    String::from_utf8_lossy(&output.stdout).into_owned()
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
    let mut servers = Servers::new();
    let primary = servers.start("save \"\"");
    let replica = servers.start(&format!("save \"\"\nreplicaof 127.0.0.1 {primary}"));
    let watch = format!(
        "sentinel monitor vestibule 127.0.0.1 {primary} 1\nsentinel down-after-milliseconds vestibule 500\n\
         sentinel failover-timeout vestibule 3000"
    );
    let sentinel = servers.start_as(&["--sentinel"], &watch);
    within(
        Duration::from_secs(10),
        "Sentinel knows the replica",
        || ask(sentinel, &["SENTINEL", "replicas", "vestibule"]).contains(&replica.to_string()),
    );
    // In whatever order: the one that takes writes is found.
    let world = world_on(&format!("redis://127.0.0.1:{replica},127.0.0.1:{primary}"));
    assert!(signs_in(&world));

    servers.kill(primary);
    within(
        Duration::from_secs(20),
        "Sentinel has made the replica the primary",
        || ask(replica, &["ROLE"]).starts_with("master"),
    );
    comes_back(&world, "after Sentinel");
}

#[test]
fn a_cluster_loses_the_node_that_keeps_our_keys() {
    let mut servers = Servers::new();
    let cluster =
        "save \"\"\ncluster-enabled yes\ncluster-config-file nodes.conf\ncluster-node-timeout 1000";
    let ports: Vec<_> = (0..6).map(|_| servers.start(cluster)).collect();
    let nodes: Vec<_> = ports
        .iter()
        .map(|port| format!("127.0.0.1:{port}"))
        .collect();
    let made = Command::new("redis-cli")
        .args(["--cluster", "create"])
        .args(&nodes)
        .args(["--cluster-replicas", "1", "--cluster-yes"])
        .output()
        .expect("redis-cli runs");
    assert!(made.status.success(), "{made:?}");
    within(Duration::from_secs(20), "the cluster is up", || {
        ports
            .iter()
            .all(|port| ask(*port, &["CLUSTER", "INFO"]).contains("cluster_state:ok"))
    });
    let world = world_on(&format!("redis://{}", nodes.join(",")));
    assert!(signs_in(&world));

    // Somebody is on their way: whoever has keys at all has ours.
    Browser::default().get(&world.authorize_url()).expect(302);
    let keeps = ports.iter().find(|port| {
        let is_primary = ask(**port, &["ROLE"]).starts_with("master");
        is_primary && ask(**port, &["DBSIZE"]).trim() != "0"
    });
    servers.kill(*keeps.expect("somebody keeps our keys"));
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
