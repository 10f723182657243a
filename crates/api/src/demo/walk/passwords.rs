//! Passwords before SSO is live, and after: whose counts, and what it needs.

use serde_json::{Value, json};
use vestibule_credential::app_code;

use super::{
    person::Person,
    setup::Customer,
    tokens,
    world::{Step, World, expect, show, text},
};
use crate::{
    clock,
    demo::{ADMIN, ADMIN_PASSWORD, application::Way},
};

/// Who signs in by SSO.
pub(super) const MEMBER: &str = "ada@acme.example";
const MEMBER_PASSWORD: &str = "four violet teapots sail north";

/// What an admin keeps, for whoever goes on in the browser.
pub(crate) struct Kept {
    /// The secret of the authenticator app, in base 32.
    pub(crate) secret: String,
    /// One recovery code that was not used.
    pub(crate) recovery_code: String,
    /// The workspace's short name.
    pub(crate) slug: String,
}

/// Invites the two, who choose a password by the links that they get.
pub(super) fn choose(world: &World, customer: &Customer) -> Step<()> {
    for (email, role, name, password) in [
        (ADMIN, "admin", "Grace Hopper", ADMIN_PASSWORD),
        (MEMBER, "member", "Ada Lovelace", MEMBER_PASSWORD),
    ] {
        let path = format!("{}/invitations", customer.workspace);
        let new = json!({"email": email, "role": role, "name": name, "deliver": "return"});
        let invited = world.must("POST", &path, &new)?;
        let mut person = Person::open(world, text(&invited, "/link/url"))?;
        let token = text(&invited, "/link/url").rsplit('/').next();
        let token = token.unwrap_or_default().to_owned();
        person.send(&token, &[("password", "acme acme acme")])?;
        let weak = (person.status(), person.body().contains("id=\"error\""));
        expect(
            weak == (422, true),
            "a password that anybody would guess was taken",
        )?;
        person.send(&token, &[("password", password)])?;
        expect(
            person.status() == 200,
            format!("{email} has no password: {}", person.heading()),
        )?;
        show(email, format!("{role}, has chosen a password by a link"));
    }
    Ok(())
}

/// The password of somebody who is no admin counts, until SSO is live; gives the refresh token.
pub(super) fn member_comes_in(world: &World) -> Step<String> {
    let (authorize, pending) = world.application.begin(Way::Password)?;
    let mut ada = Person::open(world, &authorize)?;
    ada.send(
        "/password",
        &[("email", MEMBER), ("password", MEMBER_PASSWORD)],
    )?;
    let tokens = tokens::redeem(world, ada.leaves_to()?, &pending)?;
    show(MEMBER, "signed in by password");
    Ok(text(&tokens, "/refresh_token").to_owned())
}

/// The same questions that the product asks before it shows a password field.
pub(super) fn decisions(world: &World, customer: &Customer) -> Step<()> {
    let path = format!("{}/sign-in-decisions", customer.workspace);
    let ask = |email: &str| {
        world.must(
            "POST",
            &path,
            &json!({"email": email, "method": "password"}),
        )
    };
    let member = ask(MEMBER)?;
    let sign_in_url = text(&member, "/sign_in_url");
    show(
        MEMBER,
        format!("password refused: {}", text(&member, "/code")),
    );
    show("sign in at", sign_in_url);
    expect(
        member.get("allowed") == Some(&json!(false))
            && text(&member, "/code") == "sso-required"
            && sign_in_url.contains(&customer.workspace_id),
        format!("a member's password was not refused with the way to SSO: {member}"),
    )?;
    let admin = ask(ADMIN)?;
    let required = admin.get("required").unwrap_or(&Value::Null);
    show(ADMIN, format!("password allowed, needs {required}"));
    expect(
        admin.get("allowed") == Some(&json!(true)) && *required == json!(["second_factor"]),
        format!("an admin's password is not what it should be: {admin}"),
    )
}

