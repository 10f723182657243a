//! The documents tell the truth: ARCHITECTURE.md shows the table of floors, links lead somewhere.

use std::{collections::BTreeSet, path::Path};

use crate::{assert_none, files_below, read, root, table::HOUSE};

/// A row of the table as a document shows it.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    floor: Option<u8>,
    folder: String,
    owns: Vec<String>,
    later: bool,
}

/// The rows `| 8 | `api` | what it is | owns alone | may not |` of a document.
fn rows(document: &str) -> Vec<Row> {
    let rows = document.lines().filter_map(|line| {
        let mut cells = line.strip_prefix("| ")?.split(" | ");
        let floor = cells.next()?.trim();
        let folder = cells
            .next()?
            .strip_prefix('`')?
            .strip_suffix('`')?
            .to_owned();
        let what = cells.next()?;
        let owns = cells
            .next()?
            .split('`')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .collect();
        let floor = if floor == "–" {
            None
        } else {
            Some(floor.parse().ok()?)
        };
        Some(Row {
            floor,
            folder,
            owns,
            later: what.contains("*(later)*"),
        })
    });
    rows.collect()
}

#[test]
fn architecture_shows_the_table_of_floors() {
    let shown = rows(&read(&root().join("ARCHITECTURE.md")));
    let expected = HOUSE.iter().map(|room| Row {
        floor: room.floor,
        folder: room.folder.to_owned(),
        owns: room
            .owns
            .iter()
            .map(|&library| library.to_owned())
            .collect(),
        later: !root().join("crates").join(room.folder).exists(),
    });
    assert_eq!(shown, expected.collect::<Vec<_>>());
}

/// The targets of the links in a document, without those in code.
fn links(document: &str) -> Vec<&str> {
    let mut fenced = false;
    let mut links = Vec::new();
    for line in document.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            links.extend(
                line.split("](")
                    .skip(1)
                    .filter_map(|rest| rest.split(')').next()),
            );
        }
    }
    links
}

/// The anchors that the headings of a document give, as forges make them.
fn anchors(document: &str) -> Vec<String> {
    let mut fenced = false;
    let mut anchors = Vec::new();
    for line in document.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if let (false, Some(heading)) = (fenced, line.strip_prefix('#')) {
            let kept = heading
                .trim_start_matches('#')
                .trim()
                .chars()
                .filter_map(|c| match c {
                    ' ' => Some('-'),
                    c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c),
                    _ => None,
                });
            anchors.push(kept.collect::<String>().to_lowercase());
        }
    }
    anchors
}

/// The links of the document at `path` that lead nowhere.
fn broken(path: &Path, document: &str) -> Vec<String> {
    let mut broken = Vec::new();
    for link in links(document) {
        if link.contains("://") || link.starts_with("mailto:") {
            continue;
        }
        let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
        let target = path.parent().unwrap_or(Path::new("")).join(file);
        let there = match (file, anchor) {
            ("", anchor) => anchors(document).iter().any(|known| known == anchor),
            (_, "") => target.exists(),
            (_, anchor) => {
                target.is_file() && anchors(&read(&target)).iter().any(|known| known == anchor)
            }
        };
        if !there {
            broken.push(format!(
                "{}: the link to {link} leads nowhere",
                path.display()
            ));
        }
    }
    broken
}

#[test]
fn every_relative_link_leads_somewhere() {
    let root = root();
    let is_document = |path: &std::path::PathBuf| path.extension().is_some_and(|ext| ext == "md");
    let documents: Vec<_> = files_below(&root).into_iter().filter(is_document).collect();
    assert!(
        documents.contains(&root.join("README.md")),
        "the documents were not found"
    );
    let complaints = documents.iter().flat_map(|path| broken(path, &read(path)));
    assert_none(&complaints.collect::<Vec<_>>());
}

#[test]
fn a_broken_link_is_seen() {
    let here = root().join("README.md");
    let document = "# A heading, here\n[a](nowhere.md) [b](#nothing) [c](#a-heading-here) [d](deploy)\n\
                    ```\n[e](in-code.md)\n```\n[f](https://example.com/x)";
    assert_eq!(broken(&here, document).len(), 2);
}

/// The pages of the site that SUMMARY.md does not lead to, and what it leads to twice.
fn left_out(summary: &str, pages: &[String]) -> Vec<String> {
    let listed = links(summary);
    let mut complaints: Vec<_> = pages
        .iter()
        .filter(|page| !listed.contains(&page.as_str()))
        .map(|page| format!("docs/SUMMARY.md does not lead to {page}"))
        .collect();
    let mut seen = BTreeSet::new();
    let twice = listed.iter().filter(|link| !seen.insert(**link));
    complaints.extend(twice.map(|link| format!("docs/SUMMARY.md leads to {link} twice")));
    complaints
}

/// `make docs` builds the site of it; that each link leads somewhere is seen above.
#[test]
fn the_summary_of_the_site_leads_to_every_page() {
    let docs = root().join("docs");
    let pages = files_below(&docs).into_iter().filter_map(|path| {
        let page = path.strip_prefix(&docs).ok()?.to_str()?;
        (page.ends_with(".md") && page != "SUMMARY.md").then(|| page.to_owned())
    });
    let pages: Vec<_> = pages.collect();
    assert!(pages.len() > 40, "{pages:?}");
    assert_none(&left_out(&read(&docs.join("SUMMARY.md")), &pages));
}

#[test]
fn a_page_that_is_left_out_is_seen() {
    let pages = ["a.md", "b/c.md", "d.md"].map(str::to_owned);
    let summary = "# Summary\n\n- [A](a.md)\n  - [C](b/c.md)\n- [A](a.md)\n";
    let complaints = left_out(summary, &pages);
    assert_eq!(complaints.len(), 2, "{complaints:?}");
}
