//! From a session that goes on to its tokens.

use std::collections::BTreeSet;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use vestibule_model::{
    Member, Role, Session, SessionId,
    SigningAlgorithm::{Es256, Rs256},
};
use vestibule_session::{
    ACCESS_TOKEN_LIFETIME, CodeRequest, MintError, REFRESH_TOKEN_IDLE_LIFETIME, TokenError,
    TokenSet, issue, issue_forward, logout_token, mint, mint_with_code, verify_access_token,
    verify_access_token_of_any_audience, verify_id_token_hint, verify_id_token_with_jwks,
};

use crate::scene::{Scene, issuer, keys, kid, later, now, part};

fn by_saml(scene: &Scene, scope: &str) -> (Session, Member) {
    let minted = mint(scene.by_saml(None), scope, now()).unwrap();
    (
        minted.session().clone(),
        minted.admission().member().clone(),
    )
}

fn tokens(scene: &Scene, session: &Session, member: &Member, nonce: Option<&str>) -> TokenSet {
    let grant = scene.renewal(session, member, now());
    issue(keys(), Es256, &issuer(), grant, session, nonce, now()).unwrap()
}

fn names(claims: &Value) -> BTreeSet<&str> {
    claims
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

#[test]
fn an_access_token_says_exactly_this() {
    let scene = Scene::new();
    let (session, member) = by_saml(&scene, "openid email saml");
    let set = tokens(&scene, &session, &member, None);
    let header = part(&set.access_token, 0);
    assert_eq!(
        header,
        json!({ "typ": "at+jwt", "alg": "ES256", "kid": kid(Es256) })
    );
    let mut claims = part(&set.access_token, 1);
    let jti = claims["jti"].take();
    assert_eq!(jti.as_str().unwrap().len(), 22);
    let expected = json!({
        "iss": "https://sso.example",
        "aud": "https://sso.example/api",
        "sub": member.id,
        "client_id": scene.client,
        "iat": now().as_second(),
        "exp": now().as_second() + 900,
        "jti": null,
        "scope": "openid email saml",
        "workspace": scene.facts.workspace.id,
        "connection": scene.facts.sso.connections[0].connection.id,
        "role": "member",
        "sid": session.id,
        "amr": ["saml"],
        "acr": "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
        "auth_time": now().as_second(),
    });
    assert_eq!(claims, expected);
    assert_eq!(
        (set.expires_in, set.scope.as_str()),
        (900, "openid email saml")
    );
    let again = tokens(&scene, &session, &member, None);
    assert_ne!(part(&again.access_token, 1)["jti"], jti);
}

#[test]
fn an_id_token_says_exactly_this() {
    let scene = Scene::new();
    let (session, member) = by_saml(&scene, "openid");
    let set = tokens(&scene, &session, &member, Some("n-0S6"));
    let id_token = set.id_token.unwrap();
    let header = part(&id_token, 0);
    assert_eq!(
        header,
        json!({ "typ": "JWT", "alg": "ES256", "kid": kid(Es256) })
    );
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, set.access_token.as_bytes());
    let expected = json!({
        "iss": "https://sso.example",
        "aud": scene.client,
        "sub": member.id,
        "iat": now().as_second(),
        "exp": now().as_second() + 900,
        "auth_time": now().as_second(),
        "nonce": "n-0S6",
        "amr": ["saml"],
        "acr": "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport",
        "sid": session.id,
        "at_hash": URL_SAFE_NO_PAD.encode(&digest.as_ref()[..16]),
        "workspace": scene.facts.workspace.id,
        "connection": scene.facts.sso.connections[0].connection.id,
        "role": "member",
        "email": "ada@acme.example",
        "email_verified": true,
        "name": "Ada Lovelace",
    });
    assert_eq!(part(&id_token, 1), expected);
}

#[test]
fn both_tokens_of_an_application_are_signed_as_it_asks() {
    let scene = Scene::new();
    let (session, member) = by_saml(&scene, "openid");
    let grant = scene.renewal(&session, &member, now());
    let set = issue(keys(), Rs256, &issuer(), grant, &session, None, now()).unwrap();
    let id_token = set.id_token.unwrap();
    for (token, typ) in [(&set.access_token, "at+jwt"), (&id_token, "JWT")] {
        let header = json!({ "typ": typ, "alg": "RS256", "kid": kid(Rs256) });
        assert_eq!(part(token, 0), header);
    }
    // The hash is that of the ID token's algorithm: SHA-256 here too.
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, set.access_token.as_bytes());
    let at_hash = URL_SAFE_NO_PAD.encode(&digest.as_ref()[..16]);
    assert_eq!(part(&id_token, 1)["at_hash"], json!(at_hash));
    let claims = verify_access_token(keys(), &issuer(), &set.access_token, now()).unwrap();
    assert_eq!(claims.sid, session.id);
    let (jwks, client) = (keys().jwks(now()), scene.client.to_string());
    let iss = issuer().issuer;
    assert!(verify_id_token_with_jwks(&jwks, &iss, &client, &id_token, now()).is_ok());
}

