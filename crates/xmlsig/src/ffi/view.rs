//! A document seen as one of its elements.
//!
//! libxml2 canonicalises a document by walking all of it and asking at every node, attribute and
//! namespace whether it is to be written. Most of that is spent on what is not written. So for the
//! time of one canonicalisation the way down from the document leads to one element and to nothing
//! beside it, and everything is written. The way up, which decides the namespaces, is left as it
//! is, so what is written is the same; the tests hold it against xmlsec's own way of doing it.

use std::ptr;

use libxml::bindings as xml;

use crate::document::TreeNode;

/// A pointer inside the tree, and what it was.
type Edit = (*mut *mut xml::xmlNode, *mut xml::xmlNode);

/// Gives the document its shape back when it is dropped.
pub(crate) struct View<'d> {
    node: TreeNode<'d>,
    /// What was changed, the latest last.
    edits: [Option<Edit>; 3],
}

impl<'d> View<'d> {
    /// The document as `element` alone, and without `hidden`, a child of it.
    pub(crate) fn of(element: TreeNode<'d>, hidden: Option<TreeNode<'d>>) -> Self {
        let mut view = Self {
            node: element,
            edits: [None; 3],
        };
        let node = element.as_ptr();
        // SAFETY: document and nodes are live. The pointer that leads to a child is its previous
        // sibling's, or its parent's if it has none.
        unsafe {
            view.set(0, &raw mut (*node).next, ptr::null_mut());
            view.set(1, &raw mut (*view.document()).children, node);
            if let Some(hidden) = hidden.map(TreeNode::as_ptr) {
                let previous = (*hidden).prev;
                let place = if previous.is_null() {
                    &raw mut (*(*hidden).parent).children
                } else {
                    &raw mut (*previous).next
                };
                view.set(2, place, (*hidden).next);
            }
        }
        view
    }

    pub(crate) fn document(&self) -> *mut xml::xmlDoc {
        self.node.tree().as_ptr()
    }

    fn set(&mut self, edit: usize, place: *mut *mut xml::xmlNode, value: *mut xml::xmlNode) {
        if let Some(edit) = self.edits.get_mut(edit) {
            // SAFETY: `place` is a field of a live node or document of which nobody holds a
            // reference: `TreeNode` makes one for the time of one access, and the document is not
            // Sync.
            unsafe {
                *edit = Some((place, *place));
                *place = value;
            }
        }
    }
}

impl Drop for View<'_> {
    fn drop(&mut self) {
        for (place, was) in self.edits.iter_mut().rev().filter_map(Option::take) {
            // SAFETY: as in `set`; `node` borrows the document.
            unsafe { *place = was };
        }
    }
}
