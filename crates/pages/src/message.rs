//! The general page: something happened, and this is what to do. Errors are such pages too.

use askama::Template;

use crate::{Link, Text, filters};

/// What kind of news a page brings; told by an icon and a word beside the colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It is done.
    Done,
    /// Nothing was expected to happen, or nothing has to.
    Note,
    /// It went on, but look at this.
    Warning,
    /// It did not work.
    Failed,
}

/// A page that says one thing.
#[derive(Template)]
#[template(path = "message.html")]
pub struct Message {
    /// In a few words.
    pub title: Text,
    /// What happened.
    pub text: Text,
    /// What the person can do.
    pub advice: Option<Text>,
    /// What exactly came instead of what was expected, in English, for whoever knows what to make of it.
    pub detail: Option<String>,
    /// What support asks for.
    pub reference: Option<String>,
    /// Where to go from here; the first is the main way.
    pub links: Vec<Link>,
    /// What kind of news this is.
    pub status: Status,
}

/// A question with one button. Posts `csrf` alone.
#[derive(Template)]
#[template(path = "confirm.html")]
pub struct Confirm {
    /// The question.
    pub title: Text,
    /// What pressing the button does.
    pub text: Text,
    /// What to think of first.
    pub advice: Option<Text>,
    /// Where the form is posted.
    pub action: String,
    /// The token against forged posts.
    pub csrf: String,
    /// What the button says.
    pub label: Text,
    /// Back without changing anything.
    pub cancel_href: Option<String>,
}
