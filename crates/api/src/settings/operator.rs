//! Who acts on the settings of a connection: an admin who is signed in, or whoever holds a setup link.

use actix_web::{
    FromRequest, HttpRequest, HttpResponse, dev::Payload, error::InternalError, http::StatusCode,
    web::Data,
};
use futures_util::future::LocalBoxFuture;
use jiff::Timestamp;
use vestibule_model::{ConnectionId, Role, Workspace};
use vestibule_pages::{Frame, Notice, Tab, text};

use super::list;
use crate::{
    clock,
    manage::Authority,
    page::ErrorPage,
    people::{self, Form, SignedIn},
    problem::Problem,
    service::Service,
    setup::{self, LinkSession},
};

/// Where admins find the settings.
pub(crate) const SETTINGS: &str = "/settings/sso";

/// Whoever acts on the settings.
pub(crate) struct Operator {
    who: Who,
    request: HttpRequest,
    service: Data<Service>,
    now: Timestamp,
}

enum Who {
    Admin(Box<SignedIn>),
    Link(Box<LinkSession>),
}

/// A page of a connection, in the list above it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Settings,
    Guide,
    Activity,
    Links,
    /// None of those in the list.
    Elsewhere,
}

impl Operator {
    /// The moment of the request.
    pub(crate) fn now(&self) -> Timestamp {
        self.now
    }

    pub(crate) fn request(&self) -> &HttpRequest {
        &self.request
    }

    pub(crate) fn service(&self) -> &Data<Service> {
        &self.service
    }

    pub(crate) fn workspace(&self) -> &Workspace {
        match &self.who {
            Who::Admin(signed_in) => &signed_in.workspace,
            Who::Link(link) => &link.workspace,
        }
    }

    /// The admin, for what is no link's to do.
    pub(crate) fn admin(&self) -> Option<&SignedIn> {
        match &self.who {
            Who::Admin(signed_in) => Some(signed_in),
            Who::Link(_) => None,
        }
    }

    /// The admin; a link may not do it.
    ///
    /// # Errors
    /// A page that says so.
    pub(crate) fn admins_only(&self) -> Result<&SignedIn, ErrorPage> {
        let admin = self.admin();
        admin.ok_or_else(|| {
            let page = ErrorPage::named(StatusCode::FORBIDDEN, "link-sets-up-alone");
            self.with_way_back(page)
        })
    }

    /// The link, for what is no admin's.
    pub(crate) fn link(&self) -> Option<&LinkSession> {
        match &self.who {
            Who::Admin(_) => None,
            Who::Link(link) => Some(link),
        }
    }

    /// What they may see and change.
    pub(crate) fn authority(&self) -> Authority {
        match &self.who {
            Who::Admin(signed_in) => Authority::of_member(&signed_in.member),
            Who::Link(link) => Authority::of_setup_link(
                (link.workspace.id, link.connection.id),
                link.desk(),
                self.now,
            ),
        }
    }

    /// Whether they may make it live.
    pub(crate) fn may_enable(&self) -> bool {
        match &self.who {
            Who::Admin(_) => true,
            Who::Link(link) => link.link.allow_enable,
        }
    }

    /// A page about what may not be done here, with the way back for a setup link: it has no other page.
    pub(crate) fn with_way_back(&self, page: ErrorPage) -> ErrorPage {
        match &self.who {
            Who::Admin(_) => page,
            Who::Link(link) => {
                let base = setup::place(link.connection.id);
                page.link(base, text("guide-back-to-settings"))
            }
        }
    }

    /// Where the pages of a connection begin, for them.
    pub(crate) fn base(&self, id: ConnectionId) -> String {
        match &self.who {
            Who::Admin(_) => format!("{SETTINGS}/{id}"),
            Who::Link(_) => setup::place(id),
        }
    }

    /// What every form carries.
    pub(crate) fn csrf(&self) -> String {
        match &self.who {
            Who::Admin(signed_in) => signed_in.csrf(),
            Who::Link(link) => link.csrf(),
        }
    }

    /// Whether a form that was posted is one of ours.
    ///
    /// # Errors
    /// A page that says so.
    pub(crate) fn check_form(&self, fields: &Form) -> Result<(), ErrorPage> {
        match &self.who {
            Who::Admin(signed_in) => signed_in.check_form(&self.request, &self.service, fields),
            Who::Link(link) => link.check_form(&self.request, &self.service, fields),
        }
    }