#[test]
fn without_saml_there_is_no_connection_and_without_openid_no_id_token() {
    let scene = Scene::new();
    let session = mint(scene.vouched(), "email openids", now())
        .unwrap()
        .session()
        .clone();
    let set = tokens(&scene, &session, &scene.admin, Some("nonce"));
    assert!(set.id_token.is_none());
    let claims = part(&set.access_token, 1);
    assert!(!names(&claims).contains("connection"));
    assert_eq!(
        (&claims["role"], &claims["amr"]),
        (&json!("admin"), &json!(["pwd", "otp"]))
    );
}

#[test]
fn a_refresh_has_no_nonce_keeps_the_time_of_proof_and_brings_the_role_of_today() {
    let mut scene = Scene::new();
    let session = mint(scene.vouched(), "openid", now())
        .unwrap()
        .session()
        .clone();
    scene.facts.sso.connections.clear();
    scene.admin.role = Role::Member;
    scene.admin.name = None;
    scene.facts.verified_domains.clear();
    let grant = scene.renewal(&session, &scene.admin, later(3600));
    let set = issue(keys(), Es256, &issuer(), grant, &session, None, later(3600)).unwrap();
    let claims = part(&set.id_token.unwrap(), 1);
    assert!(!names(&claims).contains("nonce") && !names(&claims).contains("name"));
    assert_eq!(claims["auth_time"], json!(now().as_second()));
    assert_eq!(claims["iat"], json!(later(3600).as_second()));
    assert_eq!(
        (&claims["role"], &claims["email_verified"]),
        (&json!("member"), &json!(false))
    );
}

#[test]
fn nothing_outlives_the_session() {
    let scene = Scene::new();
    let minted = mint(scene.by_saml(Some(later(100))), "openid", now()).unwrap();
    let (session, member) = (minted.session(), minted.admission().member());
    let set = tokens(&scene, session, member, None);
    assert_eq!((set.expires_in, set.refresh.expires_at), (100, later(100)));
    assert_eq!(
        part(&set.access_token, 1)["exp"],
        json!(later(100).as_second())
    );
    assert_eq!(
        part(&set.id_token.unwrap(), 1)["exp"],
        json!(later(100).as_second())
    );

    let (session, member) = by_saml(&scene, "openid");
    let set = tokens(&scene, &session, &member, None);
    assert_eq!(set.refresh.expires_at, now() + REFRESH_TOKEN_IDLE_LIFETIME);
    assert_eq!(set.expires_in, ACCESS_TOKEN_LIFETIME.as_secs());
}

#[test]
fn a_refresh_token_is_kept_as_its_hash_and_is_new_each_time() {
    let scene = Scene::new();
    let (session, member) = by_saml(&scene, "openid");
    let one = tokens(&scene, &session, &member, None);
    let two = tokens(&scene, &session, &member, None);
    assert_eq!(one.refresh.hash, one.refresh_token.hash());
    assert_eq!(
        (one.refresh.session_id, one.refresh.issued_at),
        (session.id, now())
    );
    assert_ne!(one.refresh.hash, two.refresh.hash);
    let shown = format!("{one:?}");
    assert!(!shown.contains(one.refresh_token.expose()) && !shown.contains(&one.access_token));
}

#[test]
fn tokens_are_issued_for_the_session_that_the_grant_renews_and_no_other() {
    let scene = Scene::new();
    let (session, member) = by_saml(&scene, "openid");
    let (other, _) = by_saml(&scene, "openid");
    let refused = |grant, session: &Session, at| {
        issue(keys(), Es256, &issuer(), grant, session, None, at).unwrap_err()
    };
    let renewal = || scene.renewal(&session, &member, now());
    assert_eq!(refused(renewal(), &other, now()), MintError::OtherSession);
    // A Grant that begins a session is no renewal.
    assert_eq!(
        refused(scene.vouched(), &session, now()),
        MintError::OtherSession
    );
    assert_eq!(
        refused(renewal(), &session, later(60)),
        MintError::GrantExpired
    );
    let mut revoked = session.clone();
    revoked.revoked_at = Some(now());
    assert_eq!(refused(renewal(), &revoked, now()), MintError::SessionOver);
    let mut over = session.clone();
    over.expires_at = now();
    assert_eq!(refused(renewal(), &over, now()), MintError::SessionOver);
}

