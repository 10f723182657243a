//! What people do, from the first page to the last.

mod account;
mod activity;
mod branding;
mod enforcement;
mod errors;
mod german;
mod instruments;
mod invitation;
mod links;
mod passkeys;
mod password;
mod settings;
mod setup;
mod setup_without;
mod sign_out;
mod sso;
mod this_is_me;
mod without;
