//! The settings of a connection as the file says them: the fields of `PUT …/draft`, of which those that
//! hold a document may name a file instead.

use serde::{
    Deserialize, Deserializer,
    de::{self, Error as _},
    forward_to_deserialize_any,
};
use serde_json::{Map, Value};

use crate::{
    cli::{apply::file::Source, failure::Told},
    draft::NewDraft,
};

/// The fields that hold a document, and so may be `{file: …}`.
const DOCUMENTS: &[&str] = &[
    "idp_certificate",
    "idp_certificates",
    "idp_metadata_xml",
    "idp_metadata_signing_certificate",
];

/// The settings, as the body of the request that saves them.
#[derive(Debug)]
pub(super) struct DraftInFile(Map<String, Value>);

impl DraftInFile {
    /// Puts the texts of files in the place of their names.
    pub(super) fn take_files(&mut self, source: &Source, pointer: &str) -> Result<(), Told> {
        for (field, value) in &mut self.0 {
            let pointer = format!("{pointer}/{field}");
            if !DOCUMENTS.contains(&field.as_str()) {
                continue;
            }
            if let Value::Array(several) = value {
                for (index, one) in several.iter_mut().enumerate() {
                    take_file(one, source, &format!("{pointer}/{index}"))?;
                }
            } else {
                take_file(value, source, &pointer)?;
            }
        }
        // What the types say could not be said before.
        self.read(source, pointer).map(drop)
    }

    /// The request's body.
    pub(super) fn body(&self) -> &Map<String, Value> {
        &self.0
    }

    /// The same as the server reads it.
    pub(super) fn read(&self, source: &Source, pointer: &str) -> Result<NewDraft, Told> {
        let value = Value::Object(self.0.clone());
        serde_path_to_error::deserialize(&value).map_err(|error| {
            let mut at = pointer.to_owned();
            for segment in error.path() {
                at.push_str(&format!("/{segment}"));
            }
            let detail = error.into_inner().to_string();
            Told::new("invalid-value", detail)
                .before(&source.place(&at))
                .with("pointer", at)
        })
    }
}

fn take_file(value: &mut Value, source: &Source, pointer: &str) -> Result<(), Told> {
    let Value::Object(named) = value else {
        return Ok(());
    };
    let expected = "a text, or {file: <path>} beside this file";
    let (Some(Value::String(name)), 1) = (named.get("file"), named.len()) else {
        let found: Vec<_> = named.keys().map(String::as_str).collect();
        let found = format!("an object with {}", found.join(", "));
        return Err(source.wrong(pointer, expected, &found));
    };
    let text = source.beside(name);
    *value = Value::String(text.map_err(|found| source.wrong(pointer, "a file", &found))?);
    Ok(())
}

impl<'de> Deserialize<'de> for DraftInFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> de::Visitor<'de> for Fields {
            type Value = DraftInFile;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("the settings of a connection")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<DraftInFile, A::Error> {
                let known = fields_of::<NewDraft>();
                let mut fields = Map::new();
                while let Some(name) = map.next_key::<String>()? {
                    if !known.contains(&name.as_str()) {
                        return Err(A::Error::unknown_field(&name, known));
                    }
                    let value = map.next_value::<Value>()?;
                    // An absent field and one without a value are the same in a draft.
                    if !value.is_null() && fields.insert(name.clone(), value).is_some() {
                        return Err(A::Error::custom(format!("{name} is there twice")));
                    }
                }
                Ok(DraftInFile(fields))
            }
        }
        deserializer.deserialize_map(Fields)
    }
}

/// The names of a struct's fields, as they are deserialized: a list of its own would not keep up.
fn fields_of<T: de::DeserializeOwned>() -> &'static [&'static str] {
    struct Ask<'a>(&'a mut &'static [&'static str]);
    impl<'de> Deserializer<'de> for Ask<'_> {
        type Error = de::value::Error;

        fn deserialize_struct<V: de::Visitor<'de>>(
            self,
            _name: &'static str,
            fields: &'static [&'static str],
            _visitor: V,
        ) -> Result<V::Value, Self::Error> {
            *self.0 = fields;
            Err(de::Error::custom("only asked"))
        }

        fn deserialize_any<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
            visitor.visit_unit::<Self::Error>()
        }

        forward_to_deserialize_any! {
            bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit
            unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
        }
    }
    let mut fields: &'static [&'static str] = &[];
    let asked = T::deserialize(Ask(&mut fields));
    // It cannot succeed: nothing was there to read.
    drop(asked);
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_are_those_of_the_api() {
        let fields = fields_of::<NewDraft>();
        for field in DOCUMENTS.iter().chain(&["idp_sso_url", "role_mapping"]) {
            assert!(fields.contains(field), "{field} in {fields:?}");
        }
        assert!(fields.len() > 20, "{fields:?}");
    }
}
