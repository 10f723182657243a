//! What is read in one go, and what is written at once: on Postgres by one statement, on SQLite by many.

use vestibule_model::{Phase, RevisionId};
use vestibule_store::{Reach, SamlSignIn, SessionFacts, StoreError, Tx};

use crate::bed::Bed;
use crate::on_both;
use crate::once::{THREADS, race};
use crate::samples::*;

/// A workspace whose connection is live and whose people have links and domains, and another that has
/// proved a domain of its own.
fn peopled(bed: &mut Bed) -> (Scene, Scene) {
    let (mut scene, other) = (Scene::stored(bed, "acme"), Scene::stored(bed, "other"));
    scene.connection.phase = Phase::Live;
    scene.connection.live = Some(scene.revision.id);
    let mut own = domain(&scene.workspace, "acme.example");
    let mut theirs = domain(&other.workspace, "other.example");
    (own.verified_at, theirs.verified_at) = (Some(now()), Some(now()));
    let claimed = domain(&scene.workspace, "claimed.example");
    let link = identity(&scene.member, &scene.connection, "ada");
    let connection = scene.connection.clone();
    bed.write(move |tx| {
        tx.update_connection(&connection)?;
        for domain in [&own, &theirs, &claimed] {
            tx.insert_domain(domain)?;
        }
        tx.insert_identity(&link)
    })
    .unwrap();
    (scene, other)
}

/// The parts of a workspace, asked for one by one.
fn bit_by_bit(tx: &mut Tx<'_>, scene: &Scene) -> Result<SessionFacts, StoreError> {
    let id = scene.workspace.id;
    let session = tx.sessions_of_member(id, scene.member.id)?.remove(0);
    let mut facts = tx.session_facts(session.id)?.unwrap();
    let workspace = facts.workspace.as_mut().unwrap();
    workspace.workspace = tx.workspace(Reach::All, id)?.unwrap();
    let connections = tx.connections_of(id)?;
    assert_eq!(workspace.sso.connections.len(), connections.len());
    for (facts, connection) in workspace.sso.connections.iter_mut().zip(connections) {
        facts.revision = tx.named_revision(connection.id, connection.live)?;
        facts.connection = connection;
    }
    let verified = tx.verified_domains(id)?.into_iter();
    workspace.verified_domains = verified.map(|domain| domain.domain).collect();
    facts.member = tx.member(id, scene.member.id)?;
    facts.links = tx.identities_of(id, scene.member.id)?;
    facts.session = session;
    Ok(facts)
}

