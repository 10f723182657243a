//! The colours of the sheet and of every brand, held to WCAG 2.2: 4.5 for text, 3 for edges and icons.

use std::collections::BTreeMap;

use vestibule_pages::{STYLE, accent_sheet};

type Colours = BTreeMap<String, [f64; 3]>;

/// The colours of the first or the second `:root` of a sheet.
fn colours(sheet: &str, theme: usize) -> Colours {
    let block = sheet.split(":root {").nth(theme + 1).expect("two themes");
    let block = block.split_once('}').expect("it ends").0;
    block
        .lines()
        .filter_map(|line| {
            let (name, value) = line.trim().strip_prefix("--")?.split_once(": #")?;
            let hex = value.trim_end_matches(';');
            let part = |n: usize| u8::from_str_radix(&hex[n..n + 2], 16).map(f64::from);
            Some((
                name.to_owned(),
                [part(0).ok()?, part(2).ok()?, part(4).ok()?],
            ))
        })
        .collect()
}

fn luminance(colour: [f64; 3]) -> f64 {
    let [r, g, b] = colour.map(|value| {
        let value = value / 255.0;
        if value <= 0.04045 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    });
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

fn contrast(theme: &Colours, one: &str, other: &str) -> f64 {
    let find = |name: &str| {
        let found = theme.get(name).unwrap_or_else(|| panic!("no --{name}"));
        luminance(*found)
    };
    let (a, b) = (find(one), find(other));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// What stands on what, and by how much it has to stand out.
fn pairs() -> Vec<(&'static str, &'static str, f64)> {
    let mut pairs = vec![
        ("on-accent", "accent", 4.5),
        ("on-accent", "accent-strong", 4.5),
        ("quiet", "note-ground", 4.5),
    ];
    for ground in [
        "surface",
        "ground",
        "note-ground",
        "bad-ground",
        "good-ground",
    ] {
        pairs.push(("ink", ground, 7.0));
    }
    for ground in ["surface", "ground"] {
        for text in ["quiet", "accent", "accent-strong", "good", "bad", "warn"] {
            pairs.push((text, ground, 4.5));
        }
        pairs.push(("edge", ground, 3.0));
    }
    pairs.extend([
        ("accent", "note-ground", 3.0),
        ("bad", "bad-ground", 3.0),
        ("good", "good-ground", 3.0),
    ]);
    pairs
}

#[track_caller]
fn can_be_read(theme: &Colours, what: &str) {
    for (one, other, least) in pairs() {
        let found = contrast(theme, one, other);
        assert!(
            found >= least,
            "{what}: {one} on {other}: {found:.2}, not {least}"
        );
    }
}

#[test]
fn text_and_edges_can_be_told_from_what_is_behind_them_by_day_and_by_night() {
    for theme in 0..2 {
        can_be_read(&colours(STYLE, theme), "our own sheet");
    }
}

/// Colours from all over the cube, its corners among them, and every grey.
fn brands() -> impl Iterator<Item = [u8; 3]> {
    let steps: Vec<u8> = (0..=255).step_by(15).collect();
    let all = steps.clone();
    let cube = steps.into_iter().flat_map(move |red| {
        let all = all.clone();
        all.clone()
            .into_iter()
            .flat_map(move |green| all.clone().into_iter().map(move |blue| [red, green, blue]))
    });
    cube.chain((0..=255).map(|grey| [grey; 3]))
}

#[test]
fn whatever_colour_a_brand_has_it_can_be_read_by_day_and_by_night() {
    let ours = [colours(STYLE, 0), colours(STYLE, 1)];
    for brand in brands() {
        let sheet = accent_sheet(brand);
        for (theme, ours) in ours.iter().enumerate() {
            let mut all = ours.clone();
            all.extend(colours(&sheet, theme));
            can_be_read(&all, &format!("{brand:02x?}"));
            let accent = contrast(&all, "accent", "accent-strong");
            assert!(accent > 1.1, "{brand:02x?}: nothing to see under a pointer");
        }
    }
}

#[test]
fn a_colour_that_can_be_read_is_left_as_it_is() {
    let day = "  --accent: #0b5cad;\n";
    assert!(accent_sheet([0x0b, 0x5c, 0xad]).contains(day));
    let night = "  --accent: #7ab8ff;\n";
    assert!(accent_sheet([0x7a, 0xb8, 0xff]).contains(night));
}
