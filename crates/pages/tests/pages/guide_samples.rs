//! The pages of the guided setup: every step of every provider, and a field that was filled in wrongly.

use std::collections::BTreeMap;

use vestibule_pages::{
    Frame, GuidePick, GuideStep, Input, OurValues, Page,
    guide::{Field, Provider, ProviderChoice, Step, rail},
};

use crate::fill::Fill;

/// Hands them over one by one.
pub(crate) fn add(fill: Fill, add: &mut impl FnMut(&'static str, &dyn Page)) {
    let choice = |provider: &Provider| ProviderChoice {
        provider: *provider,
        href: fill.text("/settings/sso/guide/okta/create"),
        chosen: *provider == Provider::Okta,
    };
    let pick = GuidePick {
        frame: frame(fill),
        choices: Provider::ALL.iter().map(choice).collect(),
        back_href: fill.some("/settings/sso"),
    };
    add("guide-pick", &pick);
    for provider in Provider::ALL {
        for step in provider.guide().steps {
            let name = format!("guide-{}-{}", provider.slug(), step.slug);
            add(name.leak(), &guide_step(fill, *provider, step));
        }
    }
    let paste = Provider::Okta.guide().step("paste");
    let mut wrong = guide_step(fill, Provider::Okta, paste.expect("it is there"));
    let input = |value, error| Input {
        value: fill.text(value),
        error: Some(fill.words(error)),
    };
    wrong.pasted = BTreeMap::from([
        (
            Field::SsoUrl,
            input(
                "https://sp.example/saml/conn_01/acs",
                "This is our own ACS URL. Copy the address that Okta shows.",
            ),
        ),
        (
            Field::Certificate,
            input(
                "-----BEGIN PRIVATE KEY-----",
                "This is a private key. It must not leave Okta; paste the certificate.",
            ),
        ),
        (
            Field::MetadataUrl,
            input("http://acme.okta.com", "It has to begin with https."),
        ),
    ]);
    add("guide-okta-paste-error", &wrong);
}

fn frame(fill: Fill) -> Frame {
    Frame {
        workspace: fill.text("Acme Robotics"),
        connection: None,
        tabs: Vec::new(),
        connections_href: None,
        account_href: None,
        reader: None,
        csrf: fill.text("t0ken"),
        notice: None,
        error: None,
    }
}

fn guide_step(fill: Fill, provider: Provider, step: &'static Step) -> GuideStep {
    let guide = provider.guide();
    GuideStep {
        frame: frame(fill),
        provider,
        step,
        rail: rail(guide, step, |step| fill.text(step.slug)),
        ours: OurValues {
            entity_id: fill.text("https://sp.example/saml/conn_01J9ZQ3V7M/metadata"),
            acs_url: fill.text("https://sp.example/saml/conn_01J9ZQ3V7M/acs"),
            slo_url: fill.text("https://sp.example/saml/conn_01J9ZQ3V7M/slo"),
            metadata_url: fill.text("https://sp.example/saml/conn_01J9ZQ3V7M/metadata"),
            certificate: fill.text("-----BEGIN CERTIFICATE-----"),
        },
        certificate_href: fill.text("/settings/sso/certificate.pem"),
        pasted: BTreeMap::new(),
        action: fill.text("/settings/sso/guide/okta/paste"),
        check_href: fill.text("/settings/sso/check"),
        next_href: fill.text("/settings/sso/guide/okta/next"),
        back_href: guide.before(step.slug).map(|before| fill.text(before.slug)),
    }
}
