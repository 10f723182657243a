//! What the proxy says in its own configuration: which application it is, and who may come in.

use vestibule_model::{ClientId, Role};

use crate::{
    configuration::WorkspaceName,
    problem::{Problem, ProblemType},
};

/// The words that are understood.
const NAMES: &str = "client_id, workspace, role, audience, unauthenticated";

/// Who may come in, and what becomes of those who have not signed in.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Rules {
    /// Which application it is.
    pub(super) client_id: Option<ClientId>,
    /// Only people of this workspace.
    pub(super) workspace: Option<WorkspaceName>,
    /// The least role.
    pub(super) role: Option<Role>,
    /// Whom access tokens have to be for, in place of those that this very client got.
    pub(super) audience: Option<String>,
    /// Whether somebody who opens a page is sent to sign in, where the proxy passes our answer on.
    pub(super) redirect: bool,
}

impl Rules {
    /// Reads them. A word that is not understood is refused, and so is an empty value or one that comes
    /// twice: a rule that is mistyped must not be a rule that is not there.
    pub(super) fn parse(encoded: &str) -> Result<Self, Problem> {
        let pairs: Vec<(String, String)> = serde_urlencoded::from_str(encoded)
            .map_err(|_cause| refused("/", "a query string", "another text"))?;
        let mut rules = Self::default();
        let mut seen = Vec::new();
        for (name, value) in pairs {
            let pointer = format!("/{name}");
            if seen.contains(&name) {
                return Err(refused(&pointer, "each parameter once", "it came twice"));
            }
            match name.as_str() {
                "client_id" => {
                    let expected = "the id of a client (app_…)";
                    let id = value.parse().or(Err(refused(&pointer, expected, &value)))?;
                    rules.client_id = Some(id);
                }
                "workspace" if !value.is_empty() => {
                    rules.workspace = Some(match value.parse() {
                        Ok(id) => WorkspaceName::Id(id),
                        Err(_) => WorkspaceName::Slug(value),
                    });
                }
                "role" => {
                    let role = value.parse();
                    let role = role.or(Err(refused(&pointer, "admin or member", &value)))?;
                    rules.role = Some(role);
                }
                "audience" if !value.is_empty() => rules.audience = Some(value),
                "unauthenticated" => {
                    rules.redirect = match value.as_str() {
                        "401" => false,
                        "redirect" => true,
                        _ => return Err(refused(&pointer, "401 or redirect", &value)),
                    };
                }
                "workspace" | "audience" => {
                    return Err(refused(&pointer, "a value", "nothing"));
                }
                _ => {
                    let problem = refused(&pointer, &format!("one of {NAMES}"), &name);
                    return Err(problem);
                }
            }
            seen.push(name);
        }
        Ok(rules)
    }
}

/// A problem that every proxy takes for a no.
fn refused(pointer: &str, expected: &str, found: &str) -> Problem {
    let found: String = found.chars().take(100).collect();
    let detail = format!(
        "the proxy's configuration, {pointer}: expected {expected}; found {found}. Nobody is let in"
    );
    Problem::new(ProblemType::ForwardAuthMisconfigured, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_who_may_come_in() {
        let id = ClientId::new(jiff::Timestamp::UNIX_EPOCH);
        let text = format!("client_id={id}&workspace=acme&role=admin&unauthenticated=redirect");
        let rules = Rules::parse(&text).unwrap();
        let acme = WorkspaceName::Slug("acme".to_owned());
        assert_eq!((rules.client_id, rules.workspace), (Some(id), Some(acme)));
        assert_eq!((rules.role, rules.redirect), (Some(Role::Admin), true));
        assert_eq!(Rules::parse("").unwrap(), Rules::default());
    }

    #[test]
    fn what_is_mistyped_lets_nobody_in() {
        for text in [
            "rol=admin",
            "role=Admin",
            "role=",
            "role=admin&role=member",
            "workspace=",
            "audience=",
            "unauthenticated=yes",
            "client_id=x",
            "role=admin&",
        ] {
            let read = Rules::parse(text);
            // A stray separator is no parameter.
            assert_eq!(read.is_ok(), text.ends_with('&'), "{text}: {read:?}");
        }
    }
}
