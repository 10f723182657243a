//! A logo: a picture of somebody else's that we serve from our own origin.

use sha2::{Digest as _, Sha256};
use vestibule_xmlsig::{Document, Element, Limits};

use crate::words;

words! {
    /// What kind of picture a logo is; the word is its media type.
    LogoKind {
        /// Portable Network Graphics.
        Png = "image/png",
        /// Scalable Vector Graphics.
        Svg = "image/svg+xml",
    }
}

/// Why something is no logo.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LogoError {
    /// More bytes than [`Logo::MAX_BYTES`].
    #[error("a picture of {0} bytes; 100 KB (102400 bytes) are allowed")]
    TooLarge(usize),
    /// Neither PNG nor SVG.
    #[error("neither a PNG nor an SVG file")]
    Unknown,
    /// A PNG that no browser shows, or of a size that no logo has.
    #[error("a PNG file whose size cannot be read, or with more than 4096 pixels a side")]
    BadPng,
    /// Not well-formed, or with something that no picture needs (a DOCTYPE, say).
    #[error("an SVG file that cannot be read: {0}")]
    BadSvg(String),
    /// An element that runs a program or loads a document.
    #[error("an SVG file with the element {0}; a logo runs nothing and loads nothing")]
    Element(String),
    /// An attribute that runs a program or loads something.
    #[error("an SVG file with the attribute {0}; a logo runs nothing and loads nothing")]
    Attribute(String),
    /// A style that loads something.
    #[error("an SVG file with a style that loads something from elsewhere")]
    Style,
}

/// Tells logos apart: the first half of the SHA-256 of a picture, in lower-case hex.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LogoHash(String);

impl LogoHash {
    /// The hash.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for LogoHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that is no hash of a logo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the hash of a logo has 32 lower-case hex digits")]
pub struct LogoHashError;

impl std::str::FromStr for LogoHash {
    type Err = LogoHashError;

    fn from_str(text: &str) -> Result<Self, LogoHashError> {
        let digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if text.len() == 32 && text.bytes().all(digit) {
            Ok(Self(text.to_owned()))
        } else {
            Err(LogoHashError)
        }
    }
}

/// A picture that is small and does nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Logo {
    kind: LogoKind,
    bytes: Vec<u8>,
}

impl std::fmt::Debug for Logo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Logo({}, {} bytes)", self.kind, self.bytes.len())
    }
}

impl Logo {
    /// The largest picture.
    pub const MAX_BYTES: usize = 100 * 1024;

    /// Takes a picture of somebody else's.
    ///
    /// # Errors
    /// [`LogoError`] says why not.
    pub fn read(bytes: Vec<u8>) -> Result<Self, LogoError> {
        if bytes.len() > Self::MAX_BYTES {
            return Err(LogoError::TooLarge(bytes.len()));
        }
        let kind = if bytes.starts_with(PNG) {
            png(&bytes)?;
            LogoKind::Png
        } else {
            svg(&bytes)?;
            LogoKind::Svg
        };
        Ok(Self { kind, bytes })
    }

    /// A picture that was [`read`](Self::read) before it was kept.
    #[must_use]
    pub const fn kept(kind: LogoKind, bytes: Vec<u8>) -> Self {
        Self { kind, bytes }
    }

    /// What kind of picture it is.
    #[must_use]
    pub const fn kind(&self) -> LogoKind {
        self.kind
    }

    /// The picture.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What tells it from others.
    #[must_use]
    pub fn hash(&self) -> LogoHash {
        let digest: [u8; 32] = Sha256::digest(&self.bytes).into();
        let half = digest.iter().take(16);
        LogoHash(half.map(|byte| format!("{byte:02x}")).collect())
    }
}

/// What a PNG file begins with (its specification, §5.2).
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
/// The most pixels a side: a small file may ask for gigabytes.
const MAX_SIDE: u32 = 4096;