    /// For what decides who gets in: the sign-in that asks an admin once more, where the last one is too
    /// old; it leads back to `here`. A link is no person and is asked nothing.
    ///
    /// # Errors
    /// A page when the sign-in cannot begin.
    pub(crate) async fn ask_again(&self, here: &str) -> Result<Option<HttpResponse>, ErrorPage> {
        let Who::Admin(signed_in) = &self.who else {
            return Ok(None);
        };
        if signed_in.is_fresh(self.now) {
            return Ok(None);
        }
        let flow = signed_in.again(here, "again-sso", self.now)?;
        let away = people::begin(&self.request, &self.service, flow, self.now).await?;
        Ok(Some(away))
    }

    /// What is around a page about all connections.
    pub(crate) fn frame(&self) -> Frame {
        let (reader, account_href) = match &self.who {
            Who::Admin(signed_in) => (
                Some(signed_in.member.email.to_string()),
                Some("/account".to_owned()),
            ),
            Who::Link(link) => (link.link.name.clone(), None),
        };
        Frame {
            workspace: self.workspace().name.clone(),
            connection: None,
            tabs: Vec::new(),
            connections_href: None,
            account_href,
            reader,
            csrf: self.csrf(),
            notice: done(&self.request),
            error: None,
        }
    }

    /// What is around a page about one connection.
    pub(crate) fn frame_of(&self, id: ConnectionId, name: &str, place: Place) -> Frame {
        let base = self.base(id);
        let tab = |which, path: &str, label| Tab {
            href: format!("{base}{path}"),
            label: text(label),
            current: which == place,
        };
        let mut tabs = vec![
            tab(Place::Settings, "", "tab-settings"),
            tab(Place::Guide, "/guide", "tab-guide"),
        ];
        let admin = matches!(self.who, Who::Admin(_));
        if admin {
            tabs.push(tab(Place::Activity, "/activity", "tab-activity"));
            tabs.push(tab(Place::Links, "/links", "tab-links"));
        }
        Frame {
            connection: Some(name.to_owned()),
            tabs,
            connections_href: admin.then(|| format!("{SETTINGS}?{}=1", list::ALL)),
            ..self.frame()
        }
    }
}

/// What was just done, by the word in the address: nobody else writes on the page.
fn done(request: &HttpRequest) -> Option<Notice> {
    let query = Form::of_query(request);
    match query.get("done") {
        "saved" => Some(Notice::named("saved")),
        "enabled" => Some(Notice::named("enabled")),
        "disabled" => Some(Notice::named("disabled")),
        "link-revoked" => Some(Notice::named("links-revoked")),
        "retired" => Some(Notice::named("retired")),
        _ => None,
    }
}

impl FromRequest for Operator {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, actix_web::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            match find(request).await? {
                Ok(operator) => Ok(operator),
                Err(away) => Err(InternalError::from_response("not signed in", away).into()),
            }
        })
    }
}

/// Who acts by this request, or where to go first.
async fn find(request: HttpRequest) -> Result<Result<Operator, HttpResponse>, ErrorPage> {
    let now = clock::now();
    let service = request
        .app_data::<Data<Service>>()
        .cloned()
        .ok_or_else(|| Problem::internal("no service"))?;
    let who = if request.path().starts_with(SETTINGS) {
        let Some(signed_in) = SignedIn::find(&request, &service, now).await? else {
            let away = people::sign_in_for(&request, &service, &here(&request), now).await?;
            return Ok(Err(away));
        };
        if signed_in.member.role != Role::Admin {
            return Err(ErrorPage::named(StatusCode::FORBIDDEN, "admins-only")
                .link("/account", text("account-go")));
        }
        Who::Admin(Box::new(signed_in))
    } else {
        let link = LinkSession::find(&request, &service, now).await?;
        Who::Link(Box::new(link.ok_or_else(setup::over)?))
    };
    Ok(Ok(Operator {
        who,
        request,
        service,
        now,
    }))
}

/// Where a sign-in leads back to: the page itself, or the settings for what was posted.
fn here(request: &HttpRequest) -> String {
    if request.method() == actix_web::http::Method::GET {
        request.path().to_owned()
    } else {
        SETTINGS.to_owned()
    }
}
