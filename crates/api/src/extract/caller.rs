//! Who calls: the API key of a request and what it may do.
//!
//! `Allowed<scope::…>` as a handler's parameter is the check; a handler that forgets it has nothing
//! to reach a workspace with.

use std::{marker::PhantomData, ops::Deref};

use actix_web::{
    FromRequest, HttpMessage as _, HttpRequest, dev::Payload, http::header::AUTHORIZATION,
    web::Data,
};
use futures_util::future::LocalBoxFuture;
use jiff::{SignedDuration, Timestamp};
use tracing::debug;
use vestibule_model::{Actor, ApiKey, ApiKeyId, Scope, Workspace, WorkspaceId};
use vestibule_store::{Reach, Repeatable, Tx};

use crate::{
    api_key_secret, clock,
    extract::if_match::IfMatch,
    manage::Authority,
    problem::{Problem, ProblemType},
    service::Service,
};

/// How finely it is noted when a key was used.
const NOTED: SignedDuration = SignedDuration::from_mins(1);

/// The holder of a valid API key.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) key: ApiKey,
    /// What they have seen of what they change, where they say so.
    pub(super) seen: Option<IfMatch>,
    /// The call, where they have named it.
    pub(super) call: Option<Repeatable>,
}

impl Caller {
    /// What the key can see.
    pub(crate) fn reach(&self) -> Reach {
        self.key.workspace_id.map_or(Reach::All, Reach::Workspace)
    }

    /// The key as the author of a change.
    pub(crate) fn actor(&self) -> Actor {
        Actor::ApiKey(self.key.id)
    }

    /// The key's word, for what is done in its name.
    pub(crate) fn authority(&self) -> Authority {
        Authority::new(self.reach(), self.actor())
    }

    /// The workspace, if there is one of this id within the key's reach.
    pub(crate) fn workspace(&self, tx: &mut Tx<'_>, id: WorkspaceId) -> Result<Workspace, Problem> {
        tx.workspace(self.reach(), id)?
            .ok_or_else(|| Problem::not_found("workspace"))
    }

    /// Refuses a key that is bound to one workspace: the operation concerns all of them.
    pub(crate) fn deployment_wide(&self) -> Result<(), Problem> {
        match self.key.workspace_id {
            None => Ok(()),
            Some(_) => Err(Problem::new(
                ProblemType::InsufficientScope,
                "this API key is bound to one workspace, and this operation concerns the whole \
                 deployment",
            )),
        }
    }

    /// Whether the key has this scope, for what is shown to such keys alone.
    pub(crate) fn may(&self, scope: Scope) -> bool {
        self.key.scopes.allows(scope)
    }

    fn require(&self, scope: Scope) -> Result<(), Problem> {
        if self.may(scope) {
            return Ok(());
        }
        let detail = format!("this operation needs the scope {scope}, which the API key lacks");
        Err(Problem::new(ProblemType::InsufficientScope, detail)
            .with("required_scope", scope.as_str()))
    }
}

/// The API key of a request.
///
/// # Errors
/// `unauthorized` for anything but a valid key.
pub(super) async fn authenticate(request: &HttpRequest) -> Result<Caller, Problem> {
    if let Some(known) = request.extensions().get::<Caller>() {
        return Ok(known.clone());
    }
    let refused = |detail: &str| Problem::new(ProblemType::Unauthorized, detail);
    let header = request
        .headers()
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let header = header.ok_or_else(|| refused("send `Authorization: Bearer <api key>`"))?;
    let (scheme, token) = header.split_once(' ').unwrap_or((header, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(refused(
            "the Authorization header is not of the form `Bearer <api key>`",
        ));
    }
    let secret = api_key_secret::read(token.trim()).ok_or_else(|| {
        refused(
            "this is no whole API key: expected vsk_ and 51 characters more, of which the last 8 are a \
             checksum; copy it again",
        )
    })?;
    let hash = secret.hash();
    let invalid = || refused("the API key is unknown, deleted, replaced or expired");
    let service = request
        .app_data::<Data<Service>>()
        .ok_or_else(|| Problem::internal("no service"))?;
    let key = service
        .store
        .read(move |tx| tx.api_key_by_hash(&hash))
        .await?;
    let now = clock::now();
    let key = key
        .filter(|key| key.counts(&hash, now))
        .ok_or_else(invalid)?;
    let noted = key.last_used_at;
    if noted.is_none_or(|noted| now.duration_since(noted) >= NOTED) {
        note_use(service, key.id, now);
    }
    Ok(Caller {
        key,
        seen: IfMatch::of(request.headers()),
        call: None,
    })
}

/// Notes that a key was used; the call does not wait for it, nor fail where it cannot be noted.
fn note_use(service: &Data<Service>, id: ApiKeyId, now: Timestamp) {
    let service = service.clone();
    actix_web::rt::spawn(async move {
        let noting = service.store.write(move |tx| tx.touch_api_key(id, now));
        if let Err(error) = noting.await {
            debug!(%error, key.id = %id, "that an API key was used could not be noted");
        }
    });
}

/// A scope as a type.
pub(crate) trait ScopeMarker {
    const SCOPE: Scope;
}

/// One type per scope, to be named in a handler's parameters.
pub(crate) mod scope {
    use super::{Scope, ScopeMarker};

    macro_rules! markers {
        ($($name:ident),+ $(,)?) => {$(
            pub(crate) struct $name;
            impl ScopeMarker for $name { const SCOPE: Scope = Scope::$name; }
        )+};
    }

    markers!(
        WorkspacesRead,
        WorkspacesWrite,
        MembersRead,
        MembersWrite,
        IdentitiesProve,
        DomainsRead,
        DomainsWrite,
        ConnectionsRead,
        ConnectionsWrite,
        ConnectionsInspect,
        DecisionsRead,
        SessionsMint,
        SessionsRead,
        SessionsWrite,
        ClientsRead,
        ClientsWrite,
        ApiKeysRead,
        ApiKeysWrite,
        AuditRead,
        WebhooksRead,
        WebhooksWrite,
    );
}

/// A caller whose key has the scope `S`.
pub(crate) struct Allowed<S> {
    caller: Caller,
    scope: PhantomData<S>,
}

impl<S> Allowed<S> {
    pub(crate) fn into_caller(self) -> Caller {
        self.caller
    }
}

impl<S> Deref for Allowed<S> {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.caller
    }
}

impl<S: ScopeMarker> FromRequest for Allowed<S> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let caller = authenticate(&request).await?;
            caller.require(S::SCOPE)?;
            Ok(Self {
                caller,
                scope: PhantomData,
            })
        })
    }
}
