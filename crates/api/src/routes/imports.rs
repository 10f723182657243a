//! Many workspaces or members at once: one JSON object a line in, one line out for each.
//!
//! Lines are read as they arrive and kept by the hundred; an import of any size takes the memory of one batch.
//! What is there already is left alone, so that an import that broke off is sent again as a whole.

use std::convert::Infallible;

use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{Bytes, BytesMut, Data, Path, Payload},
};
use futures_util::{StreamExt as _, stream};
use serde::Serialize;
use serde_json::Value;
use tokio::time::timeout;
use vestibule_model::{AuditSource, Member, WorkspaceId};
use vestibule_store::{MemberFilter, PageRequest, Reach, Tx, current_source, with_source};

use crate::{
    body, clock,
    config::CLIENT_TIMEOUT,
    extract::{Allowed, Caller, parse_json, scope},
    problem::{Problem, ProblemType},
    routes::{
        members::{self, NewMember},
        workspaces::{MadeWorkspace, NewWorkspace},
    },
    service::Service,
    views::JsonLines,
};

/// The longest line.
const MAX_LINE: usize = 64 * 1024;
/// How many lines one transaction keeps.
const AT_ONCE: usize = 100;
const NDJSON: &str = "application/x-ndjson";

/// What became of one line.
#[derive(Debug, Serialize)]
pub(crate) struct ImportedLine {
    /// Its number; the first is 1.
    line: u64,
    /// created, exists (and was left alone) or refused.
    result: &'static str,
    /// The object; null where it was refused.
    id: Option<String>,
    /// Why it was refused.
    problem: Option<Value>,
}

/// The last line: how it went. Without it the import has broken off.
#[derive(Debug, Default, Serialize)]
pub(crate) struct ImportSummary {
    /// How many lines there were.
    lines: u64,
    /// How many objects were made.
    created: u64,
    /// How many were there already.
    exists: u64,
    /// How many lines were refused.
    refused: u64,
    /// Whether everything that was sent was read.
    done: bool,
    /// Why it was not.
    problem: Option<Value>,
}

/// What a line is about.
trait Importable: Clone + Send + 'static {
    /// What can be kept.
    type Ready: Send + 'static;

    /// Reads a line.
    fn ready(&self, line: &[u8]) -> Result<Self::Ready, Problem>;

    /// The id of the object that is there already.
    fn existing(&self, tx: &mut Tx<'_>, ready: &Self::Ready) -> Result<Option<String>, Problem>;

    /// Keeps it; its id.
    fn keep(&self, tx: &mut Tx<'_>, ready: Self::Ready) -> Result<String, Problem>;
}

/// Workspaces, known by `external_id`, or by `slug` where a line has none.
#[derive(Clone)]
struct Workspaces(Caller);

impl Importable for Workspaces {
    type Ready = MadeWorkspace;

    fn ready(&self, line: &[u8]) -> Result<MadeWorkspace, Problem> {
        let new: NewWorkspace = parse_json(line)?;
        if !new.can_be_repeated() {
            let expected = "your own id for it, or a slug, so that the import can be sent again";
            return Err(Problem::invalid("/external_id", expected, "neither"));
        }
        new.checked(clock::now())
    }

    fn existing(&self, tx: &mut Tx<'_>, made: &MadeWorkspace) -> Result<Option<String>, Problem> {
        let found = match &made.workspace.external_id {
            Some(id) => {
                let page = tx.list_workspaces(Reach::All, Some(id), &PageRequest::first(1))?;
                page.items.into_iter().next()
            }
            None => tx.workspace_by_slug(made.workspace.slug.as_str())?,
        };
        Ok(found.map(|workspace| workspace.id.to_string()))
    }

    fn keep(&self, tx: &mut Tx<'_>, made: MadeWorkspace) -> Result<String, Problem> {
        Ok(made.keep(tx, self.0.actor())?.id.to_string())
    }
}

/// Members of one workspace, known by `external_id`, or else by `email`.
#[derive(Clone)]
struct Members(Caller, WorkspaceId);

impl Importable for Members {
    type Ready = Member;

    fn ready(&self, line: &[u8]) -> Result<Member, Problem> {
        parse_json::<NewMember>(line)?.checked(self.1, clock::now())
    }

    fn existing(&self, tx: &mut Tx<'_>, member: &Member) -> Result<Option<String>, Problem> {
        self.0.workspace(tx, self.1)?;
        let mut found = None;
        if member.external_id.is_some() {
            let filter = MemberFilter {
                external_id: member.external_id.clone(),
                ..MemberFilter::default()
            };
            let page = tx.list_members(self.1, &filter, &PageRequest::first(1))?;
            found = page.items.into_iter().next();
        }
        let found = match found {
            Some(found) => Some(found),
            None => tx.member_by_email(self.1, member.email.key())?,
        };
        Ok(found.map(|member| member.id.to_string()))
    }

    fn keep(&self, tx: &mut Tx<'_>, member: Member) -> Result<String, Problem> {
        members::keep(tx, self.0.actor(), &member)?;
        Ok(member.id.to_string())
    }
}

/// Import workspaces, one JSON object a line as `createWorkspace` takes it, with `external_id` or `slug`. What
/// is there already is left alone. The answer has a line for each as soon as it is done, and a last one with
/// `done`; send the whole import again if that is missing.
#[utoipa::path(tag = "Workspaces", operation_id = "importWorkspaces",
    request_body(content = JsonLines, content_type = "application/x-ndjson"),
    responses((status = 200, description = "For each line {line, result: created, exists or refused, id, problem}; then {lines, created, exists, refused, done, problem}",
        body = JsonLines, content_type = "application/x-ndjson")))]
