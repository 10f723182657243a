//! Requests by route: how many, how they ended, how long they took.

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock, PoisonError, RwLock},
    time::Duration,
};

use actix_web::http::{Method, StatusCode};
use prometheus::{Error, Histogram, HistogramVec, IntCounter, IntCounterVec, IntGauge};

use super::{
    catalogue::{IN_FLIGHT, REQUEST_SECONDS, REQUESTS},
    make,
};

/// From the quickest page to what a database that hangs takes, in seconds.
const BUCKETS: [f64; 14] = [
    0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

/// Whoever calls can make methods up; these have a name of their own.
const METHODS: [&str; 8] = [
    "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "other",
];
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// The numbers of one route by one method, made when it is first asked for.
struct Series {
    classes: [OnceLock<IntCounter>; CLASSES.len()],
    seconds: Histogram,
}

type ByMethod = [Option<Arc<Series>>; METHODS.len()];

pub(crate) struct Routes {
    requests: IntCounterVec,
    seconds: HistogramVec,
    in_flight: IntGauge,
    /// By the pattern; as many as there are routes. A request reads, and only the first of its kind writes.
    known: RwLock<HashMap<String, ByMethod>>,
}

/// A request that is being answered, until it is dropped.
pub(crate) struct InFlight(IntGauge);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Routes {
    pub(super) fn new(registry: &prometheus::Registry) -> Result<Self, Error> {
        Ok(Self {
            requests: make::counters(registry, &REQUESTS)?,
            seconds: make::histograms(registry, &REQUEST_SECONDS, &BUCKETS)?,
            in_flight: make::gauge(registry, &IN_FLIGHT)?,
            known: RwLock::default(),
        })
    }

    /// A request arrived.
    pub(crate) fn begin(&self) -> InFlight {
        self.in_flight.inc();
        InFlight(self.in_flight.clone())
    }

    /// A request was answered. `route` is a pattern, never a path.
    pub(crate) fn answered(
        &self,
        route: &str,
        method: &Method,
        status: StatusCode,
        took: Duration,
    ) {
        let index = index_of(method);
        let series = self.series(route, index);
        series.seconds.observe(took.as_secs_f64());
        let class = usize::from(status.as_u16() / 100).saturating_sub(1);
        let class = class.min(CLASSES.len() - 1);
        let (Some(counter), Some(name), Some(method)) = (
            series.classes.get(class),
            CLASSES.get(class),
            METHODS.get(index),
        ) else {
            return;
        };
        let make = || self.requests.with_label_values(&[route, *method, *name]);
        counter.get_or_init(make).inc();
    }

    fn series(&self, route: &str, index: usize) -> Arc<Series> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let found = known.get(route).and_then(|all| all.get(index)?.clone());
        drop(known);
        if let Some(series) = found {
            return series;
        }
        let method = METHODS.get(index).copied().unwrap_or("other");
        let fresh = Arc::new(Series {
            classes: Default::default(),
            seconds: self.seconds.with_label_values(&[route, method]),
        });
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let all = known.entry(route.to_owned()).or_default();
        match all.get_mut(index) {
            // Of two that meet here both have the same numbers below.
            Some(place) => Arc::clone(place.get_or_insert(fresh)),
            None => fresh,
        }
    }
}

fn index_of(method: &Method) -> usize {
    let known = METHODS.iter().position(|name| *name == method.as_str());
    known.unwrap_or(METHODS.len() - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_as_many_series_as_routes_and_no_more() {
        let registry = prometheus::Registry::new();
        let routes = Routes::new(&registry).unwrap();
        for number in 0..1_000_u16 {
            let made_up = Method::from_bytes(format!("M{number}").as_bytes()).unwrap();
            for method in [made_up, Method::GET] {
                let status = StatusCode::from_u16(200 + number % 300).unwrap();
                routes.answered("/a/{b}", &method, status, Duration::from_millis(3));
            }
        }
        let families = registry.gather();
        let of = |metric: super::super::Metric| {
            let family = families.iter().find(|family| family.name() == metric.name);
            family.unwrap().get_metric().len()
        };
        // GET and other, each with three classes of answers.
        assert_eq!(of(REQUESTS), 6);
        assert_eq!(of(REQUEST_SECONDS), 2);
    }

    #[test]
    fn a_request_is_in_flight_until_it_is_answered() {
        let routes = Routes::new(&prometheus::Registry::new()).unwrap();
        let one = routes.begin();
        let other = routes.begin();
        assert_eq!(routes.in_flight.get(), 2);
        drop((one, other));
        assert_eq!(routes.in_flight.get(), 0);
    }
}
