//! `vestibule demo`: the whole main job in the terminal, with a bundled IdP and a bundled
//! application, on the embedded default; then everything stays up for the browser.

mod application;
mod browser;
mod walk;

use std::{
    io::Write as _,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::PathBuf,
};

use clap::Args;
use vestibule_model::Scopes;
use vestibule_test_idp::{IdpConfig, Style, TestIdp};

use crate::{clock, config::Config, routes::api_keys, server, telemetry};

/// Where the demo runs.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The port of Vestibule
    #[arg(long, value_name = "PORT", default_value_t = 8080)]
    port: u16,
    /// The port of the bundled IdP
    #[arg(long, value_name = "PORT", default_value_t = 8081)]
    idp_port: u16,
    /// The port of the bundled application
    #[arg(long, value_name = "PORT", default_value_t = 8082)]
    application_port: u16,
    /// Where the demo keeps its database; it is made anew each time
    #[arg(long, value_name = "FOLDER", default_value = "./data/demo")]
    data: PathBuf,
    /// Stop after the walk, with its exit status
    #[arg(long, env = "DEMO_EXIT", value_parser = clap::builder::FalseyValueParser::new())]
    exit: bool,
}

/// The admin of the demo's workspace, and the password that the walk chooses.
const ADMIN: &str = "grace@acme.example";
const ADMIN_PASSWORD: &str = "nine purple otters juggle lamps";

type Failure = Box<dyn std::error::Error>;

/// Starts the three servers and walks.
///
/// # Errors
/// What could not be started, or the step of the walk that did not go as it should.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    // A fresh start each time: the demo tells the same story whatever was clicked before.
    for file in [
        "vestibule.db",
        "vestibule.db-wal",
        "vestibule.db-shm",
        "vestibule.key",
    ] {
        match std::fs::remove_file(options.data.join(file)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    let database = options.data.join("vestibule.db");
    let config = Config::from_vars([
        (
            "VESTIBULE_LISTEN".to_owned(),
            format!("127.0.0.1:{}", options.port),
        ),
        (
            "VESTIBULE_DATABASE_URL".to_owned(),
            format!("sqlite://{}", database.display()),
        ),
        (
            "VESTIBULE_UPGRADE_CONTACT".to_owned(),
            "sales@example.com".to_owned(),
        ),
        // Whoever tries it has an identity provider on this machine, if any, and its metadata there too.
        (
            "VESTIBULE_OUTBOUND_ALLOW_PRIVATE".to_owned(),
            "on".to_owned(),
        ),
        ("VESTIBULE_LOG".to_owned(), "warn".to_owned()),
        ("VESTIBULE_LOG_FORMAT".to_owned(), "pretty".to_owned()),
    ])?;
    telemetry::start(&config)?;
    actix_web::rt::System::new().block_on(serve_and_walk(config, options))
}

async fn serve_and_walk(config: Config, options: &Options) -> Result<(), Failure> {
    let key = first_api_key(&config).await?;
    let vestibule = server::start(config, false).await?;

    let idp_listener = listen(options.idp_port)?;
    // Under the other name of loopback the IdP is another site to a browser, as a real one is.
    let idp_url = format!("http://localhost:{}", idp_listener.local_addr()?.port());
    let idp = TestIdp::new(IdpConfig::new(idp_url.clone(), Style::Okta), clock::now())?;
    let idp_server = vestibule_test_idp::serve(idp.clone(), idp_listener)?;

    let application_listener = listen(options.application_port)?;
    let application_url = format!("http://{}", application_listener.local_addr()?);
    let application = application::Application::new(&vestibule.public_url, &application_url);
    let application_server = application::serve(application.clone(), application_listener)?;

    let handles = [
        vestibule.server.handle(),
        idp_server.handle(),
        application_server.handle(),
    ];
    let mut serving = actix_web::rt::spawn(vestibule.server);
    actix_web::rt::spawn(idp_server);
    actix_web::rt::spawn(application_server);

    let world = walk::World {
        vestibule: vestibule.public_url.clone(),
        api_key: key,
        idp,
        idp_url: idp_url.clone(),
        application: application.clone(),
    };
    let walked = actix_web::web::block(move || walk::walk(&world)).await?;
    let kept = match walked {
        Ok(kept) if !options.exit => kept,
        ended => {
            if let Err(failure) = &ended {
                eprintln!("\nThe walk stopped: {failure}");
            }
            for handle in handles {
                handle.stop(true).await;
            }
            return ended.map(drop).map_err(Failure::from);
        }
    };
    println!(
        "{}",
        to_try(&vestibule.public_url, &application_url, &idp_url, &kept)
    );
    std::io::stdout().flush()?;
    // Vestibule takes the signal; the others end with the process.
    (&mut serving).await??;
    Ok(())
}

/// What there is to try in the browser.
fn to_try(vestibule: &str, application: &str, idp: &str, kept: &walk::Kept) -> String {
    let walk::Kept {
        secret,
        recovery_code,
        slug,
    } = kept;
    format!(
        "\nEverything stays up. Try it in a browser:\n\n  \
         the application    {application}\n  \
         the sign-in page   {vestibule}/sign-in?workspace={slug}\n  \
         the account page   {vestibule}/account\n  \
         the SSO settings   {vestibule}/settings/sso\n  \
         the IdP            {idp}\n  \
         API documentation  {vestibule}/docs\n\n\
         The admin, by password and second factor:\n\n  \
         e-mail address     {ADMIN}\n  \
         workspace          {slug}  (its short name)\n  \
         password           {ADMIN_PASSWORD}\n  \
         authenticator app  {secret}  (type it into an app as a secret, time-based)\n  \
         or, once           {recovery_code}  (\"Use a recovery code\")\n\n\
         With a real identity provider: README.md, \"Set it up in the browser\".\n\
         Stop with Ctrl-C."
    )
}

fn listen(port: u16) -> Result<TcpListener, Failure> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    TcpListener::bind(address).map_err(|error| {
        format!("cannot listen on {address}: {error}; choose other ports (see --help)").into()
    })
}

/// What `vestibule api-keys create` does.
async fn first_api_key(config: &Config) -> Result<String, Failure> {
    let store = server::open_store(config, true)?;
    let scopes = Scopes::parse(["*"])?;
    let (key, secret) = api_keys::make("demo".to_owned(), scopes, None, None, clock::now())?;
    store.write(move |tx| tx.insert_api_key(&key)).await?;
    Ok(secret)
}
