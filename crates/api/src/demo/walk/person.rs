//! Somebody at our own pages: opens, reads, types, presses.

use url::Url;

use super::world::{Step, World, expect};
use crate::demo::browser::{Answer, Browser};

/// A browser, and the page that it shows.
pub(super) struct Person<'a> {
    browser: Browser,
    vestibule: &'a str,
    at: String,
    page: Answer,
}

impl<'a> Person<'a> {
    /// Opens a page of ours in a fresh browser.
    pub(super) fn open(world: &'a World, url: &str) -> Step<Self> {
        let mut browser = Browser::default();
        let mut person = Self {
            page: browser.get(url)?,
            browser,
            vestibule: &world.vestibule,
            at: url.to_owned(),
        };
        person.follow()?;
        Ok(person)
    }

    /// Fills in the form that is sent to a path which ends so, and sends it. Every form of ours says
    /// which browser it was made for.
    pub(super) fn send(&mut self, end: &str, fields: &[(&str, &str)]) -> Step<()> {
        let mut forms = self.page.body.split("<form ").skip(1);
        let form = forms.find(|form| {
            after(form, "action=\"").is_some_and(|action| until_quote(action).ends_with(end))
        });
        let form = form.ok_or_else(|| self.lacks(&format!("a form to …{end}")))?;
        let action = after(form, "action=\"").map(until_quote);
        let url = self.absolute(action.unwrap_or_default())?;
        let csrf = after(form, "name=\"csrf\" value=\"").map(until_quote);
        let mut all = vec![("csrf", csrf.unwrap_or_default())];
        all.extend(fields);
        self.page = self.browser.post(&url, &all)?;
        self.at = url;
        self.follow()
    }

    /// Follows the link with this label; gives where it leads.
    pub(super) fn press(&mut self, label: &str) -> Step<String> {
        let mut links = self.page.body.split("<a ").skip(1);
        let found = links.find(|link| link.contains(&format!(">{label}</a>")));
        let href = found
            .and_then(|link| after(link, "href=\""))
            .map(until_quote);
        let href = href.ok_or_else(|| self.lacks(&format!("a link {label:?}")))?;
        let url = self.absolute(href)?;
        self.page = self.browser.get(&url)?;
        self.at.clone_from(&url);
        self.follow()?;
        Ok(url)
    }

    /// What the page has to be.
    pub(super) fn expect(&self, status: u16, heading: &str) -> Step<()> {
        let right = self.page.status == status && self.heading() == heading;
        expect(right, self.lacks(&format!("{status} {heading:?}")))
    }

    pub(super) fn heading(&self) -> &str {
        let heading = after(&self.page.body, "<h1>").and_then(|rest| rest.split("</h1>").next());
        heading.unwrap_or("-")
    }

    pub(super) fn body(&self) -> &str {
        &self.page.body
    }

    pub(super) const fn status(&self) -> u16 {
        self.page.status
    }

    /// Where a redirect leads that is not ours.
    pub(super) fn leaves_to(&self) -> Step<&str> {
        let to = self.page.location.as_deref();
        to.ok_or_else(|| self.lacks("a redirect"))
    }

    fn lacks(&self, what: &str) -> String {
        format!(
            "{} is not {what}: {} {:?}",
            self.at,
            self.page.status,
            self.heading()
        )
    }

    fn follow(&mut self) -> Step<()> {
        for _ in 0..10 {
            let Some(to) = self.page.location.as_deref() else {
                break;
            };
            let to = self.absolute(to)?;
            if !to.starts_with(self.vestibule) {
                break;
            }
            self.page = self.browser.get(&to)?;
            self.at = to;
        }
        Ok(())
    }

    fn absolute(&self, to: &str) -> Step<String> {
        let base = Url::parse(&self.at).map_err(|error| error.to_string())?;
        let url = base.join(to).map_err(|error| error.to_string())?;
        Ok(url.to_string())
    }
}

fn after<'a>(text: &'a str, mark: &str) -> Option<&'a str> {
    text.split_once(mark).map(|(_, rest)| rest)
}

fn until_quote(text: &str) -> &str {
    text.split('"').next().unwrap_or_default()
}
