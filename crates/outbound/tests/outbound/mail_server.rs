//! A mail server of a few lines, which says to each command what the test wants it to say.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// Listens until the test ends.
pub(crate) struct MailServer {
    pub(crate) address: SocketAddr,
    lines: Arc<Mutex<Vec<String>>>,
}

/// What is said to a line.
pub(crate) enum Reply {
    Say(&'static str),
    Drop,
    /// Reads on and says nothing.
    Hang,
}

use Reply::{Drop, Hang, Say};

/// What an ordinary server says; the greeting is the answer to nothing, and a message ends with a dot.
pub(crate) fn ordinary(line: &str) -> Reply {
    Say(match line.split_whitespace().next().unwrap_or_default() {
        "" => "220 mx.example ESMTP",
        "EHLO" => "250-mx.example\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN",
        "AUTH" => "235 2.7.0 welcome",
        "DATA" => "354 go on",
        "QUIT" => "221 bye",
        _ => "250 2.0.0 ok",
    })
}

impl MailServer {
    pub(crate) fn ordinary() -> Self {
        Self::with(ordinary)
    }

    /// An ordinary one but for the answer to lines that begin so.
    pub(crate) fn saying(to: &'static str, reply: &'static str) -> Self {
        Self::with(
            move |line| match line == to || (!to.is_empty() && line.starts_with(to)) {
                true => Say(reply),
                false => ordinary(line),
            },
        )
    }

    pub(crate) fn with(reply: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            lines: Arc::default(),
        };
        let (reply, lines) = (Arc::new(reply), Arc::clone(&server.lines));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { break };
                let (reply, lines) = (Arc::clone(&reply), Arc::clone(&lines));
                // Whoever came may go.
                std::thread::spawn(move || talk(stream, &*reply, &lines));
            }
        });
        server
    }

    /// All that was said to it.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }

    pub(crate) fn heard(&self, start: &str) -> bool {
        self.lines().iter().any(|line| line.starts_with(start))
    }

    pub(crate) fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }
}

fn talk(
    mut stream: TcpStream,
    reply: &dyn Fn(&str) -> Reply,
    lines: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut line, mut in_message) = (String::new(), false);
    loop {
        if !in_message {
            match reply(&line) {
                Say(text) => {
                    in_message = text.starts_with("354");
                    stream.write_all(format!("{text}\r\n").as_bytes())?;
                }
                Drop => return Ok(()),
                Hang => {}
            }
        }
        let mut bytes = Vec::new();
        if reader.read_until(b'\n', &mut bytes)? == 0 {
            return Ok(());
        }
        line = String::from_utf8_lossy(&bytes)
            .trim_end_matches(['\r', '\n'])
            .to_owned();
        lines.lock().unwrap().push(line.clone());
        in_message = in_message && line != ".";
    }
}
