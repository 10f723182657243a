//! Mail by SMTP (RFC 5321), to one server that takes it from us.

mod dialogue;
mod server;

use std::fmt;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use lettre::address::Address;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};

use server::Server;

/// One mail to one person.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// The address.
    pub to: String,
    /// The subject: one line.
    pub subject: String,
    /// The text, without markup.
    pub text: String,
}

/// It tells who is written to, and may hold a link that lets whoever has it in.
impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail")
            .field("bytes", &self.text.len())
            .finish_non_exhaustive()
    }
}

/// Why a mail was not sent. The text has neither the password, nor the address that was written to,
/// nor the server's own words, which like to repeat it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// What says how to send mail cannot be used.
    #[error("{0}")]
    Config(String),
    /// This mail will not be taken: trying it again is useless.
    #[error("the mail was refused: {0}")]
    Rejected(String),
    /// No mail can be sent now: this one may be tried again later. Where the connection broke at the
    /// end of it, it may have been taken all the same.
    #[error("no mail can be sent now: {0}")]
    Unavailable(String),
}

/// Sends mail, one connection each.
#[derive(Clone)]
pub struct Mailer {
    server: Server,
    from: Mailbox,
}

impl Mailer {
    /// A mailer at `smtps://user:password@host:port` (TLS from the beginning), or `smtp://…` (TLS by
    /// STARTTLS, without which nothing is sent; on loopback alone, no TLS). The ports are 465 and 587
    /// where the URL names none. `from` is `address` or `Name <address>`.
    ///
    /// `smtps://` is the better one (RFC 8314 §3): with STARTTLS, who sits on the line can put answers
    /// of his own before the server's, so that a mail looks sent; the password and the mail he does
    /// not see.
    ///
    /// Nothing is connected yet.
    ///
    /// # Errors
    ///
    /// [`MailError::Config`], which repeats neither.
    pub fn new(url: &str, from: &str) -> Result<Self, MailError> {
        let refused = "the sender of mails is an address, or a name and an address in < >, on one \
                       line; a domain that is not ASCII in its xn-- form";
        let from: Option<Mailbox> = one_line(from).and_then(|from| from.parse().ok());
        let from = from.filter(|from| from.email.to_string().is_ascii());
        Ok(Self {
            server: Server::parse(url)?,
            from: from.ok_or_else(|| MailError::Config(refused.to_owned()))?,
        })
    }

    /// The same, with another patience than 10 s for each half of a mail: to connect, and to hand it
    /// over.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.server.patience = patience;
        self
    }

    /// Sends a mail: when it returns, the server has taken it.
    ///
    /// # Errors
    ///
    /// [`MailError::Rejected`], [`MailError::Unavailable`].
    pub async fn send(&self, mail: &Mail, now: Timestamp) -> Result<(), MailError> {
        let message = self.compose(mail, now)?;
        let hello = self.from.email.domain();
        // On the heap: buffers and TLS make a large future of it.
        Box::pin(self.server.send(hello, &message)).await
    }

    /// Goes as far as a mail would before its sender is named: the name, TLS, the greeting and the login.
    ///
    /// # Errors
    ///
    /// [`MailError::Unavailable`].
    pub async fn check(&self) -> Result<(), MailError> {
        Box::pin(self.server.greet(self.from.email.domain())).await
    }

    /// The URL of the server, without name and password.
    #[must_use]
    pub fn shown(&self) -> &str {
        self.server.shown()
    }

    fn compose(&self, mail: &Mail, now: Timestamp) -> Result<Message, MailError> {
        let refused = |what: &str| MailError::Rejected(what.to_owned());
        let to = one_line(&mail.to).and_then(|to| to.parse::<Address>().ok());
        let to = to.ok_or_else(|| refused("it goes to no e-mail address"))?;
        let subject = one_line(&mail.subject).ok_or_else(|| refused("its subject is no line"))?;
        let name = HeaderName::new_from_ascii_str("Auto-Submitted");
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(subject)
            .date(date(now))
            .message_id(Some(self.message_id()?))
            .header(ContentType::TEXT_PLAIN)
            // RFC 3834 §5: nobody's holiday note answers it.
            .raw_header(HeaderValue::new(name, "auto-generated".to_owned()))
            .body(mail.text.clone());
        message.map_err(|_cause| refused("no message can be made of it"))
    }

    /// RFC 5322 §3.6.4: unique, under a domain that is ours.
    fn message_id(&self) -> Result<String, MailError> {
        let random = getrandom::u64().and_then(|high| Ok((high, getrandom::u64()?)));
        let Ok((high, low)) = random else {
            let what = "no random bytes from the operating system";
            return Err(MailError::Unavailable(what.to_owned()));
        };
        Ok(format!(
            "<{high:016x}{low:016x}@{}>",
            self.from.email.domain()
        ))
    }
}

/// The password is not shown.
impl fmt::Debug for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mailer")
            .field("server", &self.server)
            .finish_non_exhaustive()
    }
}

/// To the second, and within what a date of a header can say.
fn date(now: Timestamp) -> SystemTime {
    let seconds = now.as_second().clamp(0, Timestamp::MAX.as_second());
    let since = Duration::from_secs(seconds.unsigned_abs());
    SystemTime::UNIX_EPOCH + since
}

/// The text, unless it has a line break or another control character: it would begin a header, or a
/// command, of its own.
fn one_line(text: &str) -> Option<&str> {
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    (!text.contains(breaks)).then_some(text)
}
