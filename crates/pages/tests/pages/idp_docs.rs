//! `docs/idp`: the guided setup as pages for reading, made from the very steps that the settings pages show.

use std::{fmt::Write as _, fs, path::PathBuf};

use vestibule_pages::{
    Lang,
    guide::{AttributeTable, Field, OurValue, Part, Provider, Words},
    text,
};

const COMMAND: &str = "VESTIBULE_WRITE_DOCS=1 cargo test -p vestibule-pages --test pages idp_docs";

/// The pages and what they say.
fn pages() -> Vec<(PathBuf, String)> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/idp"));
    let mut pages = vec![(folder.join("README.md"), index())];
    for provider in Provider::ALL {
        let path = folder.join(format!("{}.md", provider.slug()));
        pages.push((path, page(*provider)));
    }
    pages
}

#[test]
fn the_pages_for_reading_say_what_the_guided_setup_says() {
    for (path, page) in pages() {
        if std::env::var_os("VESTIBULE_WRITE_DOCS").is_some() {
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(&path, &page).expect("the page is written");
        }
        let committed = fs::read_to_string(&path).unwrap_or_default();
        let name = path.display();
        assert!(
            committed == page,
            "{name} is not what the guide says; `{COMMAND}` writes it anew"
        );
    }
}

/// A message as Markdown: it has at most labels and code in it.
fn say(id: &'static str) -> String {
    let html = text(id).to_html(Lang::En);
    let mut said = html;
    for (from, to) in [
        ("*", "\\*"),
        ("<em>", "*"),
        ("</em>", "*"),
        ("<strong>", "**"),
        ("</strong>", "**"),
        ("<code>", "`"),
        ("</code>", "`"),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&#60;", "\\<"),
        ("&#62;", ">"),
        ("&#38;", "&"),
        ("&amp;", "&"),
    ] {
        said = said.replace(from, to);
    }
    assert!(!said.contains("&#") && !said.contains("</"), "{id}: {said}");
    said
}

fn words(words: Words) -> String {
    match words {
        Words::Theirs(label) => format!("*{}*", label.replace('*', "\\*")),
        Words::Ours(id) => say(id),
    }
}

fn name(provider: Provider) -> &'static str {
    match provider {
        Provider::Other => "Any other identity provider",
        named => named.name(),
    }
}

fn index() -> String {
    let mut page = format!(
        "<!-- Generated: {COMMAND} -->\n\n# Identity providers\n\nWhat an admin does at each identity provider, in its own order and \
         words: the same steps that the guided setup shows at `/settings/sso`, with our values to copy and the fields to paste into. \
         Whoever sets a connection up by the API finds those values in its `service_provider`.\n\n"
    );
    for provider in Provider::ALL {
        let slug = provider.slug();
        let _ = writeln!(
            page,
            "- [{}]({slug}.md) (`\"provider\": \"{slug}\"`)",
            name(*provider)
        );
    }
    page
}

fn page(provider: Provider) -> String {
    let guide = provider.guide();
    let mut page = format!("<!-- Generated: {COMMAND} -->\n\n# {}\n", name(provider));
    for (number, step) in (1..).zip(guide.steps) {
        let _ = write!(page, "\n## {number}. {}\n", say(step.title));
        parts_of(step.parts, &mut page);
    }
    let _ = write!(
        page,
        "\n## {}. {}, then enable\n\n`POST /v1/connections/{{connection_id}}/tests` gives a `start_url` to open in a browser, or press \
         *{}* at the settings. A report says of every check what was expected and what came; where something has to change, it names \
         the field in the words of this page. What has passed its test can be enabled.\n",
        guide.steps.len() + 1,
        say("guide-title-test"),
        say("guide-title-test"),
    );
    page
}

fn parts_of(parts: &[Part], page: &mut String) {
    let mut before = None;
    for part in parts {
        // What is set or copied one after the other is one list.
        let lists = matches!(part, Part::Set(..) | Part::Copy(..) | Part::Paste(..));
        if !(lists && before == Some(true)) {
            page.push('\n');
        }
        before = Some(lists);
        part_of(part, page);
    }
}

fn part_of(part: &Part, page: &mut String) {
    let _ = match part {
        Part::Text(id) => writeln!(page, "{}", say(id)),
        Part::Note(id) => writeln!(page, "> {}", say(id)),
        Part::Copy(OurValue::CertificateDownload, label) => {
            writeln!(
                page,
                "- {}: our certificate, as a file (`service_provider.certificate`)",
                words(*label)
            )
        }
        Part::Copy(value, label) => writeln!(
            page,
            "- {}: copy our `{}` there",
            words(*label),
            ours(*value)
        ),
        Part::Set(label, value) => writeln!(page, "- {}: {}", words(*label), words(*value)),
        Part::Paste(field, label) => {
            writeln!(page, "- {}: paste it as `{}`", words(*label), field.name())
        }
        Part::Attributes(table) => write!(page, "{}", attributes(table)),
        Part::Metadata(inner) => {
            let (instead, why) = (say("guide-metadata-summary"), say("guide-metadata-why"));
            let _ = writeln!(page, "**{instead}.** {why}");
            parts_of(inner, page);
            Ok(())
        }
    };
}

/// Under which name the API shows it.
fn ours(value: OurValue) -> &'static str {
    match value {
        OurValue::EntityId => "service_provider.entity_id",
        OurValue::AcsUrl => "service_provider.acs_url",
        OurValue::AcsUrlRegex => "service_provider.acs_url` as a regular expression, `^…$",
        OurValue::MetadataUrl => "service_provider.metadata_url",
        OurValue::SloUrl => "service_provider.slo_url",
        OurValue::CertificateDownload => "service_provider.certificate",
    }
}

fn attributes(table: &AttributeTable) -> String {
    let mut shown = format!("| {} | {} |", words(table.names), words(table.sources));
    let mut rule = String::from("|---|---|");
    if let Some(formats) = table.formats {
        let _ = write!(shown, " {} |", words(formats));
        rule.push_str("---|");
    }
    let _ = write!(shown, "\n{rule}\n");
    for row in table.rows {
        let _ = write!(shown, "| `{}` | {} |", row.name, row.source);
        if table.formats.is_some() {
            let _ = write!(shown, " {} |", row.format);
        }
        shown.push('\n');
    }
    shown
}

/// Each field that can be pasted into is one of the API.
#[test]
fn the_fields_are_those_of_a_draft() {
    let document = include_str!("../../../../api-spec/openapi.yaml");
    let (_, draft) = document
        .split_once("\n    NewDraft:\n")
        .expect("the schema");
    for field in Field::ALL {
        let property = format!("\n        {}:\n", field.name());
        assert!(draft.contains(&property), "{}", field.name());
    }
}
