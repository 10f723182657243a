//! Everything comes out as it went in, changes, and goes.

use vestibule_model::*;
use vestibule_session::{RefreshRecord, Secret, SigningKey};
use vestibule_store::{AuditFilter, MemberFilter, PageRequest, Reach, StoreError};

use crate::on_both;
use crate::samples::*;

on_both! {
    fn a_workspace_comes_out_as_it_went_in(bed) {
        let mut acme = workspace("acme");
        let copy = acme.clone();
        bed.write(move |tx| tx.insert_workspace(&copy)).unwrap();
        let id = acme.id;
        assert_eq!(bed.read(move |tx| tx.workspace(Reach::All, id)), Ok(Some(acme.clone())));
        acme.name = "Renamed".to_owned();
        acme.plan = Plan::Free;
        acme.two_factor = TwoFactorRule::Everyone;
        acme.external_id = None;
        acme.updated_at = later(1);
        let copy = acme.clone();
        assert_eq!(bed.write(move |tx| tx.update_workspace(&copy)), Ok(true));
        assert_eq!(bed.read(|tx| tx.workspace_by_slug("acme")), Ok(Some(acme)));
        assert_eq!(bed.read(|tx| tx.workspace_by_slug("ACME\0")), Ok(None));
        assert_eq!(bed.write(move |tx| tx.delete_workspace(id, now())), Ok(true));
        assert_eq!(bed.write(move |tx| tx.delete_workspace(id, now())), Ok(false));
        let gone = workspace("gone");
        assert_eq!(bed.write(move |tx| tx.update_workspace(&gone)), Ok(false));
    }

    fn a_member_comes_out_as_it_went_in(bed) {
        let Scene { workspace, mut member, .. } = Scene::stored(bed, "acme");
        let (ws, id) = (workspace.id, member.id);
        assert_eq!(bed.read(move |tx| tx.member(ws, id)), Ok(Some(member.clone())));
        member.email = Email::parse("Ada@Example.com").unwrap();
        member.role = Role::Admin;
        member.status = MemberStatus::Deactivated;
        member.name = None;
        member.external_id = Some("42".to_owned());
        let copy = member.clone();
        assert_eq!(bed.write(move |tx| tx.update_member(&copy)), Ok(true));
        let key = Email::parse("ADA@example.com").unwrap().key().clone();
        let by_key = key.clone();
        assert_eq!(bed.read(move |tx| tx.member_by_email(ws, &by_key)), Ok(Some(member.clone())));
        for filter in [
            MemberFilter { email_key: Some(key), ..Default::default() },
            MemberFilter { external_id: Some("42".to_owned()), ..Default::default() },
        ] {
            let page =
                bed.read(move |tx| tx.list_members(ws, &filter, &PageRequest::first(9))).unwrap();
            assert_eq!(page.items, std::slice::from_ref(&member));
        }
        let filter = MemberFilter { external_id: Some("43".to_owned()), ..Default::default() };
        let page = bed.read(move |tx| tx.list_members(ws, &filter, &PageRequest::first(9)));
        assert_eq!(page.unwrap().items, []);
    }

    fn a_connection_and_its_revisions_come_out_as_they_went_in(bed) {
        let Scene { mut connection, revision, .. } = Scene::stored(bed, "acme");
        let id = connection.id;
        assert_eq!(bed.write(move |tx| tx.next_revision_number(id)), Ok(2));
        connection.draft = Some(revision.id);
        connection.live = Some(revision.id);
        connection.phase = Phase::Live;
        connection.default = true;
        connection.provider = None;
        let copy = connection.clone();
        assert_eq!(bed.write(move |tx| tx.update_connection(&copy)), Ok(true));
        let ws = connection.workspace_id;
        assert_eq!(bed.read(move |tx| tx.connection(Reach::All, id)), Ok(Some(connection.clone())));
        assert_eq!(bed.read(move |tx| tx.connections_of(ws)), Ok(vec![connection]));
        let rev = revision.id;
        assert_eq!(bed.read(move |tx| tx.revision(id, rev)), Ok(Some(revision)));
        let key = bed.read(move |tx| tx.service_provider_key(id)).unwrap().unwrap();
        assert_eq!(key.as_slice(), KEY);
        let other = ConnectionId::new(now());
        assert_eq!(bed.read(move |tx| tx.service_provider_key(other)), Ok(None));
        assert_eq!(bed.read(move |tx| tx.revision(other, rev)), Ok(None));
        assert_eq!(bed.write(move |tx| tx.delete_connection(id, now())), Ok(true));
        assert_eq!(bed.write(move |tx| tx.delete_connection(id, now())), Ok(false));
        assert_eq!((bed.count("connections"), bed.count("revisions")), (0, 0));
    }

    fn one_connection_is_the_default_at_most(bed) {
        let Scene { workspace, connection: first, .. } = Scene::stored(bed, "acme");
        let other = Scene::stored(bed, "other");
        let mut elsewhere = other.connection;
        elsewhere.default = true;
        let copy = elsewhere.clone();
        bed.write(move |tx| tx.update_connection(&copy)).unwrap();
        let second = Connection { default: true, updated_at: later(2), ..connection(&workspace) };
        let copy = second.clone();
        bed.write(move |tx| tx.insert_connection(&copy, KEY)).unwrap();
        let first = Connection { default: true, updated_at: later(3), ..first };
        let copy = first.clone();
        bed.write(move |tx| tx.update_connection(&copy)).unwrap();
        let ws = workspace.id;
        let mut all = bed.read(move |tx| tx.connections_of(ws)).unwrap();
        all.sort_by_key(|connection| connection.id == second.id);
        let second = Connection { default: false, updated_at: later(3), ..second };
        assert_eq!(all, [first, second]);
        let id = elsewhere.id;
        assert!(bed.read(move |tx| tx.connection(Reach::All, id)).unwrap().unwrap().default);
    }

    fn a_revision_learns_its_entity_id_once(bed) {
        let Scene { connection, revision, .. } = Scene::stored(bed, "acme");
        let (conn, rev) = (connection.id, revision.id);
        let (first, second) = (TestId::new(now()), TestId::new(now()));
        assert_eq!(bed.write(move |tx| tx.mark_revision_passed(rev, first, &learned("idp"))), Ok(true));
        assert_eq!(bed.write(move |tx| tx.mark_revision_passed(rev, second, &learned("eve"))), Ok(false));
        let read = bed.read(move |tx| tx.revision(conn, rev)).unwrap().unwrap();
        assert_eq!(read.learned_idp_entity_id.as_deref(), Some("idp"));
        assert_eq!(read.learned, Some(learned("idp")));
        assert_eq!(read.passed_test, Some(first));
        assert_eq!(bed.write(move |tx| tx.mark_revision_passed(rev, second, &learned("idp"))), Ok(true));
        assert_eq!(bed.write(move |tx| tx.mark_revision_passed(rev, first, &learned("idp"))), Ok(true));
        let read = bed.read(move |tx| tx.revision(conn, rev)).unwrap().unwrap();
        assert_eq!(read.passed_test, Some(first));
        let unknown = RevisionId::new(now());
        assert_eq!(bed.write(move |tx| tx.mark_revision_passed(unknown, first, &learned("idp"))), Ok(false));
    }

    fn a_test_run_ends_once_and_its_token_goes(bed) {
        let Scene { connection, revision, .. } = Scene::stored(bed, "acme");
        let (conn, id) = (connection.id, TestId::new(now()));
        let path = ReturnPath::of_test(&format!("/settings/sso/{conn}"), id).unwrap();
        let test = TestRun { id, return_path: Some(path), ..test_run(&revision) };
        let token = Secret::generate().unwrap();
        let hash = token.hash();
        let (copy, text) = (test.clone(), token.expose().to_owned());
        bed.write(move |tx| tx.insert_test(&copy, &token)).unwrap();
        assert_eq!(bed.read(move |tx| tx.test(conn, id)), Ok(Some(test.clone())));
        assert_eq!(bed.read(move |tx| tx.test_by_start_token(&hash)), Ok(Some(test.clone())));
        assert_eq!(bed.read(|tx| tx.test_by_start_token(&[7; 32])), Ok(None));
        let kept = bed.read(move |tx| tx.test_start_token(id)).unwrap().unwrap();
        assert_eq!(kept.expose(), text);
        let (named, state) = (name_id("ada"), TestState::Passed);
        let finish = move |tx: &mut vestibule_store::Tx<'_>, at| {
            {
                let claim = TestClaim {
                    subject: Some(subject("ada")),
                    email: Some(Email::parse("Ada@example.com").unwrap()),
                };
                let (named, claim) = (name_id("ada"), &claim);
                tx.finish_test(id, state, &report(), Some(&named), Some(claim), Some("cookie"), at)
            }
        };
        assert_eq!(bed.write(move |tx| finish(tx, later(1800))), Ok(false), "it has expired");
        assert_eq!(bed.write(move |tx| finish(tx, later(9))), Ok(true));
        assert_eq!(bed.write(move |tx| finish(tx, later(9))), Ok(false), "it has ended");
        let ended = TestRun {
            state,
            report: Some(report()),
            name_id: Some(named),
            claim: Some(TestClaim {
                subject: Some(subject("ada")),
                email: Some(Email::parse("Ada@example.com").unwrap()),
            }),
            browser: Some("cookie".to_owned()),
            finished_at: Some(later(9)),
            ..test
        };
        assert_eq!(bed.read(move |tx| tx.test(conn, id)), Ok(Some(ended)));
        assert!(bed.read(move |tx| tx.test_start_token(id)).unwrap().is_none());
    }

    fn a_newer_draft_ends_pending_tests(bed) {
        let Scene { connection, revision, .. } = Scene::stored(bed, "acme");
        let other = Scene::stored(bed, "other");
        for revision in [&revision, &revision, &other.revision] {
            let test = test_run(revision);
            let token = Secret::generate().unwrap();
            bed.write(move |tx| tx.insert_test(&test, &token)).unwrap();
        }
        let conn = connection.id;
        assert_eq!(bed.write(move |tx| tx.expire_pending_tests(conn, later(1))), Ok(2));
        assert_eq!(bed.write(move |tx| tx.expire_pending_tests(conn, later(2))), Ok(0));
        let tests = bed.read(move |tx| tx.list_tests(conn, &PageRequest::first(9))).unwrap().items;
        assert!(tests.iter().all(|test| test.state == TestState::Expired));
        assert!(tests.iter().all(|test| test.finished_at == Some(later(1))));
        let conn = other.connection.id;
        let tests = bed.read(move |tx| tx.list_tests(conn, &PageRequest::first(9))).unwrap().items;
        assert_eq!(tests[0].state, TestState::Pending);
    }

    fn a_link_is_found_by_every_part_of_its_subject(bed) {
        let Scene { workspace, member, connection, .. } = Scene::stored(bed, "acme");
        let identity = identity(&member, &connection, "ada");
        let copy = identity.clone();
        bed.write(move |tx| tx.insert_identity(&copy)).unwrap();
        let (ws, mem, conn, id) = (workspace.id, member.id, connection.id, identity.id);
        let found = bed.read(move |tx| tx.identity_by_subject(conn, &subject("ada")));
        assert_eq!(found, Ok(Some((identity.clone(), member))));
        for other in [
            subject("Ada"),
            Subject { idp_entity_id: "https://eve.example".to_owned(), ..subject("ada") },
            Subject { name_id: vestibule_saml::NameId { format: None, ..name_id("ada") }, ..subject("ada") },
        ] {
            assert_eq!(bed.read(move |tx| tx.identity_by_subject(conn, &other)), Ok(None));
        }
        assert_eq!(bed.read(move |tx| tx.identities_of(ws, mem)), Ok(vec![identity]));
        let (foreign, nobody) = (WorkspaceId::new(now()), MemberId::new(now()));
        assert_eq!(bed.write(move |tx| tx.delete_identity(foreign, mem, id)), Ok(false));
        assert_eq!(bed.write(move |tx| tx.delete_identity(ws, nobody, id)), Ok(false));
        assert_eq!(bed.write(move |tx| tx.delete_identity(ws, mem, id)), Ok(true));
        assert_eq!(bed.read(move |tx| tx.identities_of(ws, mem)), Ok(vec![]));
    }

    fn a_domain_belongs_to_the_workspace_that_has_proved_it(bed) {
        let acme = Scene::stored(bed, "acme");
        let other = Scene::stored(bed, "other");
        let proved = Domain {
            connection_id: Some(acme.connection.id),
            verified_at: Some(now()),
            ..domain(&acme.workspace, "acme.example")
        };
        let claimed = domain(&other.workspace, "acme.example");
        let copies = [proved.clone(), claimed.clone()];
        bed.write(move |tx| copies.iter().try_for_each(|domain| tx.insert_domain(domain))).unwrap();
        let (ours, theirs) = (acme.workspace.id, other.workspace.id);
        assert_eq!(bed.read(move |tx| tx.verified_domains(ours)), Ok(vec![proved.clone()]));
        assert_eq!(bed.read(move |tx| tx.verified_domains(theirs)), Ok(vec![]));
        assert_eq!(bed.read(|tx| tx.verified_domain("acme.example")), Ok(Some(proved.clone())));
        let conn = acme.connection.id;
        bed.write(move |tx| tx.delete_connection(conn, now())).unwrap();
        let kept = Domain { connection_id: None, ..proved };
        assert_eq!(bed.read(|tx| tx.verified_domain("acme.example")), Ok(Some(kept)));
        let late = Domain { verified_at: Some(later(1)), ..claimed };
        assert_eq!(
            bed.write(move |tx| tx.update_domain(&late)),
            Err(StoreError::Conflict { what: "domain.verified" })
        );
        assert_eq!(bed.read(|tx| tx.verified_domain("unknown.example")), Ok(None));
    }

    fn an_attempt_comes_out_as_it_went_in(bed) {
        let Scene { member, revision, .. } = Scene::stored(bed, "acme");
        let conn = revision.connection_id;
        for attempt in [
            attempt(&revision, None),
            Attempt {
                outcome: AttemptOutcome::SignedIn,
                reason: None,
                ..attempt(&revision, Some(&member))
            },
        ] {
            let (copy, id) = (attempt.clone(), attempt.id);
            bed.write(move |tx| tx.insert_attempts(&[copy])).unwrap();
            assert_eq!(bed.read(move |tx| tx.attempt(conn, id)), Ok(Some(attempt)));
        }
    }

    fn clients_api_keys_and_events_come_out_as_they_went_in(bed) {
        let Scene { workspace, client, .. } = Scene::stored(bed, "acme");
        let id = client.id;
        assert_eq!(bed.read(move |tx| tx.client(id)), Ok(Some(client)));
        let by_rsa = Client {
            id: ClientId::new(now()),
            id_token_signed_response_alg: SigningAlgorithm::Rs256,
            ..crate::samples::client()
        };
        let (copy, rsa_id) = (by_rsa.clone(), by_rsa.id);
        bed.write(move |tx| tx.insert_client(&copy)).unwrap();
        assert_eq!(bed.read(move |tx| tx.client(rsa_id)), Ok(Some(by_rsa)));
        assert_eq!(bed.write(move |tx| tx.delete_client(id)), Ok(true));
        assert_eq!(bed.read(move |tx| tx.client(id)), Ok(None));
        for key in [
            api_key(Some(&workspace)),
            ApiKey { scopes: Scopes::All, expires_at: None, ..api_key(None) },
        ] {
            let (copy, id, hash) = (key.clone(), key.id, key.secret_hash);
            bed.write(move |tx| tx.insert_api_key(&copy)).unwrap();
            assert_eq!(bed.read(move |tx| tx.api_key(id)), Ok(Some(key.clone())));
            assert_eq!(bed.read(move |tx| tx.api_key_by_hash(&hash)), Ok(Some(key)));
            assert_eq!(bed.write(move |tx| tx.delete_api_key(id)), Ok(true));
            assert_eq!(bed.read(move |tx| tx.api_key_by_hash(&hash)), Ok(None));
        }
        for actor in [
            Actor::ApiKey(ApiKeyId::new(now())),
            Actor::Member(MemberId::new(now())),
            Actor::SetupLink(SetupLinkId::new(now())),
            Actor::Operator,
            Actor::System,
        ] {
            let event = event(Some(&workspace), actor);
            let copy = event.clone();
            bed.write(move |tx| tx.append_audit(&copy)).unwrap();
            let page = bed.read(|tx| tx.list_audit(Reach::All, &AuditFilter::default(), &PageRequest::first(9))).unwrap();
            assert!(page.items.contains(&event));
        }
    }

    fn signing_keys_come_out_as_they_went_in(bed) {
        let rsa = SigningKey::generate(SigningAlgorithm::Rs256, later(2), later(1)).unwrap();
        let keys = [signing_key(now()), signing_key(later(1)), rsa];
        let seen = |keys: &[SigningKey]| -> Vec<_> {
            keys.iter().map(|key| (key.facts().clone(), key.pkcs8().to_vec())).collect()
        };
        let expected = seen(&keys);
        bed.write(move |tx| keys.iter().rev().try_for_each(|key| tx.insert_signing_key(key))).unwrap();
        assert_eq!(seen(&bed.read(|tx| tx.signing_keys()).unwrap()), expected);
        let facts: Vec<_> = expected.into_iter().map(|(facts, _)| facts).collect();
        assert_eq!(bed.read(|tx| tx.signing_key_facts()), Ok(facts));
    }

    fn a_session_with_its_code_and_tokens_comes_out_as_it_went_in(bed) {
        let scene = Scene::stored(bed, "acme");
        let (session, _code) = scene.session(bed);
        let id = session.id;
        assert_eq!(bed.read(move |tx| tx.session(Reach::All, id)), Ok(Some(session.clone())));
        let (ws, mem) = (scene.workspace.id, scene.member.id);
        assert_eq!(bed.read(move |tx| tx.sessions_of_member(ws, mem)), Ok(vec![session.clone()]));
        let record = RefreshRecord {
            hash: [9; 32],
            session_id: id,
            issued_at: now(),
            expires_at: later(60),
        };
        let copy = record.clone();
        bed.write(move |tx| tx.insert_refresh(&copy)).unwrap();
        let state = bed.read(|tx| tx.peek_refresh(&[9; 32])).unwrap().unwrap();
        assert_eq!((state.record, state.redeemed, state.session), (record, false, session));
        assert!(bed.read(|tx| tx.peek_refresh(&[8; 32])).unwrap().is_none());
    }

    fn a_session_is_revoked_once_and_the_first_reason_stays(bed) {
        let scene = Scene::stored(bed, "acme");
        let (session, _code) = scene.session(bed);
        let (second, _code) = scene.session(bed);
        let (id, ws, mem) = (session.id, scene.workspace.id, scene.member.id);
        assert_eq!(bed.write(move |tx| tx.revoke_session(id, "reuse", later(1))), Ok(true));
        assert_eq!(bed.write(move |tx| tx.revoke_session(id, "late", later(2))), Ok(false));
        let revoke = |bed: &mut crate::bed::Bed| {
            bed.write(move |tx| tx.revoke_sessions_of_member(ws, mem, "deactivated", later(3)))
        };
        assert_eq!(revoke(bed), Ok(1));
        assert_eq!(revoke(bed), Ok(0));
        for (id, at, reason) in [(id, later(1), "reuse"), (second.id, later(3), "deactivated")] {
            let read = bed.read(move |tx| tx.session(Reach::All, id)).unwrap().unwrap();
            assert_eq!((read.revoked_at, read.revoked_reason.as_deref()), (Some(at), Some(reason)));
        }
    }

    fn times_are_kept_to_the_microsecond(bed) {
        let acme = Workspace {
            created_at: "2026-03-01T12:00:00.123456789Z".parse().unwrap(),
            ..workspace("acme")
        };
        let id = acme.id;
        bed.write(move |tx| tx.insert_workspace(&acme)).unwrap();
        let read = bed.read(move |tx| tx.workspace(Reach::All, id)).unwrap().unwrap();
        assert_eq!(read.created_at, now());
    }
}
