//! What was just done, as a word in the address and a text on the page: nobody else writes there.

use vestibule_pages::Notice;

use crate::people::entrance::HOME;

/// Declares what can have been done, and its word.
macro_rules! done {
    ($($variant:ident = $word:literal;)+) => {
        /// What was just done.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Done { $($variant),+ }

        impl Done {
            #[cfg(test)]
            const ALL: &[Self] = &[$(Self::$variant),+];

            const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The one that a word names.
            pub(super) fn parse(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    };
}

done! {
    SignedInAgain = "signed-in-again";
    TotpOn = "app-on";
    TotpOff = "app-off";
    FactorsOff = "second-step-off";
    FactorsOffAndAsked = "second-step-due";
    CodesKept = "codes-kept";
    PasskeyAdded = "passkey-added";
    PasskeyRenamed = "passkey-renamed";
    PasskeyRemoved = "passkey-removed";
    PasswordChanged = "password-changed";
    SessionEnded = "session-ended";
    OthersEnded = "others-ended";
}

impl Done {
    /// What the page says.
    pub(super) fn notice(self) -> Notice {
        Notice::named(&format!("done-{}", self.word()))
    }

    /// The account page that says so.
    pub(super) fn place(self) -> String {
        format!("{HOME}?done={}", self.word())
    }
}

#[cfg(test)]
mod tests {
    use vestibule_pages::Lang;

    use super::*;
    use crate::people::entrance::own_path;

    #[test]
    fn every_word_reads_back_and_leads_to_our_own_page() {
        for done in Done::ALL {
            assert_eq!(Done::parse(done.word()), Some(*done));
            assert_eq!(own_path(Some(&done.place())), Some(done.place().as_str()));
            for lang in Lang::ALL {
                let said = done.notice().text.to_html(lang);
                assert!(said.contains(' '), "{said}");
            }
        }
        assert_eq!(Done::parse("you have won"), None);
    }
}
