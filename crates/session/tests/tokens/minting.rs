//! From a Grant to a session.

use vestibule_model::{AuthenticationMethod::Saml, Origin};
use vestibule_policy::Admission;
use vestibule_session::{CODE_LIFETIME, MintError, SESSION_LIFETIME, mint, mint_with_code};

use crate::scene::{CHALLENGE, Scene, later, now};

#[test]
fn a_session_says_what_the_grant_says() {
    let scene = Scene::new();
    let grant = scene.by_saml(None);
    let (member_id, origin) = (grant.member_id(), grant.origin().clone());
    let minted = mint(grant, "openid saml", later(1)).unwrap();
    let session = minted.session();
    assert_eq!(session.workspace_id, scene.facts.workspace.id);
    assert_eq!(
        (session.member_id, session.client_id),
        (member_id, scene.client)
    );
    assert_eq!(
        (&session.origin, session.amr.as_slice()),
        (&origin, &[Saml][..])
    );
    assert_eq!(
        (session.scope.as_str(), session.auth_time),
        ("openid saml", now())
    );
    assert_eq!(
        (session.created_at, session.expires_at),
        (later(1), later(1) + SESSION_LIFETIME)
    );
    assert_eq!((session.revoked_at, &session.revoked_reason), (None, &None));
    assert!(matches!(minted.admission(), Admission::New { member, .. } if member.id == member_id));
    assert_eq!(minted.code(), None);
}

#[test]
fn a_vouched_session_remembers_its_door() {
    let scene = Scene::new();
    let minted = mint(scene.vouched(), "openid", now()).unwrap();
    assert_eq!(minted.session().origin, Origin::Vouched);
    assert_eq!(minted.session().member_id, scene.admin.id);
    assert_eq!(minted.admission().member(), &scene.admin);
}

#[test]
fn a_grant_older_than_a_minute_mints_nothing() {
    let scene = Scene::new();
    assert!(mint(scene.vouched(), "openid", later(59)).is_ok());
    assert_eq!(
        mint(scene.vouched(), "openid", later(60)).unwrap_err(),
        MintError::GrantExpired
    );
    let late = mint_with_code(scene.vouched(), scene.code_request(), later(60));
    assert_eq!(late.unwrap_err(), MintError::GrantExpired);
}

#[test]
fn the_idps_session_bounds_ours_and_no_skew_is_added() {
    let scene = Scene::new();
    let end_of = |end| {
        mint(scene.by_saml(Some(end)), "openid", now())
            .unwrap()
            .session()
            .expires_at
    };
    assert_eq!(end_of(later(90)), later(90));
    // It never lengthens it.
    assert_eq!(end_of(later(7 * 24 * 3600)), now() + SESSION_LIFETIME);
    // The IdP's session ended between the Grant and the mint.
    let over = mint(scene.by_saml(Some(later(30))), "openid", later(30));
    assert_eq!(over.unwrap_err(), MintError::SessionOver);
}

#[test]
fn a_code_opens_the_session_for_a_minute_and_only_its_hash_is_kept() {
    let scene = Scene::new();
    let request = scene.code_request();
    let (minted, code) = mint_with_code(scene.by_saml(None), request.clone(), now()).unwrap();
    let record = minted.code().unwrap();
    assert_eq!(record.hash, code.hash());
    assert_eq!(
        (record.session_id, record.client_id),
        (minted.session().id, scene.client)
    );
    assert_eq!(
        (&record.redirect_uri, &record.nonce),
        (&request.redirect_uri, &request.nonce)
    );
    assert_eq!(record.code_challenge, CHALLENGE);
    assert_eq!(record.expires_at, now() + CODE_LIFETIME);
    assert_eq!(minted.session().scope, request.scope);
    assert!(!format!("{minted:?}").contains(code.expose()));
}

#[test]
fn a_code_is_for_the_application_that_the_grant_is_for() {
    let scene = Scene::new();
    let mut request = scene.code_request();
    request.client_id = Scene::new().client;
    let refused = mint_with_code(scene.by_saml(None), request, now());
    assert_eq!(refused.unwrap_err(), MintError::OtherClient);
}

#[test]
fn a_code_needs_a_challenge() {
    let scene = Scene::new();
    for challenge in [
        "",
        "plain",
        CHALLENGE.trim_start_matches('E'),
        &format!("{CHALLENGE}="),
    ] {
        let mut request = scene.code_request();
        request.code_challenge = challenge.to_owned();
        let refused = mint_with_code(scene.vouched(), request, now());
        assert_eq!(
            refused.unwrap_err(),
            MintError::BadCodeChallenge,
            "{challenge}"
        );
    }
}

#[test]
fn a_renewal_begins_no_second_session() {
    let scene = Scene::new();
    let session = mint(scene.vouched(), "openid", now())
        .unwrap()
        .session()
        .clone();
    let renewal = || scene.renewal(&session, &scene.admin, now());
    assert_eq!(
        mint(renewal(), "openid", now()).unwrap_err(),
        MintError::NotABeginning
    );
    let refused = mint_with_code(renewal(), scene.code_request(), now());
    assert!(matches!(
        refused,
        Err(MintError::OtherClient | MintError::NotABeginning)
    ));
}