on_both! {
    fn what_is_read_in_one_go_is_what_is_read_bit_by_bit(bed) {
        let (scene, other) = peopled(bed);
        let (session, code) = scene.session(bed);
        let (hash, id) = (code.hash(), session.id);
        let known = scene.clone();
        let apart = bed.read(move |tx| bit_by_bit(tx, &known)).unwrap();
        let workspace = apart.workspace.clone().unwrap();
        assert_eq!(workspace.sso.connections[0].revision.as_ref(), Some(&scene.revision));
        assert_eq!(workspace.verified_domains, ["acme.example"]);
        assert_eq!((apart.links.len(), &apart.session), (1, &session));
        let store = bed.store();
        let looked = crate::bed::wait(store.look(move |tx| tx.session_facts(id))).unwrap();
        assert_eq!(looked, Some(apart.clone()));
        let (state, client, by_code) = bed.read(move |tx| tx.code_facts(&hash)).unwrap().unwrap();
        assert_eq!((by_code, state.redeemed, state.record.session_id), (apart.clone(), false, id));
        assert_eq!(client, scene.client);
        assert_eq!(bed.read(|tx| tx.code_facts(&[9; 32])), Ok(None));

        let (ada, email) = (subject("ada"), scene.member.email.clone());
        let stranger = vestibule_model::Email::parse("eve@other.example").unwrap();
        let about = SamlSignIn {
            workspace_id: scene.workspace.id,
            connection_id: scene.connection.id,
            assertion_id: "_assertion",
            subject: None,
            email: None,
        };
        let ask = |bed: &mut Bed, about: SamlSignIn<'_>| {
            let (subject, email) = (about.subject.cloned(), about.email.cloned());
            let (workspace_id, connection_id) = (about.workspace_id, about.connection_id);
            bed.read(move |tx| tx.saml_sign_in_facts(SamlSignIn {
                workspace_id,
                connection_id,
                assertion_id: "_assertion",
                subject: subject.as_ref(),
                email: email.as_ref(),
            })).unwrap()
        };
        let nobody = ask(bed, about);
        assert_eq!(nobody.workspace.as_ref(), apart.workspace.as_ref());
        assert!(!nobody.claimed && nobody.by_subject.is_none() && nobody.by_email.is_none());
        assert_eq!((nobody.links_by_email.len(), nobody.domain_of_another), (0, None));
        let known = ask(bed, SamlSignIn { subject: Some(&ada), email: Some(&email), ..about });
        let linked = (apart.links[0].clone(), scene.member.clone());
        assert_eq!((known.by_subject, known.by_email), (Some(linked), Some(scene.member.clone())));
        assert_eq!((known.links_by_email, known.domain_of_another), (apart.links, None));
        let eve = ask(bed, SamlSignIn { email: Some(&stranger), ..about });
        assert_eq!(eve.domain_of_another.as_deref(), Some("other.example"));
        // The same subject on another connection is somebody else, and so is the same address elsewhere.
        let elsewhere = ask(bed, SamlSignIn {
            workspace_id: other.workspace.id,
            connection_id: other.connection.id,
            subject: Some(&ada),
            email: Some(&email),
            ..about
        });
        assert!(elsewhere.by_subject.is_none());
        assert_ne!(elsewhere.by_email.map(|member| member.id), Some(scene.member.id));
        let conn = scene.connection.id;
        bed.write(move |tx| tx.claim_unclaimed_assertion(conn, "_assertion", later(60))).unwrap();
        assert!(ask(bed, about).claimed);
    }

    fn what_must_happen_happens_once_of_many_at_once(bed) {
        let (scene, _other) = peopled(bed);
        let (_session, code) = scene.session(bed);
        let (hash, conn) = (code.hash(), scene.connection.id);
        // A closure cannot tell that it has lost, so it counts by what is there afterwards.
        let store = bed.store();
        let lost = std::thread::scope(|scope| {
            let tries: Vec<_> = (0..THREADS).map(|_| {
                let store = store.clone();
                scope.spawn(move || crate::bed::wait(store.write(move |tx| {
                    tx.claim_unclaimed_assertion(conn, "_once", later(60))?;
                    tx.use_code(&hash, now())
                })))
            }).collect();
            tries.into_iter().map(|one| one.join().unwrap()).filter(Result::is_err).count()
        });
        assert_eq!((lost, bed.count("assertion_claims")), (THREADS - 1, 1));
        let left = race(bed, move |tx| tx.code_facts(&hash));
        assert!(left.iter().all(|found| found.as_ref().unwrap().0.redeemed));
    }

    fn what_is_written_at_once_is_written_whole_or_not_at_all(bed) {
        let (scene, _other) = peopled(bed);
        let (_session, code) = scene.session(bed);
        let (hash, conn) = (code.hash(), scene.connection.id);
        bed.write(move |tx| tx.claim_unclaimed_assertion(conn, "_one", later(60))).unwrap();
        let both = |name: &'static str| move |tx: &mut Tx<'_>| {
            tx.use_code(&hash, now())?;
            tx.claim_unclaimed_assertion(conn, name, later(60))
        };
        let taken = |what| Err(StoreError::Conflict { what });
        assert_eq!(bed.write(both("_one")), taken("assertion.claim"));
        assert!(!bed.read(move |tx| tx.code_facts(&hash)).unwrap().unwrap().0.redeemed);
        assert_eq!(bed.write(both("_two")), Ok(()));
        assert_eq!(bed.write(both("_three")), taken("code.redeemed"));
        assert_eq!(bed.count("assertion_claims"), 2);
        // What waits is sent before whatever comes next in the transaction, and is undone with it.
        let seen = bed.write(move |tx| {
            tx.claim_unclaimed_assertion(conn, "_four", later(60))?;
            let again = tx.claim_assertion(conn, "_four", later(60))?;
            Err::<(), _>(StoreError::Conflict { what: if again { "again" } else { "seen" } })
        });
        assert_eq!((seen, bed.count("assertion_claims")), (taken("seen"), 2));
    }
}

