//! P8, roles: a mapping may set them by what the IdP says of groups; without one they are kept, and
//! new members are `member`.

use jiff::Timestamp;
use vestibule_model::{AdminMapping, Role, RoleMapping, SamlDetails, Unmapped};
use vestibule_saml::Attributes;

use crate::{
    ConnectionFacts, Refusal, Rule,
    evidence::{Asserted, Evidence},
    p6_lockout::is_active_admin,
    person::Person,
    trail::{Trail, Verdict},
};

/// The role that a person comes in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Settled {
    pub(crate) role: Role,
    /// Whether a mapping that a proven admin enabled made it `admin`.
    pub(crate) mapped_to_admin: bool,
}

/// P8 where nothing maps: which role the person comes in with.
pub(crate) fn check(person: Person<'_>) -> Verdict {
    let role = person.role();
    match person {
        Person::Member { .. } => Verdict::Pass(format!("the role {role} is kept")),
        Person::Newcomer(_) => Verdict::Pass(format!("a new member gets the role {role}")),
    }
}

/// P8 for SAML, and P6 where a mapping would take the last admin away. It never refuses: whoever gets
/// no role from the mapping has the one they had.
pub(crate) fn settle(
    trail: &mut Trail,
    serving: &ConnectionFacts,
    person: Person<'_>,
    evidence: Evidence<'_>,
) -> Result<Settled, Refusal> {
    let kept = Settled {
        role: person.role(),
        mapped_to_admin: false,
    };
    let asserted = match evidence {
        Evidence::Asserted(asserted) => asserted,
        Evidence::NotYet { .. } => {
            trail.walk(Rule::P8, check(person))?;
            return Ok(kept);
        }
        Evidence::Settled {
            began_at, details, ..
        } => {
            trail.walk(Rule::P8, check(person))?;
            return Ok(Settled {
                mapped_to_admin: details.mapped_to_admin && still_maps(serving, began_at, details),
                ..kept
            });
        }
    };
    let mapping = serving
        .serving()
        .and_then(|revision| revision.settings.role_mapping.as_ref());
    let Some(mapping) = mapping else {
        trail.walk(Rule::P8, check(person))?;
        return Ok(kept);
    };
    // Whoever is somebody else tomorrow could be an admin today alone.
    let enabled = admin_mapping(serving).filter(|_| asserted.lasting);
    let mapped = mapped(mapping, enabled, asserted.attributes);
    let (role, why) = match mapped {
        Mapped::Admin => (Role::Admin, "a group maps to admin".to_owned()),
        Mapped::Member => (Role::Member, "the mapping makes this a member".to_owned()),
        Mapped::Inert => (person.role(), inert(asserted).to_owned()),
        Mapped::Nothing => {
            trail.walk(Rule::P8, check(person))?;
            return Ok(kept);
        }
    };
    trail.walk(
        Rule::P8,
        Verdict::Pass(format!("{why}; the role is {role}")),
    )?;
    last_admin_stays(trail, person, role, asserted)?;
    let role = if stays_admin(person, role, asserted) {
        Role::Admin
    } else {
        role
    };
    Ok(Settled {
        role,
        mapped_to_admin: mapped == Mapped::Admin,
    })
}

/// Whether the word that made an admin of somebody stands: it is no younger than their session, on
/// whichever revision it was carried along to, and what the IdP said of them then still maps to admin.
fn still_maps(serving: &ConnectionFacts, began_at: Timestamp, details: &SamlDetails) -> bool {
    let enabled = admin_mapping(serving).filter(|word| word.enabled_at <= began_at);
    let mapping = serving
        .serving()
        .and_then(|revision| revision.settings.role_mapping.as_ref());
    mapping.is_some_and(|mapping| mapped(mapping, enabled, &details.attributes) == Mapped::Admin)
}

/// P6: a mapping demotes no last admin.
fn last_admin_stays(
    trail: &mut Trail,
    person: Person<'_>,
    role: Role,
    asserted: &Asserted<'_>,
) -> Result<(), Refusal> {
    if !stays_admin(person, role, asserted) {
        return Ok(());
    }
    let why = "the workspace has no other active admin, so the role admin is kept";
    trail.walk(Rule::P6, Verdict::Pass(why.into()))
}

fn stays_admin(person: Person<'_>, role: Role, asserted: &Asserted<'_>) -> bool {
    let is_active_admin = match person {
        Person::Member { member, .. } => is_active_admin(member),
        Person::Newcomer(_) => false,
    };
    is_active_admin && role == Role::Member && !asserted.other_active_admins
}

const fn inert(asserted: &Asserted<'_>) -> &'static str {
    if asserted.lasting {
        "a group maps to admin, which no proven admin has enabled on these settings; the mapping to \
         admin is inert"
    } else {
        "a group maps to admin, which a transient subject cannot be; the mapping to admin is inert"
    }
}

/// The word of the proven admin, on the very revision that serves.
fn admin_mapping(serving: &ConnectionFacts) -> Option<&AdminMapping> {
    serving.serving()?.admin_mapping.as_ref()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mapped {
    Admin,
    Member,
    /// To admin, but nobody has enabled that.
    Inert,
    Nothing,
}

/// What the mapping makes of the attributes; of several groups the one with more rights counts.
fn mapped(
    mapping: &RoleMapping,
    enabled: Option<&AdminMapping>,
    attributes: &Attributes,
) -> Mapped {
    let present = mapping
        .attributes
        .iter()
        .find_map(|name| attributes.get(name));
    let values = present.map_or(&[][..], |attribute| attribute.values.as_slice());
    let any_of = |wanted: &[String]| values.iter().any(|value| wanted.contains(value));
    let admin = any_of(&mapping.admin);
    match (admin, enabled) {
        (true, Some(_)) => Mapped::Admin,
        (true, None) => Mapped::Inert,
        (false, _) if any_of(&mapping.member) => Mapped::Member,
        (false, _) => match mapping.otherwise {
            Unmapped::Keep => Mapped::Nothing,
            Unmapped::Member => Mapped::Member,
        },
    }
}
