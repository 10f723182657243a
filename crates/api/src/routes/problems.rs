//! The page behind each problem type's URI.

use actix_web::{HttpResponse, get, http::StatusCode, web::Path};
use vestibule_pages::{ProblemPage, ProblemRow, Problems};

use crate::{
    page,
    problem::{Problem, ProblemType},
};

/// What a problem type means and what to do about it.
#[get("/problems/{slug}")]
pub(crate) async fn read(path: Path<String>) -> Result<HttpResponse, Problem> {
    let kind = ProblemType::from_slug(&path)
        .ok_or_else(|| Problem::new(ProblemType::NotFound, "there is no problem of this name"))?;
    let page = ProblemPage {
        row: row(kind),
        explanation: kind.explanation(),
    };
    Ok(page::rendered(StatusCode::OK, page))
}

/// Every problem type.
#[get("/problems")]
pub(crate) async fn list() -> HttpResponse {
    let kinds = ProblemType::ALL.iter().copied();
    let page = Problems {
        rows: kinds.map(row).collect(),
    };
    page::rendered(StatusCode::OK, page)
}

fn row(kind: ProblemType) -> ProblemRow {
    ProblemRow {
        slug: kind.slug(),
        status: kind.status().as_u16(),
        title: kind.title(),
    }
}