/// Whoever is undone for it, because two waited for each other, does it again.
#[test]
fn who_waits_for_somebody_who_waits_for_them_finds_out_what_that_one_has_done() {
    let mut bed = Bed::postgres();
    let bed = &mut bed;
    let (scene, _other) = peopled(bed);
    let (conn, live, connection) = (scene.connection.id, scene.revision.id, scene.connection);
    let (store, (begun, ready)) = (bed.store(), std::sync::mpsc::channel());
    let (waits, go_on) = std::sync::mpsc::channel::<()>();
    std::thread::scope(|scope| {
        let first = store.clone();
        let first = scope.spawn(move || {
            crate::bed::wait(first.write(move |tx| {
                assert!(tx.claim_assertion(conn, "_one", later(60))?);
                begun.send(()).unwrap();
                go_on.recv().unwrap();
                tx.update_connection(&connection)
            }))
        });
        ready.recv().unwrap();
        let second = scope.spawn(move || {
            crate::bed::wait(store.write(move |tx| {
                tx.hold_connection_live(conn, live)?;
                tx.claim_unclaimed_assertion(conn, "_one", later(60))
            }))
        });
        // Of the two, Postgres undoes the one that has waited for a second first.
        std::thread::sleep(std::time::Duration::from_millis(300));
        waits.send(()).unwrap();
        assert_eq!(first.join().unwrap(), Ok(true));
        let what = "assertion.claim";
        assert_eq!(second.join().unwrap(), Err(StoreError::Conflict { what }));
    });
}

/// On SQLite one transaction writes at a time: what was read in it is still so.
#[test]
fn a_connection_that_no_longer_serves_lets_nobody_in() {
    let mut bed = Bed::postgres();
    let bed = &mut bed;
    let (scene, _other) = peopled(bed);
    let (conn, live) = (scene.connection.id, scene.revision.id);
    let admit = move |revision_id: RevisionId, name: &'static str| {
        move |tx: &mut Tx<'_>| {
            tx.hold_connection_live(conn, revision_id)?;
            tx.claim_unclaimed_assertion(conn, name, later(60))
        }
    };
    assert_eq!(bed.write(admit(live, "_a")), Ok(()));
    let superseded = StoreError::Conflict {
        what: "connection.live",
    };
    assert_eq!(
        bed.write(admit(RevisionId::new(now()), "_b")),
        Err(superseded.clone())
    );
    // Whoever switches it off is waited for, and what they have made of it counts.
    let off = vestibule_model::Connection {
        phase: Phase::Disabled,
        ..scene.connection
    };
    let (store, (begun, ready)) = (bed.store(), std::sync::mpsc::channel());
    let (held, released) = std::sync::mpsc::channel::<()>();
    std::thread::scope(|scope| {
        let switching = store.clone();
        scope.spawn(move || {
            crate::bed::wait(switching.write(move |tx| {
                tx.update_connection(&off)?;
                begun.send(()).unwrap();
                released.recv().unwrap();
                Ok::<_, StoreError>(())
            }))
            .unwrap();
        });
        ready.recv().unwrap();
        let arriving = scope.spawn(move || crate::bed::wait(store.write(admit(live, "_c"))));
        std::thread::sleep(std::time::Duration::from_millis(200));
        assert!(!arriving.is_finished(), "it must wait");
        held.send(()).unwrap();
        assert_eq!(arriving.join().unwrap(), Err(superseded));
    });
    assert_eq!(bed.count("assertion_claims"), 1);
}
