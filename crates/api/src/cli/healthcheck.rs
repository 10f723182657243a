//! `vestibule healthcheck`: asks a server on this machine how it is, for whoever restarts what hangs. An image
//! needs no shell and no curl for it.

use std::{
    io::{Read as _, Write as _},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream},
    process::ExitCode,
    time::Duration,
};

use clap::Args;
use serde_json::json;

use super::{Failure, failure::Told};
use crate::config;

/// How long each step may take: who is asked more often than that does not pile up.
const PATIENCE: Duration = Duration::from_secs(3);
/// What of an answer is read: its status stands at its beginning.
const BEGINNING: usize = 64;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Ask whether it can serve (/readyz), and not only whether it answers (/healthz)
    #[arg(long)]
    ready: bool,
    /// Where the server listens; VESTIBULE_LISTEN where it is absent
    #[arg(long, value_name = "ADDRESS:PORT")]
    address: Option<SocketAddr>,
}

/// Ends with 0 where the answer is 200.
pub(super) fn run(options: &Options, as_json: bool) -> Result<ExitCode, Failure> {
    let address = match options.address {
        Some(address) => address,
        None => config::listen()?,
    };
    let path = if options.ready { "/readyz" } else { "/healthz" };
    let address = reached(address);
    let status = ask(address, path).map_err(|error| {
        let detail = format!("no answer of {address} to GET {path}: {error}");
        Told::new("unreachable", detail)
    })?;
    if status != 200 {
        let detail = format!("{address} answers GET {path} with {status}");
        return Err(Box::new(
            Told::new("unhealthy", detail).with("status", status),
        ));
    }
    if as_json {
        println!("{}", json!({"healthy": true}));
    }
    Ok(ExitCode::SUCCESS)
}

/// Who listens everywhere is asked on loopback.
fn reached(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

/// The status of an answer.
fn ask(address: SocketAddr, path: &str) -> std::io::Result<u16> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    // In one piece: whoever answers before the end of it may close the connection.
    let request = format!("GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut beginning = Vec::new();
    let mut room = [0; BEGINNING];
    while beginning.len() < BEGINNING && !beginning.contains(&b'\n') {
        let read = stream.read(&mut room)?;
        if read == 0 {
            break;
        }
        beginning.extend_from_slice(room.get(..read).unwrap_or_default());
    }
    let line = String::from_utf8_lossy(&beginning);
    let status = line
        .split(' ')
        .nth(1)
        .and_then(|word| word.get(..3)?.parse().ok());
    status.ok_or_else(|| std::io::Error::other("what came back is not HTTP"))
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    fn answered_with(answer: &'static str) -> std::io::Result<u16> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut room = [0; 256];
            let read = stream.read(&mut room).unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
            String::from_utf8_lossy(&room[..read]).into_owned()
        });
        let status = ask(address, "/readyz");
        assert!(
            server
                .join()
                .unwrap()
                .starts_with("GET /readyz HTTP/1.0\r\n")
        );
        status
    }

    #[test]
    fn the_status_is_read_off_the_first_line() {
        assert_eq!(answered_with("HTTP/1.1 200 OK\r\n\r\nx").unwrap(), 200);
        assert_eq!(
            answered_with("HTTP/1.0 503 Service Unavailable\r\n\r\n").unwrap(),
            503
        );
        assert!(answered_with("").is_err());
        assert!(answered_with("SSH-2.0-x\r\n").is_err());
    }

    #[test]
    fn who_listens_everywhere_is_asked_on_loopback() {
        for (listen, expected) in [
            ("0.0.0.0:8080", "127.0.0.1:8080"),
            ("[::]:8080", "[::1]:8080"),
            ("10.0.0.5:8080", "10.0.0.5:8080"),
        ] {
            assert_eq!(reached(listen.parse().unwrap()).to_string(), expected);
        }
    }
}
