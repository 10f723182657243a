//! A receiver of webhooks of the test's own: it keeps what comes, and answers as it is told.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{
    database::Engine,
    http::Api,
    server::Server,
    within,
    world::{World, text},
};

/// An event as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(given, _)| given == name);
        &found.unwrap_or_else(|| panic!("no {name}: {self:?}")).1
    }

    pub(crate) fn id(&self) -> &str {
        self.header("webhook-id")
    }

    pub(crate) fn event(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    pub(crate) fn kind(&self) -> String {
        text(&self.event(), "/type")
    }

    /// Whether one of the signatures is by this secret: by the specification, with RFC 2104 written out.
    pub(crate) fn is_signed_by(&self, secret: &str) -> bool {
        let key = secret.strip_prefix("whsec_").expect("a secret");
        let key = STANDARD.decode(key).expect("base64");
        let signed = format!(
            "{}.{}.{}",
            self.id(),
            self.header("webhook-timestamp"),
            self.body
        );
        let expected = format!(
            "v1,{}",
            STANDARD.encode(hmac_sha256(&key, signed.as_bytes()))
        );
        let given = self.header("webhook-signature");
        given.split(' ').any(|signature| signature == expected)
    }
}

fn hmac_sha256(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut block = [0_u8; 64];
    block[..key.len()].copy_from_slice(key);
    let pad = |with: u8| block.map(|byte| byte ^ with);
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(text);
    let outer = Sha256::new().chain_update(pad(0x5c));
    outer.chain_update(inner.finalize()).finalize().to_vec()
}

/// How a receiver answers.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    Status(u16),
    /// Elsewhere.
    Redirect(String),
    /// The connection is closed without a word.
    BreakOff,
    /// Nothing, for so long.
    Hang(Duration),
    /// 200, and a body without end.
    Flood,
}

type Answering = Box<dyn Fn(&Received) -> Reply + Send>;

/// Listens until it is dropped.
pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
    answering: Arc<Mutex<Answering>>,
    closed: Arc<AtomicBool>,
}

impl Receiver {
    /// Takes everything.
    pub(crate) fn open() -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").expect("a port"))
    }

    /// At an address where one was before.
    pub(crate) fn at(address: SocketAddr) -> Self {
        let mut listener = None;
        within(Duration::from_secs(5), "the port is free", || {
            listener = TcpListener::bind(address).ok();
            listener.is_some()
        });
        Self::on(listener.expect("a listener"))
    }

    fn on(listener: TcpListener) -> Self {
        let taken: Answering = Box::new(|_| Reply::Status(204));
        let receiver = Self {
            address: listener.local_addr().expect("its address"),
            received: Arc::default(),
            answering: Arc::new(Mutex::new(taken)),
            closed: Arc::default(),
        };
        let received = Arc::clone(&receiver.received);
        let answering = Arc::clone(&receiver.answering);
        let closed = Arc::clone(&receiver.closed);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if closed.load(Ordering::Relaxed) {
                    break;
                }
                let (received, answering) = (Arc::clone(&received), Arc::clone(&answering));
                // Whoever came may go.
                thread::spawn(move || talk(stream, &received, &answering));
            }
        });
        receiver
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/hooks", self.address)
    }

    /// Answers like this from now on.
    pub(crate) fn answer(&self, answering: impl Fn(&Received) -> Reply + Send + 'static) {
        *self.answering.lock().expect("how it answers") = Box::new(answering);
    }

    /// Everything that came, also what was not taken.
    pub(crate) fn all(&self) -> Vec<Received> {
        self.received.lock().expect("what came").clone()
    }

    /// Everything that came, once it is so much.
    #[track_caller]
    pub(crate) fn wait_for(&self, count: usize) -> Vec<Received> {
        within(Duration::from_secs(10), "webhooks arrive", || {
            self.all().len() >= count
        });
        self.all()
    }

    /// The types of what came, once it is so much, and not more.
    #[track_caller]
    pub(crate) fn kinds(&self, count: usize) -> Vec<String> {
        let all = self.wait_for(count);
        let kinds: Vec<_> = all.iter().map(Received::kind).collect();
        assert_eq!(kinds.len(), count, "{kinds:?}");
        kinds
    }

    /// Forgets what came so far.
    pub(crate) fn forget(&self) {
        self.received.lock().expect("what came").clear();
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.closed.store(true, Ordering::Relaxed);
        // Wakes the thread that accepts.
        let _ = TcpStream::connect(self.address);
    }
}

fn talk(
    mut stream: TcpStream,
    received: &Mutex<Vec<Received>>,
    answering: &Mutex<Answering>,
) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    assert!(line.starts_with("POST /hooks HTTP/1.1"), "{line}");
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            break;
        };
        headers.push((name.to_ascii_lowercase(), value.to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.expect("a length").1.parse().expect("a number");
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let one = Received {
        headers,
        body: String::from_utf8(body).expect("UTF-8"),
    };
    let reply = answering.lock().expect("how it answers")(&one);
    received.lock().expect("what came").push(one);
    let answer = match reply {
        Reply::Status(status) => format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n"),
        Reply::Redirect(to) => {
            format!("HTTP/1.1 302 X\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n")
        }
        Reply::BreakOff => return None,
        Reply::Hang(time) => {
            thread::sleep(time);
            return None;
        }
        Reply::Flood => {
            let head = "HTTP/1.1 200 X\r\nContent-Length: 1000000000000\r\n\r\n";
            stream.write_all(head.as_bytes()).ok()?;
            loop {
                stream.write_all(&[b'x'; 65_536]).ok()?;
            }
        }
    };
    stream.write_all(answer.as_bytes()).ok()
}

/// A world whose events may go to this machine.
pub(crate) fn open_world(engine: Engine) -> World {
    open_world_with(engine, &[])
}

pub(crate) fn open_world_with(engine: Engine, more: &[(&str, &str)]) -> World {
    let mut settings = vec![("VESTIBULE_OUTBOUND_ALLOW_PRIVATE", "on")];
    settings.extend_from_slice(more);
    let server = Server::with(engine, &settings);
    World::on(server, vestibule_test_idp::Style::Okta)
}

/// Makes an endpoint that leads to a receiver, with more than that.
#[track_caller]
pub(crate) fn listen(api: &Api, receiver: &Receiver, more: Value) -> Value {
    let mut body = json!({"url": receiver.url()});
    let Value::Object(more) = more else {
        panic!("an object: {more}");
    };
    body.as_object_mut().expect("an object").extend(more);
    api.post("/v1/webhook-endpoints", &body).expect(201).json()
}

pub(crate) fn path(endpoint: &Value, rest: &str) -> String {
    format!("/v1/webhook-endpoints/{}{rest}", text(endpoint, "/id"))
}

/// The deliveries of an endpoint, oldest first.
pub(crate) fn deliveries(api: &Api, endpoint: &Value, query: &str) -> Vec<Value> {
    let list = api.get(&path(endpoint, &format!("/deliveries?limit=200{query}")));
    let list = list.expect(200).json();
    let mut all = list["data"].as_array().expect("a list").clone();
    all.reverse();
    all
}
