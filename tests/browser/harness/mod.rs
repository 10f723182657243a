//! A real browser and the instruments that every page is held to.
//!
//! A flow opens a [`Browser`] by its own name, does what a person does by the words on the page, and takes
//! a [`look`](Browser::look) at each page: four screenshots, axe-core by day and by night, and nothing
//! that scrolls sideways on a phone. At the end the browser says whether it has complained about anything.

mod application;
mod authenticator;
mod axe;
mod browser;
mod console;
mod driver;
mod find;
mod keyboard;
mod look;
mod seats;
mod settings;
mod tls;

pub(crate) use application::Application;
pub(crate) use browser::Browser;
pub(crate) use settings::Settings;
pub(crate) use tls::TlsFront;
