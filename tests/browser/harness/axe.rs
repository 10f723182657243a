//! axe-core, the rules of accessibility that can be checked by a program.

use std::{fs, sync::LazyLock};

use serde_json::Value;

use super::browser::Browser;
use crate::support::npm;

static AXE: LazyLock<String> = LazyLock::new(|| {
    let file = npm::installed("browser").join("node_modules/axe-core/axe.min.js");
    fs::read_to_string(file).expect("axe-core")
});

/// Every rule, the advice beyond the standard included.
const RUN: &str = r#"
return axe.run(document, { resultTypes: ["violations"] }).then((results) => results.violations);
"#;

impl Browser {
    /// What axe-core has against the page, a line for each rule.
    pub(crate) fn axe(&self) -> Vec<String> {
        if self.script("return typeof axe", &[]) == "undefined" {
            self.script(&AXE, &[]);
        }
        let violations = self.script(RUN, &[]);
        let violations = violations.as_array().expect("a list").iter();
        violations.map(sentence).collect()
    }
}

/// The rule, what it asks for, and each element that breaks it with the reason.
fn sentence(violation: &Value) -> String {
    let text = |value: &Value, name: &str| {
        let text = value.get(name).and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    };
    let nodes = violation.get("nodes").and_then(Value::as_array);
    let nodes = nodes.into_iter().flatten().map(|node| {
        let target = node.get("target").map(Value::to_string).unwrap_or_default();
        let reason = text(node, "failureSummary").replace('\n', " ");
        format!("\n    {target} {}\n      {reason}", text(node, "html"))
    });
    format!(
        "axe {}: {} ({}){}",
        text(violation, "id"),
        text(violation, "help"),
        text(violation, "impact"),
        nodes.collect::<String>()
    )
}
