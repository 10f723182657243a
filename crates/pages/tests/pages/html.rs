//! A small reader of HTML: strict enough to see a tag that is not closed.

/// A start tag with its attributes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tag {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    /// The tags around it, outermost first.
    pub within: Vec<String>,
}

impl Tag {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(known, _)| known == name)?;
        Some(&found.1)
    }
}

/// A whole document, read.
#[derive(Debug, Default)]
pub(crate) struct Document {
    pub tags: Vec<Tag>,
    /// All text, tags taken away.
    pub text: String,
}

const VOID: &[&str] = &["meta", "link", "input", "br", "hr", "img", "wbr"];

impl Document {
    pub(crate) fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Tag> {
        self.tags.iter().filter(move |tag| tag.name == name)
    }
}

/// Reads a document.
///
/// # Errors
/// What is not well formed, in words.
pub(crate) fn read(html: &str) -> Result<Document, String> {
    let mut document = Document::default();
    let mut open: Vec<String> = Vec::new();
    let mut rest = html.strip_prefix("<!doctype html>").unwrap_or(html);
    while let Some(at) = rest.find('<') {
        let (text, from) = rest.split_at(at);
        no_loose_end(text)?;
        document.text.push_str(text);
        if let Some(name) = from.strip_prefix("</") {
            let (name, after) = name.split_once('>').ok_or("an end tag without end")?;
            match open.pop() {
                Some(expected) if expected == name => {}
                other => return Err(format!("</{name}> closes {other:?}")),
            }
            rest = after;
            continue;
        }
        let (tag, closed, after) = start(&from[1..], &open)?;
        if !closed && !VOID.contains(&&*tag.name) {
            open.push(tag.name.clone());
        }
        document.tags.push(tag);
        rest = after;
    }
    no_loose_end(rest)?;
    document.text.push_str(rest);
    if open.is_empty() {
        Ok(document)
    } else {
        Err(format!("not closed: {open:?}"))
    }
}

fn no_loose_end(text: &str) -> Result<(), String> {
    if text.contains('>') {
        return Err(format!("a loose > in {text:?}"));
    }
    Ok(())
}

/// A start tag: its name and attributes, whether it closes itself, what comes after.
fn start<'a>(text: &'a str, open: &[String]) -> Result<(Tag, bool, &'a str), String> {
    let name: String = text
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .collect();
    if name.is_empty() {
        return Err(format!(
            "no tag: <{}",
            text.chars().take(30).collect::<String>()
        ));
    }
    let mut tag = Tag {
        attributes: Vec::new(),
        within: open.to_vec(),
        name,
    };
    let mut rest = text[tag.name.len()..].trim_start();
    loop {
        if let Some(after) = rest.strip_prefix("/>") {
            return Ok((tag, true, after));
        }
        if let Some(after) = rest.strip_prefix('>') {
            return Ok((tag, false, after));
        }
        let end = rest
            .find(['=', ' ', '>', '\n', '/'])
            .ok_or("a tag without end")?;
        let (attribute, after) = rest.split_at(end);
        if attribute.is_empty()
            || !attribute
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == ':')
        {
            return Err(format!("<{} has an attribute {attribute:?}", tag.name));
        }
        if tag.get(attribute).is_some() {
            return Err(format!("<{} has {attribute} twice", tag.name));
        }
        let (value, after) = match after.strip_prefix("=\"") {
            Some(quoted) => quoted.split_once('"').ok_or("a value without end")?,
            None if after.starts_with('=') => return Err(format!("{attribute} is not quoted")),
            None => ("", after),
        };
        tag.attributes
            .push((attribute.to_owned(), value.to_owned()));
        if !after.starts_with([' ', '>', '\n', '/']) {
            return Err(format!("no space after {attribute}"));
        }
        rest = after.trim_start();
    }
}

#[test]
fn reads_what_is_well_formed() {
    let document = read("<p class=\"a\">x<br>y</p>").expect("it is well formed");
    assert_eq!(document.tags.len(), 2);
    assert_eq!(document.text, "xy");
    assert_eq!(document.tags[0].get("class"), Some("a"));
}

#[test]
fn sees_what_is_not() {
    for broken in [
        "<p>",
        "</p>",
        "<p><b></p></b>",
        "<p class=a></p>",
        "<p a=\"1\"b></p>",
        "a > b",
        "<p a a></p>",
        "< p>",
    ] {
        assert!(read(broken).is_err(), "{broken}");
    }
}
