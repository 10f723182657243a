//! What becomes of a change in an IdP's metadata.

use vestibule_model::ConnectionState;
use vestibule_policy::{DraftFacts, MetadataFacts, MetadataPlan, Remainder, plan_for_metadata};

const PINNED: MetadataFacts = MetadataFacts {
    state: ConnectionState::Live,
    pinned_with_live: true,
    same_entity: true,
    adds_keys: true,
    differs_otherwise: false,
    draft: DraftFacts::None,
};

const STATES: [ConnectionState; 5] = [
    ConnectionState::Draft,
    ConnectionState::Ready,
    ConnectionState::Live,
    ConnectionState::Suspended,
    ConnectionState::Disabled,
];

const DRAFTS: [DraftFacts; 4] = [
    DraftFacts::None,
    DraftFacts::SameAsMetadata,
    DraftFacts::StagedBefore,
    DraftFacts::OfAnAdmin,
];

/// All there is.
fn every() -> impl Iterator<Item = MetadataFacts> {
    let bits = (0..16).flat_map(|bits| STATES.map(|state| (bits, state)));
    bits.flat_map(|(bits, state)| {
        DRAFTS.map(|draft| MetadataFacts {
            state,
            pinned_with_live: bits & 1 != 0,
            same_entity: bits & 2 != 0,
            adds_keys: bits & 4 != 0,
            differs_otherwise: bits & 8 != 0,
            draft,
        })
    })
}

#[test]
fn keys_go_live_only_where_the_pin_of_the_live_revision_vouches_for_them() {
    let added = MetadataPlan {
        add_keys_to_live: true,
        remainder: Remainder::Settled,
    };
    assert_eq!(plan_for_metadata(&PINNED), added);
    for facts in every() {
        let vouched = facts.pinned_with_live && facts.same_entity && facts.adds_keys;
        let expected = vouched && facts.state == ConnectionState::Live;
        assert_eq!(
            plan_for_metadata(&facts).add_keys_to_live,
            expected,
            "{facts:?}"
        );
    }
}

#[test]
fn only_a_live_connection_gets_a_draft_and_never_in_the_place_of_an_admins() {
    for facts in every() {
        let plan = plan_for_metadata(&facts);
        let left = facts.differs_otherwise || (facts.adds_keys && !plan.add_keys_to_live);
        match plan.remainder {
            Remainder::Settled => {
                assert!(
                    !left || facts.draft == DraftFacts::SameAsMetadata,
                    "{facts:?}"
                );
            }
            Remainder::Stage => {
                assert!(left && facts.state == ConnectionState::Live, "{facts:?}");
                assert!(
                    matches!(facts.draft, DraftFacts::None | DraftFacts::StagedBefore),
                    "{facts:?}"
                );
            }
            Remainder::Wait => {
                assert!(
                    left && facts.draft != DraftFacts::SameAsMetadata,
                    "{facts:?}"
                );
                assert!(
                    facts.draft == DraftFacts::OfAnAdmin || facts.state != ConnectionState::Live,
                    "{facts:?}"
                );
            }
        }
    }
}

#[test]
fn the_rest_of_a_change_that_adds_keys_is_staged_beside() {
    let both = MetadataFacts {
        differs_otherwise: true,
        ..PINNED
    };
    let plan = plan_for_metadata(&both);
    assert!(plan.add_keys_to_live);
    assert_eq!(plan.remainder, Remainder::Stage);
}
