//! The keyboard alone: what has the focus, and that it can be seen.

use std::time::Duration;

use serde_json::Value;
use thirtyfour::Key;

use super::browser::Browser;

/// More stops than any page has.
const STOPS: usize = 60;

/// The name of what has the focus, and whether somebody would see that it does.
const FOCUS: &str = r#"
const element = document.activeElement;
const style = getComputedStyle(element);
return {
  name: element.computedName.replace(/\s+/g, " ").trim(),
  seen: element === document.body
    || (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2),
};
"#;

impl Browser {
    /// Goes from stop to stop until the one of this name; each stop on the way has to show its focus.
    #[track_caller]
    pub(crate) fn tab_to(&self, name: &str) {
        let mut stops = Vec::new();
        for _ in 0..STOPS {
            let focus = self.script(FOCUS, &[]);
            let here = focus
                .get("name")
                .and_then(Value::as_str)
                .unwrap_or_default();
            assert_eq!(
                focus["seen"],
                true,
                "the focus on {here:?} cannot be seen on {}",
                self.at()
            );
            if here == name {
                return;
            }
            stops.push(here.to_owned());
            self.keys(&Key::Tab.value().to_string());
        }
        panic!("no stop {name:?} on {}: {stops:?}", self.at());
    }

    /// Types where the focus is.
    pub(crate) fn keys(&self, text: &str) {
        let typing = self
            .driver
            .action_chain_with_delay(Some(Duration::ZERO), Some(Duration::ZERO));
        self.run("type", typing.send_keys(text).perform());
    }

    /// Pastes where the focus is.
    pub(crate) fn paste_here(&self, text: &str) {
        self.copied(text);
        let keys = self
            .driver
            .action_chain()
            .key_down(Key::Control)
            .send_keys("v")
            .key_up(Key::Control);
        self.run("paste", keys.perform());
    }

    /// Presses what has the focus, or sends its form.
    pub(crate) fn enter(&self) {
        self.keys(&Key::Enter.value().to_string());
    }

    /// Ticks or presses what has the focus.
    pub(crate) fn space(&self) {
        self.keys(" ");
    }
}
