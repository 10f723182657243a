//! Which entity of a document is meant.

use vestibule_xmlsig::Element;

use crate::metadata_error::{EntityIds, MetadataError};
use crate::names::{MAX_ENTITY_ID, ns};

/// One IdP of the document.
pub(super) struct Chosen<'d> {
    /// The EntitiesDescriptors around it, outermost first.
    pub(super) around: Vec<Element<'d>>,
    pub(super) entity: Element<'d>,
    pub(super) entity_id: String,
    pub(super) idp: Element<'d>,
}

/// The entity with this ID; without one, the only IdP there is (IIP-MD02, Metadata §2.3).
pub(super) fn choose<'d>(
    root: Element<'d>,
    wanted: Option<&str>,
) -> Result<Chosen<'d>, MetadataError> {
    let is_group = match (root.namespace().unwrap_or_default(), root.local_name()) {
        (ns::METADATA, "EntityDescriptor") => false,
        (ns::METADATA, "EntitiesDescriptor") => true,
        (ns::PROTOCOL | ns::ASSERTION | ns::SAML_1_PROTOCOL | ns::SAML_1_ASSERTION, _) => {
            return Err(MetadataError::Message);
        }
        (_, name) if name.eq_ignore_ascii_case("html") => return Err(MetadataError::WebPage),
        _ => return Err(MetadataError::NotMetadata),
    };
    let entities = if is_group { below(root) } else { vec![root] };
    let named = |entity: &Element<'d>| entity.attribute("entityID").unwrap_or_default();
    let mut candidates: Vec<Element<'d>> = match wanted {
        Some(wanted) => entities
            .iter()
            .copied()
            .filter(|entity| named(entity) == wanted)
            .collect(),
        None if is_group => entities
            .iter()
            .copied()
            .filter(|entity| idp_descriptor(*entity).is_ok())
            .collect(),
        None => entities.clone(),
    };
    let entity = match (candidates.pop(), candidates.len()) {
        (Some(entity), 0) => entity,
        (Some(_), _) if wanted.is_some() => return Err(MetadataError::EntityTwice),
        (Some(last), _) => {
            candidates.push(last);
            let ids = candidates.iter().map(named);
            return Err(MetadataError::SeveralIdentityProviders(EntityIds::of(ids)));
        }
        (None, _) if wanted.is_some() => {
            let ids = entities
                .iter()
                .filter(|entity| idp_descriptor(**entity).is_ok())
                .map(named);
            return Err(MetadataError::NoSuchEntity(EntityIds::of(ids)));
        }
        (None, _) => return Err(MetadataError::NoIdentityProvider),
    };
    let entity_id = entity
        .attribute("entityID")
        .filter(|id| !id.trim().is_empty() && id.chars().count() <= MAX_ENTITY_ID)
        .ok_or(MetadataError::EntityId)?
        .into_owned();
    let mut around: Vec<_> = std::iter::successors(entity.parent(), |up| up.parent()).collect();
    around.reverse();
    Ok(Chosen {
        around,
        entity,
        entity_id,
        idp: idp_descriptor(entity)?,
    })
}

/// Every EntityDescriptor inside of EntitiesDescriptors inside of this one, in document order.
fn below(group: Element<'_>) -> Vec<Element<'_>> {
    let mut entities = Vec::new();
    let mut open: Vec<Element<'_>> = group.children().collect();
    open.reverse();
    while let Some(element) = open.pop() {
        if element.is(ns::METADATA, "EntityDescriptor") {
            entities.push(element);
        } else if element.is(ns::METADATA, "EntitiesDescriptor") {
            let children: Vec<_> = element.children().collect();
            open.extend(children.into_iter().rev());
        }
    }
    entities
}

/// The first IDPSSODescriptor that speaks SAML 2.0.
fn idp_descriptor(entity: Element<'_>) -> Result<Element<'_>, MetadataError> {
    let speaks_saml2 = |descriptor: &Element<'_>| {
        descriptor
            .attribute("protocolSupportEnumeration")
            .is_some_and(|protocols| {
                protocols
                    .split_ascii_whitespace()
                    .any(|protocol| protocol == ns::PROTOCOL)
            })
    };
    let descriptors = || entity.children_named(ns::METADATA, "IDPSSODescriptor");
    if let Some(descriptor) = descriptors().find(speaks_saml2) {
        return Ok(descriptor);
    }
    let is_sp = entity
        .children_named(ns::METADATA, "SPSSODescriptor")
        .next()
        .is_some();
    Err(match descriptors().next() {
        Some(_) => MetadataError::NotSaml2,
        None if is_sp => MetadataError::ServiceProvider,
        None => MetadataError::NoIdentityProvider,
    })
}
