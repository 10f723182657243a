//! The story of a sign-in attempt: told in any order, ended once.

use vestibule_model::*;
use vestibule_saml::Report;
use vestibule_store::{AttemptFilter, CodeRedemption, PageRequest, Reach};

use crate::bed::Bed;
use crate::on_both;
use crate::samples::*;

const DAY: i64 = 86_400;

fn step(step: AttemptStep, seconds: i64) -> AttemptEvent {
    AttemptEvent {
        at: later(seconds),
        step,
        detail: Some(format!("\"at\": {seconds}")),
    }
}

fn pending(revision: &Revision) -> Attempt {
    Attempt {
        outcome: AttemptOutcome::Pending,
        reason: None,
        report: Report::default(),
        timeline: vec![step(AttemptStep::Left, 0)],
        finished_at: now(),
        ..attempt(revision, None)
    }
}

/// The same attempt, back and refused.
fn refused(attempt: &Attempt, seconds: i64) -> Attempt {
    Attempt {
        outcome: AttemptOutcome::Refused,
        reason: Some("audience".to_owned()),
        report: report(),
        timeline: vec![
            step(AttemptStep::Left, 0),
            step(AttemptStep::Arrived, seconds),
            step(AttemptStep::Refused, seconds),
        ],
        finished_at: later(seconds),
        ..attempt.clone()
    }
}

/// The same attempt, back and in.
fn signed_in(attempt: &Attempt, member: &Member, seconds: i64) -> Attempt {
    Attempt {
        outcome: AttemptOutcome::SignedIn,
        reason: None,
        member_id: Some(member.id),
        report: report(),
        timeline: vec![
            step(AttemptStep::Left, 0),
            step(AttemptStep::Arrived, seconds),
            step(AttemptStep::SignedIn, seconds),
        ],
        finished_at: later(seconds),
        ..attempt.clone()
    }
}

fn steps(attempt: &Attempt) -> Vec<&'static str> {
    attempt
        .timeline
        .iter()
        .map(|event| event.step.as_str())
        .collect()
}

fn read(bed: &mut Bed, attempt: &Attempt) -> Attempt {
    let (conn, id) = (attempt.connection_id, attempt.id);
    bed.read(move |tx| tx.attempt(conn, id)).unwrap().unwrap()
}

