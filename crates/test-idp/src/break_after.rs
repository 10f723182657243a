//! What is done to an answer after it was signed.

use crate::escape::escape;
use crate::message::{Message, NameId};
use crate::respond::RespondError;
use crate::style::Dialect;
use crate::twist::Twist;
use crate::unique::random;
use crate::user::User;

/// Whom an attacker wants to be.
const MALLORY: &str = "mallory@evil.example";

/// Breaks the signed document in the ways that the twist asks for.
pub(crate) fn apply(
    dialect: &Dialect,
    message: &Message,
    user: &User,
    twist: &Twist,
    mut xml: String,
) -> Result<String, RespondError> {
    if twist.tampered {
        xml = xml.replace(escape(&user.email).as_ref(), MALLORY);
    }
    if twist.wrapped
        && let Some(wrapped) = wrap(dialect, message, user, &xml)?
    {
        xml = wrapped;
    }
    if twist.doctype {
        let root = format!("{}:Response", dialect.protocol_prefix);
        xml = format!("<!DOCTYPE {root} [<!ENTITY who \"{MALLORY}\">]>{xml}");
    }
    Ok(xml)
}

/// Moves the signed assertion under `Extensions` and puts a forged one in its place.
fn wrap(
    dialect: &Dialect,
    message: &Message,
    user: &User,
    xml: &str,
) -> Result<Option<String>, RespondError> {
    let Some(signed) = message.assertions.first() else {
        return Ok(None);
    };
    let mut forged = signed.clone();
    forged.id = (dialect.id)(random()?);
    if let Some(NameId { text, .. }) = &mut forged.name_id {
        *text = (MALLORY.to_owned(), None);
    }
    for value in forged
        .attributes
        .iter_mut()
        .flat_map(|attribute| &mut attribute.values)
    {
        if *value == user.email {
            MALLORY.clone_into(value);
        }
    }
    let forged_id = forged.id.clone();
    let forged_xml = (dialect.response)(&Message {
        id: message.id.clone(),
        version: message.version,
        issue_instant: message.issue_instant.clone(),
        destination: message.destination.clone(),
        in_response_to: message.in_response_to.clone(),
        issuer: message.issuer.clone(),
        status: message.status.clone(),
        assertions: vec![forged],
    });
    let prefix = dialect.protocol_prefix;
    let wrapped = element(xml, &signed.id)
        .zip(element(&forged_xml, &forged_id))
        .map(|(signed, forged)| {
            let extensions = format!("<{prefix}:Extensions>{signed}</{prefix}:Extensions>");
            // The first that begins so is Status itself; some declare a namespace on it.
            let status = format!("<{prefix}:Status");
            xml.replacen(signed, forged, 1)
                .replacen(&status, &format!("{extensions}{status}"), 1)
        });
    Ok(wrapped)
}

/// The text of the element with this ID.
pub(crate) fn element<'x>(xml: &'x str, id: &str) -> Option<&'x str> {
    let at = xml.find(&format!(" ID=\"{id}\""))?;
    let start = xml.get(..at)?.rfind('<')?;
    let text = xml.get(start..)?;
    let name: String = text
        .chars()
        .skip(1)
        .take_while(|c| !c.is_whitespace() && *c != '>')
        .collect();
    let end_tag = format!("</{name}>");
    let end = text.find(&end_tag)?.checked_add(end_tag.len())?;
    text.get(..end)
}
