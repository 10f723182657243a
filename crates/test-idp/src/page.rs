//! The pages. Everything that came from outside is escaped; there is no inline script and no inline
//! style, so the policy can forbid both.

use crate::escape::{Xml, escape};
use crate::fault::Fault;
use crate::idp::TestIdp;
use crate::incoming::Binding;
use crate::logout::LogoutResponse;
use crate::outgoing::OutgoingForm;
use crate::post_form::PostForm;
use crate::request::ReceivedRequest;
use crate::user::User;

/// The style sheet.
pub(crate) const STYLE_SHEET: &str = include_str!("assets/idp.css");
/// The script of the page that posts itself.
pub(crate) const SUBMIT_SCRIPT: &str = include_str!("assets/submit.js");

/// Who are you? A request waits for the answer.
pub(crate) fn login(idp: &TestIdp, request: &ReceivedRequest) -> String {
    let mut page = Page::new(idp, "Who are you?");
    page.markup
        .raw("<p class=\"lead\"><strong>")
        .text(request.sp_entity_id());
    page.markup.raw("</strong> asks you to sign in");
    if request.force_authn() {
        page.markup.raw(", and wants a fresh sign-in");
    }
    page.markup
        .raw(".</p><form method=\"post\" action=\"/sso/login\">");
    match &request.signed_query {
        Some(query) => page.hidden("query", query),
        None => page.message("SAMLRequest", &request.encoded, request.relay_state()),
    }
    if request.binding == Binding::Post {
        page.hidden("binding", "post");
    }
    page.people(idp.users());
    page.faults();
    page.markup.raw("</form>");
    page.finish()
}

/// Where do you want to go, and who are you? Nobody has asked.
pub(crate) fn start(idp: &TestIdp) -> String {
    let mut page = Page::new(idp, "Where to?");
    let trusted = idp.trusted();
    if trusted.is_empty() {
        page.markup.raw(
            "<p class=\"lead\">This IdP does not trust any application yet. Its metadata is at \
             <a href=\"/metadata\">",
        );
        page.markup.text(&idp.metadata_url()).raw("</a>.</p>");
        return page.finish();
    }
    page.markup.raw(
        "<p class=\"lead\">Sign in at an application without being asked \
         (IdP-initiated).</p><form method=\"post\" action=\"/sso/login\">\
         <fieldset><legend>Application</legend><ul class=\"choices\">",
    );
    for (index, sp) in trusted.iter().enumerate() {
        let checked = if index == 0 { " checked" } else { "" };
        page.markup.raw(&format!(
            "<li><label class=\"choice\"><input type=\"radio\" name=\"sp\" value=\"{index}\"{checked}>\
             <span class=\"who\"><span class=\"name\">{}</span><span class=\"email\">{}</span></span>\
             </label></li>",
            escape(&sp.entity_id),
            escape(&sp.acs_url),
        ));
    }
    page.markup.raw(
        "</ul><label class=\"field\" for=\"relay-state\">RelayState, if any</label>\
         <input id=\"relay-state\" name=\"RelayState\" type=\"text\" autocomplete=\"off\">\
         </fieldset>",
    );
    page.people(idp.users());
    page.faults();
    page.markup.raw("</form>");
    page.finish()
}

/// Takes the answer to the service provider.
pub(crate) fn post(idp: &TestIdp, form: &PostForm) -> String {
    let mut page = Page::new(idp, "Taking you back");
    let relay_state = form.relay_state.as_deref();
    page.posting("The answer", &form.acs_url, |page| {
        page.message("SAMLResponse", &form.saml_response, relay_state);
    });
    page.finish()
}

/// Takes a logout message to the service provider.
pub(crate) fn post_logout(idp: &TestIdp, form: &OutgoingForm) -> String {
    let mut page = Page::new(idp, "Signing you out");
    let relay_state = form.relay_state.as_deref();
    page.posting("The message", &form.url, |page| {
        page.message(form.field, &form.message, relay_state);
    });
    page.finish()
}

/// Says how a logout went at a service provider.
pub(crate) fn signed_out(idp: &TestIdp, response: &LogoutResponse) -> String {
    let (code, nested) = &response.status;
    let mut page = Page::new(idp, "Signed out");
    page.markup
        .raw("<p class=\"lead\"><strong>")
        .text(&response.sp_entity_id);
    page.markup.raw("</strong> answers <code>").text(code);
    if let Some(nested) = nested {
        page.markup.raw("</code> <code>").text(nested);
    }
    page.markup
        .raw("</code>.</p><p><a href=\"/\">To the start page</a></p>");
    page.finish()
}

