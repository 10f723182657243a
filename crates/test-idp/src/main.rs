//! The test IdP by hand: start it, tell it about a service provider, sign in.

use std::error::Error;
use std::net::{SocketAddr, TcpListener};

use clap::Parser;
use jiff::Timestamp;
use vestibule_test_idp::{IdpConfig, Key, SpRegistration, Style, TestIdp, User, serve};
use vestibule_xmlsig::Certificate;

/// A small SAML identity provider for demonstrations and tests. There are no passwords.
#[derive(Parser)]
#[command(name = "vestibule-test-idp", version)]
struct Arguments {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:9300")]
    listen: SocketAddr,
    /// Where it is reached, without a path; http://localhost and the port by default.
    #[arg(long)]
    base_url: Option<String>,
    /// The entity ID; the URL of the metadata by default.
    #[arg(long)]
    entity_id: Option<String>,
    /// Whose accent it has: okta, entra, google, aws or onelogin.
    #[arg(long, default_value = "okta")]
    style: Style,
    /// A person, as `email,given name,family name,group;group`; may be repeated.
    #[arg(long = "user", value_name = "USER")]
    users: Vec<User>,
    /// A service provider to answer; may be repeated.
    #[arg(long = "sp", num_args = 2, value_names = ["ENTITY_ID", "ACS_URL"])]
    service_providers: Vec<String>,
    /// Sign with an EC key on P-256 instead of RSA.
    #[arg(long)]
    ec: bool,
    /// Take requests by HTTP-POST alone, and list no other binding in the metadata.
    #[arg(long)]
    post_only: bool,
    /// Take signed requests alone; the metadata says so.
    #[arg(long)]
    signed_requests: bool,
    /// Where a service provider takes logout messages; may be repeated.
    #[arg(long = "sp-logout", num_args = 2, value_names = ["ENTITY_ID", "SLO_URL"])]
    logout_urls: Vec<String>,
    /// The certificate that a service provider signs with, in PEM; may be repeated.
    #[arg(long = "sp-certificate", num_args = 2, value_names = ["ENTITY_ID", "FILE"])]
    certificates: Vec<String>,
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let listener = TcpListener::bind(arguments.listen)?;
    let port = listener.local_addr()?.port();
    let base_url = arguments
        .base_url
        .unwrap_or_else(|| format!("http://localhost:{port}"));
    let mut config = IdpConfig::new(base_url, arguments.style);
    config.entity_id = arguments.entity_id;
    config.post_only = arguments.post_only;
    config.signed_requests = arguments.signed_requests;
    config.lists_logout = !arguments.logout_urls.is_empty();
    if !arguments.users.is_empty() {
        config.users = arguments.users;
    }
    if arguments.ec {
        config.key = Key::EcP256;
    }
    let idp = TestIdp::new(config, now())?;
    for pair in arguments.service_providers.chunks_exact(2) {
        if let [entity_id, acs_url] = pair {
            let mut sp = SpRegistration::new(entity_id, acs_url);
            sp.logout_url = of(&arguments.logout_urls, entity_id).next().cloned();
            for file in of(&arguments.certificates, entity_id) {
                for certificate in Certificate::parse_all(&std::fs::read(file)?)? {
                    sp.keys.push(certificate.verifying_key()?);
                }
            }
            idp.trust(sp);
        }
    }
    println!("start page   {}/", idp.base_url());
    println!("metadata     {}", idp.metadata_url());
    println!("entity ID    {}", idp.entity_id());
    println!("SSO URL      {}", idp.sso_url());
    println!("SLO URL      {}", idp.slo_url());
    print!("{}", idp.certificate_pem());
    Ok(serve(idp, listener)?.await?)
}

/// What was said of this entity ID.
fn of<'a>(pairs: &'a [String], entity_id: &'a str) -> impl Iterator<Item = &'a String> {
    pairs.chunks_exact(2).filter_map(move |pair| match pair {
        [name, value] if name == entity_id => Some(value),
        _ => None,
    })
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is a binary: here is the clock"
)]
fn now() -> Timestamp {
    Timestamp::now()
}
