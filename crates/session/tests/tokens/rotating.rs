//! Keys that rotate, with replicas that learn late, clocks that differ and applications that cache:
//! nobody notices.

use std::sync::OnceLock;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use serde_json::Value;
use vestibule_model::SigningAlgorithm::{Es256, Rs256};
use vestibule_session::{
    JWKS_MAX_AGE, KEY_LEAD, KEYS_LEARNED_WITHIN, KeyFacts, KeyRing, SigningKey, TokenError,
    TokenSet, issue, mint, verify_access_token, verify_id_token_with_jwks,
};

use crate::scene::{Scene, copy, ec_key, issuer, later, now, part, ring_of, rsa_key};

/// The two rotations of the story, in seconds, and how far a clock may be from the true time: two of
/// them a minute from each other.
const ROTATIONS: [i64; 2] = [2_000, 4_000];
const CLOCK_OFF_MS: i64 = 30_000;

/// What happened: three keys, each published by a rotation and signing after the lead.
struct Story {
    /// When each was published, and the key.
    published: Vec<(Timestamp, SigningKey)>,
    /// What a replica knows after each publication.
    rings: Vec<KeyRing>,
    scene: Scene,
}

fn story() -> &'static Story {
    static STORY: OnceLock<Story> = OnceLock::new();
    STORY.get_or_init(|| {
        let mut published = vec![(later(0), ec_key(later(0)))];
        for at in ROTATIONS {
            published.push((later(at), ec_key(later(at) + KEY_LEAD)));
        }
        let known = |count: usize| {
            let keys = published.iter().take(count);
            let mut keys: Vec<_> = keys
                .map(|(_, key)| copy(key, key.facts().clone()))
                .collect();
            keys.push(rsa_key(now()));
            KeyRing::new(keys).unwrap()
        };
        Story {
            rings: (1..=published.len()).map(known).collect(),
            published,
            scene: Scene::new(),
        }
    })
}

impl Story {
    /// What a replica knows that last looked at this (true) time.
    fn ring(&self, looked_at: Timestamp) -> &KeyRing {
        let known = self.published.iter().filter(|(at, _)| *at <= looked_at);
        &self.rings[known.count().max(1) - 1]
    }
}

/// Somebody with a clock of their own and a copy that has some age.
#[derive(Debug, Clone, Copy)]
struct Party {
    clock_off_ms: i64,
    learned_ago_ms: i64,
}

impl Party {
    fn clock(self, true_time: Timestamp) -> Timestamp {
        true_time + SignedDuration::from_millis(self.clock_off_ms)
    }

    fn ring(self, true_time: Timestamp) -> &'static KeyRing {
        story().ring(true_time - SignedDuration::from_millis(self.learned_ago_ms))
    }
}

/// A number up to a bound, often none, the bound itself or close to it: that is where it hurts.
fn up_to(bound: i64) -> impl Strategy<Value = i64> {
    prop_oneof![Just(0), 0..=bound, Just(bound), bound - bound / 20..=bound]
}

fn party() -> impl Strategy<Value = Party> {
    let learned = up_to(i64::try_from(KEYS_LEARNED_WITHIN.as_millis()).unwrap());
    let (ahead, behind) = (up_to(CLOCK_OFF_MS), up_to(CLOCK_OFF_MS).prop_map(|ms| -ms));
    (prop_oneof![ahead, behind], learned).prop_map(|(clock_off_ms, learned_ago_ms)| Party {
        clock_off_ms,
        learned_ago_ms,
    })
}

/// Instants of the story in milliseconds, most of them close to where something changes.
fn instant() -> impl Strategy<Value = i64> {
    let lead = KEY_LEAD.as_secs();
    let edges: Vec<_> = ROTATIONS
        .iter()
        .flat_map(|at| [*at, at + lead, at + lead])
        .collect();
    prop_oneof![
        1 => 60_000..6_500_000_i64,
        4 => (prop::sample::select(edges), -40_000..40_000_i64)
            .prop_map(|(edge, ms)| edge * 1000 + ms),
    ]
}

fn at(ms: i64) -> Timestamp {
    now() + SignedDuration::from_millis(ms)
}

fn signed(ring: &KeyRing, clock: Timestamp) -> TokenSet {
    let scene = &story().scene;
    let session = mint(scene.vouched(), "openid", now())
        .unwrap()
        .session()
        .clone();
    let grant = scene.renewal(&session, &scene.admin, clock);
    issue(ring, Es256, &issuer(), grant, &session, None, clock).unwrap()
}

