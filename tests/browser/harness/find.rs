//! Elements by what a person hears and reads of them: their role and their accessible name.

use serde_json::json;
use thirtyfour::{By, Key, WebElement, error::WebDriverResult};

use super::browser::Browser;

/// What is pressed.
const PRESSED: &[&str] = &["button", "link"];
/// What is typed into or chosen from.
const FILLED: &[&str] = &["textbox", "searchbox", "combobox", "spinbutton"];
/// What is ticked.
const TICKED: &[&str] = &["checkbox", "radio"];

/// Where an element is not rendered, or has no such name, it is not found. The heading of a part that
/// folds out has a role of the browser's own; it is pressed as well.
const FIND: &str = r#"
const [roles, name] = arguments;
// A field for a file adds to its name what was chosen.
const called = (element) => element.type === "file" ? element.labels[0]?.textContent ?? "" : element.computedName;
const spaced = (text) => text.replace(/\s+/g, " ").trim();
return [...document.querySelectorAll("*")].filter((element) =>
  (roles.includes(element.computedRole) || (element.localName === "summary" && roles.includes("button")))
  && spaced(called(element)) === name && element.checkVisibility());
"#;

/// The names that there are, for whoever looks for another one.
const NAMES: &str = r#"
const [roles] = arguments;
return [...document.querySelectorAll("*")]
  .filter((element) => roles.includes(element.computedRole) || element.localName === "summary")
  .map((element) => element.computedName.trim());
"#;

impl Browser {
    /// Presses the button or link of this name.
    #[track_caller]
    pub(crate) fn press(&self, name: &str) {
        let mut leaves = None;
        self.with_one(PRESSED, name, async |element| {
            let folds_out = element.tag_name().await? == "summary";
            element.click().await?;
            leaves = (!folds_out).then(|| element.clone());
            Ok(())
        });
        // ChromeDriver waits for the page to which this leads, but not where no scripts run. There whatever is
        // pressed, and does not fold something out, leads to another page.
        if let Some(element) = leaves.filter(|_| !self.settings.scripts) {
            let gone = self.until(|| self.attempt(element.tag_name()).is_err());
            assert!(gone, "{name:?} led nowhere from {}", self.at());
        }
    }

    /// Types into the field with this label, in place of what is there.
    #[track_caller]
    pub(crate) fn fill(&self, label: &str, text: &str) {
        self.with_one(FILLED, label, async |element| {
            element.clear().await?;
            element.send_keys(text).await
        });
    }

    /// Pastes into the field with this label, in place of what is there: all of it at once.
    #[track_caller]
    pub(crate) fn paste(&self, label: &str, text: &str) {
        self.copied(text);
        self.with_one(FILLED, label, async |element| {
            element.send_keys(Key::Control + "av").await
        });
    }

    /// Chooses a file for the field with this label, by its path.
    #[track_caller]
    pub(crate) fn choose_file(&self, label: &str, path: &std::path::Path) {
        let path = path.to_str().expect("a path in UTF-8");
        self.with_one(PRESSED, label, async |element| {
            element.send_keys(path).await
        });
    }

    /// Ticks the box or the choice with this label, unless it is ticked.
    #[track_caller]
    pub(crate) fn tick(&self, label: &str) {
        self.with_one(TICKED, label, async |element| {
            match element.is_selected().await? {
                true => Ok(()),
                false => element.click().await,
            }
        });
    }

    /// Chooses what reads so from the list with this label.
    #[track_caller]
    pub(crate) fn choose(&self, label: &str, option: &str) {
        let path = format!(".//option[normalize-space()='{option}']");
        self.with_one(FILLED, label, async |element| {
            element.find(By::XPath(path.as_str())).await?.click().await
        });
    }

    /// Whether the box with this label is ticked.
    #[track_caller]
    pub(crate) fn is_ticked(&self, label: &str) -> bool {
        let mut ticked = false;
        self.with_one(TICKED, label, async |element| {
            ticked = element.is_selected().await?;
            Ok(())
        });
        ticked
    }

    /// What stands in the field with this label.
    #[track_caller]
    pub(crate) fn value_of(&self, label: &str) -> String {
        let mut value = None;
        self.with_one(FILLED, label, async |element| {
            value = element.prop("value").await?;
            Ok(())
        });
        value.unwrap_or_default()
    }

    /// Whether there is a button or link of this name now.
    pub(crate) fn offers(&self, name: &str) -> bool {
        !self.find(PRESSED, name).unwrap_or_default().is_empty()
    }

    /// Waits for the one element of this role and name, and does this with it. Where a page goes away in
    /// the middle of that, the next one is searched.
    #[track_caller]
    fn with_one(
        &self,
        roles: &[&str],
        name: &str,
        mut act: impl AsyncFnMut(&WebElement) -> WebDriverResult<()>,
    ) {
        let mut failure = String::new();
        let done = self.until(|| {
            let found = self.find(roles, name).unwrap_or_default();
            let [element] = found.as_slice() else {
                failure = format!("{} of them", found.len());
                return false;
            };
            match self.attempt(act(element)) {
                Ok(()) => true,
                Err(error) => {
                    failure = error.to_string();
                    false
                }
            }
        });
        if !done {
            let names = self.script(NAMES, &[json!(roles)]);
            panic!(
                "{roles:?} {name:?} on {}: {failure}; there are {names}",
                self.at()
            );
        }
    }

    fn find(&self, roles: &[&str], name: &str) -> WebDriverResult<Vec<WebElement>> {
        let arguments = vec![json!(roles), json!(name)];
        let found = self.attempt(self.driver.execute(FIND, arguments))?;
        found.elements()
    }
}
