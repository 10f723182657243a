//! What the policy would say, asked before it has to.

use actix_web::{
    HttpResponse, post,
    web::{Data, Path},
};
use serde::Deserialize;
use utoipa::ToSchema;
use vestibule_model::{Email, WorkspaceId};
use vestibule_policy::{MethodKind, decide};

use crate::{
    extract::{Allowed, Json, scope},
    facts,
    problem::Problem,
    service::Service,
    views::DecisionView,
};

/// Who wants to sign in, and how.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewDecision {
    /// The e-mail address; an unknown one is judged as the member it would become.
    #[schema(value_type = String, example = "ada@acme.example")]
    email: Email,
    /// password or saml.
    #[schema(value_type = String, example = "password")]
    method: Method,
}

/// The ways of signing in.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Method {
    Password,
    Saml,
}

impl From<Method> for MethodKind {
    fn from(method: Method) -> Self {
        match method {
            Method::Password => Self::Password,
            Method::Saml => Self::Saml,
        }
    }
}

/// May this person sign in by this method, what does it still need, and why?
#[utoipa::path(tag = "Sign-in", operation_id = "decideSignIn", request_body = NewDecision,
    params(("workspace_id" = String, Path, description = "The workspace")),
    responses((status = 200, description = "The decision", body = DecisionView)))]
#[post("/workspaces/{workspace_id}/sign-in-decisions")]
pub(crate) async fn create(
    caller: Allowed<scope::DecisionsRead>,
    service: Data<Service>,
    path: Path<WorkspaceId>,
    body: Json<NewDecision>,
) -> Result<HttpResponse, Problem> {
    let (caller, id, Json(asked)) = (caller.into_caller(), path.into_inner(), body);
    let service_in = service.clone();
    let decision = service
        .store
        .read(move |tx| {
            let workspace = caller.workspace(tx, id)?;
            let member = tx.member_by_email(id, asked.email.key())?;
            let mut facts = tx.facts_of_workspace(workspace)?;
            let person = match member {
                Some(member) => Some(facts::of_person(tx, &mut facts, member)?),
                None => {
                    facts::with_owner_of(tx, &mut facts, &asked.email)?;
                    None
                }
            };
            let (email, method) = (&asked.email, asked.method.into());
            let rules = &service_in.rules;
            Ok::<_, Problem>(decide(&facts, email, person.as_ref(), method, rules))
        })
        .await?;
    Ok(HttpResponse::Ok().json(DecisionView::from(decision)))
}