fn id_token_verdict(jwks: &Value, id_token: &str, clock: Timestamp) -> Result<Value, TokenError> {
    let client = story().scene.client.to_string();
    verify_id_token_with_jwks(jwks, &issuer().issuer, &client, id_token, clock)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_token_counts_everywhere_until_it_expires(
        signed_ms in instant(),
        judged_after_ms in prop_oneof![0..5_000_i64, 0..1_000_000_i64, 840_000..960_000_i64],
        cached_ms in up_to(i64::try_from(JWKS_MAX_AGE.as_millis()).unwrap()),
        signer in party(),
        verifier in party(),
        publisher in party(),
        application in party(),
    ) {
        let (signed_at, judged_at) = (at(signed_ms), at(signed_ms + judged_after_ms));
        let tokens = signed(signer.ring(signed_at), signer.clock(signed_at));
        let exp = part(&tokens.access_token, 1)["exp"].as_i64().unwrap();

        // At another replica.
        let clock = verifier.clock(judged_at);
        let verdict =
            verify_access_token(verifier.ring(judged_at), &issuer(), &tokens.access_token, clock);
        let expected = if clock.as_second() < exp { Ok(()) } else { Err(TokenError::Expired) };
        // An expired token may also be one whose key is gone.
        let gone = expected.is_err() && verdict == Err(TokenError::UnknownKey);
        prop_assert!(gone || verdict.map(drop) == expected);

        // At an application that holds a JWKS, got some time ago from yet another replica.
        let fetched_at = judged_at - SignedDuration::from_millis(cached_ms);
        let jwks = publisher.ring(fetched_at).jwks(publisher.clock(fetched_at));
        let clock = application.clock(judged_at);
        if clock.as_second() < exp {
            let verdict = id_token_verdict(&jwks, &tokens.id_token.unwrap(), clock);
            prop_assert!(verdict.is_ok(), "{verdict:?}");
        }
    }
}

#[test]
fn the_newest_key_that_has_begun_signs_and_what_is_dead_is_neither_shown_nor_verifies() {
    let story = story();
    let ring = story.rings.last().unwrap();
    let kids: Vec<_> = story.published.iter().map(|(_, key)| key.kid()).collect();
    let lead = KEY_LEAD.as_secs();
    let signs = |seconds| ring.signing_kid(Es256, later(seconds)).unwrap();
    assert_eq!(signs(ROTATIONS[0] + lead - 1), kids[0]);
    assert_eq!(signs(ROTATIONS[0] + lead), kids[1]);
    assert_eq!(signs(ROTATIONS[1] + lead), kids[2]);
    assert_eq!(signs(100_000_000), kids[2]);

    let shown = |seconds| -> Vec<String> {
        let jwks = ring.jwks(later(seconds));
        let keys = jwks["keys"].as_array().unwrap().iter();
        let ours = keys.filter(|key| key["alg"] == "ES256");
        ours.map(|key| key["kid"].as_str().unwrap().to_owned())
            .collect()
    };
    let dead = ROTATIONS[0] + lead + 18 * 60;
    assert_eq!(shown(0), kids);
    assert_eq!(shown(dead - 1), kids);
    assert_eq!(shown(dead), kids[1..]);
    assert_eq!(shown(100_000_000), kids[2..]);

    // A token that the clock alone would still let in, of a key that is gone.
    let old = &story.rings[0];
    let late = signed(old, later(dead - 300)).access_token;
    assert!(verify_access_token(ring, &issuer(), &late, later(dead - 1)).is_ok());
    let refused = verify_access_token(ring, &issuer(), &late, later(dead)).unwrap_err();
    assert_eq!(refused, TokenError::UnknownKey);
    assert!(verify_access_token(old, &issuer(), &late, later(dead)).is_ok());
}

#[test]
fn each_algorithm_rotates_by_itself() {
    let (ec, rsa) = (ec_key(now()), rsa_key(now()));
    let next = ec_key(later(600));
    let ring = ring_of(&[ec, rsa, next]);
    let before = ring.signing_kid(Rs256, later(0)).unwrap();
    assert_eq!(ring.signing_kid(Rs256, later(100_000)), Some(before));
    assert_ne!(
        ring.signing_kid(Es256, later(0)),
        ring.signing_kid(Es256, later(600))
    );
}

#[test]
fn what_a_withdrawn_key_signed_is_refused_at_once_whatever_a_clock_says() {
    let (old, new) = (ec_key(now()), ec_key(later(100)));
    let before = ring_of(&[copy(&old, old.facts().clone()), rsa_key(now())]);
    let token = signed(&before, later(99)).access_token;
    let facts = KeyFacts {
        withdrawn_at: Some(later(100)),
        ..old.facts().clone()
    };
    let after = ring_of(&[
        copy(&old, facts),
        copy(&new, new.facts().clone()),
        rsa_key(now()),
    ]);
    // The clock of this replica is behind the one that withdrew it.
    for seconds in [50, 99, 100, 101] {
        let refused = verify_access_token(&after, &issuer(), &token, later(seconds)).unwrap_err();
        assert_eq!(refused, TokenError::UnknownKey);
        assert_eq!(after.signing_kid(Es256, later(seconds)), Some(new.kid()));
        assert!(!after.jwks(later(seconds)).to_string().contains(old.kid()));
    }
    assert_eq!(after.facts().len(), 3);
}
