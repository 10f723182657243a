//! The thin binary: HTTP in, one call, an answer out.
//!
//! This crate owns the web server, the environment and the clock. Rules live in
//! `vestibule-policy`, SQL in `vestibule-store`, XML in `vestibule-saml` and `vestibule-xmlsig`,
//! tokens in `vestibule-session`.

#![expect(
    unused_qualifications,
    reason = "utoipa's macros qualify names that are in scope"
)]

pub mod cli;
pub mod config;
mod configuration;
mod connections;
mod cookies;
mod copies;
mod departures;
pub mod metrics;
pub mod openapi;
pub mod server;

mod api_key_secret;
mod audit;
mod backchannel;
mod blocking;
mod body;
mod brand;
mod browser;
mod certificate_uses;
mod clock;
#[cfg(feature = "demo")]
mod demo;
mod domains;
mod draft;
mod ending;
mod expiry;
mod extract;
mod facts;
mod forward;
mod guards;
mod hashing;
mod headers;
mod inspection;
mod key_pool;
mod keys;
mod limits;
mod links;
mod live_certificates;
mod mail;
mod manage;
mod metadata;
mod oidc;
mod page;
mod password_links;
mod pem;
mod people;
mod problem;
mod redirect_uri;
mod replicas;
mod respond;
mod routes;
mod saml;
mod service;
mod settings;
mod setup;
mod telemetry;
mod text;
mod traces;
mod turns;
mod views;
mod web_url;
mod webhooks;
mod when;
