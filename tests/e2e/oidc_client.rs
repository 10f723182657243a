//! A stock OpenID Connect client works with nothing but the discovery URL and its credentials.

use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse, IssuerUrl,
    Nonce, OAuth2TokenResponse as _, PkceCodeChallenge, RedirectUrl, RefreshToken, Scope,
    TokenIntrospectionResponse as _, TokenResponse as _,
    core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata, CoreUserInfoClaims},
};
use vestibule_test_idp::Twist;

use crate::support::{
    browser::Browser,
    database::Engine,
    http::send,
    world::{REDIRECT_URI, World, ada},
};

/// The library's requests, sent by the tests' own client.
fn http(request: HttpRequest) -> Result<HttpResponse, std::io::Error> {
    let (parts, body) = request.into_parts();
    let headers: Vec<_> = parts
        .headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.to_str().unwrap_or_default()))
        .collect();
    let answer = send(
        parts.method.as_str(),
        &parts.uri.to_string(),
        &headers,
        body,
    );
    let mut response = openidconnect::http::Response::builder().status(answer.status);
    for (name, value) in &answer.headers {
        response = response.header(name, value);
    }
    Ok(response.body(answer.body.into_bytes()).expect("a response"))
}

#[test]
fn a_stock_client_signs_in_refreshes_and_asks_who() {
    let world = World::live(Engine::Sqlite);
    let issuer = IssuerUrl::new(world.server.url.clone()).unwrap();
    let metadata = CoreProviderMetadata::discover(&issuer, &http).expect("discovery");
    let client = CoreClient::from_provider_metadata(
        metadata,
        ClientId::new(world.client.0.clone()),
        Some(ClientSecret::new(world.client.1.clone())),
    )
    .set_redirect_uri(RedirectUrl::new(REDIRECT_URI.to_owned()).unwrap());

    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (url, state, nonce) = client
        .authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            CsrfToken::new_random,
            Nonce::new_random,
        )
        .add_scope(Scope::new("email".to_owned()))
        .add_scope(Scope::new("profile".to_owned()))
        .add_extra_param("workspace", &world.workspace)
        .set_pkce_challenge(challenge)
        .url();
    let mut browser = Browser::default();
    let form = world.visit_idp(
        &mut browser,
        url.as_str(),
        &world.idp,
        &ada(),
        &Twist::default(),
    );
    let back = browser
        .deliver(&form.acs_url, &form.saml_response)
        .expect(303);
    let back = url::Url::parse(back.location()).unwrap();
    let get = |name: &str| {
        back.query_pairs()
            .find(|(given, _)| given == name)
            .unwrap()
            .1
    };
    assert_eq!(get("state"), state.secret().as_str());

    let tokens = client
        .exchange_code(AuthorizationCode::new(get("code").into_owned()))
        .expect("a token endpoint")
        .set_pkce_verifier(verifier)
        .request(&http)
        .expect("tokens");
    let id_token = tokens.id_token().expect("an ID token");
    let claims = id_token
        .claims(&client.id_token_verifier(), &nonce)
        .expect("verified claims");
    assert_eq!(claims.email().unwrap().as_str(), "ada@acme.example");
    assert_eq!(claims.email_verified(), Some(false));

    let userinfo: CoreUserInfoClaims = client
        .user_info(
            tokens.access_token().clone(),
            Some(claims.subject().clone()),
        )
        .expect("a userinfo endpoint")
        .request(&http)
        .expect("claims of the same person");
    assert_eq!(
        userinfo.name().unwrap().get(None).unwrap().as_str(),
        "Ada Lovelace"
    );

    let refresh: RefreshToken = tokens.refresh_token().expect("a refresh token").clone();
    let renewed = client
        .exchange_refresh_token(&refresh)
        .expect("a token endpoint")
        .request(&http)
        .expect("tokens");
    assert_ne!(renewed.refresh_token().unwrap().secret(), refresh.secret());

    let introspection =
        openidconnect::IntrospectionUrl::new(format!("{}/oauth2/introspect", world.server.url));
    let client = client.set_introspection_url(introspection.unwrap());
    let introspected = client
        .introspect(renewed.access_token())
        .request(&http)
        .expect("introspection");
    assert!(introspected.active());
}
