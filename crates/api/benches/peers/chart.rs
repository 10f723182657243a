//! A picture of what was measured.

use std::fmt::Write as _;

/// Bars of one kind, under a title.
pub(crate) struct Bars {
    pub(crate) title: String,
    /// Name and value of each; those of ours by another colour.
    pub(crate) rows: Vec<(String, f64)>,
}

const WIDTH: f64 = 760.0;
const BEGIN: f64 = 230.0;
const LONGEST: f64 = 440.0;

/// As SVG, one below the other.
pub(crate) fn draw(all: &[Bars]) -> String {
    let (mut body, mut y) = (String::new(), 0.0);
    for bars in all {
        y += 30.0;
        let title = &bars.title;
        writeln!(
            body,
            r#"<text x="16" y="{y}" font-weight="bold">{title}</text>"#
        )
        .unwrap();
        y += 12.0;
        let most = bars.rows.iter().map(|(_, value)| *value);
        let most = most.fold(f64::MIN_POSITIVE, f64::max);
        for (name, value) in &bars.rows {
            let length = (value / most * LONGEST).max(1.0);
            let colour = if name.starts_with("Vestibule") {
                "#1a7f64"
            } else {
                "#9aa5b1"
            };
            let digits = if *value < 10.0 { 2 } else { 0 };
            let (end, line) = (BEGIN + length + 8.0, y + 14.0);
            writeln!(
                body,
                r#"<text x="16" y="{line}">{name}</text><rect x="{BEGIN}" y="{y}" width="{length:.1}" height="18" fill="{colour}"/><text x="{end:.1}" y="{line}">{value:.digits$}</text>"#
            )
            .unwrap();
            y += 26.0;
        }
    }
    let height = y + 12.0;
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="14" fill="#1f2933">
<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>
{body}</svg>
"##
    )
}
