//! Where the mail server is, and how it may be shown.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::TlsParameters;
use url::Url;

use super::MailError;

/// How a connection is made secure.
#[derive(Clone)]
pub(super) enum Tls {
    /// It does not leave this machine.
    Loopback,
    /// By STARTTLS (RFC 3207), before anything else is said.
    Upgraded(TlsParameters),
    /// From the beginning (RFC 8314 §3.3).
    Implicit(TlsParameters),
}

#[derive(Clone)]
pub(super) struct Server {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) tls: Tls,
    pub(super) login: Option<Credentials>,
    /// To connect (the name, TLS, the greeting and the login), and again to hand a mail over.
    pub(super) patience: Duration,
    shown: String,
}

impl Server {
    /// Reads `smtp://user:password@host:port` or `smtps://…`.
    pub(super) fn parse(text: &str) -> Result<Self, MailError> {
        let refused = |what: &str| Err(MailError::Config(what.to_owned()));
        let form = "expected a URL of the form smtps://user:password@host:port or smtp://…, all but \
                    the host optional, and @ : / % in the name and the password percent-encoded";
        let Ok(url) = Url::parse(text) else {
            return refused(form);
        };
        let (scheme, port) = match url.scheme() {
            "smtp" => ("smtp", 587),
            "smtps" => ("smtps", 465),
            _ => return refused("a mail server's URL begins with smtp:// or smtps://"),
        };
        let port = url.port().unwrap_or(port);
        let rest = url.query().or(url.fragment());
        if rest.is_some() || !matches!(url.path(), "" | "/") || port == 0 {
            return refused(form);
        }
        let Some(host) = url.host_str().and_then(host) else {
            return refused(form);
        };
        let login = match (decoded(url.username()), url.password().map(decoded)) {
            (Some(user), None) if user.is_empty() => None,
            (Some(user), Some(Some(password))) if !user.is_empty() => {
                Some(Credentials::new(user, password))
            }
            (_, None) => return refused("the URL of the mail server has a name but no password"),
            _ => return refused(form),
        };
        let loopback = match host.parse::<IpAddr>() {
            Ok(address) => address.is_loopback(),
            Err(_) => host == "localhost",
        };
        let tls = match (scheme, loopback) {
            ("smtp", true) => Tls::Loopback,
            _ => {
                let Ok(parameters) = TlsParameters::new(host.clone()) else {
                    return refused("TLS cannot be set up for the mail server on this machine");
                };
                match scheme {
                    "smtp" => Tls::Upgraded(parameters),
                    _ => Tls::Implicit(parameters),
                }
            }
        };
        let shown = match host.contains(':') {
            true => format!("{scheme}://[{host}]:{port}"),
            false => format!("{scheme}://{host}:{port}"),
        };
        Ok(Self {
            host,
            port,
            tls,
            login,
            patience: Duration::from_secs(10),
            shown,
        })
    }

    /// The URL without name and password.
    pub(super) fn shown(&self) -> &str {
        &self.shown
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

/// A name, or an address without its brackets.
fn host(text: &str) -> Option<String> {
    let bare = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    if let Some(address) = bare {
        return address
            .parse::<IpAddr>()
            .is_ok()
            .then(|| address.to_owned());
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let host = !text.is_empty() && text.bytes().all(plain);
    host.then(|| text.to_ascii_lowercase())
}

/// Percent-decoded (RFC 3986 §2.1); what would end a line of the dialogue is refused.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            byte => byte,
        });
    }
    let text = String::from_utf8(bytes).ok()?;
    (!text.contains(char::is_control)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_url_and_shows_it_without_its_password() {
        for (url, shown, tls) in [
            ("smtp://localhost", "smtp://localhost:587", "loopback"),
            (
                "smtp://LOCALHOST:1025/",
                "smtp://localhost:1025",
                "loopback",
            ),
            ("smtp://127.0.0.1:25", "smtp://127.0.0.1:25", "loopback"),
            ("smtp://[::1]:25", "smtp://[::1]:25", "loopback"),
            (
                "smtps://ada:hunter2@localhost",
                "smtps://localhost:465",
                "implicit",
            ),
            ("smtp://mx.example", "smtp://mx.example:587", "starttls"),
            ("smtp://10.0.0.1:25", "smtp://10.0.0.1:25", "starttls"),
            (
                "smtp://localhost.example",
                "smtp://localhost.example:587",
                "starttls",
            ),
            (
                "smtp://ada%40x:hunter2%2F%25@mx.example:25",
                "smtp://mx.example:25",
                "starttls",
            ),
            (
                "smtps://ada:hunter2@mx.example",
                "smtps://mx.example:465",
                "implicit",
            ),
        ] {
            let server = Server::parse(url).unwrap();
            assert_eq!(format!("{server:?}"), shown);
            let found = match server.tls {
                Tls::Loopback => "loopback",
                Tls::Upgraded(_) => "starttls",
                Tls::Implicit(_) => "implicit",
            };
            assert_eq!(found, tls, "{url}");
            assert_eq!(server.login.is_some(), url.contains("hunter2"), "{url}");
        }
        assert_eq!(decoded("a%40%3A%2f%25").as_deref(), Some("a@:/%"));
    }

    #[test]
    fn refuses_what_it_does_not_understand_without_repeating_it() {
        for url in [
            "",
            "hunter2",
            "http://hunter2",
            "smtp:",
            "smtp://",
            "smtp:///hunter2",
            "smtp://ada:hunter2@",
            "smtp://ada:hunter2/@mx.example",
            "smtp://hunter2@mx.example",
            "smtp://:hunter2@mx.example",
            "smtp://ada:hunter2%@mx.example",
            "smtp://ada:hunter2%0d%0aQUIT@mx.example",
            "smtp://ada:hunter2%ff@mx.example",
            "smtp://ada:hunter2@mx.example?tls=off",
            "smtp://ada:hunter2@mx.example#x",
            "smtp://ada:hunter2@mx.example/x",
            "smtp://ada:hunter2@mx.example:99999",
            "smtp://ada:hunter2@mx.example:0",
            "smtp://ada:hunter2@mx%20.example",
        ] {
            let Err(error) = Server::parse(url) else {
                panic!("took {url}")
            };
            assert!(matches!(error, MailError::Config(_)), "{url}");
            assert!(!error.to_string().contains("hunter2"), "{error}");
        }
    }
}
