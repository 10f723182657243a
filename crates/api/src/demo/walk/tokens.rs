//! What the application does with a code, and what is worth nothing twice.

use serde_json::Value;
use url::Url;
use vestibule_test_idp::User;

use super::{
    setup::Customer,
    world::{Step, World, expect, show, text},
};
use crate::{
    clock,
    demo::{
        application::{Pending, Way},
        browser::Browser,
    },
};

/// A sign-in by SSO, with what it used up.
pub(super) struct SignedIn {
    browser: Browser,
    saml_response: String,
    code: String,
    pub(super) pending: Pending,
    pub(super) tokens: Value,
}

/// The code of a callback, if the callback is this sign-in's.
fn code(callback: &str, pending: &Pending) -> Step<String> {
    let url = Url::parse(callback).map_err(|error| error.to_string())?;
    let parameter = |name: &str| {
        url.query_pairs()
            .find(|(given, _)| given == name)
            .map(|(_, value)| value.into_owned())
    };
    expect(
        parameter("state").as_deref() == Some(pending.state.as_str()),
        "another state",
    )?;
    parameter("code").ok_or("no code came back".to_owned())
}

/// The tokens of a callback.
pub(super) fn redeem(world: &World, callback: &str, pending: &Pending) -> Step<Value> {
    world
        .application
        .exchange(&code(callback, pending)?, pending)
}

/// The claims of an ID token, verified with the published keys.
pub(super) fn verify(
    world: &World,
    customer: &Customer,
    tokens: &Value,
    pending: &Pending,
) -> Step<Value> {
    let jwks: Value = ureq::get(format!("{}/oauth2/jwks", world.vestibule))
        .call()
        .and_then(|mut answer| answer.body_mut().read_json())
        .map_err(|error| error.to_string())?;
    let claims = vestibule_session::verify_id_token_with_jwks(
        &jwks,
        &world.vestibule,
        &customer.client_id,
        text(tokens, "/id_token"),
        clock::now(),
    )
    .map_err(|error| format!("the ID token does not verify: {error}"))?;
    expect(text(&claims, "/nonce") == pending.nonce, "another nonce")?;
    Ok(claims)
}

/// Somebody signs in to the application by SSO.
pub(super) fn sign_in(world: &World, user: &User) -> Step<SignedIn> {
    let (authorize, pending) = world.application.begin(Way::Sso)?;
    let mut browser = Browser::default();
    let (answer, saml_response) = world.trip(&mut browser, &authorize, user)?;
    let callback = answer
        .location
        .ok_or(format!("not signed in: {}", answer.status))?;
    let code = code(&callback, &pending)?;
    let tokens = world.application.exchange(&code, &pending)?;
    show("token type", text(&tokens, "/token_type"));
    Ok(SignedIn {
        browser,
        saml_response,
        code,
        pending,
        tokens,
    })
}

/// What the tokens say.
pub(super) fn read(world: &World, customer: &Customer, signed_in: &SignedIn) -> Step<()> {
    let SignedIn {
        tokens, pending, ..
    } = signed_in;
    let claims = verify(world, customer, tokens, pending)?;
    for (name, value) in claims.as_object().into_iter().flatten() {
        show(name, value);
    }
    let userinfo = world.application.userinfo(text(tokens, "/access_token"))?;
    let saml = userinfo.get("saml").unwrap_or(&Value::Null);
    show("userinfo saml", saml);
    Ok(())
}

/// The same response, and the same code, once more.
pub(super) fn replay(world: &World, customer: &Customer, signed_in: SignedIn) -> Step<()> {
    let acs = text(&customer.connection, "/service_provider/acs_url");
    let response = [("SAMLResponse", signed_in.saml_response.as_str())];
    let mut browser = signed_in.browser;
    let again = browser.post(acs, &response)?;
    show("same response", format!("{} refused", again.status));
    expect(
        (400..500).contains(&again.status),
        "the response was accepted twice",
    )?;
    let again = world
        .application
        .exchange(&signed_in.code, &signed_in.pending);
    expect(again.is_err(), "the code was accepted twice")?;
    show("same code", again.err().unwrap_or_default());
    Ok(())
}
