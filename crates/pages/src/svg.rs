//! Markup that is written into a page as it is.

/// An SVG element made by this service: nothing in it is escaped.
#[derive(Clone)]
pub struct Svg(pub String);
