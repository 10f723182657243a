//! One page of a list.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};

use crate::StoreError;

/// The most that one page holds.
const MAX_LIMIT: u32 = 500;

/// Which page of a list is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// Where the page before ended: its `next_cursor`, opaque; none for the first page.
    pub cursor: Option<String>,
    /// How many items at most; 1 to 500, what lies outside is moved inside.
    pub limit: u32,
}

impl PageRequest {
    /// The first page.
    #[must_use]
    pub const fn first(limit: u32) -> Self {
        Self {
            cursor: None,
            limit,
        }
    }

    fn limit(&self) -> u32 {
        self.limit.clamp(1, MAX_LIMIT)
    }

    /// One more row than the page holds: it tells whether there is a next page.
    pub(crate) fn rows(&self) -> i64 {
        i64::from(self.limit()) + 1
    }

    /// The key that the page before ended with.
    pub(crate) fn after(&self) -> Result<Option<String>, StoreError> {
        let Some(cursor) = &self.cursor else {
            return Ok(None);
        };
        let bytes = BASE64_URL_SAFE_NO_PAD
            .decode(cursor)
            .or(Err(StoreError::BadCursor))?;
        let key = String::from_utf8(bytes).or(Err(StoreError::BadCursor))?;
        // An id or a number: nothing that a database would trip over.
        if key.is_empty() || key.len() > 128 || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(StoreError::BadCursor);
        }
        Ok(Some(key))
    }

    /// [`Self::after`] for an ascending list of ids: every id comes after the empty text.
    pub(crate) fn ids_after(&self) -> Result<String, StoreError> {
        Ok(self.after()?.unwrap_or_default())
    }

    /// [`Self::after`] for a descending list of ids: every id comes before a tilde.
    pub(crate) fn ids_before(&self) -> Result<String, StoreError> {
        Ok(self.after()?.unwrap_or_else(|| "~".to_owned()))
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The items, in the order of the list.
    pub items: Vec<T>,
    /// The cursor of the next page, where there is one.
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// Makes a page of the rows of [`PageRequest::rows`]; `key` is what the list is ordered by.
    pub(crate) fn from_rows<R>(
        mut rows: Vec<R>,
        request: &PageRequest,
        key: impl Fn(&R) -> String,
    ) -> Result<Self, StoreError>
    where
        T: TryFrom<R, Error = StoreError>,
    {
        let limit = usize::try_from(request.limit()).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = rows
            .last()
            .filter(|_| more)
            .map(|row| BASE64_URL_SAFE_NO_PAD.encode(key(row)));
        let items = rows
            .into_iter()
            .map(T::try_from)
            .collect::<Result<_, _>>()?;
        Ok(Self { items, next_cursor })
    }
}
