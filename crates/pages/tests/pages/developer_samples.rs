//! The pages for developers, which are in English alone.

use vestibule_pages::{
    ApiDocs, DemoPage, Operation, OperationField, Page, ProblemPage, ProblemRow, Problems,
};

use crate::fill::Fill;

/// Adds them.
pub(crate) fn add(fill: Fill, add: &mut impl FnMut(&'static str, &dyn Page)) {
    let field = |needed| OperationField {
        name: fill.text("idp_sso_url"),
        needed,
        meaning: fill.text("Where people are sent to sign in; `https` alone."),
    };
    let docs = ApiDocs {
        description: fill.text("Single sign-on for the customers of a service."),
        operations: vec![Operation {
            id: "saveDraft".to_owned(),
            summary: fill.text("Save a draft"),
            method: "PUT".to_owned(),
            path: fill.text("/v1/connections/{connection_id}/draft"),
            description: fill.text("Nothing that is live changes. See `enable`."),
            fields: vec![field(true), field(false)],
        }],
    };
    add("developer-docs", &docs);
    let row = || ProblemRow {
        slug: "conflict",
        status: 409,
        title: "Something else has this value already",
    };
    add("developer-problems", &Problems { rows: vec![row()] });
    let problem = ProblemPage {
        row: row(),
        explanation: "The value named in `field` has to be unique.",
    };
    add("developer-problem", &problem);
    let demo = DemoPage {
        title: "You are signed in",
        text: fill.text("This is what `userinfo` says:"),
        came: fill.some("{\"sub\": \"mem_1\"}"),
        links: &[("/", "Back")],
    };
    add("developer-demo", &demo);
}
