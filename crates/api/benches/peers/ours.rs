//! Our own library, in a process of its own like the others.

use jiff::SignedDuration;
use vestibule_saml::{Expected, ExpectedParts, Limits, SentRequest, UnverifiedResponse};
use vestibule_xmlsig::Certificate;

use crate::job::Job;
use crate::support::world::now;

/// Answers the job on standard input: everything from the form value to a validated assertion.
pub(crate) fn run() {
    vestibule_xmlsig::init().unwrap();
    let job = Job::read();
    let certificates = Certificate::parse_all(job.certificate.as_bytes()).unwrap();
    let keys = [certificates[0].verifying_key().unwrap()];
    let sent = SentRequest {
        id: job.request_id.clone(),
        issued_at: now(),
    };
    let parts = ExpectedParts::new(
        job.sp_entity_id.clone(),
        job.acs_url.clone(),
        SignedDuration::from_secs(180),
    );
    let expected = Expected::sign_in(sent, parts, job.idp_entity_id.clone());
    let limits = Limits::default();
    job.run(env!("CARGO_PKG_VERSION"), |form_value| {
        let unverified = UnverifiedResponse::decode(form_value, &limits).unwrap();
        let signed = unverified.verify(&keys).unwrap();
        let verified = signed.validate(&expected, now()).unwrap();
        let groups = verified.attributes().get(&job.groups).unwrap();
        let subject = verified.name_id().unwrap().value.clone();
        (subject, groups.values.len())
    });
}
