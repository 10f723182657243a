//! The README lists every setting of the server with its default, and no other.

use vestibule_api::config::SETTINGS;

use crate::{assert_none, read, root};

/// The rows of the README's table of settings: name and default.
fn rows(readme: &str) -> Vec<(&str, &str)> {
    let rows = readme.lines().filter_map(|line| {
        let mut cells = line.strip_prefix("| `VESTIBULE_")?.split(" | ");
        Some((
            cells.next()?.strip_suffix('`')?,
            cells.next()?.trim().trim_matches('`'),
        ))
    });
    rows.collect()
}

#[test]
fn the_readme_lists_every_setting_with_its_default() {
    let readme = read(&root().join("README.md"));
    let rows = rows(&readme);
    let mut complaints = Vec::new();
    for setting in SETTINGS {
        if !rows.contains(&(setting.name, setting.default)) {
            complaints.push(format!(
                "README.md lacks {} (default {})",
                setting.name, setting.default
            ));
        }
    }
    for (name, _) in &rows {
        if !SETTINGS.iter().any(|setting| setting.name == *name) {
            complaints.push(format!("README.md lists {name}, which is no setting"));
        }
    }
    assert_none(&complaints);
}
