//! Pages for developers: the management API, its problems, and the demo's application. They are in English,
//! as the code is that is written by them.

use askama::Template;

use crate::{Lang, Page, Shell, filters};

/// The management API, for reading.
#[derive(Template)]
#[template(path = "developer/docs.html")]
pub struct ApiDocs {
    /// What it is.
    pub description: String,
    /// Its operations.
    pub operations: Vec<Operation>,
}

/// One operation of the API.
pub struct Operation {
    /// Its name.
    pub id: String,
    /// What it does, in a few words.
    pub summary: String,
    /// The method, in capitals.
    pub method: String,
    /// The path, with the names of its parameters.
    pub path: String,
    /// What it does; what stands between backticks is code.
    pub description: String,
    /// The fields of its body.
    pub fields: Vec<OperationField>,
}

/// A field of an operation's body.
pub struct OperationField {
    /// Its name.
    pub name: String,
    /// Whether the operation needs it.
    pub needed: bool,
    /// What it means; what stands between backticks is code.
    pub meaning: String,
}

/// Every type of problem.
#[derive(Template)]
#[template(path = "developer/problems.html")]
pub struct Problems {
    /// The types.
    pub rows: Vec<ProblemRow>,
}

/// A type of problem.
pub struct ProblemRow {
    /// Its word.
    pub slug: &'static str,
    /// The status that it is answered with.
    pub status: u16,
    /// In a few words.
    pub title: &'static str,
}

/// What a type of problem means and what to do about it.
#[derive(Template)]
#[template(path = "developer/problem.html")]
pub struct ProblemPage {
    /// The type.
    pub row: ProblemRow,
    /// What it means; what stands between backticks is code.
    pub explanation: &'static str,
}

/// A page of the demo's application.
#[derive(Template)]
#[template(path = "developer/demo.html")]
pub struct DemoPage {
    /// Its heading.
    pub title: &'static str,
    /// What it says; what stands between backticks is code.
    pub text: String,
    /// What came, as it came.
    pub came: Option<String>,
    /// Where to go: address and words.
    pub links: &'static [(&'static str, &'static str)],
}

macro_rules! english_pages {
    ($($page:ident),+ $(,)?) => {
        $(impl Page for $page {
            fn html(&self, shell: &Shell) -> String {
                let shell = Shell { lang: Lang::En, ..shell.clone() };
                // Writing to a String cannot fail, and the filters find the shell.
                askama::Template::render_with_values(self, &shell).unwrap_or_default()
            }
        })+
    };
}

english_pages!(ApiDocs, DemoPage, ProblemPage, Problems);