/// Says what is wrong.
pub(crate) fn error(idp: &TestIdp, problem: &str) -> String {
    let mut page = Page::new(idp, "That cannot be answered");
    page.markup
        .raw("<p class=\"lead problem\" role=\"alert\">")
        .text(problem)
        .raw("</p>");
    page.markup
        .raw("<p><a href=\"/\">To the start page</a></p>");
    page.finish()
}

struct Page {
    markup: Xml,
}

impl Page {
    fn new(idp: &TestIdp, heading: &str) -> Self {
        let mut markup = Xml::default();
        markup.raw(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <meta name=\"color-scheme\" content=\"light dark\">\
             <meta name=\"robots\" content=\"noindex\"><link rel=\"icon\" href=\"data:,\">\
             <link rel=\"stylesheet\" href=\"/assets/idp.css\"><title>",
        );
        markup
            .text(heading)
            .raw(" · Test IdP</title></head><body><main><header>");
        markup
            .raw("<p class=\"eyebrow\">Test identity provider · ")
            .text(idp.style().label());
        markup
            .raw(" style</p><h1>")
            .text(heading)
            .raw("</h1></header>");
        Self { markup }
    }

    fn hidden(&mut self, name: &str, value: &str) {
        self.markup.empty(
            "input",
            &[
                ("type", Some("hidden")),
                ("name", Some(name)),
                ("value", Some(value)),
            ],
        );
    }

    /// The fields of a message.
    fn message(&mut self, field: &str, message: &str, relay_state: Option<&str>) {
        self.hidden(field, message);
        if let Some(relay_state) = relay_state {
            self.hidden("RelayState", relay_state);
        }
    }

    /// A form that posts itself.
    fn posting(&mut self, what: &str, url: &str, fields: impl FnOnce(&mut Self)) {
        self.markup
            .raw("<p class=\"lead\">")
            .text(what)
            .raw(" goes to <strong>")
            .text(url);
        self.markup
            .raw("</strong>.</p><form method=\"post\" data-auto-submit action=\"")
            .text(url)
            .raw("\">");
        fields(self);
        self.markup.raw(
            "<button class=\"primary\" type=\"submit\">Continue</button></form>\
             <script src=\"/assets/submit.js\" defer></script>",
        );
    }

    fn people(&mut self, users: &[User]) {
        self.markup
            .raw("<fieldset><legend>Sign in as</legend><ul class=\"people\">");
        for user in users {
            let initials: String = [&user.given_name, &user.family_name]
                .into_iter()
                .filter_map(|name| name.chars().next())
                .collect();
            self.markup.raw("<li>").open(
                "button",
                &[
                    ("type", Some("submit")),
                    ("name", Some("user")),
                    ("value", Some(&user.email)),
                    ("class", Some("person")),
                ],
            );
            self.markup
                .raw("<span class=\"initials\" aria-hidden=\"true\">")
                .text(&initials)
                .raw("</span><span class=\"who\"><span class=\"name\">")
                .text(&user.display_name())
                .raw("</span><span class=\"email\">")
                .text(&user.email)
                .raw("</span></span><span class=\"groups\">");
            for group in &user.groups {
                self.markup
                    .raw("<span class=\"group\">")
                    .text(group)
                    .raw("</span> ");
            }
            self.markup.raw("</span></button></li>");
        }
        self.markup.raw("</ul></fieldset>");
    }

    fn faults(&mut self) {
        self.markup.raw(
            "<details><summary>Answer wrongly on purpose</summary>\
             <label class=\"field\" for=\"fault\">What to do wrong</label>\
             <select id=\"fault\" name=\"fault\"><option value=\"\">Nothing: an honest answer</option>",
        );
        for fault in Fault::ALL {
            self.markup
                .leaf("option", &[("value", Some(fault.name()))], fault.label());
        }
        self.markup.raw("</select></details>");
    }

    fn finish(mut self) -> String {
        self.markup.raw(
            "<footer><p>There are no passwords here: anybody can be anybody. For demonstrations and \
             tests only.</p></footer></main></body></html>",
        );
        self.markup.finish()
    }
}
