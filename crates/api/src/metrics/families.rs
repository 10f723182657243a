//! Plain numbers as the library writes them.

use prometheus::proto::{self, MetricFamily, MetricType};
use vestibule_store::{WAIT_BOUNDS, Waits};

use super::catalogue::{Kind, Metric};

/// The metrics that are made of plain numbers, one after the other.
#[derive(Default)]
pub(super) struct Families(Vec<MetricFamily>);

impl Families {
    pub(super) fn into_inner(self) -> Vec<MetricFamily> {
        self.0
    }

    /// One number without labels, where there is one.
    pub(super) fn one(&mut self, metric: &Metric, value: Option<f64>) {
        if let Some(value) = value {
            self.all(metric, [(&[][..], value)]);
        }
    }

    /// A number for each value of the one label.
    pub(super) fn by<'v>(
        &mut self,
        metric: &Metric,
        numbers: impl IntoIterator<Item = (&'v str, f64)>,
    ) {
        for (value, number) in numbers {
            self.all(metric, [(&[value][..], number)]);
        }
    }

    /// A number for each set of values of the labels.
    pub(super) fn all<'v>(
        &mut self,
        metric: &Metric,
        numbers: impl IntoIterator<Item = (&'v [&'v str], f64)>,
    ) {
        let made = numbers.into_iter().map(|(values, number)| {
            let mut made = labelled(metric, values);
            match metric.kind {
                Kind::Counter => {
                    let mut counter = proto::Counter::default();
                    counter.set_value(number);
                    made.set_counter(counter);
                }
                Kind::Gauge | Kind::Histogram => {
                    let mut gauge = proto::Gauge::default();
                    gauge.set_value(number);
                    made.set_gauge(gauge);
                }
            }
            made
        });
        let made: Vec<_> = made.collect();
        self.push(metric, made);
    }

    /// The waits of a lane.
    pub(super) fn waits(&mut self, metric: &Metric, lane: &str, waits: &Waits) {
        let buckets = WAIT_BOUNDS.iter().zip(waits.within).map(|(bound, count)| {
            let mut bucket = proto::Bucket::default();
            bucket.set_upper_bound(*bound);
            bucket.set_cumulative_count(count);
            bucket
        });
        let mut histogram = proto::Histogram::default();
        histogram.set_sample_count(waits.count);
        histogram.set_sample_sum(waits.seconds);
        histogram.set_bucket(buckets.collect());
        let mut made = labelled(metric, &[lane]);
        made.set_histogram(histogram);
        self.push(metric, vec![made]);
    }

    /// Numbers of one metric stand together.
    fn push(&mut self, metric: &Metric, made: Vec<proto::Metric>) {
        if made.is_empty() {
            return;
        }
        let known = self
            .0
            .iter_mut()
            .find(|family| family.name() == metric.name);
        if let Some(family) = known {
            family.mut_metric().extend(made);
            return;
        }
        let mut family = MetricFamily::default();
        family.set_name(metric.name.to_owned());
        family.set_help(metric.meaning.to_owned());
        family.set_field_type(match metric.kind {
            Kind::Counter => MetricType::COUNTER,
            Kind::Gauge => MetricType::GAUGE,
            Kind::Histogram => MetricType::HISTOGRAM,
        });
        family.set_metric(made);
        self.0.push(family);
    }
}

fn labelled(metric: &Metric, values: &[&str]) -> proto::Metric {
    let pairs = metric.labels.iter().zip(values).map(|(name, value)| {
        let mut pair = proto::LabelPair::default();
        pair.set_name((*name).to_owned());
        pair.set_value((*value).to_owned());
        pair
    });
    proto::Metric::from_label(pairs.collect())
}
