//! HTTP/1.1 over one connection, with as little of its own as can be: whoever asks must not be what is
//! measured.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// One connection that is kept.
pub(crate) struct Wire {
    stream: TcpStream,
    host: String,
    buffer: Vec<u8>,
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// From the request to the first byte of the answer.
    pub(crate) first_byte: Duration,
    head: String,
    pub(crate) body: String,
}

impl Answer {
    /// The first header of this name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (given, value) = line.split_once(':')?;
            given.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// Where it redirects to.
    pub(crate) fn location(&self) -> &str {
        let location = self.header("location");
        let location = location.filter(|_| matches!(self.status, 302 | 303));
        location.unwrap_or_else(|| panic!("no redirect: {}\n{}", self.head, self.body))
    }

    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}\n{}", self.head, self.body);
        self
    }
}

impl Wire {
    pub(crate) fn to(host: &str) -> Self {
        let stream = TcpStream::connect(host).unwrap();
        stream.set_nodelay(true).unwrap();
        Self {
            stream,
            host: host.to_owned(),
            buffer: Vec::with_capacity(16 * 1024),
        }
    }

    pub(crate) fn get(&mut self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send("GET", path, headers, "")
    }

    pub(crate) fn post_form(&mut self, path: &str, headers: &[(&str, &str)], form: &str) -> Answer {
        let mut all = vec![("Content-Type", "application/x-www-form-urlencoded")];
        all.extend_from_slice(headers);
        self.send("POST", path, &all, form)
    }

    pub(crate) fn post_json(&mut self, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut all = vec![("Content-Type", "application/json")];
        all.extend_from_slice(headers);
        self.send("POST", path, &all, body)
    }

    fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\n", self.host);
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        if !body.is_empty() {
            request.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        request.push_str("\r\n");
        request.push_str(body);
        let begun = Instant::now();
        self.stream.write_all(request.as_bytes()).unwrap();
        self.receive(begun)
    }

    fn receive(&mut self, begun: Instant) -> Answer {
        self.buffer.clear();
        let mut first_byte = None;
        let mut part = [0; 16 * 1024];
        let mut end = None;
        loop {
            let read = self.stream.read(&mut part).unwrap();
            assert!(read > 0, "the server has hung up");
            let first_byte = *first_byte.get_or_insert_with(|| begun.elapsed());
            self.buffer.extend_from_slice(&part[..read]);
            if end.is_none() {
                end = self.head_and_length();
            }
            if let Some((head, length)) = end
                && self.buffer.len() >= head + length
            {
                let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                let head_text = text(&self.buffer[..head]);
                return Answer {
                    first_byte,
                    status: head_text.split(' ').nth(1).unwrap().parse().unwrap(),
                    body: text(&self.buffer[head..head + length]),
                    head: head_text,
                };
            }
        }
    }

    /// Where the body begins, and how long it is.
    fn head_and_length(&self) -> Option<(usize, usize)> {
        let end = self
            .buffer
            .windows(4)
            .position(|four| four == b"\r\n\r\n")?
            + 4;
        let head = String::from_utf8_lossy(&self.buffer[..end]).to_ascii_lowercase();
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length:"));
        Some((
            end,
            length.map_or(0, |length| length.trim().parse().unwrap()),
        ))
    }
}
