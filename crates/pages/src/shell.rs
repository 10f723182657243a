//! What is around every page: the reader's language, and whose page it is.

use std::any::Any;

use crate::Lang;

/// What every page is written with, chosen per request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shell {
    /// The reader's language.
    pub lang: Lang,
    /// Whose page it is.
    pub brand: Brand,
}

/// Whose page it is: the deployment's, or a workspace's own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Brand {
    /// The name that stands above the page; empty: none.
    pub name: String,
    /// Where the logo is, on this origin.
    pub logo_href: Option<String>,
    /// A style sheet of this origin with the brand's colour.
    pub style_href: Option<String>,
}

/// Whatever can be written as a whole HTML page, or as a part of one.
pub trait Page {
    /// The HTML.
    fn html(&self, shell: &Shell) -> String;

    /// The page, whichever it is.
    fn boxed(self) -> Box<dyn Page>
    where
        Self: Sized + 'static,
    {
        Box::new(self)
    }
}

impl Page for Box<dyn Page> {
    fn html(&self, shell: &Shell) -> String {
        (**self).html(shell)
    }
}

/// Templates reach the shell by the filters, under this name.
pub(crate) const SHELL: &str = "shell";

impl askama::Values for Shell {
    fn get_value<'a>(&'a self, key: &str) -> Option<&'a dyn Any> {
        (key == SHELL).then_some(self)
    }
}
