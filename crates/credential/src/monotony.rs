//! The same again and again.

use std::collections::BTreeSet;

/// So few different characters are no password, whatever their order.
const FEWEST_DIFFERENT: usize = 4;
/// A part that is repeated counts once, and would have to be long enough by itself.
const SHORTEST_PART: usize = crate::password::SHORTEST;

/// Whether a text repeats one short part, counts up or down, or has hardly any different characters.
pub(crate) fn is_monotonous(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    let different: BTreeSet<&char> = chars.iter().collect();
    different.len() < FEWEST_DIFFERENT
        || (1..SHORTEST_PART).any(|length| repeats(&chars, length))
        || counts(&chars)
}

/// Whether a part of this length is all there is; the last time it may break off.
fn repeats(chars: &[char], length: usize) -> bool {
    chars.len() > length
        && chars
            .iter()
            .zip(chars.iter().skip(length))
            .all(|(here, there)| here == there)
        // Half of it again and no more is a rhyme, no repetition.
        && chars.len() >= length + length.min(SHORTEST_PART / 2)
}

/// Whether each character is the next one of the alphabet, or the one before; 0 follows on 9.
fn counts(chars: &[char]) -> bool {
    let follows = |from: char, to: char| {
        (from == '9' && to == '0') || u32::from(from).checked_add(1) == Some(u32::from(to))
    };
    let pairs = || chars.iter().zip(chars.iter().skip(1));
    pairs().all(|(&a, &b)| follows(a, b)) || pairs().all(|(&a, &b)| follows(b, a))
}
