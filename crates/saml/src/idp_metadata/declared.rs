//! What metadata declares beyond endpoints and keys: names, logos, scopes, formats, algorithms.
//! Lists are cut where nobody honest comes to.

use vestibule_xmlsig::Element;

use crate::names::ns;

/// Entries of one list that are read; federations list a handful.
const MOST: usize = 100;
/// Bytes of one entry; a scope is a domain, a format or algorithm is a URI.
const LONGEST: usize = 512;
/// Bytes of a logo's URL.
const LONGEST_URL: usize = 2048;

/// A logo (`mdui:Logo`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logo {
    /// Where it is; https.
    pub url: String,
    /// Its width in pixels, as declared.
    pub width: Option<u32>,
    /// Its height in pixels, as declared.
    pub height: Option<u32>,
}

/// Whether a KeyDescriptor serves this use; without `use` it serves both (IIP-MD11).
pub(super) fn serves(key: Element<'_>, usage: &str) -> bool {
    key.attribute("use")
        .is_none_or(|declared| declared.trim() == usage)
}

pub(super) fn name_id_formats(idp: Element<'_>) -> Vec<String> {
    let formats = idp.children_named(ns::METADATA, "NameIDFormat");
    list(formats.map(|format| format.deep_text()))
}

/// `alg:DigestMethod` or `alg:SigningMethod`, of the role if it declares any, else of the entity.
pub(super) fn algorithms(entity: Element<'_>, idp: Element<'_>, name: &str) -> Vec<String> {
    let of = |element| {
        let methods = extensions(element).flat_map(|all| all.children_named(ns::ALGORITHMS, name));
        list(methods.filter_map(algorithm))
    };
    let role = of(idp);
    if role.is_empty() { of(entity) } else { role }
}

/// `md:EncryptionMethod` of the keys that serve encryption.
pub(super) fn encryption_methods(idp: Element<'_>) -> Vec<String> {
    let methods = idp
        .children_named(ns::METADATA, "KeyDescriptor")
        .filter(|key| serves(*key, "encryption"))
        .flat_map(|key| key.children_named(ns::METADATA, "EncryptionMethod"));
    list(methods.filter_map(algorithm))
}

/// The scopes of role and entity, and how many were regular expressions.
pub(super) fn scopes(entity: Element<'_>, idp: Element<'_>) -> (Vec<String>, usize) {
    let all = || {
        [idp, entity]
            .into_iter()
            .flat_map(extensions)
            .flat_map(|all| all.children_named(ns::SHIBBOLETH_METADATA, "Scope"))
    };
    let is_regexp = |scope: &Element<'_>| {
        scope
            .attribute("regexp")
            .is_some_and(|regexp| matches!(regexp.trim(), "true" | "1"))
    };
    let plain = all().filter(|scope| !is_regexp(scope));
    (
        list(plain.map(|scope| scope.deep_text())),
        all().filter(is_regexp).count(),
    )
}

/// `mdui:Logo` of the role; only those that a page of ours could show.
pub(super) fn logos(idp: Element<'_>) -> Vec<Logo> {
    let pixels = |logo: Element<'_>, name| logo.attribute(name)?.trim().parse().ok();
    ui_info(idp)
        .flat_map(|info| info.children_named(ns::MDUI, "Logo"))
        .map(|logo| Logo {
            url: logo.deep_text().trim().to_owned(),
            width: pixels(logo, "width"),
            height: pixels(logo, "height"),
        })
        .filter(|logo| logo.url.starts_with("https://") && logo.url.len() <= LONGEST_URL)
        .take(MOST)
        .collect()
}

/// `mdui:DisplayName`, else the organisation's.
pub(super) fn display_name(entity: Element<'_>, idp: Element<'_>) -> Option<String> {
    let shown = ui_info(idp).flat_map(|info| info.children_named(ns::MDUI, "DisplayName"));
    let organization = idp
        .children_named(ns::METADATA, "Organization")
        .chain(entity.children_named(ns::METADATA, "Organization"))
        .flat_map(|organization| {
            organization.children_named(ns::METADATA, "OrganizationDisplayName")
        });
    best_in_english(shown).or_else(|| best_in_english(organization))
}

fn best_in_english<'d>(names: impl Iterator<Item = Element<'d>>) -> Option<String> {
    let mut first = None;
    for name in names {
        let text = name.deep_text().trim().to_owned();
        if text.is_empty() || text.len() > LONGEST {
            continue;
        }
        if name
            .attribute_ns(ns::XML, "lang")
            .is_some_and(|lang| lang == "en")
        {
            return Some(text);
        }
        first.get_or_insert(text);
    }
    first
}

fn extensions<'d>(element: Element<'d>) -> impl Iterator<Item = Element<'d>> + use<'d> {
    element.children_named(ns::METADATA, "Extensions")
}

fn ui_info<'d>(idp: Element<'d>) -> impl Iterator<Item = Element<'d>> + use<'d> {
    extensions(idp).flat_map(|all| all.children_named(ns::MDUI, "UIInfo"))
}

fn algorithm(method: Element<'_>) -> Option<String> {
    method.attribute("Algorithm").map(|name| name.into_owned())
}

/// Each text once, trimmed, in order, none empty.
fn list(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut list: Vec<String> = Vec::new();
    for text in texts {
        let text = text.trim();
        let fits = !text.is_empty() && text.len() <= LONGEST;
        if fits && !list.iter().any(|known| known == text) {
            list.push(text.to_owned());
            if list.len() == MOST {
                break;
            }
        }
    }
    list
}
