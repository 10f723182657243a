//! Just enough HTML to press buttons: the forms of a page, their fields, and its text.
//!
//! For pages of our own and of identity providers; no tree is built, nothing is run.

use std::borrow::Cow;

/// A form of a page.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Form {
    /// The attribute `action`; empty where there is none.
    pub(crate) action: String,
    /// The attribute `method` in lower case; `get` where there is none.
    pub(crate) method: String,
    /// What is sent as the page stands: inputs but for buttons and what is not checked, selections,
    /// text areas.
    pub(crate) fields: Vec<(String, String)>,
    /// The submit buttons with a name, and their values.
    pub(crate) buttons: Vec<(String, String)>,
}

impl Form {
    /// The value of the field of this name.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }

    /// The same form with this field filled in.
    pub(crate) fn filled(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(found, _)| found != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }
}

/// The forms of a page, in order.
pub(crate) fn forms(page: &str) -> Vec<Form> {
    let mut forms = Vec::new();
    let mut open: Option<Form> = None;
    let mut select: Option<(String, Option<String>)> = None;
    let mut text_area: Option<(String, String)> = None;
    for piece in Pieces(page) {
        let tag = match piece {
            Piece::Text(text) => {
                if let Some((_, value)) = &mut text_area {
                    value.push_str(&decode(text));
                }
                continue;
            }
            Piece::Tag(tag) => tag,
        };
        match (tag.name.as_str(), &mut open) {
            ("form", _) => {
                forms.extend(open.take());
                open = Some(Form {
                    action: tag.attribute("action").unwrap_or_default(),
                    method: tag
                        .attribute("method")
                        .map_or("get".to_owned(), |m| m.to_lowercase()),
                    ..Form::default()
                });
            }
            ("/form", _) => forms.extend(open.take()),
            ("input", Some(form)) => {
                let Some(name) = tag.attribute("name") else {
                    continue;
                };
                let value = tag.attribute("value");
                match tag
                    .attribute("type")
                    .unwrap_or_default()
                    .to_lowercase()
                    .as_str()
                {
                    "submit" => form.buttons.push((name, value.unwrap_or_default())),
                    "button" | "reset" | "image" | "file" => {}
                    "checkbox" | "radio" if tag.attribute("checked").is_none() => {}
                    "checkbox" | "radio" => {
                        form.fields.push((name, value.unwrap_or("on".to_owned())));
                    }
                    _ => form.fields.push((name, value.unwrap_or_default())),
                }
            }
            ("button", Some(form)) => {
                let submits = tag.attribute("type").is_none_or(|kind| kind == "submit");
                if let Some(name) = tag.attribute("name").filter(|_| submits) {
                    form.buttons
                        .push((name, tag.attribute("value").unwrap_or_default()));
                }
            }
            ("select", _) => select = tag.attribute("name").map(|name| (name, None)),
            ("option", _) => {
                if let Some((_, chosen)) = &mut select
                    && (chosen.is_none() || tag.attribute("selected").is_some())
                {
                    *chosen = tag.attribute("value");
                }
            }
            ("/select", Some(form)) => {
                form.fields
                    .extend(select.take().and_then(|(name, value)| Some((name, value?))));
            }
            ("textarea", _) => {
                text_area = tag.attribute("name").map(|name| (name, String::new()));
            }
            ("/textarea", Some(form)) => form.fields.extend(text_area.take()),
            _ => {}
        }
    }
    forms.extend(open);
    forms
}

/// The text of a page as a person reads it, white space made single.
pub(crate) fn text(page: &str) -> String {
    let mut text = String::new();
    for piece in Pieces(page) {
        match piece {
            Piece::Text(piece) => text.push_str(&decode(piece)),
            Piece::Tag(_) => text.push(' '),
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Text without its character references: the named ones that XML has, and all numeric ones.
pub(crate) fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        decoded.push_str(before);
        let reference = after
            .split_once(';')
            .and_then(|(name, after)| Some((named(name)?, after)));
        match reference {
            Some((c, after)) => {
                decoded.push(c);
                rest = after;
            }
            None => {
                decoded.push('&');
                rest = after;
            }
        }
    }
    decoded.push_str(rest);
    Cow::Owned(decoded)
}

fn named(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        _ => {
            let number = name.strip_prefix('#')?;
            let number = match number.strip_prefix(['x', 'X']) {
                Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
                None => number.parse(),
            };
            char::from_u32(number.ok()?)?
        }
    })
}

enum Piece<'p> {
    Text(&'p str),
    Tag(Tag),
}

/// A tag, its name in lower case, with the slash of a closing one.
struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    fn attribute(&self, name: &str) -> Option<String> {
        self.attributes
            .iter()
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.clone())
    }
}

/// Cuts a page into text and tags; comments and scripts are left out.
struct Pieces<'p>(&'p str);

impl<'p> Iterator for Pieces<'p> {
    type Item = Piece<'p>;

