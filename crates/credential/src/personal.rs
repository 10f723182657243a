//! Passwords made of what is known of the person.

use zeroize::Zeroizing;

use crate::{common, password::fold};

/// Shorter names are in too many words.
const SHORTEST_NAME: usize = 3;
/// So little beside the names makes no password.
const ENOUGH_BESIDE: usize = 6;
/// Ours is known to everybody.
const OUR_NAME: &str = "vestibule";

/// Whether hardly anything is left of a case-folded text when the names are taken out.
pub(crate) fn is_personal(folded: &str, personal: &[&str]) -> bool {
    let text = joined(folded);
    let mut rest = text.clone();
    for name in names(personal) {
        rest = Zeroizing::new(rest.replace(&name, " "));
    }
    let beside = rest.chars().filter(|c| !c.is_whitespace()).count();
    rest != text && (beside < ENOUGH_BESIDE || common::is_common(rest.trim()))
}

/// The names as they are and the parts that they are made of, the longest first.
fn names(personal: &[&str]) -> Vec<String> {
    let mut names = vec![OUR_NAME.to_owned()];
    for text in personal {
        let folded = fold(text);
        let parts = folded
            .split(|c: char| !c.is_alphanumeric())
            .map(str::to_owned);
        names.extend(parts.chain([joined(&folded).to_string()]));
    }
    names.retain(|name| name.chars().count() >= SHORTEST_NAME);
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    names.dedup();
    names
}

/// Letters and digits alone.
fn joined(text: &str) -> Zeroizing<String> {
    Zeroizing::new(text.chars().filter(|c| c.is_alphanumeric()).collect())
}
