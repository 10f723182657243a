//! Forward tokens: each shows its session while it lasts, and goes with it.

use vestibule_session::ForwardRecord;

use crate::bed::Bed;
use crate::on_both;
use crate::samples::*;

const DAY: i64 = 24 * 60 * 60;

/// A session with a token that lasts so many seconds.
fn token(bed: &mut Bed, scene: &Scene, byte: u8, seconds: i64) -> [u8; 32] {
    let (session, _) = scene.session(bed);
    let record = ForwardRecord {
        hash: [byte; 32],
        session_id: session.id,
        issued_at: now(),
        expires_at: later(seconds),
    };
    bed.write(move |tx| tx.insert_forward_token(&record))
        .unwrap();
    [byte; 32]
}

on_both! {
    fn a_token_shows_its_session_until_it_is_over_or_taken_away(bed) {
        let scene = Scene::stored(bed, "acme");
        let (short, long) = (token(bed, &scene, 1, 60), token(bed, &scene, 2, DAY));
        let found = bed.read(move |tx| tx.session_of_forward_token(&short, later(59))).unwrap();
        assert_eq!(found.map(|session| session.member_id), Some(scene.member.id));
        assert_eq!(bed.read(move |tx| tx.session_of_forward_token(&short, later(60))).unwrap(), None);
        assert_eq!(bed.read(|tx| tx.session_of_forward_token(&[9; 32], now())).unwrap(), None);
        assert_eq!(bed.write(move |tx| tx.delete_forward_token(&long)), Ok(true));
        assert_eq!(bed.write(move |tx| tx.delete_forward_token(&long)), Ok(false));
        assert_eq!(bed.read(move |tx| tx.session_of_forward_token(&long, now())).unwrap(), None);
    }

    fn a_token_goes_when_it_is_over_and_when_its_client_goes(bed) {
        let scene = Scene::stored(bed, "acme");
        token(bed, &scene, 1, 60);
        token(bed, &scene, 2, DAY);
        bed.write(|tx| tx.prune(later(61))).unwrap();
        assert_eq!(bed.count("forward_tokens"), 1);
        let client = scene.client.id;
        bed.write(move |tx| tx.delete_client(client)).unwrap();
        assert_eq!(bed.count("forward_tokens"), 0);
    }

    fn a_client_that_publishes_its_keys_reads_back(bed) {
        let mut client = client();
        client.jwks_uri = Some("https://app.example/jwks.json".to_owned());
        client.token_endpoint_auth_method = vestibule_model::ClientAuthMethod::PrivateKeyJwt;
        let (id, stored) = (client.id, client.clone());
        bed.write(move |tx| tx.insert_client(&stored)).unwrap();
        assert_eq!(bed.read(move |tx| tx.client(id)).unwrap(), Some(client));
        assert_eq!(bed.read(|tx| tx.redirect_uris_of_public_clients()).unwrap(), Vec::<String>::new());
    }
}