fn png(bytes: &[u8]) -> Result<(), LogoError> {
    // Length and name of the first chunk, then width and height.
    let side = |at: usize| {
        let four = bytes.get(at..at + 4)?.try_into().ok()?;
        Some(u32::from_be_bytes(four))
    };
    let sides = [side(16), side(20)];
    let fits = |side: &Option<u32>| side.is_some_and(|side| (1..=MAX_SIDE).contains(&side));
    if bytes.get(12..16) == Some(b"IHDR") && sides.iter().all(fits) {
        Ok(())
    } else {
        Err(LogoError::BadPng)
    }
}

const SVG: &str = "http://www.w3.org/2000/svg";
/// Elements that run a program, or hold or load a document. Compared without regard to case, in every
/// namespace: whoever reads the file as HTML has other rules.
const ACTIVE: [&str; 11] = [
    "script",
    "foreignobject",
    "iframe",
    "object",
    "embed",
    "audio",
    "video",
    "canvas",
    "handler",
    "listener",
    "link",
];

/// A picture in SVG that runs nothing and loads nothing. It is served in a sandbox too; this keeps it
/// from being anything else wherever it is copied to.
fn svg(bytes: &[u8]) -> Result<(), LogoError> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if !text.trim_ascii_start().starts_with(b"<") {
        return Err(LogoError::Unknown);
    }
    let limits = Limits::default();
    let document = Document::parse(bytes, &limits);
    let document = document.map_err(|error| LogoError::BadSvg(error.to_string()))?;
    if !document.root().is(SVG, "svg") {
        return Err(LogoError::Unknown);
    }
    document.root().descendants().try_for_each(passive)
}

fn passive(element: Element<'_>) -> Result<(), LogoError> {
    let name = element.local_name().to_ascii_lowercase();
    if ACTIVE.contains(&name.as_str()) {
        return Err(LogoError::Element(shown(element.local_name())));
    }
    for (attribute, value) in element.attributes_of_any_namespace() {
        let refused = || LogoError::Attribute(shown(attribute));
        let name = attribute.to_ascii_lowercase();
        let loads = matches!(name.as_str(), "href" | "src") && !is_inside(&value);
        // An animation can set another element's link.
        let aims = name == "attributename" && value.to_ascii_lowercase().contains("href");
        if name.starts_with("on") || loads || aims || style_loads(&value) {
            return Err(refused());
        }
    }
    if name == "style" && style_loads(&element.deep_text()) {
        return Err(LogoError::Style);
    }
    Ok(())
}

/// Whether a link leads to a part of the picture itself, or to a picture that it holds.
fn is_inside(link: &str) -> bool {
    let link = link.trim();
    let held = [
        "data:image/png",
        "data:image/jpeg",
        "data:image/gif",
        "data:image/webp",
    ];
    link.is_empty() || link.starts_with('#') || held.iter().any(|held| link.starts_with(held))
}

/// Whether a style, or an attribute that takes one, loads something that is not in the picture.
fn style_loads(style: &str) -> bool {
    let style = style.to_ascii_lowercase();
    let urls = style.split("url(").skip(1);
    let mut outside = urls.filter(|url| {
        let url = url.trim_start().trim_start_matches(['"', '\'']);
        !url.starts_with('#') && !is_inside(url)
    });
    // An escape could spell either otherwise; a path of Windows, as editors note it, has neither sign.
    let escaped = style.contains('\\') && style.contains(['(', '@']);
    escaped
        || style.contains("@import")
        || style.contains("javascript:")
        || outside.next().is_some()
}

