//! The page behind each problem type's URI.

use std::fmt::Write as _;

use actix_web::{HttpResponse, get, http::StatusCode, web::Path};

use crate::{
    page::{self, escape},
    problem::{Problem, ProblemType},
};

/// What a problem type means and what to do about it.
#[get("/problems/{slug}")]
pub(crate) async fn read(path: Path<String>) -> Result<HttpResponse, Problem> {
    let kind = ProblemType::from_slug(&path)
        .ok_or_else(|| Problem::new(ProblemType::NotFound, "there is no problem of this name"))?;
    let body = format!(
        "<h1>{}</h1>\n<p><code>{}</code> is answered with status {}.</p>\n<p>{}</p>\n",
        escape(kind.title()),
        kind.slug(),
        kind.status().as_u16(),
        escape(kind.explanation()),
    );
    Ok(page::respond(StatusCode::OK, kind.title(), &body))
}

/// Every problem type.
#[get("/problems")]
pub(crate) async fn list() -> HttpResponse {
    let mut rows = String::new();
    for kind in ProblemType::ALL {
        // Writing to a String cannot fail.
        let _ = writeln!(
            rows,
            "<tr><td><a href=\"/problems/{0}\"><code>{0}</code></a></td><td>{1}</td><td>{2}</td></tr>",
            kind.slug(),
            kind.status().as_u16(),
            escape(kind.title()),
        );
    }
    let body = format!(
        "<h1>Problems</h1>\n<table>\n<thead><tr><th scope=\"col\">Type</th><th scope=\"col\">Status\
         </th><th scope=\"col\">Title</th></tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n"
    );
    page::respond(StatusCode::OK, "Problems", &body)
}
