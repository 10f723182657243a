//! The dialogue with the mail server, one step at a time (RFC 5321 §3): which step fails says whether
//! the mail or the server is at fault, and no answer takes for ever.

use std::error::Error as _;
use std::time::Duration;

use lettre::message::Message;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::Mechanism;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::{Response, Severity};

use super::MailError;
use super::server::{Server, Tls};

/// To say goodbye: the mail is taken, or not, already.
const GOODBYE: Duration = Duration::from_secs(1);

impl Server {
    pub(super) async fn send(&self, hello: &str, message: &Message) -> Result<(), MailError> {
        let hello = ClientId::Domain(hello.to_owned());
        let mut connection = self.within(self.connect(&hello)).await?;
        let delivered = self.within(self.deliver(&mut connection, message)).await;
        if !matches!(delivered, Err(MailError::Unavailable(_))) {
            let _ = tokio::time::timeout(GOODBYE, connection.quit()).await;
        }
        delivered
    }

    /// Connects, and says goodbye.
    pub(super) async fn greet(&self, hello: &str) -> Result<(), MailError> {
        let hello = ClientId::Domain(hello.to_owned());
        let mut connection = self.within(self.connect(&hello)).await?;
        let _ = tokio::time::timeout(GOODBYE, connection.quit()).await;
        Ok(())
    }

    async fn connect(&self, hello: &ClientId) -> Result<AsyncSmtpConnection, MailError> {
        let implicit = match &self.tls {
            Tls::Implicit(parameters) => Some(parameters.clone()),
            Tls::Loopback | Tls::Upgraded(_) => None,
        };
        let address = (self.host.as_str(), self.port);
        let connected = AsyncSmtpConnection::connect_tokio1(
            address,
            Some(self.patience),
            hello,
            implicit,
            None,
        );
        let mut connection = connected
            .await
            .map_err(|error| self.away(&error, "the connection"))?;
        if let Tls::Upgraded(parameters) = &self.tls {
            if !connection.can_starttls() {
                return Err(MailError::Unavailable(format!(
                    "{} does not offer STARTTLS, and nothing is sent without; smtps:// may be what \
                     it speaks",
                    self.shown()
                )));
            }
            let secured = connection.starttls(parameters.clone(), hello).await;
            secured.map_err(|error| self.away(&error, "STARTTLS"))?;
        }
        if let Some(login) = &self.login {
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            let admitted = connection.auth(&mechanisms, login).await;
            admitted.map_err(|error| self.away(&error, "the login"))?;
        }
        Ok(connection)
    }

