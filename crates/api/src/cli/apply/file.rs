//! The file: what somebody wants to be there, read strictly.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::{Map, Value};
use vestibule_model::{
    ClientAuthMethod, DomainName, Email, MemberStatus, Plan, Role, SigningAlgorithm, TwoFactorRule,
};

use crate::{
    cli::{apply::draft_in_file::DraftInFile, failure::Told},
    extract::double_option,
};

/// More than any file that somebody writes by hand.
const MAX_FILE: u64 = 8 * 1024 * 1024;

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    /// Of what the file is the whole list: what is not in it may be pruned.
    #[serde(default)]
    pub(super) owns: Owns,
    pub(super) clients: Option<Vec<ClientInFile>>,
    #[serde(default)]
    pub(super) workspaces: Vec<WorkspaceInFile>,
}

/// Of which kinds, and of which names, the file is the whole list.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Owns {
    pub(super) workspaces: Option<Pattern>,
    pub(super) clients: Option<Pattern>,
    /// Of the workspaces in the file.
    pub(super) connections: Option<Pattern>,
    /// Of the workspaces in the file.
    pub(super) domains: Option<Pattern>,
}

/// A name, or the beginning of names with `*` at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern(String);

impl Pattern {
    pub(super) fn covers(&self, name: &str) -> bool {
        match self.0.strip_suffix('*') {
            Some(start) => name.starts_with(start),
            None => name == self.0,
        }
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let inner = text.strip_suffix('*').unwrap_or(&text);
        if text.is_empty() || inner.contains('*') {
            let expected = "expected a name, or the beginning of one with a * at its end";
            return Err(de::Error::custom(expected));
        }
        Ok(Self(text))
    }
}

/// A workspace. What is absent is left alone.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WorkspaceInFile {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) external_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) slug: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) plan: Option<Plan>,
    #[serde(skip_serializing_if = "Option::is_none")]
    two_factor: Option<TwoFactorRule>,
    #[serde(skip_serializing_if = "Option::is_none")]
    keep_saml_responses_days: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_idle_minutes: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_lifetime_minutes: Option<u32>,
    #[serde(
        default,
        deserialize_with = "double_option",
        skip_serializing_if = "Option::is_none"
    )]
    audit_retention_days: Option<Option<u16>>,
    #[serde(skip_serializing)]
    pub(super) connections: Option<Vec<ConnectionInFile>>,
    #[serde(skip_serializing)]
    pub(super) domains: Option<Vec<DomainInFile>>,
    #[serde(skip_serializing)]
    pub(super) members: Option<Vec<MemberInFile>>,
}

impl WorkspaceInFile {
    /// What it is recognised by: your own id, else the slug.
    pub(super) fn key(&self) -> Option<&str> {
        self.external_id.as_deref().or(self.slug.as_deref())
    }
}

/// A connection, recognised by its name.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConnectionInFile {
    pub(super) name: String,
    #[serde(
        default,
        deserialize_with = "double_option",
        skip_serializing_if = "Option::is_none"
    )]
    pub(super) provider: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<bool>,
    /// Only `false`: a connection goes live by a passed test and by being enabled, and by no file.
    #[serde(skip_serializing)]
    pub(super) enabled: Option<Off>,
    /// The whole of its settings.
    #[serde(skip_serializing)]
    pub(super) draft: Option<DraftInFile>,
}

/// Switched off.
#[derive(Debug, Clone, Copy)]
pub(super) struct Off;

impl<'de> Deserialize<'de> for Off {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct False;
        impl de::Visitor<'_> for False {
            type Value = Off;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("false")
            }

            // In here, so that the line of this very field is named.
            fn visit_bool<E: de::Error>(self, on: bool) -> Result<Off, E> {
                let expected = "expected false, or no such field: a connection goes live by a passed \
                                test and POST …/enable, never by a file";
                if on {
                    Err(E::custom(expected))
                } else {
                    Ok(Off)
                }
            }
        }
        deserializer.deserialize_bool(False)
    }
}

/// A domain: its name alone, or with the connection that it leads to.
#[derive(Debug)]
pub(super) struct DomainInFile {
    pub(super) domain: String,
    /// The name of a connection; `Some(None)`: the default.
    pub(super) connection: Option<Option<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DomainFields {
    domain: DomainName,
    #[serde(default, deserialize_with = "double_option")]
    connection: Option<Option<String>>,
}

impl<'de> Deserialize<'de> for DomainInFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> de::Visitor<'de> for Either {
            type Value = DomainInFile;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("the name of a domain, or {domain, connection}")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<DomainInFile, E> {
                let domain = DomainName::parse(text).map_err(E::custom)?;
                Ok(DomainInFile {
                    domain: domain.into_string(),
                    connection: None,
                })
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<DomainInFile, A::Error> {
                let fields = de::value::MapAccessDeserializer::new(map);
                let DomainFields { domain, connection } = DomainFields::deserialize(fields)?;
                Ok(DomainInFile {
                    domain: domain.into_string(),
                    connection,
                })
            }
        }
        deserializer.deserialize_any(Either)
    }
}

