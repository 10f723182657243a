//! The filters of the templates.

#![expect(unreachable_pub, reason = "the macro makes types that nobody sees")]

use askama::{Values, filters::Safe, get_value};

use crate::{
    Lang, Shell,
    shell::SHELL,
    text::{Say, Text, Value, plain},
};

/// A message by its id, or a [`Text`], in the reader's language.
#[askama::filter_fn]
pub(crate) fn t<S: Say>(what: S, values: &dyn Values) -> askama::Result<Safe<String>> {
    let shell: &Shell = get_value(values, SHELL)?;
    Ok(what.say(shell.lang))
}

/// How long a word may be that is kept on one line: it has to find room on a phone.
const SHORT: usize = 16;

/// The same for a heading: its words are not broken at their hyphens.
#[askama::filter_fn]
pub(crate) fn heading<S: Say>(what: S, values: &dyn Values) -> askama::Result<Safe<String>> {
    let shell: &Shell = get_value(values, SHELL)?;
    let Safe(said) = what.say(shell.lang);
    let words = said.split(' ').map(|word| {
        let is_text = !word.contains(['<', '>', '&']);
        if is_text && word.contains('-') && word.chars().count() <= SHORT {
            format!("<span class=\"whole\">{word}</span>")
        } else {
            word.to_owned()
        }
    });
    Ok(Safe(words.collect::<Vec<_>>().join(" ")))
}

/// A message by its id with one value put into it.
#[askama::filter_fn]
pub(crate) fn t_with<V: Into<Value>>(
    id: &str,
    values: &dyn Values,
    name: &'static str,
    value: V,
) -> askama::Result<Safe<String>> {
    let shell: &Shell = get_value(values, SHELL)?;
    let text = Text::named(id.to_owned()).with(name, value);
    Ok(text.say(shell.lang))
}

/// English prose: what stands between backticks is code.
#[askama::filter_fn]
pub(crate) fn prose<S: AsRef<str>>(text: S, _: &dyn Values) -> askama::Result<Safe<String>> {
    let mut html = String::new();
    for (index, part) in text.as_ref().split('`').enumerate() {
        let part = plain(part).to_html(Lang::En);
        if index % 2 == 1 {
            html.push_str("<code>");
            html.push_str(&part);
            html.push_str("</code>");
        } else {
            html.push_str(&part);
        }
    }
    Ok(Safe(html))
}
