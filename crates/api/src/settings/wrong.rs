//! What a problem says about the fields of a form.

use vestibule_pages::{Text, text};

use crate::problem::Problem;

/// Each field that it is about, as a JSON pointer, with what was expected there and what came.
pub(super) fn fields(problem: &Problem) -> Vec<(String, Text)> {
    let errors = problem.fields.get("errors");
    let errors = errors.and_then(|errors| errors.as_array());
    let said = errors.into_iter().flatten().map(|error| {
        let word = |name: &str| error.get(name).and_then(|word| word.as_str()).unwrap_or("");
        let said = text("field-wrong")
            .with("expected", word("expected"))
            .with("found", word("found"));
        (word("pointer").to_owned(), said)
    });
    said.collect()
}
