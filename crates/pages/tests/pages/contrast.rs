//! The colours of the sheet, held to WCAG 2.2: 4.5 for text, 3 for edges and icons.

use vestibule_pages::STYLE;

type Colour = (String, [f64; 3]);

/// The colours of the first or the second `:root`.
fn colours(theme: usize) -> Vec<Colour> {
    let block = STYLE.split(":root {").nth(theme + 1).expect("two themes");
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

fn contrast(theme: &[Colour], one: &str, other: &str) -> f64 {
    let find = |name: &str| {
        let found = theme.iter().find(|(known, _)| known == name);
        luminance(found.unwrap_or_else(|| panic!("no --{name}")).1)
    };
    let (a, b) = (find(one), find(other));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn text_and_edges_can_be_told_from_what_is_behind_them_by_day_and_by_night() {
    for theme in [colours(0), colours(1)] {
        let mut pairs = vec![
            ("on-accent", "accent", 4.5),
            ("on-accent", "accent-strong", 4.5),
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
        for (one, other, least) in pairs {
            let found = contrast(&theme, one, other);
            assert!(found >= least, "{one} on {other}: {found:.2}, not {least}");
        }
    }
}
