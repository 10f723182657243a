//! The style sheet that a brand's colour makes of the accent.
//!
//! A colour is somebody's pride and rarely made for text: it is darkened by day and lightened by night
//! until everything that the pages do with the accent can be read (WCAG 2.2 §1.4.3, AA).

type Rgb = [u8; 3];

/// What text has to stand out by (WCAG 2.2 §1.4.3).
const AA: f64 = 4.5;
/// In how many steps a colour becomes black or white.
const STEPS: u8 = 64;
const BLACK: Rgb = [0, 0, 0];
const WHITE: Rgb = [255, 255, 255];

/// Day or night, with the colours of `vestibule.css` that the accent stands on or under.
struct Theme {
    surface: Rgb,
    ground: Rgb,
    on_accent: Rgb,
    /// Where a colour moves until it can be read, and where it came from.
    towards: Rgb,
    away: Rgb,
    /// How much of the accent is in the ground of a note, in steps.
    tint: u8,
}

const DAY: Theme = Theme {
    surface: WHITE,
    ground: [0xf4, 0xf6, 0xf8],
    on_accent: WHITE,
    towards: BLACK,
    away: WHITE,
    tint: 5,
};

const NIGHT: Theme = Theme {
    surface: [0x18, 0x1c, 0x22],
    ground: [0x0f, 0x12, 0x16],
    on_accent: [0x10, 0x14, 0x1a],
    towards: WHITE,
    away: BLACK,
    tint: 8,
};

/// Where the sheet of a colour is served.
#[must_use]
pub fn accent_path(colour: Rgb) -> String {
    format!("/assets/brand/{}.css", digits(colour))
}

/// The sheet: it stands behind ours, and sets what hangs on the accent.
#[must_use]
pub fn accent_sheet(colour: Rgb) -> String {
    format!(
        ":root {{\n{}}}\n@media (prefers-color-scheme: dark) {{\n:root {{\n{}}}\n}}\n",
        DAY.variables(colour),
        NIGHT.variables(colour)
    )
}

impl Theme {
    fn variables(&self, colour: Rgb) -> String {
        let accent = self.accent(colour);
        let note = mixed(self.surface, accent, self.tint);
        let all = [
            ("accent", accent),
            ("accent-strong", self.strong(accent)),
            ("on-accent", self.on_accent),
            ("note-ground", note),
        ];
        let lines = all.map(|(name, value)| format!("  --{name}: #{};\n", digits(value)));
        lines.concat()
    }

    /// The colour, moved as far as it must be and no further.
    fn accent(&self, colour: Rgb) -> Rgb {
        let mut moved = (0..=STEPS).map(|steps| mixed(colour, self.towards, steps));
        moved
            .find(|moved| self.can_be_read(*moved))
            .unwrap_or(self.towards)
    }

    /// What the accent becomes under the pointer: further on, or back where there is no further.
    fn strong(&self, accent: Rgb) -> Rgb {
        let further = (16..=STEPS).map(|steps| mixed(accent, self.towards, steps));
        let back = (8..=STEPS).map(|steps| mixed(accent, self.away, steps));
        let mut tries = further.chain(back);
        let found = tries.find(|other| contrast(accent, *other) > 1.2 && self.can_be_read(*other));
        found.unwrap_or(accent)
    }

    fn can_be_read(&self, accent: Rgb) -> bool {
        let beside = [self.surface, self.ground, self.on_accent];
        beside.iter().all(|other| contrast(accent, *other) >= AA)
    }
}

fn digits([red, green, blue]: Rgb) -> String {
    format!("{red:02x}{green:02x}{blue:02x}")
}

/// `one` with so many steps of `other` in it.
fn mixed([a, b, c]: Rgb, [x, y, z]: Rgb, steps: u8) -> Rgb {
    let channel = |one: u8, other: u8| {
        let (steps, all) = (u16::from(steps.min(STEPS)), u16::from(STEPS));
        let sum = u16::from(one) * (all - steps) + u16::from(other) * steps;
        u8::try_from(sum / all).unwrap_or(u8::MAX)
    };
    [channel(a, x), channel(b, y), channel(c, z)]
}

/// By how much two colours stand out from each other (WCAG 2.2, "contrast ratio").
fn contrast(one: Rgb, other: Rgb) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// WCAG 2.2, "relative luminance".
fn luminance(colour: Rgb) -> f64 {
    let [red, green, blue] = colour.map(|channel| {
        let channel = f64::from(channel) / 255.0;
        if channel <= 0.04045 {
            channel / 12.92
        } else {
            ((channel + 0.055) / 1.055).powf(2.4)
        }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}
