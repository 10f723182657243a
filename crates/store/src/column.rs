//! Between values and columns: writing never fails silently, reading never guesses.

use std::fmt::Write;
use std::str::FromStr;

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::StoreError;

/// The longest text that goes into an index: a third of a Postgres index page, less its overhead.
const MAX_KEY: usize = 1024;

/// A time in microseconds since 1970; what is finer is dropped.
pub(crate) fn micros(time: Timestamp) -> i64 {
    time.as_microsecond()
}

/// Bytes in lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// A value as JSON text.
pub(crate) fn json<T: Serialize>(
    table: &'static str,
    column: &'static str,
    value: &T,
) -> Result<String, StoreError> {
    serde_json::to_string(value).or(Err(StoreError::Unstorable { table, column }))
}

/// A text of somebody else's choosing. Postgres keeps no NUL; then neither does SQLite.
pub(crate) fn text(
    table: &'static str,
    column: &'static str,
    value: &str,
) -> Result<String, StoreError> {
    if value.contains('\0') {
        return Err(StoreError::Unstorable { table, column });
    }
    Ok(value.to_owned())
}

/// [`text`] where there is one.
pub(crate) fn optional_text(
    table: &'static str,
    column: &'static str,
    value: Option<&str>,
) -> Result<Option<String>, StoreError> {
    value.map(|value| text(table, column, value)).transpose()
}

/// A text that goes into an index.
pub(crate) fn key(
    table: &'static str,
    column: &'static str,
    value: &str,
) -> Result<String, StoreError> {
    if value.len() > MAX_KEY {
        return Err(StoreError::Unstorable { table, column });
    }
    text(table, column, value)
}

/// A row that is being read: where it is, for the error that names it.
#[derive(Clone, Copy)]
pub(crate) struct Reading<'a> {
    pub(crate) table: &'static str,
    pub(crate) row: &'a str,
}

impl Reading<'_> {
    /// The error for an impossible value.
    pub(crate) fn inconsistent(self, column: &'static str) -> StoreError {
        StoreError::Inconsistent {
            table: self.table,
            column,
            row: self.row.to_owned(),
        }
    }

    /// An id, a word, or whatever else reads itself from text.
    pub(crate) fn parse<T: FromStr>(
        self,
        column: &'static str,
        text: &str,
    ) -> Result<T, StoreError> {
        text.parse().map_err(|_cause| self.inconsistent(column))
    }

    /// [`Self::parse`] where there is one.
    pub(crate) fn parse_optional<T: FromStr>(
        self,
        column: &'static str,
        text: Option<&str>,
    ) -> Result<Option<T>, StoreError> {
        text.map(|text| self.parse(column, text)).transpose()
    }

    pub(crate) fn time(self, column: &'static str, micros: i64) -> Result<Timestamp, StoreError> {
        Timestamp::from_microsecond(micros).map_err(|_cause| self.inconsistent(column))
    }

    /// [`Self::time`] where there is one.
    pub(crate) fn time_optional(
        self,
        column: &'static str,
        micros: Option<i64>,
    ) -> Result<Option<Timestamp>, StoreError> {
        micros.map(|micros| self.time(column, micros)).transpose()
    }

    pub(crate) fn json<T: DeserializeOwned>(
        self,
        column: &'static str,
        text: &str,
    ) -> Result<T, StoreError> {
        serde_json::from_str(text).map_err(|_cause| self.inconsistent(column))
    }

    /// [`Self::json`] where there is one.
    pub(crate) fn json_optional<T: DeserializeOwned>(
        self,
        column: &'static str,
        text: Option<&str>,
    ) -> Result<Option<T>, StoreError> {
        text.map(|text| self.json(column, text)).transpose()
    }

    /// 32 bytes from lower-case hex.
    pub(crate) fn hash(self, column: &'static str, text: &str) -> Result<[u8; 32], StoreError> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        };
        let mut hash = [0; 32];
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        if pairs.len() != hash.len() || !rest.is_empty() {
            return Err(self.inconsistent(column));
        }
        for (byte, [high, low]) in hash.iter_mut().zip(pairs) {
            let (high, low) = digit(*high)
                .zip(digit(*low))
                .ok_or_else(|| self.inconsistent(column))?;
            *byte = high << 4 | low;
        }
        Ok(hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROW: Reading<'static> = Reading {
        table: "codes",
        row: "r",
    };

    #[test]
    fn a_hash_survives_hex_and_one_spelling_alone_is_read() {
        let mut bytes = [0; 32];
        for (index, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::try_from(index * 8).unwrap();
        }
        let text = hex(&bytes);
        assert_eq!(ROW.hash("hash", &text), Ok(bytes));
        for wrong in [
            text.trim_start_matches('0'),
            &text.to_uppercase(),
            "",
            &format!("{text}00"),
            &text.replace('0', "g"),
        ] {
            assert_eq!(
                ROW.hash("hash", wrong),
                Err(ROW.inconsistent("hash")),
                "{wrong}"
            );
        }
    }

    #[test]
    fn refuses_what_postgres_could_not_keep() {
        let refused = Err(StoreError::Unstorable {
            table: "members",
            column: "name",
        });
        assert_eq!(text("members", "name", "a\0b"), refused);
        assert_eq!(key("members", "name", &"a".repeat(1025)), refused);
        assert!(key("members", "name", &"a".repeat(1024)).is_ok());
    }
}
