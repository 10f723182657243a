//! What a sign-in mints, and everything it changes, in the transaction of its claim.

use jiff::Timestamp;
use vestibule_policy::{Admission, IdentityUse};
use vestibule_session::Minted;

use crate::{StoreError, Tx};

impl Tx<'_> {
    /// Writes down what was minted: the member as it is now, the link, the session, the code.
    ///
    /// # Errors
    /// Now or at the end of the transaction: [`StoreError::Conflict`] for `member.email` or `identity.subject` when somebody with the same
    /// came in at the same time, and for `member.status` when the member was deactivated, demoted,
    /// promoted or deleted since it was decided: nothing has happened then, and the same transaction
    /// may be tried again. [`StoreError::Dangling`] when member, client, connection or link are gone.
    pub fn record_minted(&mut self, minted: &Minted, now: Timestamp) -> Result<(), StoreError> {
        self.record(minted, None, now)
    }

    /// The same for a browser that signed in: the hash of its cookie lets it ask to sign out.
    ///
    /// # Errors
    /// Those of [`Self::record_minted`].
    pub fn record_minted_in_browser(
        &mut self,
        minted: &Minted,
        browser: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.record(minted, Some(browser), now)
    }

    fn record(
        &mut self,
        minted: &Minted,
        browser: Option<&str>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        match minted.admission() {
            Admission::New { member, identity } => {
                self.insert_newcomer(member)?;
                if let Some(identity) = identity {
                    self.link_later(identity)?;
                }
            }
            Admission::Existing {
                member,
                changed,
                identity,
            } => {
                let before = minted.role_before().unwrap_or(member.role);
                if *changed {
                    self.update_member_signed_in(member, before)?;
                }
                match identity {
                    None => {}
                    Some(IdentityUse::New(identity)) => self.link_later(identity)?,
                    Some(IdentityUse::Known(id)) => self.touch_identity(*id, now)?,
                }
            }
        }
        self.insert_session(minted.session(), browser)?;
        if let Some(code) = minted.code() {
            self.insert_code(code)?;
        }
        Ok(())
    }
}
