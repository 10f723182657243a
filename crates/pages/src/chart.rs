//! Small charts, drawn here: no script, no style of their own.

use std::fmt::Write as _;

use crate::Svg;

/// From one day to the next.
const STEP: u64 = 20;
/// How wide a bar is.
const BAR: u64 = 14;
/// Where the bars stand.
const GROUND: u64 = 127;
/// How high the highest may be: what is too small to be seen is drawn a little higher than it is.
const HIGHEST: u64 = 118;
/// How high the lowest is.
const LOWEST: u64 = 4;

/// A bar for each day: what succeeded, and on top of it, hatched, what failed. Whoever shows it gives it
/// a name, and the numbers to those who cannot see it.
pub(crate) fn bars(days: &[(u64, u64)]) -> Svg {
    let most = days.iter().map(|(good, bad)| good.saturating_add(*bad));
    let most = most.max().unwrap_or_default();
    let (mut succeeded, mut failed) = (String::new(), String::new());
    let mut left = (STEP - BAR) / 2;
    for (good, bad) in days {
        let (good, bad) = (height(*good, most), height(*bad, most));
        bar(&mut succeeded, left, GROUND, good);
        bar(&mut failed, left, GROUND.saturating_sub(good), bad);
        left += STEP;
    }
    let width = left.saturating_sub((STEP - BAR) / 2);
    Svg(format!(
        "<svg viewBox=\"0 0 {width} 128\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\
         <defs><pattern id=\"hatch\" width=\"4\" height=\"4\" patternUnits=\"userSpaceOnUse\" \
         patternTransform=\"rotate(45)\"><path class=\"hatch\" d=\"M0 0h2v4H0z\"/></pattern></defs>\
         <path class=\"succeeded\" d=\"{succeeded}\"/>\
         <path class=\"failed\" fill=\"url(#hatch)\" d=\"{failed}\"/>\
         <path class=\"ground\" d=\"M0 {GROUND}h{width}\"/></svg>"
    ))
}

fn bar(path: &mut String, left: u64, bottom: u64, height: u64) {
    if height > 0 {
        // Writing to a String cannot fail.
        let _ = write!(path, "M{left} {bottom}v-{height}h{BAR}v{height}z");
    }
}

fn height(count: u64, most: u64) -> u64 {
    if count == 0 {
        return 0;
    }
    let exact = count.saturating_mul(HIGHEST).checked_div(most);
    exact.unwrap_or_default().clamp(LOWEST, HIGHEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bottom and the height of each bar of a class.
    fn drawn(svg: &Svg, class: &str) -> Vec<(u64, u64)> {
        let (_, after) = svg.0.split_once(&format!("class=\"{class}\"")).unwrap();
        let (_, path) = after.split_once("d=\"").unwrap();
        let (path, _) = path.split_once('"').unwrap();
        let bars = path.split('z').filter(|bar| !bar.is_empty());
        bars.map(|bar| {
            let (place, rest) = bar.split_once("v-").unwrap();
            let (_, bottom) = place.split_once(' ').unwrap();
            let (height, _) = rest.split_once('h').unwrap();
            (bottom.parse().unwrap(), height.parse().unwrap())
        })
        .collect()
    }

    #[test]
    fn failures_stand_on_what_succeeded() {
        let svg = bars(&[(10, 0), (5, 5), (0, 0), (0, 1)]);
        assert_eq!(drawn(&svg, "succeeded"), [(127, 118), (127, 59)]);
        assert_eq!(drawn(&svg, "failed"), [(68, 59), (127, 11)]);
    }

    #[test]
    fn what_is_there_is_seen_and_nothing_leaves_the_picture() {
        for days in [
            &[(1_000_000, 1)][..],
            &[(1, 1_000_000)],
            &[(u64::MAX, 1), (1, 1)],
            &[(u64::MAX, u64::MAX)],
        ] {
            let svg = bars(days);
            for (bottom, height) in [drawn(&svg, "succeeded"), drawn(&svg, "failed")].concat() {
                assert!(height >= LOWEST && height < bottom, "{days:?}: {}", svg.0);
            }
        }
        assert!(drawn(&bars(&[(0, 0), (0, 0)]), "failed").is_empty());
    }
}
