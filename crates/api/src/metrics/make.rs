//! The library's metrics, made from what the catalogue says.

use prometheus::{
    Error, HistogramOpts, HistogramVec, IntCounterVec, IntGauge, Opts, Registry, core::Collector,
};

use super::catalogue::Metric;

fn registered<C: Collector + Clone + 'static>(registry: &Registry, metric: C) -> Result<C, Error> {
    registry.register(Box::new(metric.clone()))?;
    Ok(metric)
}

pub(super) fn counters(registry: &Registry, metric: &Metric) -> Result<IntCounterVec, Error> {
    let opts = Opts::new(metric.name, metric.meaning);
    registered(registry, IntCounterVec::new(opts, metric.labels)?)
}

pub(super) fn gauge(registry: &Registry, metric: &Metric) -> Result<IntGauge, Error> {
    registered(registry, IntGauge::new(metric.name, metric.meaning)?)
}

pub(super) fn histograms(
    registry: &Registry,
    metric: &Metric,
    buckets: &[f64],
) -> Result<HistogramVec, Error> {
    let opts = HistogramOpts::new(metric.name, metric.meaning).buckets(buckets.to_vec());
    registered(registry, HistogramVec::new(opts, metric.labels)?)
}