    fn next(&mut self) -> Option<Piece<'p>> {
        loop {
            if self.0.is_empty() {
                return None;
            }
            if let Some(comment) = self.0.strip_prefix("<!--") {
                self.0 = comment.split_once("-->").map_or("", |(_, after)| after);
                continue;
            }
            let Some(inside) = self.0.strip_prefix('<') else {
                let (text, after) = match self.0.find('<') {
                    Some(at) => self.0.split_at(at),
                    None => (self.0, ""),
                };
                self.0 = after;
                return Some(Piece::Text(text));
            };
            let (tag, after) = tag(inside);
            self.0 = after;
            if matches!(tag.name.as_str(), "script" | "style") {
                let end = format!("</{}", tag.name);
                self.0 = self.0.find(&end).map_or("", |at| self.0.split_at(at).1);
            }
            return Some(Piece::Tag(tag));
        }
    }
}

/// Reads a tag from behind its `<`; what follows it is the rest.
fn tag(inside: &str) -> (Tag, &str) {
    let name_end = inside
        .find([' ', '\t', '\r', '\n', '>'])
        .unwrap_or(inside.len());
    let (name, mut rest) = inside.split_at(name_end);
    let name = name.trim_end_matches('/').to_ascii_lowercase();
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        if rest.is_empty() {
            break;
        }
        if let Some(after) = rest.strip_prefix('>') {
            rest = after;
            break;
        }
        let end = rest
            .find(|c: char| c.is_whitespace() || matches!(c, '=' | '>' | '/'))
            // A stray `=` stands for itself, so that there is always a step forward.
            .map_or(rest.len(), |end| end.max(1));
        let (attribute, after) = rest.split_at(end);
        let attribute = attribute.to_ascii_lowercase();
        let Some(value) = after.trim_start().strip_prefix('=') else {
            attributes.push((attribute, String::new()));
            rest = after;
            continue;
        };
        let value = value.trim_start();
        let quoted = ['"', '\'']
            .into_iter()
            .find_map(|quote| value.strip_prefix(quote)?.split_once(quote));
        let (value, after) = quoted.unwrap_or_else(|| {
            value.split_at(
                value
                    .find(|c: char| c.is_whitespace() || c == '>')
                    .unwrap_or(value.len()),
            )
        });
        attributes.push((attribute, decode(value).into_owned()));
        rest = after;
    }
    (Tag { name, attributes }, rest)
}

#[cfg(test)]
mod tests {
    use super::{Form, decode, forms, text};

    #[test]
    fn the_fields_of_a_form_are_read_as_a_browser_would_send_them() {
        let page = r#"<!doctype html><!-- <form action="commented"> --><script>"<form>"</script>
            <FORM Action="/go?a=1&amp;b=2" METHOD=POST name='f'>
              <input type=hidden name="token" value="a&quot;b&#39;c&#x3c;">
              <input name=user><input type="checkbox" name="off"><input type=radio name=r value=1>
              <input type="radio" name="r" value="2" checked/><input type="submit" name="go" value="Go">
              <select name="s"><option value="x">X<option value="y" selected>Y</select>
              <textarea name="t">1 &lt; 2</textarea>
              <button name="user" value="ada@acme.example">Ada</button><button type="button" name="n"></button>
            </FORM><form></form>"#;
        let found = forms(page);
        let [form, empty] = found.as_slice() else {
            panic!("{found:?}")
        };
        assert_eq!(
            (form.action.as_str(), form.method.as_str()),
            ("/go?a=1&b=2", "post")
        );
        let fields = [
            ("token", "a\"b'c<"),
            ("user", ""),
            ("r", "2"),
            ("s", "y"),
            ("t", "1 < 2"),
        ];
        assert_eq!(
            form.fields,
            fields.map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
        assert_eq!(
            form.buttons,
            [("go", "Go"), ("user", "ada@acme.example")].map(|(n, v)| (n.to_owned(), v.to_owned()))
        );
        assert_eq!(
            *empty,
            Form {
                method: "get".to_owned(),
                ..Form::default()
            }
        );

        let filled = form.clone().filled("user", "ben");
        assert_eq!(
            (filled.value("user"), filled.value("nothing")),
            (Some("ben"), None)
        );
    }

    #[test]
    fn the_text_of_a_page_is_what_a_person_reads() {
        let page = "<title>A &amp; B</title><style>p{}</style>\n<p>one<br>two</p><!-- three -->";
        assert_eq!(text(page), "A & B one two");
        assert_eq!(
            decode("&unknown; &amp;lt; & &#128512;"),
            "&unknown; &lt; & \u{1f600}"
        );
    }

    #[test]
    fn broken_markup_ends() {
        for page in [
            "<",
            "<a",
            "<a =",
            "<a href=\"x",
            "<form><input name='",
            "<!--",
            "<script>",
            "</",
        ] {
            forms(page);
            text(page);
        }
    }
}
