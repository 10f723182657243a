//! What an assertion says about somebody.

use std::collections::HashMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// One attribute, its values kept whole and in order (Core §2.7.3.1).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribute {
    /// Its name, the only thing that decides which one it is.
    pub name: String,
    /// How the name is to be read, where the IdP says so; nothing depends on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_format: Option<String>,
    /// A name for people; nothing depends on it (IIP-SP11).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub friendly_name: Option<String>,
    /// Its values.
    pub values: Vec<String>,
}

/// Personal data: `Debug` shows the name and how many values there are.
impl fmt::Debug for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Attribute({:?}, {} values)",
            self.name,
            self.values.len()
        )
    }
}

/// The attributes of an assertion: every one, known or not, in the order of their first
/// appearance, each name once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Attributes(Vec<Attribute>);

impl Attributes {
    /// The attribute of this name, compared exactly.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Attribute> {
        self.0.iter().find(|attribute| attribute.name == name)
    }

    /// The first attribute of this name, upper and lower case of ASCII letters ignored.
    #[must_use]
    pub fn get_ignore_ascii_case(&self, name: &str) -> Option<&Attribute> {
        self.0
            .iter()
            .find(|attribute| attribute.name.eq_ignore_ascii_case(name))
    }

    /// All of them.
    pub fn iter(&self) -> std::slice::Iter<'_, Attribute> {
        self.0.iter()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'a> IntoIterator for &'a Attributes {
    type Item = &'a Attribute;
    type IntoIter = std::slice::Iter<'a, Attribute>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

/// Attributes of one name become one: some IdPs send a role in each of several `Attribute`s.
impl FromIterator<Attribute> for Attributes {
    fn from_iter<T: IntoIterator<Item = Attribute>>(attributes: T) -> Self {
        let attributes: Vec<Attribute> = attributes.into_iter().collect();
        if all_names_differ(&attributes) {
            return Self(attributes);
        }
        let mut merged: Vec<Attribute> = Vec::with_capacity(attributes.len());
        let mut places: HashMap<String, usize> = HashMap::new();
        for attribute in attributes {
            let place = places
                .get(&attribute.name)
                .and_then(|place| merged.get_mut(*place));
            if let Some(first) = place {
                first.values.extend(attribute.values);
            } else {
                places.insert(attribute.name.clone(), merged.len());
                merged.push(attribute);
            }
        }
        Self(merged)
    }
}

/// As with nearly every IdP.
fn all_names_differ(attributes: &[Attribute]) -> bool {
    let mut names: Vec<&str> = attributes
        .iter()
        .map(|attribute| &*attribute.name)
        .collect();
    names.sort_unstable();
    names.is_sorted_by(|one, next| one < next)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(name: &str, values: &[&str]) -> Attribute {
        Attribute {
            name: name.to_owned(),
            name_format: None,
            friendly_name: None,
            values: values.iter().map(|value| (*value).to_owned()).collect(),
        }
    }

    #[test]
    fn attributes_of_one_name_are_merged_in_order() {
        let merged: Attributes = [
            attribute("role", &["a"]),
            attribute("mail", &["m"]),
            attribute("role", &["b", "a"]),
            attribute("Role", &["c"]),
        ]
        .into_iter()
        .collect();
        assert_eq!(merged.len(), 3);
        assert_eq!(merged.get("role").unwrap().values, ["a", "b", "a"]);
        assert_eq!(merged.get("Role").unwrap().values, ["c"]);
        assert_eq!(merged.get("ROLE"), None);
        assert_eq!(merged.get_ignore_ascii_case("MAIL").unwrap().values, ["m"]);
    }
}
