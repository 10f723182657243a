//! What becomes of a change in an IdP's metadata.

use vestibule_model::ConnectionState;

/// The draft that a connection has when its metadata has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DraftFacts {
    /// None.
    None,
    /// One that says what the metadata says.
    SameAsMetadata,
    /// One that an earlier change of the metadata was staged as.
    StagedBefore,
    /// An admin's.
    OfAnAdmin,
}

/// What is known when the metadata and the settings differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MetadataFacts {
    /// The state of the connection.
    pub state: ConnectionState,
    /// Whether the metadata describes the live revision, and a key signed it that was pinned with
    /// that very revision.
    pub pinned_with_live: bool,
    /// Whether it is of the entity that the live revision takes assertions from.
    pub same_entity: bool,
    /// Whether it has keys that the settings lack.
    pub adds_keys: bool,
    /// Whether anything else differs.
    pub differs_otherwise: bool,
    /// The draft.
    pub draft: DraftFacts,
}

/// What becomes of a change beside keys that are added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remainder {
    /// There is nothing left to do.
    Settled,
    /// It becomes a draft, which has to pass its own test.
    Stage,
    /// It waits for an admin.
    Wait,
}

/// What becomes of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MetadataPlan {
    /// Whether the new keys are added to the live revision at once.
    pub add_keys_to_live: bool,
    /// And the rest.
    pub remainder: Remainder,
}

/// A change is never switched to by itself, except that keys are added which the pinned key vouches
/// for: what works goes on working. Only a live connection gets a draft, and never in the place of
/// one that an admin has saved; everything else waits (P2; design §2).
#[must_use]
pub fn plan_for_metadata(facts: &MetadataFacts) -> MetadataPlan {
    let live = facts.state == ConnectionState::Live;
    let add_keys_to_live = live && facts.pinned_with_live && facts.same_entity && facts.adds_keys;
    let differs = facts.differs_otherwise || (facts.adds_keys && !add_keys_to_live);
    let remainder = match facts.draft {
        _ if !differs => Remainder::Settled,
        DraftFacts::SameAsMetadata => Remainder::Settled,
        DraftFacts::None | DraftFacts::StagedBefore if live => Remainder::Stage,
        DraftFacts::None | DraftFacts::StagedBefore | DraftFacts::OfAnAdmin => Remainder::Wait,
    };
    MetadataPlan {
        add_keys_to_live,
        remainder,
    }
}
