//! What must be unique, and what a database could not keep.

use vestibule_model::*;
use vestibule_store::{StoreError, Tx};

use crate::bed::Bed;
use crate::on_both;
use crate::samples::*;

fn conflict(
    bed: &mut Bed,
    what: &'static str,
    f: impl FnOnce(&mut Tx<'_>) -> Result<(), StoreError> + Send + 'static,
) {
    assert_eq!(bed.write(f), Err(StoreError::Conflict { what }));
}

on_both! {
    fn a_conflict_says_what_is_taken(bed) {
        let scene = Scene::stored(bed, "acme");
        let Scene { workspace: acme, member: ada, connection: okta, revision: first, .. } = scene;

        let mut other = workspace("acme");
        other.external_id = None;
        conflict(bed, "workspace.slug", move |tx| tx.insert_workspace(&other));
        let mut other = workspace("other");
        other.external_id.clone_from(&acme.external_id);
        conflict(bed, "workspace.external_id", move |tx| tx.insert_workspace(&other));
        let same = acme.clone();
        let same = Workspace { slug: Slug::parse("same").unwrap(), external_id: None, ..same };
        conflict(bed, "id", move |tx| tx.insert_workspace(&same));

        let twin = member(&acme, "ADA@example.com");
        conflict(bed, "member.email", move |tx| tx.insert_member(&twin));
        let same = Member { email: Email::parse("bob@example.com").unwrap(), ..ada.clone() };
        conflict(bed, "member.id", move |tx| tx.insert_member(&same));
        let one = Member { external_id: Some("1".to_owned()), ..member(&acme, "one@example.com") };
        let two = Member { external_id: Some("1".to_owned()), ..member(&acme, "two@example.com") };
        bed.write(move |tx| tx.insert_member(&one)).unwrap();
        conflict(bed, "member.external_id", move |tx| tx.insert_member(&two));
        let renamed = Member { external_id: Some("1".to_owned()), ..ada.clone() };
        conflict(bed, "member.external_id", move |tx| tx.update_member(&renamed).map(drop));

        let link = identity(&ada, &okta, "ada");
        let twin = Identity { id: IdentityId::new(now()), ..link.clone() };
        bed.write(move |tx| tx.insert_identity(&link)).unwrap();
        conflict(bed, "identity.subject", move |tx| tx.insert_identity(&twin));

        let twin = revision(&okta, first.number);
        conflict(bed, "revision.number", move |tx| tx.insert_revision(&twin));

        let domain = domain(&acme, "acme.example");
        let twin = Domain { id: DomainId::new(now()), ..domain.clone() };
        bed.write(move |tx| tx.insert_domain(&domain)).unwrap();
        conflict(bed, "domain.domain", move |tx| tx.insert_domain(&twin));

        let key = api_key(None);
        let twin = ApiKey { id: ApiKeyId::new(now()), previous: None, ..key.clone() };
        bed.write(move |tx| tx.insert_api_key(&key)).unwrap();
        conflict(bed, "api_key.secret", move |tx| tx.insert_api_key(&twin));

        let test = test_run(&first);
        let twin = test_run(&first);
        let token = vestibule_session::Secret::generate().unwrap();
        conflict(bed, "test.start_token", move |tx| {
            tx.insert_test(&test, &token)?;
            tx.insert_test(&twin, &token)
        });
    }

    fn what_is_unique_in_a_workspace_may_be_there_in_another(bed) {
        let acme = Scene::stored(bed, "acme");
        let other = Scene::stored(bed, "other");
        assert_eq!(acme.member.email.key(), other.member.email.key());
        let one = identity(&acme.member, &acme.connection, "ada");
        let two = identity(&other.member, &other.connection, "ada");
        bed.write(move |tx| tx.insert_identity(&one).and_then(|()| tx.insert_identity(&two))).unwrap();
    }

    fn what_postgres_could_not_keep_is_refused_on_both(bed) {
        let acme = Scene::stored(bed, "acme").workspace;
        let refused = |table, column| Err(StoreError::Unstorable { table, column });
        let nul = Workspace { name: "a\0b".to_owned(), ..acme.clone() };
        assert_eq!(bed.write(move |tx| tx.update_workspace(&nul)), refused("workspaces", "name").map(|()| true));
        let long = Workspace { external_id: Some("x".repeat(1025)), ..acme.clone() };
        assert_eq!(
            bed.write(move |tx| tx.update_workspace(&long)),
            refused("workspaces", "external_id").map(|()| true)
        );
        // The longest that is taken fits into an index even where nothing can be compressed.
        let text = (0..1024_u32).map(|n| char::from_u32(33 + n * 7919 % 90).unwrap()).collect();
        let fits = Workspace { external_id: Some(text), ..acme };
        assert_eq!(bed.write(move |tx| tx.update_workspace(&fits)), Ok(true));
        let nul = MemberId::new(now());
        let ws = WorkspaceId::new(now());
        assert_eq!(bed.read(move |tx| tx.member(ws, nul)), Ok(None));
    }

    fn an_assertion_id_of_any_length_can_be_claimed(bed) {
        let conn = Scene::stored(bed, "acme").connection.id;
        let id = "é".repeat(200_000);
        let again = id.clone();
        assert_eq!(bed.write(move |tx| tx.claim_assertion(conn, &id, later(1))), Ok(true));
        assert_eq!(bed.write(move |tx| tx.claim_assertion(conn, &again, later(1))), Ok(false));
    }
}
