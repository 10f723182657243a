//! What was just done, as a word in the address and a text on the page: nobody else writes there.

use vestibule_pages::Notice;

use crate::people::entrance::HOME;

/// Declares what can have been done: its word, and what the page says.
macro_rules! done {
    ($($variant:ident = $word:literal, $title:literal, $text:literal;)+) => {
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

            pub(super) fn notice(self) -> Notice {
                let (title, text) = match self { $(Self::$variant => ($title, $text)),+ };
                Notice { title: title.to_owned(), text: text.to_owned() }
            }
        }
    };
}

done! {
    SignedInAgain = "signed-in-again", "You have signed in again",
        "Nothing was changed yet: press the button once more.";
    TotpOn = "app-on", "Your authenticator app is on",
        "From now on it is asked for when you sign in with your password.";
    TotpOff = "app-off", "Your authenticator app was removed",
        "What else you have here still counts.";
    FactorsOff = "second-step-off", "Your second step was removed",
        "Your recovery codes went with it.";
    FactorsOffAndAsked = "second-step-due", "Your second step was removed",
        "Your recovery codes went with it. This workspace asks for a second step: your next sign-in leads to setting one up again.";
    CodesKept = "codes-kept", "Your recovery codes count now",
        "Each of them lets you in once. Older ones count no more.";
    PasskeyAdded = "passkey-added", "The passkey was added",
        "Use it the next time you sign in.";
    PasskeyRenamed = "passkey-renamed", "The passkey has another name",
        "It works as before.";
    PasskeyRemoved = "passkey-removed", "The passkey was removed",
        "It lets nobody in any more. Your device may still list it; delete it there too.";
    PasswordChanged = "password-changed", "Your password was changed",
        "All your other sessions have ended.";
    SessionEnded = "session-ended", "That session has ended",
        "Whoever used it has to sign in again.";
    OthersEnded = "others-ended", "You are signed out everywhere else",
        "This browser is the only one that is still signed in.";
}

impl Done {
    /// The account page that says so.
    pub(super) fn place(self) -> String {
        format!("{HOME}?done={}", self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::entrance::own_path;

    #[test]
    fn every_word_reads_back_and_leads_to_our_own_page() {
        for done in Done::ALL {
            assert_eq!(Done::parse(done.word()), Some(*done));
            assert_eq!(own_path(Some(&done.place())), Some(done.place().as_str()));
            assert!(!done.notice().text.is_empty());
        }
        assert_eq!(Done::parse("you have won"), None);
    }
}