/// A name of somebody else's, of a length that can be read.
fn shown(name: &str) -> String {
    name.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<LogoKind, LogoError> {
        Logo::read(text.as_bytes().to_vec()).map(|logo| logo.kind())
    }

    fn with(inside: &str) -> String {
        format!(
            "<svg xmlns=\"{SVG}\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" viewBox=\"0 0 8 8\">{inside}</svg>"
        )
    }

    /// The beginning of a PNG file of this size; what follows it is the browser's to read.
    fn of_size(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = PNG.to_vec();
        bytes.extend(b"\0\0\0\x0dIHDR");
        bytes.extend(width.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        bytes
    }

    #[test]
    fn pictures_are_taken() {
        for inside in [
            "<path d=\"M0 0h8v8z\" fill=\"#0b5cad\"/>",
            "<!-- made by hand --><g style=\"fill:url(#shade)\"><circle r=\"4\"/></g>",
            "<defs><linearGradient id=\"a\"/></defs><use xlink:href=\"#a\"/><use href=\"#a\"/>",
            "<style>.a { fill: url('#a') }</style>",
            "<image href=\"data:image/png;base64,AAAA\"/>",
            "<g x:from=\"C:\\logos\\acme.svg\" xmlns:x=\"https://editor.example/\"/>",
            "<metadata><x:RDF xmlns:x=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" \
             x:about=\"https://example.com/\"/></metadata>",
        ] {
            assert_eq!(read(&with(inside)), Ok(LogoKind::Svg), "{inside}");
        }
        let declared = format!(
            "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}",
            with("")
        );
        assert_eq!(read(&declared), Ok(LogoKind::Svg));
        assert_eq!(Logo::read(of_size(64, 32)).unwrap().kind(), LogoKind::Png);
    }

    #[test]
    fn what_runs_or_loads_is_no_picture() {
        for inside in [
            "<script>alert(1)</script>",
            "<SCRIPT/>",
            "<s:script xmlns:s=\"http://www.w3.org/1999/xhtml\"/>",
            "<foreignObject/>",
            "<g onload=\"alert(1)\"/>",
            "<g OnClick=\"alert(1)\"/>",
            "<a href=\"javascript:alert(1)\"/>",
            "<a xlink:href=\" javascript:alert(1)\"/>",
            "<use href=\"https://evil.example/x.svg#a\"/>",
            "<use href=\"//evil.example/x.svg#a\"/>",
            "<use href=\"data:image/svg+xml,x#a\"/>",
            "<image xlink:href=\"https://evil.example/x.png\"/>",
            "<g style=\"fill:url(https://evil.example/)\"/>",
            "<g fill=\"url( 'https://evil.example/')\"/>",
            "<style>@import 'https://evil.example/';</style>",
            "<style>a { fill: URL(//evil.example) }</style>",
            "<style>a { fill: u\\72l(//evil.example) }</style>",
            "<set attributeName=\"xlink:href\" to=\"javascript:alert(1)\"/>",
            "<?xml-stylesheet href=\"https://evil.example/\"?>",
        ] {
            assert!(read(&with(inside)).is_err(), "{inside}");
        }
        let entity = format!(
            "<!DOCTYPE svg [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>{}",
            with("&a;")
        );
        assert!(matches!(read(&entity), Err(LogoError::BadSvg(_))));
    }

    #[test]
    fn what_is_no_picture_is_told_apart() {
        for text in ["", "GIF89a", "{}", "<html/>", "<svg/>"] {
            assert_eq!(read(text), Err(LogoError::Unknown), "{text}");
        }
        assert!(matches!(read("<svg"), Err(LogoError::BadSvg(_))));
        for (width, height) in [(0, 1), (1, 0), (4097, 1), (1, u32::MAX)] {
            assert_eq!(Logo::read(of_size(width, height)), Err(LogoError::BadPng));
        }
        assert_eq!(Logo::read(PNG.to_vec()), Err(LogoError::BadPng));
        let mut large = of_size(1, 1);
        large.resize(Logo::MAX_BYTES, 0);
        assert!(Logo::read(large.clone()).is_ok());
        large.push(0);
        assert_eq!(Logo::read(large), Err(LogoError::TooLarge(102_401)));
    }

    #[test]
    fn a_hash_tells_pictures_apart_and_survives_text() {
        let (one, other) = (Logo::read(of_size(1, 1)), Logo::read(of_size(1, 2)));
        let (one, other) = (one.unwrap().hash(), other.unwrap().hash());
        assert_ne!(one, other);
        assert_eq!(one.as_str().parse(), Ok(one.clone()));
        for text in ["", "0", &one.as_str().to_uppercase(), &format!("{one}0")] {
            assert_eq!(text.parse::<LogoHash>(), Err(LogoHashError), "{text}");
        }
    }
}
