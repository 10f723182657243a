//! A mail server of the test's own, which keeps what it is given.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{server::Server, within};

/// A mail as it arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Received {
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) text: String,
}

impl Received {
    /// The token of the link to set a password in it.
    #[track_caller]
    pub(crate) fn token(&self) -> String {
        let (_, rest) = self.text.split_once("/password/").expect("a link");
        rest.split_whitespace().next().expect("a token").to_owned()
    }
}

/// Listens until it is dropped.
pub(crate) struct Smtp {
    address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
    closed: Arc<AtomicBool>,
}

impl Smtp {
    pub(crate) fn open() -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").expect("a port"))
    }

    /// At an address that was nobody's before.
    pub(crate) fn at(address: SocketAddr) -> Self {
        Self::on(TcpListener::bind(address).expect("that port"))
    }

    /// An address where nobody listens.
    pub(crate) fn nowhere() -> SocketAddr {
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        free.local_addr().expect("its address")
    }

    fn on(listener: TcpListener) -> Self {
        let server = Self {
            address: listener.local_addr().expect("its address"),
            received: Arc::default(),
            closed: Arc::default(),
        };
        let (received, closed) = (Arc::clone(&server.received), Arc::clone(&server.closed));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if closed.load(Ordering::Relaxed) {
                    break;
                }
                let received = Arc::clone(&received);
                // Whoever came may go.
                thread::spawn(move || talk(stream, &received));
            }
        });
        server
    }

    /// What a server needs to send mail to it.
    pub(crate) fn url(address: SocketAddr) -> String {
        format!("smtp://{address}")
    }

    /// A server that sends its mail here.
    pub(crate) fn settings(&self) -> [(&'static str, String); 2] {
        Self::settings_for(self.address)
    }

    pub(crate) fn settings_for(address: SocketAddr) -> [(&'static str, String); 2] {
        [
            ("VESTIBULE_SMTP_URL", Self::url(address)),
            (
                "VESTIBULE_MAIL_FROM",
                "Vestibule <sso@vestibule.example>".to_owned(),
            ),
        ]
    }

    /// Everything that has arrived.
    pub(crate) fn all(&self) -> Vec<Received> {
        self.received.lock().expect("the mails").clone()
    }

    /// What has arrived for an address.
    pub(crate) fn to(&self, address: &str) -> Vec<Received> {
        let mut all = self.all();
        all.retain(|mail| mail.to == address);
        all
    }

    /// The mails for an address, once there are so many.
    #[track_caller]
    pub(crate) fn wait_for(&self, address: &str, count: usize) -> Vec<Received> {
        within(Duration::from_secs(10), "a mail", || {
            self.to(address).len() >= count
        });
        let mails = self.to(address);
        assert_eq!(mails.len(), count, "{mails:?}");
        mails
    }

    /// Waits until nothing is on its way: the outbox of the server is empty.
    pub(crate) fn settled(&self, server: &Server) {
        let sent = || server.log().matches("\"mail_sent\"").count();
        within(Duration::from_secs(10), "every mail is noted", || {
            sent() == self.all().len()
        });
    }
}

impl Drop for Smtp {
    fn drop(&mut self) {
        self.closed.store(true, Ordering::Relaxed);
        // Wakes the thread that accepts.
        let _ = TcpStream::connect(self.address);
    }
}

fn talk(mut stream: TcpStream, received: &Mutex<Vec<Received>>) -> std::io::Result<()> {
    let reader = BufReader::new(stream.try_clone()?);
    let mut to = String::new();
    let mut message: Option<Vec<String>> = None;
    stream.write_all(b"220 mx.example ESMTP\r\n")?;
    for line in reader.lines() {
        let line = line?;
        let answer = match &mut message {
            Some(lines) if line != "." => {
                lines.push(line.strip_prefix('.').unwrap_or(&line).to_owned());
                continue;
            }
            Some(lines) => {
                let mail = read(&to, lines);
                received.lock().expect("the mails").push(mail);
                message = None;
                "250 2.0.0 taken"
            }
            None if line.starts_with("EHLO") => "250-mx.example\r\n250-8BITMIME\r\n250 SMTPUTF8",
            None if line.starts_with("RCPT TO:") => {
                let address = line
                    .split_once('<')
                    .and_then(|(_, rest)| rest.split_once('>'));
                to = address.expect("an address").0.to_owned();
                "250 2.1.5 ok"
            }
            None if line == "DATA" => {
                message = Some(Vec::new());
                "354 go on"
            }
            None if line == "QUIT" => "221 2.0.0 bye",
            None => "250 2.0.0 ok",
        };
        stream.write_all(format!("{answer}\r\n").as_bytes())?;
    }
    Ok(())
}

fn read(to: &str, lines: &[String]) -> Received {
    let end = lines.iter().position(String::is_empty).expect("a body");
    let header = |name: &str| {
        let mut found = lines[..end]
            .iter()
            .skip_while(|line| !line.to_ascii_lowercase().starts_with(&format!("{name}:")));
        let first = found.next()?.split_once(':')?.1.trim().to_owned();
        let folded = found.take_while(|line| line.starts_with([' ', '\t']));
        Some(folded.fold(first, |all, line| format!("{all} {}", line.trim())))
    };
    let body = lines[end + 1..].join("\n") + "\n";
    let text = match header("content-transfer-encoding").as_deref() {
        Some("quoted-printable") => unquoted(&body),
        Some("base64") => {
            let packed: String = body.split_whitespace().collect();
            String::from_utf8(STANDARD.decode(packed).expect("base64")).expect("UTF-8")
        }
        _ => body,
    };
    Received {
        to: to.to_owned(),
        subject: header("subject").expect("a subject"),
        text: text.replace("\r\n", "\n"),
    }
}

/// Quoted-printable (RFC 2045 §6.7).
fn unquoted(body: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = body.as_bytes();
    while let [first, after @ ..] = rest {
        rest = match (first, after) {
            (b'=', [b'\n', after @ ..]) => after,
            (b'=', [high, low, after @ ..]) => {
                let digits = [*high, *low];
                let digits = std::str::from_utf8(&digits).expect("ASCII");
                bytes.push(u8::from_str_radix(digits, 16).expect("hexadecimal"));
                after
            }
            _ => {
                bytes.push(*first);
                after
            }
        };
    }
    String::from_utf8(bytes).expect("UTF-8")
}