#[post("/workspaces/import")]
pub(crate) async fn import_workspaces(
    caller: Allowed<scope::WorkspacesWrite>,
    service: Data<Service>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    caller.deployment_wide()?;
    answer(Workspaces(caller.into_caller()), service, &request, payload)
}

/// Import members, one JSON object a line as `createMember` takes it. Who is there already, by `external_id` or
/// by `email`, is left alone. The answer has a line for each as soon as it is done, and a last one with `done`;
/// send the whole import again if that is missing.
#[utoipa::path(tag = "Members", operation_id = "importMembers",
    params(("workspace_id" = String, Path, description = "The workspace")),
    request_body(content = JsonLines, content_type = "application/x-ndjson"),
    responses((status = 200, description = "For each line {line, result: created, exists or refused, id, problem}; then {lines, created, exists, refused, done, problem}",
        body = JsonLines, content_type = "application/x-ndjson")))]
#[post("/workspaces/{workspace_id}/members/import")]
pub(crate) async fn import_members(
    caller: Allowed<scope::MembersWrite>,
    service: Data<Service>,
    path: Path<WorkspaceId>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let (caller, id) = (caller.into_caller(), path.into_inner());
    // Later there is no status left to say it by.
    let by = caller.clone();
    service.store.read(move |tx| by.workspace(tx, id)).await?;
    answer(Members(caller, id), service, &request, payload)
}

fn answer<K: Importable>(
    kind: K,
    service: Data<Service>,
    request: &HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let given = body::media_type(request);
    if given.as_deref() != Some(NDJSON) {
        let given = given.unwrap_or_else(|| "none".to_owned());
        let detail = format!("expected Content-Type {NDJSON}; received {given}");
        return Err(Problem::new(ProblemType::UnsupportedMediaType, detail));
    }
    let import = Import {
        kind,
        service,
        source: current_source(),
        lines: Lines {
            payload,
            buffer: BytesMut::new(),
            ended: false,
        },
        summary: ImportSummary::default(),
        is_over: false,
    };
    let lines = stream::unfold(import, |mut import| async move {
        let bytes = import.next().await?;
        Some((Ok::<_, Infallible>(bytes), import))
    });
    Ok(HttpResponse::Ok().content_type(NDJSON).streaming(lines))
}

/// An import on its way: it goes on as fast as lines arrive and the answer is taken.
struct Import<K> {
    kind: K,
    service: Data<Service>,
    source: Option<AuditSource>,
    lines: Lines,
    summary: ImportSummary,
    is_over: bool,
}

impl<K: Importable> Import<K> {
    /// What is to be answered next; none when everything was.
    async fn next(&mut self) -> Option<Bytes> {
        if self.is_over {
            return None;
        }
        let batch = match self.lines.next().await {
            Ok(batch) if batch.is_empty() => {
                self.summary.done = true;
                return Some(self.end());
            }
            Ok(batch) => batch,
            Err(problem) => {
                self.summary.problem = Some(self.told(&problem));
                return Some(self.end());
            }
        };
        let first = self.summary.lines + 1;
        let mut answers = Vec::with_capacity(batch.len());
        for (line, outcome) in (first..).zip(self.keep(&batch).await) {
            self.summary.lines = line;
            let answer = match outcome {
                Ok((true, id)) => {
                    self.summary.created += 1;
                    imported(line, "created", Some(id), None)
                }
                Ok((false, id)) => {
                    self.summary.exists += 1;
                    imported(line, "exists", Some(id), None)
                }
                // It is not the line: whatever comes next would fail as well.
                Err(problem) if problem.kind.status().is_server_error() => {
                    self.summary.lines = line - 1;
                    self.summary.problem = Some(self.told(&problem));
                    let end = self.end();
                    return Some([written(&answers), end].concat().into());
                }
                Err(problem) => {
                    self.summary.refused += 1;
                    imported(line, "refused", None, Some(self.told(&problem)))
                }
            };
            answers.push(answer);
        }
        Some(written(&answers))
    }

