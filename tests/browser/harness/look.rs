//! A look at a page: by day and by night, on a phone and on a desk.

use std::fs;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::browser::Browser;

/// A width and a height in CSS pixels.
const PHONE: (u32, u32) = (375, 812);
const DESK: (u32, u32) = (1280, 900);

/// How many bytes a page may have with all that it loads.
const WEIGHT: u64 = 60_000;

impl Browser {
    /// Keeps four screenshots of the page as `<flow>/<nn>-<name>.<light|dark>.<width>.png`, and holds it to
    /// what every page is held to: nothing wider than a phone, no violation that axe-core finds, at most
    /// 60 KB in all, and nothing that the browser complains about.
    #[track_caller]
    pub(crate) fn look(&self, name: &str) {
        let number = self.looks.get() + 1;
        self.looks.set(number);
        let mut found = Vec::new();
        for (scheme, width) in [
            ("light", DESK),
            ("light", PHONE),
            ("dark", PHONE),
            ("dark", DESK),
        ] {
            self.scheme(scheme);
            self.viewport(width);
            self.settle();
            let file = format!("{number:02}-{name}.{scheme}.{}.png", width.0);
            self.keep_screenshot(&file, width);
            if width == PHONE {
                found.extend(self.wider_than(width.0));
            }
            // Once in each scheme, and once at each width: between them every rule of the sheet counts.
            if self.settings.scripts && matches!((scheme, width), ("light", PHONE) | ("dark", DESK))
            {
                found.extend(self.axe().into_iter().map(|it| format!("{scheme}: {it}")));
            }
        }
        self.by_day();
        self.wide();
        found.extend(self.heavier_than(WEIGHT));
        found.extend(self.complaints());
        assert!(
            found.is_empty(),
            "{name} at {}:\n{}",
            self.at(),
            found.join("\n")
        );
    }

    /// Light colours.
    pub(crate) fn by_day(&self) {
        self.scheme("light");
    }

    /// As wide as a desk.
    pub(crate) fn wide(&self) {
        self.viewport(DESK);
    }

    /// As narrow as a phone.
    pub(crate) fn narrow(&self) {
        self.viewport(PHONE);
    }

    fn scheme(&self, scheme: &str) {
        // Nothing moves, so that a picture shows how it ends and not how it begins.
        let features = json!({"features": [
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]});
        self.cdp("Emulation.setEmulatedMedia", &features);
    }

    fn viewport(&self, (width, height): (u32, u32)) {
        let size =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.cdp("Emulation.setDeviceMetricsOverride", &size);
    }

    /// Waits until the page is drawn in the colours and at the width that it has now.
    fn settle(&self) {
        self.script(
            "document.getAnimations().forEach((animation) => animation.finish()); \
             return document.documentElement.getBoundingClientRect().height",
            &[],
        );
    }

    /// What sticks out to the right of a window of this width.
    pub(crate) fn wider_than(&self, width: u32) -> Vec<String> {
        let script = r#"
            const [width] = arguments;
            if (document.scrollingElement.scrollWidth <= width) return [];
            return [...document.querySelectorAll("body *")]
              .filter((element) => element.getBoundingClientRect().right > width + 0.5)
              .map((element) => element.outerHTML.slice(0, 160));
        "#;
        let out = self.script(script, &[json!(width)]);
        let out = out.as_array().expect("a list").iter();
        out.map(|element| format!("wider than {width} px: {element}"))
            .collect()
    }

    /// What the page consists of, where that is more than so many bytes: itself, its style, its scripts, its
    /// pictures, and what those have asked for. Compression counts for nothing.
    pub(crate) fn heavier_than(&self, bytes: u64) -> Vec<String> {
        let script = r#"
            const entries = ["navigation", "resource"].flatMap((kind) => performance.getEntriesByType(kind));
            return entries.map(({ name, decodedBodySize }) => [name, decodedBodySize]);
        "#;
        let parts = self.script(script, &[]);
        let parts = parts.as_array().expect("a list").iter();
        let parts: Vec<_> = parts
            .map(|part| (part[0].to_string(), part[1].as_u64()))
            .collect();
        let sum: u64 = parts.iter().filter_map(|(_, size)| *size).sum();
        assert!(sum > 0, "nothing was measured at {}", self.at());
        let heavy = (sum > bytes).then(|| format!("{sum} bytes, more than {bytes}: {parts:?}"));
        heavy.into_iter().collect()
    }

    /// The whole page, however long.
    fn keep_screenshot(&self, file: &str, (width, height): (u32, u32)) {
        let long = self.script("return document.scrollingElement.scrollHeight", &[]);
        let height = long.as_f64().unwrap_or_default().max(height.into());
        let clip = json!({"x": 0, "y": 0, "width": width, "height": height, "scale": 1});
        let parameters = json!({"format": "png", "captureBeyondViewport": true, "clip": clip});
        let picture = self.cdp("Page.captureScreenshot", &parameters);
        let picture = picture.get("data").and_then(Value::as_str);
        let picture = STANDARD
            .decode(picture.expect("a picture"))
            .expect("base64");
        fs::create_dir_all(self.screenshots()).expect("a folder for pictures");
        fs::write(self.screenshots().join(file), picture).expect("the picture is kept");
    }
}