/// A member, recognised by the address.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MemberInFile {
    #[serde(serialize_with = "as_text")]
    pub(super) email: Email,
    #[serde(
        default,
        deserialize_with = "double_option",
        skip_serializing_if = "Option::is_none"
    )]
    name: Option<Option<String>>,
    role: Role,
    #[serde(
        default,
        deserialize_with = "double_option",
        skip_serializing_if = "Option::is_none"
    )]
    external_id: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<MemberStatus>,
}

fn as_text<S: serde::Serializer>(email: &Email, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(email)
}

/// A client, recognised by its name. What is absent is left alone.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClientInFile {
    pub(super) name: String,
    pub(super) redirect_uris: Vec<String>,
    #[serde(
        default,
        deserialize_with = "double_option",
        skip_serializing_if = "Option::is_none"
    )]
    initiate_login_uri: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    post_logout_redirect_uris: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token_signed_response_alg: Option<SigningAlgorithm>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_endpoint_auth_method: Option<ClientAuthMethod>,
    #[serde(
        default,
        deserialize_with = "double_option",
        skip_serializing_if = "Option::is_none"
    )]
    jwks: Option<Option<Map<String, Value>>>,
    #[serde(
        default,
        deserialize_with = "double_option",
        skip_serializing_if = "Option::is_none"
    )]
    jwks_uri: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    require_pushed_authorization_requests: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resources: Option<Vec<String>>,
    #[serde(
        default,
        deserialize_with = "double_option",
        skip_serializing_if = "Option::is_none"
    )]
    backchannel_logout_uri: Option<Option<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    backchannel_logout_session_required: Option<bool>,
}

impl ClientInFile {
    /// Whether it gets a secret when it is made.
    pub(super) fn has_secret(&self) -> bool {
        !matches!(
            self.token_endpoint_auth_method,
            Some(ClientAuthMethod::PrivateKeyJwt | ClientAuthMethod::None)
        )
    }
}

/// Where the file is, to name it and to find what it names.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub(super) path: PathBuf,
}

impl Source {
    /// A place in the file, for a message.
    pub(super) fn place(&self, pointer: &str) -> String {
        format!("{}: {pointer}", self.path.display())
    }

    /// A failure at a place in the file.
    pub(super) fn wrong(&self, pointer: &str, expected: &str, found: &str) -> Told {
        let detail = format!("expected {expected}; found {found}");
        Told::new("invalid-value", detail)
            .before(&self.place(pointer))
            .with("file", self.path.display().to_string())
            .with("pointer", pointer)
    }

    /// The text of a file that is named beside this one.
    pub(super) fn beside(&self, name: &str) -> Result<String, String> {
        let folder = self.path.parent().unwrap_or(Path::new(""));
        text_of(&folder.join(name))
    }
}

/// Reads the file and what it names.
pub(super) fn read(path: &Path) -> Result<(Source, Document), Told> {
    let source = Source {
        path: path.to_owned(),
    };
    let named = |detail: String| Told::new("unreadable-file", detail).with("file", shown(path));
    let text = text_of(path).map_err(named)?;
    let mut document: Document = yaml_serde::from_str(&text).map_err(|error| {
        let (mut place, mut told) = (shown(path), Told::new("invalid-file", error.to_string()));
        if let Some(at) = error.location() {
            place = format!("{place}:{}:{}", at.line(), at.column());
            told = told.with("line", at.line()).with("column", at.column());
        }
        told.before(&place).with("file", shown(path))
    })?;
    for (at, workspace) in document.workspaces.iter_mut().enumerate() {
        let connections = workspace.connections.iter_mut().flatten().enumerate();
        for (inner, connection) in connections {
            if let Some(draft) = &mut connection.draft {
                let pointer = format!("/workspaces/{at}/connections/{inner}/draft");
                draft.take_files(&source, &pointer)?;
            }
        }
    }
    Ok((source, document))
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn text_of(path: &Path) -> Result<String, String> {
    use std::io::Read as _;

    let named = |error: std::io::Error| format!("{}: {error}", path.display());
    let file = std::fs::File::open(path).map_err(named)?;
    let mut bytes = Vec::new();
    file.take(MAX_FILE + 1)
        .read_to_end(&mut bytes)
        .map_err(named)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MAX_FILE {
        return Err(format!(
            "{}: expected at most {MAX_FILE} bytes",
            path.display()
        ));
    }
    String::from_utf8(bytes).map_err(|_cause| format!("{}: not text in UTF-8", path.display()))
}
