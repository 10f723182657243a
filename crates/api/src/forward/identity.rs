//! Who is let in, as the application reads it from headers.

use std::fmt::Write as _;

use actix_web::HttpResponseBuilder;
use vestibule_model::{AuthenticationMethod, Role, Session};
use vestibule_policy::Grant;

/// Who a visitor is.
pub(super) struct Identity {
    headers: [(&'static str, String); 10],
}

impl Identity {
    /// What the session, and the rules that were asked about it just now, say: the role is today's.
    pub(super) fn new(session: &Session, scope: &str, grant: &Grant) -> Self {
        let member = grant.member();
        let has = |scopes: &str| scope.split(' ').any(|granted| granted == scopes);
        let email = has("email").then(|| member.email.as_str());
        let name = has("profile").then_some(member.name.as_deref()).flatten();
        let amr: Vec<_> = session
            .amr
            .iter()
            .map(|it| AuthenticationMethod::as_str(*it))
            .collect();
        let verified = email.map(|_| grant.email_verified().to_string());
        // Each of them always, empty where there is nothing to say: a proxy that only overwrites would
        // else let through what the visitor has sent under the name of the one that is missing.
        let headers = [
            ("X-Vestibule-Subject", member.id.to_string()),
            ("X-Vestibule-Email", encoded(email.unwrap_or_default())),
            ("X-Vestibule-Email-Verified", verified.unwrap_or_default()),
            ("X-Vestibule-Name", encoded(name.unwrap_or_default())),
            ("X-Vestibule-Workspace", session.workspace_id.to_string()),
            ("X-Vestibule-Role", grant.role().to_string()),
            ("X-Vestibule-Session", session.id.to_string()),
            ("X-Vestibule-Client", session.client_id.to_string()),
            ("X-Vestibule-Amr", amr.join(" ")),
            (
                "X-Vestibule-Auth-Time",
                session.auth_time.as_second().to_string(),
            ),
        ];
        Self { headers }
    }

    /// Whether somebody of this role may come in where that one is the least.
    pub(super) fn reaches(role: Role, least: Role) -> bool {
        match least {
            Role::Member => true,
            Role::Admin => role == Role::Admin,
        }
    }

    /// Adds the headers to an answer.
    pub(super) fn show(self, response: &mut HttpResponseBuilder) {
        for header in self.headers {
            response.insert_header(header);
        }
    }
}

/// A text as a header can carry it through any proxy, and nothing else with it: visible ASCII stays, `%`
/// and every other byte of its UTF-8 is percent-encoded (RFC 3986 §2.1).
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_graphic() && byte != b'%' {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String does not fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_visible_ascii_gets_into_a_header() {
        for (text, header) in [
            ("ada@acme.example", "ada@acme.example"),
            ("Ada Lovelace", "Ada%20Lovelace"),
            ("Zoë", "Zo%C3%AB"),
            (
                "a\r\nX-Vestibule-Role: admin",
                "a%0D%0AX-Vestibule-Role:%20admin",
            ),
            ("100%", "100%25"),
            ("\0\u{7f}", "%00%7F"),
        ] {
            assert_eq!(encoded(text), header);
        }
    }
}