    fn end(&mut self) -> Bytes {
        self.is_over = true;
        written(std::slice::from_ref(&self.summary))
    }

    /// What became of each line: whether it was made, and its id.
    async fn keep(&self, lines: &[Bytes]) -> Vec<Result<(bool, String), Problem>> {
        match self.keep_together(lines).await {
            Ok(outcomes) => outcomes,
            // One of them spoils the transaction of all: each gets its own.
            Err(_) => {
                let mut outcomes = Vec::with_capacity(lines.len());
                for line in lines {
                    let alone = self.keep_together(std::slice::from_ref(line)).await;
                    outcomes.push(alone.and_then(|outcomes| {
                        let outcome = outcomes.into_iter().next();
                        outcome.unwrap_or_else(|| Err(Problem::internal("no outcome")))
                    }));
                }
                outcomes
            }
        }
    }

    async fn keep_together(
        &self,
        lines: &[Bytes],
    ) -> Result<Vec<Result<(bool, String), Problem>>, Problem> {
        let read: Vec<_> = lines.iter().map(|line| self.kind.ready(line)).collect();
        let kind = self.kind.clone();
        let write = self.service.store.write(move |tx| {
            let outcomes = read.into_iter().map(|line| match line {
                Err(problem) => Ok(Err(problem)),
                Ok(ready) => match kind.existing(tx, &ready)? {
                    Some(id) => Ok(Ok((false, id))),
                    None => Ok(Ok((true, kind.keep(tx, ready)?))),
                },
            });
            outcomes.collect::<Result<Vec<_>, Problem>>()
        });
        match self.source.clone() {
            Some(source) => with_source(source, write).await,
            None => write.await,
        }
    }

    fn told(&self, problem: &Problem) -> Value {
        let request_id = self.source.as_ref();
        let request_id = request_id.and_then(|source| source.request_id.as_deref());
        problem.document(
            &self.service.config.public_url,
            request_id.unwrap_or_default(),
        )
    }
}

fn imported(
    line: u64,
    result: &'static str,
    id: Option<String>,
    problem: Option<Value>,
) -> ImportedLine {
    ImportedLine {
        line,
        result,
        id,
        problem,
    }
}

fn written<T: Serialize>(lines: &[T]) -> Bytes {
    let mut text = Vec::new();
    for line in lines {
        // Neither a map with other keys than texts nor a number that JSON does not have is in them.
        if serde_json::to_writer(&mut text, line).is_ok() {
            text.push(b'\n');
        }
    }
    text.into()
}

/// The lines of a body, as they arrive.
struct Lines {
    payload: Payload,
    buffer: BytesMut,
    ended: bool,
}

impl Lines {
    /// The next ones, at most a hundred: what is there, and at least one; empty at the end. Lines of white space
    /// count as lines, and are refused like others that are no JSON.
    async fn next(&mut self) -> Result<Vec<Bytes>, Problem> {
        loop {
            let mut lines = Vec::new();
            while lines.len() < AT_ONCE
                && let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n')
            {
                let line = self.buffer.split_to(end + 1).freeze();
                lines.push(line.slice(..end));
            }
            if !lines.is_empty() {
                return Ok(lines);
            }
            if self.ended {
                // The last line may end with the body.
                let last = self.buffer.split().freeze();
                return Ok(if last.is_empty() { lines } else { vec![last] });
            }
            if self.buffer.len() > MAX_LINE {
                let detail = format!("a line has at most {MAX_LINE} bytes; a longer one arrived");
                return Err(Problem::new(ProblemType::PayloadTooLarge, detail));
            }
            match timeout(CLIENT_TIMEOUT, self.payload.next()).await {
                Ok(Some(Ok(chunk))) => self.buffer.extend_from_slice(&chunk),
                Ok(Some(Err(error))) => return Err(broken_off(error.to_string())),
                Ok(None) => self.ended = true,
                Err(_elapsed) => return Err(broken_off("nothing came in time".to_owned())),
            }
        }
    }
}

fn broken_off(cause: String) -> Problem {
    let detail = "the body did not arrive whole; send all of it again";
    let mut problem = Problem::new(ProblemType::MalformedRequest, detail);
    problem.cause = Some(cause);
    problem
}