    async fn deliver(
        &self,
        connection: &mut AsyncSmtpConnection,
        message: &Message,
    ) -> Result<(), MailError> {
        let bytes = message.formatted();
        let envelope = message.envelope();
        let has = |extension| connection.server_info().supports_feature(extension);
        let mut parameters = Vec::new();
        // The sender is ASCII.
        if !envelope
            .to()
            .iter()
            .all(|to| AsRef::<str>::as_ref(to).is_ascii())
        {
            if !has(Extension::SmtpUtfEight) {
                let what = "its address is not ASCII, and the server does not know SMTPUTF8";
                return Err(MailError::Rejected(what.to_owned()));
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        if !bytes.is_ascii() && has(Extension::EightBitMime) {
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        let sender = Mail::new(envelope.from().cloned(), parameters);
        let answer = connection.command(sender).await;
        self.expect(answer, Severity::PositiveCompletion, "the sender")?;
        for to in envelope.to() {
            let answer = connection.command(Rcpt::new(to.clone(), Vec::new())).await;
            self.expect(answer, Severity::PositiveCompletion, "the address")?;
        }
        let answer = connection.command(Data).await;
        self.expect(answer, Severity::PositiveIntermediate, "DATA")?;
        let answer = connection.message(&bytes).await;
        self.expect(answer, Severity::PositiveCompletion, "the message")
    }

    fn expect(
        &self,
        answer: Result<Response, Error>,
        severity: Severity,
        to: &str,
    ) -> Result<(), MailError> {
        match answer {
            Ok(response) if response.code().severity == severity => Ok(()),
            Ok(response) => {
                let code = response.code();
                Err(self.unavailable(&format!("answered {code} to {to}")))
            }
            // Those that want a login first (RFC 4954 §6) say nothing about the mail.
            Err(error)
                if error.is_permanent() && !matches!(code(&error), 530 | 534 | 535 | 538) =>
            {
                Err(MailError::Rejected(format!(
                    "{} {}",
                    self.shown(),
                    answered(&error, to)
                )))
            }
            Err(error) => Err(self.away(&error, to)),
        }
    }

    /// Whatever the server says: the mail is not at fault.
    fn away(&self, error: &Error, to: &str) -> MailError {
        match error.status() {
            Some(_) => self.unavailable(&answered(error, to)),
            None if error.is_response() => {
                self.unavailable(&format!("gave no answer to {to} that can be read"))
            }
            None if error.is_client() => {
                self.unavailable(&format!("offers nothing that {to} could use"))
            }
            None => self.unavailable(&format!(
                "cannot be reached, or not securely, or broke off at {to}"
            )),
        }
    }

    fn unavailable(&self, what: &str) -> MailError {
        MailError::Unavailable(format!("{} {what}", self.shown()))
    }

    async fn within<T>(
        &self,
        step: impl Future<Output = Result<T, MailError>>,
    ) -> Result<T, MailError> {
        match tokio::time::timeout(self.patience, step).await {
            Ok(done) => done,
            Err(_elapsed) => {
                let seconds = self.patience.as_secs_f32();
                Err(self.unavailable(&format!("was not done within {seconds} s")))
            }
        }
    }
}

fn code(error: &Error) -> u16 {
    error.status().map_or(0, u16::from)
}

/// The codes (RFC 5321 §4.2, RFC 3463) without the words beside them, which may name people.
fn answered(error: &Error, to: &str) -> String {
    let words = error.source().map(ToString::to_string).unwrap_or_default();
    let first = words.split_whitespace().next().unwrap_or_default();
    let digits =
        |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    let enhanced = match first.split('.').count() == 3 && first.split('.').all(digits) {
        true => format!(" {first}"),
        false => String::new(),
    };
    format!("answered {}{enhanced} to {to}", code(error))
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::net::TcpListener;

    use super::*;

    /// What a server hears that answers like this to EHLO, and then anything to everything.
    fn heard(ehlo: &'static str, then: &'static str) -> (MailError, Vec<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut lines = Vec::new();
            write!(stream, "220 hello\r\n").unwrap();
            let reader = BufReader::new(stream.try_clone().unwrap());
            for line in reader.split(b'\n') {
                let Ok(line) = line else { break };
                let line = String::from_utf8_lossy(&line).trim_end().to_owned();
                let reply = if line.starts_with("EHLO") { ehlo } else { then };
                lines.push(line);
                if write!(stream, "{reply}\r\n").is_err() {
                    break;
                }
            }
            lines
        });
        // A name that is not loopback, whose address is.
        let mut server = Server::parse(&format!("smtp://ada:hunter2@mx.example:{port}")).unwrap();
        server.host = "127.0.0.1".to_owned();
        server.patience = Duration::from_secs(5);
        let message = Message::builder()
            .from("a@login.example".parse().unwrap())
            .to("ada@customer.example".parse().unwrap())
            .date(std::time::SystemTime::UNIX_EPOCH)
            .body(String::new())
            .unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let error = runtime.block_on(server.send("login.example", &message));
        drop(runtime);
        (error.unwrap_err(), heard.join().unwrap())
    }

    #[test]
    fn without_starttls_neither_the_password_nor_a_mail_is_sent() {
        let (error, lines) = heard("250-mx.example\r\n250 AUTH PLAIN", "250 ok");
        assert!(matches!(error, MailError::Unavailable(_)), "{error}");
        assert_eq!(lines, ["EHLO login.example"]);
        for then in ["454 not now", "250 ok\r\n235 welcome\r\n250 ok"] {
            let (error, lines) = heard("250-mx.example\r\n250 STARTTLS", then);
            assert!(matches!(error, MailError::Unavailable(_)), "{error}");
            assert_eq!(lines.get(1).map(String::as_str), Some("STARTTLS"));
            let said = lines.concat();
            assert!(!said.contains("AUTH") && !said.contains("MAIL"), "{said}");
        }
    }
}
