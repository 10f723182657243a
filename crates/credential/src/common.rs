//! The passwords that everybody tries first.

use std::sync::LazyLock;

use zeroize::Zeroizing;

/// How many different common words are still no password.
const TOO_FEW_WORDS: usize = 2;
/// The shortest and the longest entry of the list.
const WORD_LENGTH: std::ops::RangeInclusive<usize> = 4..=32;

/// Sorted by its bytes; `common/README.md` says where it comes from.
static WORDS: LazyLock<Vec<&str>> =
    LazyLock::new(|| include_str!("../common/common.txt").lines().collect());

/// Whether this is an entry of the list.
pub(crate) fn is_word(folded: &str) -> bool {
    WORD_LENGTH.contains(&folded.len()) && WORDS.binary_search(&folded).is_ok()
}

/// Whether a case-folded text is common: in the list, or with no more than a few digits and signs around
/// what is, or nothing but one or two such words.
pub(crate) fn is_common(folded: &str) -> bool {
    let bare = folded.trim_matches(|c: char| !c.is_alphabetic());
    if is_word(folded) || (2 * bare.len() >= folded.len() && is_word(&spelt_out(bare))) {
        return true;
    }
    let joined: Zeroizing<String> =
        Zeroizing::new(folded.chars().filter(|c| c.is_alphanumeric()).collect());
    let core = joined.trim_matches(|c: char| c.is_numeric());
    // Many digits around a short word can be random; as many as the word has letters are a year or a count.
    let ornament = joined.len() - core.len();
    is_few_words(&joined) || (ornament <= core.len() && is_few_words(core))
}

/// With letters for the signs that are written for them: `p@ssw0rd`.
fn spelt_out(text: &str) -> Zeroizing<String> {
    let letters = text.chars().map(|c| match c {
        '@' | '4' => 'a',
        '3' => 'e',
        '1' | '!' => 'i',
        '0' => 'o',
        '$' | '5' => 's',
        '7' => 't',
        other => other,
    });
    Zeroizing::new(letters.collect())
}

/// Whether a text is one or two words of the list, each of them any number of times.
fn is_few_words(text: &str) -> bool {
    if !text.is_ascii() {
        return false;
    }
    // The fewest different words that each beginning of the text can be made of; none where it cannot be.
    let mut beginnings: Vec<Option<Vec<&str>>> = vec![Some(Vec::new())];
    for end in 1..=text.len() {
        let mut best: Option<Vec<&str>> = None;
        for length in WORD_LENGTH {
            let Some(start) = end.checked_sub(length) else {
                break;
            };
            let Some(Some(before)) = beginnings.get(start) else {
                continue;
            };
            let Some(word) = text.get(start..end).filter(|word| is_word(word)) else {
                continue;
            };
            let mut words = before.clone();
            if !words.contains(&word) {
                words.push(word);
            }
            if words.len() <= TOO_FEW_WORDS
                && best.as_ref().is_none_or(|best| words.len() < best.len())
            {
                best = Some(words);
            }
        }
        beginnings.push(best);
    }
    !text.is_empty() && matches!(beginnings.last(), Some(Some(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_holds_what_it_says() {
        assert!(WORDS.is_sorted());
        assert!(WORDS.len() > 19_000);
        assert!(WORDS.iter().all(|word| WORD_LENGTH.contains(&word.len())));
        assert!(WORDS.iter().all(|word| !word.contains(char::is_uppercase)));
    }

    #[test]
    fn finds_words_and_what_is_made_of_them() {
        for common in [
            "password",
            "1qaz2wsx3edc",
            "password1234",
            "2026password!",
            "p@$$w0rd2026!",
            "dr4g0n123456",
            "dragondragondragon",
        ] {
            assert!(is_common(common), "{common}");
        }
        for uncommon in [
            "",
            "jr7#kx92!plw",
            "dragon8392017463",
            "correcthorsebatterystaple",
            "größenwahn",
        ] {
            assert!(!is_common(uncommon), "{uncommon}");
        }
    }
}
