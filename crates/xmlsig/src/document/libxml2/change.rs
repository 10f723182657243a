//! Changing a document, for signing, and writing it.

use std::ffi::{CStr, c_char, c_int};

use libxml::bindings as xml;

use super::{Node, Tree};
use crate::element::Element;
use crate::parse_error::ParseError;

/// Where something is put into a document.
pub(crate) enum Place<'d> {
    /// Right after this element.
    After(Node<'d>),
    /// As the first child of this element.
    FirstIn(Node<'d>),
}

impl Tree {
    /// Puts a copy of the root of `template` where `place` says.
    pub(crate) fn graft<E: From<ParseError>>(
        &mut self,
        template: &Self,
        place: impl for<'d> FnOnce(Element<'d>) -> Result<Place<'d>, E>,
    ) -> Result<(), E> {
        let place = match place(self.root())? {
            Place::After(element) => (element.as_ptr(), true),
            Place::FirstIn(element) => (element.as_ptr(), false),
        };
        let (target, after) = place;
        // SAFETY: `target` is an element of this document, which is borrowed mutably: no `Node`
        // of it is alive. The copy is owned by the document once it is linked, and freed here if
        // it is not.
        unsafe {
            let copy = xml::xmlDocCopyNode(template.root, self.doc.as_ptr(), 1);
            if copy.is_null() {
                return Err(ParseError::OutOfMemory.into());
            }
            let first = (*target).children;
            let linked = if after {
                xml::xmlAddNextSibling(target, copy)
            } else if first.is_null() {
                xml::xmlAddChild(target, copy)
            } else {
                xml::xmlAddPrevSibling(first, copy)
            };
            if linked.is_null() {
                xml::xmlFreeNode(copy);
                return Err(ParseError::OutOfMemory.into());
            }
        }
        Ok(())
    }

    /// The document as text, without an XML declaration.
    pub(crate) fn to_xml(&self) -> Option<String> {
        let options = xml::xmlSaveOption_XML_SAVE_NO_DECL | xml::xmlSaveOption_XML_SAVE_AS_XML;
        let options = c_int::try_from(options).ok()?;
        // SAFETY: buffer and context are made and freed here; closing the context flushes it into
        // the buffer, whose content is read before it is freed.
        unsafe {
            let buffer = xml::xmlBufferCreate();
            if buffer.is_null() {
                return None;
            }
            let context = xml::xmlSaveToBuffer(buffer, c"UTF-8".as_ptr(), options);
            let saved = !context.is_null()
                && xml::xmlSaveDoc(context, self.doc.as_ptr()) >= 0
                && xml::xmlSaveClose(context) >= 0;
            let content = xml::xmlBufferContent(buffer);
            let text = if saved && !content.is_null() {
                CStr::from_ptr(content.cast::<c_char>())
                    .to_str()
                    .ok()
                    .map(str::to_owned)
            } else {
                None
            };
            xml::xmlBufferFree(buffer);
            text
        }
    }
}
