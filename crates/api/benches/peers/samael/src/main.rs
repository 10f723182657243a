//! Verifies and validates signed responses by samael, and says how long one takes. The job, on standard
//! input, and what is printed, are described in ../../job.rs, which this program shares.

#[path = "../../job.rs"]
mod job;

use chrono::Duration;
use samael::metadata::EntityDescriptor;
use samael::service_provider::ServiceProviderBuilder;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() {
    let job = job::Job::read();
    let idp: EntityDescriptor = job.idp_metadata.parse().unwrap();
    let provider = ServiceProviderBuilder::default()
        .entity_id(job.sp_entity_id.clone())
        .acs_url(job.acs_url.clone())
        .idp_metadata(idp)
        // A minute and a half by default: a round of all libraries takes longer.
        .max_issue_delay(Duration::hours(1))
        .build()
        .unwrap();
    job.run("0.0.22", |form_value| {
        let assertion = provider
            .parse_base64_response(form_value, Some(&[&job.request_id]))
            .unwrap();
        let subject = assertion.subject.unwrap().name_id.unwrap().value;
        let statements = assertion.attribute_statements.unwrap();
        let mut attributes = statements.iter().flat_map(|all| &all.attributes);
        let groups = attributes.find(|attribute| attribute.name.as_deref() == Some(&job.groups));
        (subject, groups.unwrap().values.len())
    });
}
