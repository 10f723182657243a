//! Names, as XML 1.0 (fifth edition) and Namespaces in XML 1.0 have them.

/// Whether a byte can stand in a name with a prefix; what is not ASCII is judged as a character.
pub(super) fn may_be_in_name(byte: u8) -> bool {
    IN_NAME.get(usize::from(byte)).copied().unwrap_or_default()
}

const IN_NAME: [bool; 256] = {
    let mut table = [false; 256];
    let mut rest: &mut [bool] = &mut table;
    let mut byte = 0_u8;
    while let Some((entry, others)) = rest.split_first_mut() {
        *entry =
            byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b':' | 0x80..=0xff);
        byte = byte.wrapping_add(1);
        rest = others;
    }
    table
};

/// Whether a text is an NCName (Namespaces in XML 1.0 §3).
pub(super) fn is_ncname(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(begins_name) && characters.all(continues_name)
}

/// NameStartChar without the colon (XML 1.0 §2.3).
const fn begins_name(character: char) -> bool {
    matches!(character,
        'a'..='z' | 'A'..='Z' | '_'
        | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}'
        | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}'
        | '\u{2070}'..='\u{218f}' | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}'
        | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}' | '\u{10000}'..='\u{effff}')
}

/// NameChar without the colon.
const fn continues_name(character: char) -> bool {
    begins_name(character)
        || matches!(character,
            '0'..='9' | '-' | '.' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}
