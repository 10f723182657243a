//! The gatekeeper of Vestibule: the rules P1 to P10 (design §3).
//!
//! Facts in, decision out, with reasons that a person can read. Pure and total: no I/O, no clock,
//! no failure that is not a [`Refusal`]. Each rule is one small function in a file of its own; the
//! decision API ([`decide`]) and the doors ([`grant_by_saml`], [`grant_vouched`], [`grant_renewal`])
//! call the same ones, so that what is announced and what is done cannot differ.
//!
//! A [`Grant`] is the only way to a session. It can be had from a door alone, moves and never
//! copies, and is good for a minute.

mod admit;
mod attribute_preset;
mod certificate;
mod claim;
mod decide;
mod display_name;
mod domain;
mod enable;
mod evidence;
mod facts;
mod grant;
mod grant_by_saml;
mod grant_local;
mod grant_renewal;
mod grant_vouched;
mod inspect_by_saml;
mod metadata_change;
mod p10_ladder;
mod p1_plan;
mod p2_test;
mod p3_mandatory_sso;
mod p4_second_factor;
mod p5_live;
mod p6_lockout;
mod p7_entry;
mod p8_role;
mod p9_identity;
mod person;
mod reason;
mod refusal;
mod rules;
mod say_so;
mod trail;

pub use attribute_preset::attribute_preset;
pub use certificate::{Expiry, Retirement, expiry, retirement};
pub use claim::{Claim, claim};
pub use decide::{Decision, MethodKind, decide};
pub use domain::{DomainVerdict, note_domain_check, shut_out_by_domain};
pub use enable::{Advisory, KeepsWayIn, Preflight, PreflightPerson, may_enable, preflight};
pub use facts::{ConnectionFacts, PersonFacts, SamlFacts, SsoFacts, WorkspaceFacts, needs_links};
pub use grant::{Admission, Grant, GrantParts, IdentityUse};
pub use grant_by_saml::grant_by_saml;
pub use grant_local::{LocalProof, LocalStep, grant_local, local_step};
pub use grant_renewal::grant_renewal;
pub use grant_vouched::grant_vouched;
pub use inspect_by_saml::inspect_by_saml;
pub use metadata_change::{DraftFacts, MetadataFacts, MetadataPlan, Remainder, plan_for_metadata};
pub use p1_plan::plan_gate;
pub use p4_second_factor::parse_amr;
pub use p5_live::connection_state;
pub use p6_lockout::{WaysIn, may_change_member, may_take_way_in};
pub use reason::{Reason, Requirement, Rule, RuleOutcome};
pub use refusal::{Denial, Refusal};
pub use rules::Rules;
pub use say_so::{
    AtTheDesk, may_enable_admin_mapping, may_reset_second_factor, may_say_this_is_me,
};

/// Declares an enumeration with one stable word per variant.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vmeta])* $variant),+ }

        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The stable word for this value.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use words;
