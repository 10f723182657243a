//! The cryptography behind the tokens, chosen once.

/// Chooses the cryptography that signs and verifies tokens; first thing in `main`, harmless to
/// repeat. `jsonwebtoken` has no backend of its own and panics without one, so everything here that
/// makes a key calls this too.
pub fn init() {
    // An error says that a backend has been chosen before, which is all that is wanted.
    let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
}