on_both! {
    fn each_step_finds_the_attempt_or_makes_it(bed) {
        let Scene { revision, member, .. } = Scene::stored(bed, "acme");
        for left_is_written in ["first", "last", "never"] {
            let attempt = pending(&revision);
            let leave = attempt.clone();
            if left_is_written == "first" {
                assert_eq!(bed.write(move |tx| tx.insert_attempts(&[leave])), Ok(()));
                assert_eq!(read(bed, &attempt), attempt);
            }
            let (first, second) = (refused(&attempt, 5), signed_in(&attempt, &member, 9));
            let copy = first.clone();
            assert_eq!(bed.write(move |tx| tx.save_attempt(&copy)), Ok(true));
            assert_eq!(read(bed, &attempt), first, "{left_is_written}");
            let copy = second.clone();
            assert_eq!(bed.write(move |tx| tx.save_attempt(&copy)), Ok(true));
            if left_is_written == "last" {
                let leave = attempt.clone();
                assert_eq!(bed.write(move |tx| tx.insert_attempts(&[leave])), Ok(()));
            }
            let found = read(bed, &attempt);
            let timeline = found.timeline.clone();
            assert_eq!(Attempt { timeline: Vec::new(), ..found.clone() }, Attempt { timeline: Vec::new(), ..second });
            assert_eq!(
                steps(&found),
                ["left_for_idp", "response_arrived", "refused", "response_arrived", "signed_in"],
            );
            assert_eq!(timeline[1], step(AttemptStep::Arrived, 5));
        }
    }

    fn nothing_comes_after_signed_in_but_what_follows_from_it(bed) {
        let Scene { revision, member, .. } = Scene::stored(bed, "acme");
        let attempt = pending(&revision);
        let (done, garbage) = (signed_in(&attempt, &member, 5), refused(&attempt, 6));
        let copy = done.clone();
        assert_eq!(bed.write(move |tx| tx.save_attempt(&copy)), Ok(true));
        assert_eq!(bed.write(move |tx| tx.save_attempt(&garbage)), Ok(false));
        let (other, again) = (member, attempt.clone());
        assert_eq!(bed.write(move |tx| tx.save_attempt(&signed_in(&again, &other, 7))), Ok(false));
        assert_eq!(read(bed, &attempt), done);
        let (id, event) = (attempt.id, step(AttemptStep::CodeRedeemed, 8));
        bed.write(move |tx| tx.append_attempt_event(id, &event)).unwrap();
        let found = read(bed, &attempt);
        assert_eq!(steps(&found)[2..], ["signed_in", "code_redeemed"]);
        assert_eq!(found.outcome, AttemptOutcome::SignedIn);
        // What is not there is not made of an event.
        let (id, event) = (AttemptId::new(now()), step(AttemptStep::CodeRedeemed, 8));
        assert_eq!(bed.write(move |tx| tx.append_attempt_event(id, &event)), Ok(()));
        assert_eq!(bed.count("sign_in_attempts"), 1);
    }

    fn a_thousand_posts_of_garbage_leave_room_for_the_end(bed) {
        let Scene { revision, member, .. } = Scene::stored(bed, "acme");
        let attempt = pending(&revision);
        let (copy, of) = (attempt.clone(), member);
        bed.write(move |tx| {
            for second in 0..1000 {
                assert!(tx.save_attempt(&refused(&copy, second))?);
            }
            tx.save_attempt(&signed_in(&copy, &of, 1001))?;
            for _ in 0..9 {
                tx.append_attempt_event(copy.id, &step(AttemptStep::Inspected, 1002))?;
            }
            Ok(())
        })
        .unwrap();
        let found = read(bed, &attempt);
        assert_eq!(found.timeline.len(), 20, "{:?}", steps(&found));
        assert_eq!(found.outcome, AttemptOutcome::SignedIn);
        assert!(steps(&found).contains(&"signed_in"));
        assert_eq!(found.timeline.last(), Some(&step(AttemptStep::Inspected, 1002)));
    }

    fn attempts_are_found_by_outcome_member_and_reference(bed) {
        let Scene { workspace, revision, member, .. } = Scene::stored(bed, "acme");
        let other = Scene::stored(bed, "other");
        let one = Attempt { reference: Some(Reference::from_random(1)), ..pending(&revision) };
        let two = Attempt {
            reference: Some(Reference::from_random(2)),
            ..signed_in(&pending(&revision), &member, 5)
        };
        let theirs = Attempt { reference: one.reference, ..pending(&other.revision) };
        for attempt in [&one, &two, &theirs] {
            let copy = attempt.clone();
            bed.write(move |tx| tx.insert_attempts(&[copy])).unwrap();
        }
        let conn = revision.connection_id;
        for (filter, expected) in [
            (AttemptFilter::default(), vec![two.id, one.id]),
            (AttemptFilter { outcome: Some(AttemptOutcome::Pending), ..Default::default() }, vec![one.id]),
            (AttemptFilter { member_id: Some(member.id), ..Default::default() }, vec![two.id]),
            (AttemptFilter { reference: two.reference, ..Default::default() }, vec![two.id]),
            (AttemptFilter { reference: Some(Reference::from_random(3)), ..Default::default() }, vec![]),
        ] {
            let page = bed.read(move |tx| tx.list_attempts(conn, &filter, &PageRequest::first(9))).unwrap();
            let mut found: Vec<_> = page.items.iter().map(|attempt| attempt.id).collect();
            let mut expected = expected;
            found.sort();
            expected.sort();
            assert_eq!(found, expected);
        }
        let (ws, reference) = (workspace.id, Reference::from_random(1));
        let mut by = |reach| bed.read(move |tx| tx.attempt_by_reference(reach, reference)).unwrap().map(|found| found.id);
        assert_eq!(by(Reach::Workspace(ws)), Some(one.id));
        assert_eq!(by(Reach::Workspace(other.workspace.id)), Some(theirs.id));
        assert_eq!(by(Reach::All), Some(one.id.max(theirs.id)));
        assert_eq!(by(Reach::Workspace(WorkspaceId::new(now()))), None);
    }

    fn a_response_is_kept_sealed_until_its_time(bed) {
        let Scene { workspace, revision, .. } = Scene::stored(bed, "acme");
        let attempts = [0, 1].map(|_| pending(&revision));
        let response = "PHNhbWxwOlJlc3BvbnNlPg==\r\n";
        let copies = attempts.clone();
        bed.write(move |tx| {
            for (attempt, days) in copies.iter().zip([1, 9]) {
                tx.insert_attempts(std::slice::from_ref(attempt))?;
                tx.keep_response(attempt.id, response, later(days * DAY))?;
            }
            Ok(())
        })
        .unwrap();
        let stored = bed.texts("SELECT response AS text FROM sign_in_attempts");
        assert!(stored.iter().all(|text| !text.contains("PHNhbWxw") && text.len() > 30), "{stored:?}");
        let kept = |bed: &mut Bed, index: usize, day: i64| {
            let id = attempts[index].id;
            bed.read(move |tx| tx.kept_response(id, later(day * DAY))).unwrap()
        };
        assert_eq!(kept(bed, 0, 0).as_deref(), Some(response));
        assert_eq!(kept(bed, 0, 1), None, "its time is over, pruned or not");
        assert_eq!(read(bed, &attempts[1]).response_until, Some(later(9 * DAY)));
        assert_eq!(bed.write(|tx| tx.prune(later(DAY))), Ok(1));
        assert_eq!(bed.write(|tx| tx.prune(later(DAY))), Ok(0));
        assert_eq!(kept(bed, 0, 0), None);
        assert_eq!(read(bed, &attempts[0]).response_until, None);
        assert_eq!(kept(bed, 1, 1).as_deref(), Some(response));
        let ws = workspace.id;
        assert_eq!(bed.write(move |tx| tx.forget_responses(WorkspaceId::new(now()))), Ok(0));
        assert_eq!(bed.write(move |tx| tx.forget_responses(ws)), Ok(1));
        assert_eq!(kept(bed, 1, 1), None);
        assert_eq!(bed.count("sign_in_attempts"), 2);
    }

    fn a_kept_response_opens_in_its_own_row_alone(bed) {
        let Scene { revision, .. } = Scene::stored(bed, "acme");
        let [one, two] = [0, 1].map(|_| pending(&revision));
        let (copies, ids) = ([one.clone(), two.clone()], [one.id, two.id]);
        bed.write(move |tx| {
            for attempt in &copies {
                tx.insert_attempts(std::slice::from_ref(attempt))?;
            }
            tx.keep_response(ids[0], "one", later(DAY))?;
            tx.keep_response(ids[1], "two", later(DAY))
        })
        .unwrap();
        bed.sql(&format!(
            "UPDATE sign_in_attempts SET response = (SELECT response FROM sign_in_attempts WHERE id = '{}') WHERE id = '{}'",
            one.id, two.id
        ));
        let id = two.id;
        assert!(bed.read(move |tx| tx.kept_response(id, now())).is_err());
    }

    fn who_never_comes_back_is_forgotten_and_crowds_nobody_out(bed) {
        let scene = Scene::stored(bed, "acme");
        let other = Scene::stored(bed, "other");
        let old = Attempt { id: AttemptId::new(now()), ..pending(&other.revision) };
        let ended = refused(&Attempt { id: AttemptId::new(now()), ..old.clone() }, 4);
        let (copies, revision) = ([old, ended.clone()], scene.revision);
        bed.write(move |tx| {
            for attempt in &copies {
                tx.insert_attempts(std::slice::from_ref(attempt))?;
            }
            for second in 0..2_003 {
                let id = AttemptId::new(later(8 * DAY + second));
                tx.insert_attempts(&[Attempt { id, ..pending(&revision) }])?;
            }
            Ok(())
        })
        .unwrap();
        assert_eq!(bed.write(|tx| tx.prune(later(6 * DAY))), Ok(3), "the oldest of too many");
        assert_eq!(bed.write(|tx| tx.prune(later(8 * DAY))), Ok(1), "who left long ago");
        assert_eq!(bed.write(|tx| tx.prune(later(8 * DAY))), Ok(0));
        assert_eq!(bed.count("sign_in_attempts"), 2_001);
        assert_eq!(read(bed, &ended), ended);
    }

    fn a_code_knows_the_attempt_that_it_ended(bed) {
        let scene = Scene::stored(bed, "acme");
        let (minted, code) = minted(&scene.workspace, &scene.member, &scene.client);
        let attempt = minted.code().unwrap().attempt;
        bed.write(move |tx| tx.record_minted(&minted, now())).unwrap();
        let hash = code.hash();
        let CodeRedemption::Redeemed { code, .. } = bed.write(move |tx| tx.redeem_code(&hash, now())).unwrap() else {
            panic!("not redeemed");
        };
        assert!(attempt.is_some());
        assert_eq!(code.attempt, attempt);
    }
}
