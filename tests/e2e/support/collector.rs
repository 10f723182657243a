//! A collector of traces: takes OTLP over HTTP with protobuf on loopback, and keeps the spans.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
};

/// One span, as far as the tests look at it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Span {
    pub(crate) trace: String,
    pub(crate) id: String,
    pub(crate) parent: String,
    pub(crate) name: String,
    pub(crate) nanos: (u64, u64),
    pub(crate) attributes: BTreeMap<String, String>,
    /// The traces that it is linked to.
    pub(crate) links: Vec<String>,
}

/// Listens until the test ends.
pub(crate) struct Collector {
    pub(crate) endpoint: String,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Default)]
struct Kept {
    spans: Vec<Span>,
    services: Vec<String>,
    bytes: Vec<u8>,
}

impl Collector {
    pub(crate) fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("its address");
        let kept: Arc<Mutex<Kept>> = Arc::default();
        let keep = Arc::clone(&kept);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let keep = Arc::clone(&keep);
                std::thread::spawn(move || take(stream, &keep));
            }
        });
        Self {
            endpoint: format!("http://{address}"),
            kept,
        }
    }

    pub(crate) fn spans(&self) -> Vec<Span> {
        self.kept.lock().expect("the spans").spans.clone()
    }

    pub(crate) fn services(&self) -> Vec<String> {
        self.kept.lock().expect("the spans").services.clone()
    }

    /// Whether these bytes were in anything that was sent.
    pub(crate) fn has_seen(&self, text: &str) -> bool {
        let kept = self.kept.lock().expect("the spans");
        kept.bytes
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    }
}

fn take(mut stream: TcpStream, kept: &Mutex<Kept>) {
    let mut reader = BufReader::new(stream.try_clone().expect("a connection"));
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).is_err() || line.trim().is_empty() {
            break;
        }
        let line = line.to_ascii_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().expect("a length");
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("a body");
    assert!(head.starts_with("post /v1/traces "), "{head}");
    assert!(
        head.contains("content-type: application/x-protobuf"),
        "{head}"
    );
    let mut kept = kept.lock().expect("the spans");
    read(&body, &mut kept);
    kept.bytes.extend(body);
    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
}

/// A field of a message: its number, and what it holds.
enum Value<'b> {
    Number(u64),
    Bytes(&'b [u8]),
}

/// The fields of a protobuf message.
fn fields(mut bytes: &[u8]) -> Vec<(u64, Value<'_>)> {
    let mut fields = Vec::new();
    while !bytes.is_empty() {
        let key = varint(&mut bytes);
        let value = match key & 7 {
            0 => Value::Number(varint(&mut bytes)),
            1 => {
                let (number, rest) = bytes.split_at(8);
                bytes = rest;
                Value::Number(u64::from_le_bytes(number.try_into().expect("8 bytes")))
            }
            2 => {
                let length = usize::try_from(varint(&mut bytes)).expect("a length");
                let (value, rest) = bytes.split_at(length);
                bytes = rest;
                Value::Bytes(value)
            }
            5 => {
                let (_, rest) = bytes.split_at(4);
                bytes = rest;
                Value::Number(0)
            }
            other => panic!("no wire type {other}"),
        };
        fields.push((key >> 3, value));
    }
    fields
}

fn varint(bytes: &mut &[u8]) -> u64 {
    let (mut value, mut shift) = (0, 0);
    loop {
        let (first, rest) = bytes.split_first().expect("a whole number");
        *bytes = rest;
        value |= u64::from(first & 0x7f) << shift;
        shift += 7;
        if first & 0x80 == 0 {
            return value;
        }
    }
}

/// Each message in this field.
fn inner(bytes: &[u8], number: u64) -> Vec<&[u8]> {
    let found = fields(bytes)
        .into_iter()
        .filter_map(|(at, value)| match value {
            Value::Bytes(bytes) if at == number => Some(bytes),
            _ => None,
        });
    found.collect()
}

fn text(bytes: &[u8], number: u64) -> String {
    let found = inner(bytes, number).into_iter().next().unwrap_or_default();
    String::from_utf8_lossy(found).into_owned()
}

fn hex(bytes: &[u8], number: u64) -> String {
    let found = inner(bytes, number).into_iter().next().unwrap_or_default();
    found.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn number(bytes: &[u8], wanted: u64) -> u64 {
    let found = fields(bytes)
        .into_iter()
        .find_map(|(at, value)| match value {
            Value::Number(number) if at == wanted => Some(number),
            _ => None,
        });
    found.unwrap_or_default()
}

/// `KeyValue`s: AnyValue has a string (1) or an int (3).
fn attributes(bytes: &[u8], at: u64) -> BTreeMap<String, String> {
    let pairs = inner(bytes, at).into_iter().map(|pair| {
        let value = inner(pair, 2).into_iter().next().unwrap_or_default();
        let said = match text(value, 1) {
            said if said.is_empty() => number(value, 3).to_string(),
            said => said,
        };
        (text(pair, 1), said)
    });
    pairs.collect()
}

/// ExportTraceServiceRequest → ResourceSpans (1) → Resource (1), ScopeSpans (2) → Span (2).
fn read(body: &[u8], kept: &mut Kept) {
    for of_resource in inner(body, 1) {
        for resource in inner(of_resource, 1) {
            let name = attributes(resource, 1).remove("service.name");
            kept.services.extend(name);
        }
        for of_scope in inner(of_resource, 2) {
            for span in inner(of_scope, 2) {
                kept.spans.push(Span {
                    trace: hex(span, 1),
                    id: hex(span, 2),
                    parent: hex(span, 4),
                    name: text(span, 5),
                    nanos: (number(span, 7), number(span, 8)),
                    attributes: attributes(span, 9),
                    links: inner(span, 13)
                        .into_iter()
                        .map(|link| hex(link, 1))
                        .collect(),
                });
            }
        }
    }
}
