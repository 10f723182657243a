//! Domains: claimed, proved, looked up again.

use vestibule_model::*;
use vestibule_store::{PageRequest, StoreError};

use crate::on_both;
use crate::samples::*;

fn proved(workspace: &Workspace, name: &str, next_check_at: i64) -> Domain {
    Domain {
        verified_at: Some(now()),
        last_check: Some(DomainCheck {
            at: later(1),
            outcome: DomainOutcome::Found,
        }),
        next_check_at: Some(later(next_check_at)),
        ..domain(workspace, name)
    }
}

on_both! {
    fn a_domain_comes_out_as_it_went_in_and_goes(bed) {
        let acme = Scene::stored(bed, "acme");
        let ws = acme.workspace.id;
        let claimed = domain(&acme.workspace, "acme.example");
        let (id, copy) = (claimed.id, claimed.clone());
        bed.write(move |tx| tx.insert_domain(&copy)).unwrap();
        assert_eq!(bed.read(move |tx| tx.domain(ws, id)), Ok(Some(claimed.clone())));
        let missing = Domain {
            connection_id: Some(acme.connection.id),
            last_check: Some(DomainCheck { at: later(9), outcome: DomainOutcome::Absent }),
            next_check_at: Some(later(3600)),
            absences: vec![later(8), later(9)],
            verified_at: Some(later(3)),
            ..claimed.clone()
        };
        let copy = missing.clone();
        assert_eq!(bed.write(move |tx| tx.update_domain(&copy)), Ok(true));
        assert_eq!(bed.read(move |tx| tx.domain(ws, id)), Ok(Some(missing)));
        let copy = claimed.clone();
        assert_eq!(bed.write(move |tx| tx.update_domain(&copy)), Ok(true));
        assert_eq!(bed.read(move |tx| tx.domain(ws, id)), Ok(Some(claimed.clone())));
        let foreign = WorkspaceId::new(now());
        let moved = Domain { workspace_id: foreign, ..claimed };
        assert_eq!(bed.write(move |tx| tx.update_domain(&moved)), Ok(false));
        assert_eq!(bed.read(move |tx| tx.domain(foreign, id)), Ok(None));
        assert_eq!(bed.write(move |tx| tx.delete_domain(foreign, id)), Ok(false));
        assert_eq!(bed.write(move |tx| tx.delete_domain(ws, id)), Ok(true));
        assert_eq!(bed.write(move |tx| tx.delete_domain(ws, id)), Ok(false));
    }

    fn domains_are_listed_by_workspace(bed) {
        let (acme, other) = (Scene::stored(bed, "acme"), Scene::stored(bed, "other"));
        let mut ours: Vec<_> =
            (0..3).map(|n| domain(&acme.workspace, &format!("a{n}.example"))).collect();
        ours.sort_by_key(|domain| domain.id);
        let theirs = domain(&other.workspace, "a0.example");
        let copies = ours.clone();
        bed.write(move |tx| {
            tx.insert_domain(&theirs)?;
            copies.iter().try_for_each(|domain| tx.insert_domain(domain))
        })
        .unwrap();
        let ws = acme.workspace.id;
        let page = bed.read(move |tx| tx.list_domains(ws, &PageRequest::first(2))).unwrap();
        assert_eq!(page.items, ours[..2]);
        let rest = PageRequest { cursor: page.next_cursor, limit: 2 };
        let page = bed.read(move |tx| tx.list_domains(ws, &rest)).unwrap();
        assert_eq!((page.items, page.next_cursor), (ours[2..].to_vec(), None));
    }

    fn one_workspace_alone_can_have_proved_a_domain(bed) {
        let (acme, other) = (Scene::stored(bed, "acme"), Scene::stored(bed, "other"));
        let ours = proved(&acme.workspace, "acme.example", 9);
        let theirs = proved(&other.workspace, "acme.example", 9);
        let (ws, id) = (acme.workspace.id, ours.id);
        bed.write(move |tx| tx.insert_domain(&ours)).unwrap();
        let refused = Err(StoreError::Conflict { what: "domain.verified" });
        assert_eq!(bed.write(move |tx| tx.insert_domain(&theirs)), refused);
        let claimed = domain(&other.workspace, "acme.example");
        let late = Domain { verified_at: Some(later(7)), ..claimed.clone() };
        bed.write(move |tx| tx.insert_domain(&claimed)).unwrap();
        let copy = late.clone();
        assert_eq!(bed.write(move |tx| tx.update_domain(&copy)), refused.map(|()| true));
        bed.write(move |tx| tx.delete_domain(ws, id)).unwrap();
        let copy = late.clone();
        assert_eq!(bed.write(move |tx| tx.update_domain(&copy)), Ok(true));
        assert_eq!(bed.read(|tx| tx.verified_domain("acme.example")), Ok(Some(late)));
    }

    fn proved_domains_are_due_the_longest_waiting_first(bed) {
        let acme = Scene::stored(bed, "acme").workspace;
        let (late, early) = (proved(&acme, "late.example", 20), proved(&acme, "early.example", 10));
        let never = Domain { next_check_at: None, ..proved(&acme, "never.example", 0) };
        let claimed = Domain { next_check_at: Some(now()), ..domain(&acme, "claimed.example") };
        let copies = [late.clone(), early.clone(), never, claimed];
        bed.write(move |tx| copies.iter().try_for_each(|domain| tx.insert_domain(domain))).unwrap();
        for (at, at_most, expected) in [
            (9, 9, vec![]),
            (10, 9, vec![early.clone()]),
            (20, 9, vec![early.clone(), late]),
            (20, 1, vec![early]),
        ] {
            assert_eq!(bed.read(move |tx| tx.domains_due(later(at), at_most)), Ok(expected));
        }
    }
}
