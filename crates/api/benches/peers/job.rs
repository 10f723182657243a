//! What a program that verifies responses is asked, and what it answers: as JSON, on standard input and
//! standard output, so that programs in any language can be asked.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

/// What is asked.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Job {
    /// The responses, one size after the other.
    pub(crate) documents: Vec<Document>,
    /// Whom each of them is about, by NameID.
    pub(crate) subject: String,
    /// The name of the attribute with many values.
    pub(crate) groups: String,
    /// The request that each of them answers.
    pub(crate) request_id: String,
    pub(crate) sp_entity_id: String,
    pub(crate) acs_url: String,
    pub(crate) idp_entity_id: String,
    pub(crate) sso_url: String,
    /// The IdP's certificate, in PEM.
    pub(crate) certificate: String,
    pub(crate) idp_metadata: String,
    /// How much processor time goes into a document before anything counts.
    pub(crate) warm_up_ms: f64,
    /// How often is measured, and for about how long.
    pub(crate) rounds: usize,
    pub(crate) round_ms: f64,
}

/// A response.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Document {
    /// As it stands in the form.
    pub(crate) form_value: String,
    /// How many groups it lists.
    pub(crate) groups: usize,
}

/// What is answered.
#[derive(Serialize, Deserialize)]
pub(crate) struct Answer {
    pub(crate) version: String,
    /// For each document the processor time of one verification with everything that belongs to it, in
    /// milliseconds: the median of the rounds.
    pub(crate) ms: Vec<f64>,
}

impl Job {
    /// The one on standard input.
    pub(crate) fn read() -> Self {
        serde_json::from_reader(std::io::stdin()).unwrap()
    }

    /// Runs `verify`, which says whom a response is about and how many groups it lists, and prints the
    /// answer.
    pub(crate) fn run(&self, version: &str, verify: impl Fn(&str) -> (String, usize)) {
        let mean = |document: &Document, milliseconds: f64| {
            let (begin, mut times) = (processor_time(), 0.0);
            loop {
                let (subject, groups) = verify(&document.form_value);
                assert!(subject == self.subject && groups == document.groups);
                times += 1.0;
                let spent = processor_time() - begin;
                if spent >= milliseconds {
                    return spent / times;
                }
            }
        };
        let median = |document: &Document| {
            mean(document, self.warm_up_ms);
            let rounds = (0..self.rounds).map(|_| mean(document, self.round_ms));
            let mut rounds: Vec<f64> = rounds.collect();
            rounds.sort_unstable_by(f64::total_cmp);
            rounds[rounds.len() / 2]
        };
        let answer = Answer {
            version: version.to_owned(),
            ms: self.documents.iter().map(median).collect(),
        };
        println!("{}", serde_json::to_string(&answer).unwrap());
    }
}

/// That of this process, in milliseconds: what other processes do on the machine is not counted.
fn processor_time() -> f64 {
    let time: Duration = clock_gettime(ClockId::ProcessCPUTime).try_into().unwrap();
    time.as_secs_f64() * 1e3
}
