//! What Prometheus would read of a server.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{http::send, server::Server};

/// Has a server be read, at a port that is free.
pub(crate) const LISTEN: (&str, &str) = ("VESTIBULE_METRICS_LISTEN", "127.0.0.1:0");

/// One line: a number and whose it is.
#[derive(Debug, Clone)]
pub(crate) struct Sample {
    pub(crate) name: String,
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) value: f64,
}

/// Everything that was read at once.
#[derive(Debug)]
pub(crate) struct Scrape {
    /// The type of each metric.
    pub(crate) types: BTreeMap<String, String>,
    pub(crate) samples: Vec<Sample>,
}

/// Where the server that started last is read.
pub(crate) fn address(server: &Server) -> String {
    // The line comes a moment after the server does.
    let log = server.log_with("\"listening\"");
    let listening = log.lines().rev().find_map(|line| {
        let entry: Value = serde_json::from_str(line).ok()?;
        (entry["message"] == "listening").then(|| entry["metrics"].as_str().map(str::to_owned))
    });
    let address = listening.flatten().expect("it says where metrics are");
    format!("http://{address}")
}

impl Scrape {
    pub(crate) fn of(server: &Server) -> Self {
        let url = format!("{}/metrics", address(server));
        let answer = send("GET", &url, &[], "").expect(200);
        let kind = answer.header("content-type");
        assert_eq!(kind, Some("text/plain; version=0.0.4; charset=utf-8"));
        Self::parse(&answer.body)
    }

    fn parse(text: &str) -> Self {
        let (mut types, mut samples) = (BTreeMap::new(), Vec::new());
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("# TYPE ") {
                let (name, kind) = rest.split_once(' ').expect("a name and a type");
                let before = types.insert(name.to_owned(), kind.to_owned());
                assert_eq!(before, None, "{name} stands there twice");
            } else if !line.starts_with('#') {
                samples.push(sample(line));
            }
        }
        Self { types, samples }
    }

    /// The sum of those with these labels.
    pub(crate) fn sum(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let has = |sample: &&Sample| {
            let fits = |(label, value): &(&str, &str)| {
                sample.labels.get(*label).map(String::as_str) == Some(*value)
            };
            sample.name == name && labels.iter().all(fits)
        };
        self.samples.iter().filter(has).map(|one| one.value).sum()
    }

    /// The values of a label, wherever it stands.
    pub(crate) fn values(&self, label: &str) -> BTreeSet<&str> {
        let values = self.samples.iter().filter_map(|one| one.labels.get(label));
        values.map(String::as_str).collect()
    }
}

fn sample(line: &str) -> Sample {
    let (series, value) = line.rsplit_once(' ').expect("a value");
    let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
    let labels = labels.strip_suffix('}').expect("a closing brace");
    let pairs = labels.split("\",").filter(|pair| !pair.is_empty());
    let labels = pairs.map(|pair| {
        let (label, value) = pair.split_once("=\"").expect("a label");
        (label.to_owned(), value.trim_end_matches('"').to_owned())
    });
    Sample {
        name: name.to_owned(),
        labels: labels.collect(),
        value: value.parse().unwrap_or(f64::NAN),
    }
}