#[test]
fn what_is_issued_verifies() {
    let scene = Scene::new();
    let (session, member) = by_saml(&scene, "openid email");
    let set = tokens(&scene, &session, &member, None);
    let claims = verify_access_token(keys(), &issuer(), &set.access_token, now()).unwrap();
    assert_eq!(
        (claims.sub, claims.sid, claims.client_id),
        (member.id, session.id, scene.client)
    );
    assert!(claims.has_scope("email") && !claims.has_scope("mail") && !claims.has_scope(""));
}

#[test]
fn tokens_are_for_what_was_granted_and_say_how_strongly() {
    let scene = Scene::new();
    let request = CodeRequest {
        resources: vec!["https://a.example/".into(), "https://b.example/".into()],
        ..scene.code_request()
    };
    let (minted, _code) = mint_with_code(scene.vouched(), request, now()).unwrap();
    let whole = minted.session().clone();
    let audience = |resources: &[&str]| {
        let session = Session {
            resources: resources.iter().map(|one| (*one).to_owned()).collect(),
            ..whole.clone()
        };
        let grant = scene.renewal(&session, &scene.admin, now());
        let set = issue(keys(), Es256, &issuer(), grant, &session, None, now()).unwrap();
        let claims = part(&set.access_token, 1);
        assert_eq!(claims["acr"], "https://refeds.org/profile/mfa");
        assert_eq!(
            part(set.id_token.as_deref().unwrap(), 1)["acr"],
            claims["acr"]
        );
        claims["aud"].clone()
    };
    let both = ["https://a.example/", "https://b.example/"];
    assert_eq!(whole.resources, both);
    assert_eq!(audience(&both), json!(both));
    assert_eq!(audience(&both[..1]), both[0]);
    assert_eq!(audience(&[]), issuer().access_audience);
}

#[test]
fn a_logout_token_is_nothing_else() {
    let scene = Scene::new();
    let about = (scene.client, scene.admin.id, SessionId::new(now()));
    let token = logout_token(keys(), Es256, &issuer(), about, now()).unwrap();
    let (header, claims) = (part(&token, 0), part(&token, 1));
    assert_eq!(header["typ"], "logout+jwt");
    assert_eq!(claims["aud"], about.0.to_string());
    assert_eq!(claims["sub"], about.1.to_string());
    assert_eq!(claims["sid"], about.2.to_string());
    assert_eq!(
        claims["events"],
        json!({"http://schemas.openid.net/event/backchannel-logout": {}})
    );
    assert!(claims.get("nonce").is_none());
    let life = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
    assert_eq!(life, 120);
    assert_eq!(
        verify_id_token_hint(keys(), &issuer(), &token, now()).err(),
        Some(TokenError::WrongType)
    );
    assert_eq!(
        verify_access_token_of_any_audience(keys(), &issuer(), &token, now()).err(),
        Some(TokenError::WrongType)
    );
}

#[test]
fn a_forward_token_is_for_a_session_that_goes_on_and_lasts_no_longer() {
    let scene = Scene::new();
    let (session, member) = by_saml(&scene, "openid");
    let grant = || scene.renewal(&session, &member, now());
    let (token, record) = issue_forward(grant(), &session, now()).unwrap();
    assert_eq!((record.hash, record.session_id), (token.hash(), session.id));
    assert_eq!(record.expires_at, now() + REFRESH_TOKEN_IDLE_LIFETIME);
    // Never beyond its session, and not for another one, a revoked one, or by an old decision.
    let short = Session {
        expires_at: later(60),
        ..session.clone()
    };
    let (_, record) = issue_forward(grant(), &short, now()).unwrap();
    assert_eq!(record.expires_at, later(60));
    let other = Session {
        id: SessionId::new(now()),
        ..session.clone()
    };
    assert_eq!(
        issue_forward(grant(), &other, now()).unwrap_err(),
        MintError::OtherSession
    );
    let revoked = Session {
        revoked_at: Some(now()),
        ..session.clone()
    };
    assert_eq!(
        issue_forward(grant(), &revoked, now()).unwrap_err(),
        MintError::SessionOver
    );
    assert_eq!(
        issue_forward(grant(), &session, later(60)).unwrap_err(),
        MintError::GrantExpired
    );
}
