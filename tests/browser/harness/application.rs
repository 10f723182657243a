//! The application that people sign in to: it takes codes at its callback, and says that it did.

use std::io::Write as _;

use crate::support::site::Server;

/// A running application.
pub(crate) struct Application {
    server: Server,
}

impl Application {
    pub(crate) fn start() -> Self {
        let server = Server::with(|head, stream| {
            let title = match head.split(' ').nth(1).unwrap_or_default() {
                path if path.starts_with("/callback?code=") => Self::SIGNED_IN,
                path if path.starts_with("/callback") => "Refused",
                path if path.starts_with("/signed-out") => Self::SIGNED_OUT,
                _ => "The application",
            };
            let page = format!(
                "<!doctype html><html lang=\"en\"><head><meta name=\"viewport\" content=\"width=device-width\">\
                 <link rel=\"icon\" href=\"data:,\"><title>{title}</title></head>\
                 <body><main><h1>{title}</h1></main></body></html>"
            );
            write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
                 Connection: close\r\n\r\n{page}",
                page.len()
            )
        });
        Self { server }
    }

    /// What it says to whoever comes with a code.
    pub(crate) const SIGNED_IN: &'static str = "Signed in to the application";
    /// What it says to whoever comes back from signing out.
    pub(crate) const SIGNED_OUT: &'static str = "Signed out of the application";

    pub(crate) fn callback(&self) -> String {
        format!("http://{}/callback", self.server.address)
    }

    pub(crate) fn signed_out(&self) -> String {
        format!("http://{}/signed-out", self.server.address)
    }

    /// The languages that the last browser asked for.
    pub(crate) fn asked_for_languages(&self) -> String {
        let heads = self.server.heads();
        let head = heads.last().expect("a visit").lines();
        let languages = head.filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("accept-language")
                .then(|| value.trim().to_owned())
        });
        languages.collect()
    }
}