/// The sign-in page says the same, and leads on; what the password opened before is over.
pub(super) fn member_is_sent_to_sso(world: &World, refresh_token: &str) -> Step<()> {
    let (authorize, _) = world.application.begin(Way::Password)?;
    let mut ada = Person::open(world, &authorize)?;
    ada.send(
        "/password",
        &[("email", MEMBER), ("password", MEMBER_PASSWORD)],
    )?;
    show(
        "right password",
        format!("{} {}", ada.status(), ada.heading()),
    );
    expect(ada.status() == 403, "a member came in by password")?;
    let way = ada.press("Continue with single sign-on")?;
    show("its button", &way);
    let to = ada.leaves_to()?;
    show("leads to", to.split('?').next().unwrap_or(to));
    expect(
        to.starts_with(&world.idp_url),
        format!("the refusal does not lead to the IdP: {to}"),
    )?;
    let refreshed = world.application.refresh(refresh_token);
    show(
        "session from before",
        refreshed.as_ref().err().map_or("-", String::as_str),
    );
    expect(refreshed.is_err(), "a member's password session went on")
}

/// An admin's password counts, with a second factor: enrolled on the way in, the first time.
pub(super) fn admin_comes_in(world: &World, customer: &Customer) -> Step<Kept> {
    let (authorize, pending) = world.application.begin(Way::Password)?;
    let mut grace = Person::open(world, &authorize)?;
    let password = [("email", ADMIN), ("password", ADMIN_PASSWORD)];
    grace.send("/password", &password)?;
    grace.expect(200, "Set up your second step")?;
    show("right password", grace.heading());
    let secret = secret_on(grace.body()).ok_or("the page shows no secret for the app")?;
    show("authenticator app", format!("takes the secret {secret}"));
    let code = app_code(&secret, 0, clock::now()).ok_or("the secret is none")?;
    grace.send("/enrol", &[("code", &code)])?;
    grace.expect(200, "Keep your recovery codes")?;
    let codes = recovery_codes(grace.body());
    show(
        "its code",
        format!("{code} is right; {} recovery codes", codes.len()),
    );
    expect(codes.len() == 10, format!("{} recovery codes", codes.len()))?;
    grace.send("/codes", &[("kept", "yes")])?;
    let tokens = tokens::redeem(world, grace.leaves_to()?, &pending)?;
    let claims = tokens::verify(world, customer, &tokens, &pending)?;
    let claim = |name: &str| claims.get(name).unwrap_or(&Value::Null);
    show("token of", text(&claims, "/email"));
    show("role", text(&claims, "/role"));
    show("amr", claim("amr"));
    expect(
        *claim("amr") == json!(["pwd", "otp"]) && *claim("role") == json!("admin"),
        format!("an admin's token says something else: {claims}"),
    )?;
    used_code(world, &code)?;
    loud(world)?;
    Ok(Kept {
        secret,
        recovery_code: codes.into_iter().next().unwrap_or_default(),
        slug: customer.slug.clone(),
    })
}

/// From now on the app is asked for, and each code counts once.
fn used_code(world: &World, code: &str) -> Step<()> {
    let (authorize, _) = world.application.begin(Way::Password)?;
    let mut again = Person::open(world, &authorize)?;
    let password = [("email", ADMIN), ("password", ADMIN_PASSWORD)];
    again.send("/password", &password)?;
    again.send("/factor", &[("kind", "totp"), ("code", code)])?;
    let refused = again.status() == 403 && again.body().contains("was used already");
    show("the same code again", format!("{} refused", again.status()));
    expect(refused, "a code of the app was taken twice")
}

/// Whoever comes in beside SSO does not do so quietly.
fn loud(world: &World) -> Step<()> {
    let events = world.must("GET", "/v1/audit-events?limit=200", &json!({}))?;
    let action = "admin.signed_in_without_sso";
    let events = events.pointer("/data").and_then(Value::as_array);
    let mut actions = events
        .into_iter()
        .flatten()
        .map(|event| text(event, "/action"));
    expect(
        actions.any(|known| known == action),
        "the audit log does not say that an admin came in beside SSO",
    )?;
    show("audit log", action);
    Ok(())
}

/// The secret on the page that sets an authenticator app up, as its link has it.
fn secret_on(page: &str) -> Option<String> {
    let (_, rest) = page.split_once("secret=")?;
    Some(
        rest.chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect(),
    )
}

fn recovery_codes(page: &str) -> Vec<String> {
    let list = page.split_once("id=\"codes\"").map_or("", |(_, rest)| rest);
    let list = list.split("</ul>").next().unwrap_or_default();
    let codes = list.split("<code>").skip(1);
    let codes = codes.filter_map(|rest| rest.split("</code>").next());
    codes.map(str::to_owned).collect()
}
