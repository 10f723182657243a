//! A DNS server of a few lines, over UDP and TCP on one port (RFC 1035 §4).

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

pub(crate) const NO_ERROR: u8 = 0;
pub(crate) const SERVFAIL: u8 = 2;
pub(crate) const NXDOMAIN: u8 = 3;
pub(crate) const REFUSED: u8 = 5;

const SOA: u16 = 6;
const NS: u16 = 2;

/// A question as it came.
pub(crate) struct Question {
    id: [u8; 2],
    /// The name, in lengths and labels.
    name: Vec<u8>,
    /// All of the question's section.
    section: Vec<u8>,
    pub(crate) over_tcp: bool,
    /// How often it was asked before.
    pub(crate) number: usize,
}

/// An answer that is being written.
pub(crate) struct Message {
    bytes: Vec<u8>,
}

impl Question {
    fn read(bytes: &[u8], over_tcp: bool, number: usize) -> Option<Self> {
        let id = bytes.get(..2)?.try_into().ok()?;
        let rest = bytes.get(12..)?;
        let end = rest.iter().position(|byte| *byte == 0)? + 1;
        Some(Self {
            id,
            name: rest.get(..end)?.to_vec(),
            section: rest.get(..end + 4)?.to_vec(),
            over_tcp,
            number,
        })
    }

    pub(crate) fn answer(&self, code: u8) -> Message {
        let mut bytes = self.id.to_vec();
        // A response, recursion desired and available; one question, no records yet.
        bytes.extend([0x81, 0x80 | code, 0, 1, 0, 0, 0, 0, 0, 0]);
        bytes.extend(&self.section);
        Message { bytes }
    }

    /// An answer with one TXT record of the name for each, of these strings.
    pub(crate) fn records(&self, records: &[&[&str]]) -> Message {
        let mut message = self.answer(NO_ERROR);
        for strings in records {
            message = message.txt(&self.name, strings);
        }
        message
    }
}

impl Message {
    fn record(mut self, section: usize, name: &[u8], kind: u16, data: &[u8]) -> Self {
        self.bytes.extend(name);
        self.bytes.extend(kind.to_be_bytes());
        self.bytes.extend([0, 1, 0, 0, 0x0e, 0x10]);
        self.bytes
            .extend(u16::try_from(data.len()).unwrap().to_be_bytes());
        self.bytes.extend(data);
        let count = &mut self.bytes[section..section + 2];
        let more = u16::from_be_bytes([count[0], count[1]]) + 1;
        count.copy_from_slice(&more.to_be_bytes());
        self
    }

    pub(crate) fn txt(self, name: &[u8], strings: &[&str]) -> Self {
        let mut data = Vec::new();
        for text in strings {
            data.push(u8::try_from(text.len()).unwrap());
            data.extend(text.as_bytes());
        }
        self.record(6, name, 16, &data)
    }

    pub(crate) fn alias(self, name: &[u8], target: &str) -> Self {
        self.record(6, name, 5, &labels(target))
    }

    pub(crate) fn soa(self) -> Self {
        let mut data = [labels("ns.example"), labels("root.example")].concat();
        data.extend([0; 20]);
        self.record(8, &labels("example"), SOA, &data)
    }

    pub(crate) fn referral(self) -> Self {
        self.record(8, &labels("example"), NS, &labels("ns.example"))
    }

    pub(crate) fn truncated(mut self) -> Self {
        self.bytes[2] |= 2;
        self
    }

    pub(crate) fn with_another_id(mut self) -> Self {
        self.bytes[0] ^= 0x55;
        self
    }

    pub(crate) fn bytes(self) -> Option<Vec<u8>> {
        Some(self.bytes)
    }
}

pub(crate) fn labels(name: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for label in name.split('.') {
        bytes.push(u8::try_from(label.len()).unwrap());
        bytes.extend(label.as_bytes());
    }
    bytes.push(0);
    bytes
}

impl Question {
    pub(crate) fn name(&self) -> &[u8] {
        &self.name
    }
}

/// Listens until the test ends.
pub(crate) struct DnsServer {
    pub(crate) address: SocketAddr,
    asked: Arc<AtomicUsize>,
}

impl DnsServer {
    /// Answers each question with these bytes, or not at all.
    pub(crate) fn with(
        answer: impl Fn(&Question) -> Option<Vec<u8>> + Send + Sync + 'static,
    ) -> Self {
        let (udp, tcp) = sockets();
        let server = Self {
            address: udp.local_addr().unwrap(),
            asked: Arc::default(),
        };
        let answer = Arc::new(answer);
        let (asked, reply) = (Arc::clone(&server.asked), Arc::clone(&answer));
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok((length, from)) = udp.recv_from(&mut buffer) {
                let number = asked.fetch_add(1, Ordering::SeqCst);
                let question = Question::read(&buffer[..length], false, number).unwrap();
                if let Some(bytes) = reply(&question) {
                    let _ = udp.send_to(&bytes, from);
                }
            }
        });
        let asked = Arc::clone(&server.asked);
        std::thread::spawn(move || {
            for stream in tcp.incoming() {
                let Ok(stream) = stream else { break };
                let _ = over_tcp(stream, &asked, &*answer);
            }
        });
        server
    }

    /// How many questions came.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

fn sockets() -> (UdpSocket, TcpListener) {
    loop {
        let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
        // Somebody else may have the port over TCP.
        if let Ok(tcp) = TcpListener::bind(udp.local_addr().unwrap()) {
            return (udp, tcp);
        }
    }
}

fn over_tcp(
    mut stream: TcpStream,
    asked: &AtomicUsize,
    answer: &dyn Fn(&Question) -> Option<Vec<u8>>,
) -> std::io::Result<()> {
    let mut length = [0; 2];
    stream.read_exact(&mut length)?;
    let mut bytes = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut bytes)?;
    let number = asked.fetch_add(1, Ordering::SeqCst);
    let question = Question::read(&bytes, true, number).unwrap();
    let Some(bytes) = answer(&question) else {
        return Ok(());
    };
    stream.write_all(&u16::try_from(bytes.len()).unwrap().to_be_bytes())?;
    stream.write_all(&bytes)?;
    // The question was answered; it ends when the other side goes.
    std::io::copy(&mut stream, &mut std::io::sink()).map(drop)
}
