//! Short texts that people enter.

use crate::problem::Problem;

const MAX_NAME: usize = 200;
const MAX_EXTERNAL_ID: usize = 255;

/// A name: trimmed, 1 to 200 characters, no control characters.
pub(crate) fn name(pointer: &str, given: &str) -> Result<String, Problem> {
    let name = given.trim();
    let length = name.chars().count();
    if length == 0 || length > MAX_NAME || name.chars().any(char::is_control) {
        let expected = format!("1 to {MAX_NAME} characters without control characters");
        return Err(Problem::invalid(
            pointer,
            expected,
            format!("{length} characters"),
        ));
    }
    Ok(name.to_owned())
}

/// The caller's own id: 1 to 255 characters, no control characters.
pub(crate) fn external_id(given: Option<String>) -> Result<Option<String>, Problem> {
    let Some(id) = given else { return Ok(None) };
    let length = id.chars().count();
    if length == 0 || length > MAX_EXTERNAL_ID || id.chars().any(char::is_control) {
        let expected = format!("1 to {MAX_EXTERNAL_ID} characters without control characters");
        return Err(Problem::invalid(
            "/external_id",
            expected,
            format!("{length} characters"),
        ));
    }
    Ok(Some(id))
}
