//! The words by which the tests find what is on a page: buttons, labels, what a page says. They are here
//! and nowhere else in these tests.

/// Signing in.
pub(crate) mod sign_in {
    pub(crate) const TITLE: &str = "Sign in";
    pub(crate) const EMAIL: &str = "E-mail address";
    pub(crate) const PASSWORD: &str = "Password";
    pub(crate) const SHOW_PASSWORD: &str = "Show the password";
    pub(crate) const CONTINUE: &str = "Continue";
    pub(crate) const CHOOSE_WORKSPACE: &str = "Choose your workspace";
    pub(crate) const SHORT_NAME: &str = "Short name of the workspace";
    pub(crate) const WITH_SSO: &str = "Continue with single sign-on";
    pub(crate) const WITH_THE_PASSWORD: &str = "Continue with the password";
    pub(crate) const WITH_A_PASSKEY: &str = "Sign in with a passkey";
    pub(crate) const WRONG_PASSWORD: &str = "The address or the password is wrong";
    pub(crate) const PASSKEY_NOT_USED: &str = "The passkey was not used";
    pub(crate) const AGAIN: &str = "Is it still you?";
    pub(crate) const ON_TO_THE_IDP: &str = "On to your identity provider";
    pub(crate) const GO_TO_THE_IDP: &str = "Continue to your identity provider";
    pub(crate) const CHOOSE_PROVIDER: &str = "Choose how to sign in";
    pub(crate) const SSO_REQUIRED: &str = "sign in through it and not by password";
}

/// The second step of a sign-in.
pub(crate) mod second_step {
    pub(crate) const TITLE: &str = "Second step";
    pub(crate) const SET_UP: &str = "Set up your second step";
    pub(crate) const CANNOT_SCAN: &str = "Cannot scan? Type the secret";
    pub(crate) const CODE: &str = "Code from your authenticator app";
    pub(crate) const CONFIRM: &str = "Confirm the code";
    pub(crate) const NOT_RIGHT: &str = "is not right";
    pub(crate) const USE_RECOVERY: &str = "Use a recovery code";
    pub(crate) const RECOVERY_CODE: &str = "Recovery code";
    pub(crate) const CONTINUE_WITH_RECOVERY: &str = "Continue with the recovery code";
    pub(crate) const USE_A_PASSKEY: &str = "Use a passkey";
    pub(crate) const KEEP_CODES: &str = "Keep your recovery codes";
    pub(crate) const COPY: &str = "Copy";
    pub(crate) const COPIED: &str = "Copied";
    pub(crate) const PRINT: &str = "Print";
    pub(crate) const KEPT: &str = "I have kept them";
}

/// The account.
pub(crate) mod account {
    pub(crate) const TITLE: &str = "Your account";
    pub(crate) const ADD_PASSKEY: &str = "Add a passkey";
    pub(crate) const PASSKEY_NAME: &str = "Name";
    pub(crate) const PASSKEY_INTRODUCED: &str = "With a passkey you sign in";
    pub(crate) const NEW_PASSKEY_NAME: &str = "New name";
    pub(crate) const SAVE_NAME: &str = "Save the name";
    pub(crate) const PASSKEY_RENAMED: &str = "The passkey has another name";
    pub(crate) const PASSKEY_REMOVED: &str = "Your second step was removed";
    pub(crate) const RESET_QUESTION: &str = "Reset somebody's second step?";
    pub(crate) const RESET: &str = "Reset the second step";
    pub(crate) const WAS_RESET: &str = "The second step was reset";
    pub(crate) const SIGN_OUT_QUESTION: &str = "Sign out?";
    pub(crate) const NO_PASSKEY_MADE: &str = "No passkey was made";
    pub(crate) const SET_UP: &str = "Set up";
    pub(crate) const CHANGE_PASSWORD: &str = "Change the password";
    pub(crate) const THIS_BROWSER: &str = "This browser";
    /// The button beside a session whose browser has not said what it is.
    pub(crate) const END_UNNAMED_SESSION: &str = "Sign out A browser";
    pub(crate) const SESSION_ENDED: &str = "That session has ended";
    pub(crate) const SESSIONS_ENDED: &str = "You are signed out everywhere else";
    pub(crate) const SIGN_OUT: &str = "Sign out";
    pub(crate) const SIGN_OUT_ELSEWHERE: &str = "Sign out everywhere else";
    pub(crate) const SIGNED_OUT: &str = "You are signed out";
    pub(crate) const ONCE_MORE: &str = "press the button once more";
    pub(crate) const NEW_CODES: &str = "New codes Recovery codes";
}

/// A password that is forgotten.
pub(crate) mod forgotten {
    pub(crate) const LINK: &str = "Forgot your password?";
    pub(crate) const SEND_LINK: &str = "Send the link";
    pub(crate) const LOOK_INTO_MAIL: &str = "Look into your mail";
    pub(crate) const CHOOSE: &str = "Choose a new password";
}

/// Choosing a password.
pub(crate) mod password {
    pub(crate) const WELCOME: &str = "Welcome. Choose a password";
    pub(crate) const NEW: &str = "New password";
    pub(crate) const SET: &str = "Set the password";
    pub(crate) const TOO_COMMON: &str = "attackers try first";
    pub(crate) const IS_SET: &str = "Your password is set";
    pub(crate) const LINK_IS_OVER: &str = "This link is over";
}

/// Errors, as people read them.
pub(crate) mod errors {
    pub(crate) const NO_SUCH_WORKSPACE: &str = "There is no such workspace";
    pub(crate) const REFERENCE: &str = "Reference";
}

/// A test of a connection that somebody else has begun.
pub(crate) mod test {
    pub(crate) const PASSED: &str = "The test passed";
}

/// The settings of single sign-on.
pub(crate) mod settings {
    pub(crate) const TITLE: &str = "Single sign-on";
    pub(crate) const SET_UP: &str = "Set up single sign-on";
    pub(crate) const GUIDED: &str = "Start guided setup";
    pub(crate) const ANOTHER: &str = "Connect another identity provider";
    pub(crate) const CERTIFICATE: &str = "Certificate";
    pub(crate) const LOGIN_URL: &str = "Remote login URL";
    pub(crate) const LANDING_URL: &str = "Logout landing URL (optional)";
    pub(crate) const METADATA_INSTEAD: &str = "Use metadata instead";
    pub(crate) const METADATA_XML: &str = "Metadata (XML)";
    pub(crate) const ADVANCED: &str = "Advanced options";
    pub(crate) const LOGOUT_URL: &str = "Single-logout URL of your identity provider";
    pub(crate) const EMAIL_ATTRIBUTE: &str = "Attribute with the e-mail address";
    pub(crate) const WHO_BECOMES_A_MEMBER: &str = "Who becomes a member by signing in";
    pub(crate) const INVITED_FIRST: &str = "Nobody: members are invited first";
    pub(crate) const SIGN_REQUESTS: &str = "Sign our requests";
    pub(crate) const SAVE: &str = "Save configuration";
    pub(crate) const SAVED: &str = "Your configuration is saved";
    pub(crate) const NOT_SAVED: &str = "Nothing was saved";
    pub(crate) const TEST: &str = "Test provider";
    pub(crate) const ENABLE: &str = "Enable provider";
    pub(crate) const DISABLE: &str = "Disable provider";
    pub(crate) const DISABLED: &str = "Single sign-on is disabled";
    pub(crate) const RETIRED: &str = "The certificate is retired";
    pub(crate) const NOT_IN_PLAN: &str = "Your plan does not include single sign-on";

    /// How far a connection is.
    pub(crate) mod state {
        pub(crate) const NOT_SET_UP: &str = "Not set up";
        pub(crate) const SAVED: &str = "Saved, not tested";
        pub(crate) const LIVE: &str = "Live";
        pub(crate) const DRAFT_WAITS: &str = "Live, newer draft waiting";
        pub(crate) const DRAFT_TESTED: &str = "Live, newer draft tested";
        pub(crate) const SUSPENDED: &str = "Suspended by plan";
        pub(crate) const DISABLED: &str = "Disabled";
    }

    /// The button that retires the certificate of this subject.
    pub(crate) fn retire(subject: &str) -> String {
        format!("Retire {subject}")
    }
}

/// The guided setup.
pub(crate) mod guide {
    pub(crate) const WHICH: &str = "Which identity provider do you use?";
    pub(crate) const OTHER: &str = "Another identity provider";
    pub(crate) const NEXT: &str = "Next";
    pub(crate) const ENTER_OURS: &str = "Enter our values there";
    pub(crate) const BRING_THEIRS: &str = "Bring its values here";
    pub(crate) const OUR_ENTITY_ID: &str = "SP entity ID (also: audience, audience URI, audience restriction, \
                                            identifier, relying party identifier)";
    pub(crate) const OUR_ACS_URL: &str = "Assertion consumer service URL (also: ACS, reply, recipient, \
                                          destination, consumer or single sign-on URL)";
    pub(crate) const CERTIFICATE: &str = "Signing certificate";
    pub(crate) const LOGIN_URL: &str = "Remote login URL";
    pub(crate) const METADATA_INSTEAD: &str = "Or give its metadata instead";
    pub(crate) const METADATA_XML: &str = "Metadata";
    pub(crate) const SAVE: &str = "Save and continue";
    pub(crate) const LOOKS_RIGHT: &str = "This looks right";

    /// The button that copies what stands under this label.
    pub(crate) fn copy(label: &str) -> String {
        format!("Copy {label}")
    }
}

/// The report of a test.
pub(crate) mod report {
    pub(crate) const PASSED: &str = "The test passed";
    pub(crate) const FAILED: &str = "The test failed";
    pub(crate) const AUDIENCE: &str = "Audience did not hold";
    pub(crate) const AGAIN: &str = "Test again";
    pub(crate) const SETTINGS: &str = "Go to the settings";
    pub(crate) const GO_ENABLE: &str = "Continue to enable";
    pub(crate) const FINISH: &str = "Finish the setup";
    pub(crate) const THIS_IS_ME: &str = "This is me";
    pub(crate) const IS_THIS_YOU: &str = "Is this you?";
    pub(crate) const SIGNS_YOU_IN: &str = "This identity provider signs you in now";
    pub(crate) const BACK: &str = "Back to the report";
}

/// Going live.
pub(crate) mod enabling {
    pub(crate) const TITLE: &str = "Enable single sign-on";
    pub(crate) const LIVE: &str = "Single sign-on is live";
    pub(crate) const LIVE_ALREADY: &str = "Single sign-on is live already";
    pub(crate) const NOT_CHANGED: &str = "Nothing was changed";

    /// The field into which the workspace's name is typed.
    pub(crate) fn type_the_name(name: &str) -> String {
        format!("To confirm, type the workspace's name: {name}")
    }
}

/// Setup links, on both sides.
pub(crate) mod links {
    pub(crate) const TITLE: &str = "Setup links";
    pub(crate) const FOR_WHOM: &str = "For whom (optional)";
    pub(crate) const VALID_FOR: &str = "Valid for";
    pub(crate) const A_MONTH: &str = "30 days";
    pub(crate) const WHERE_TO: &str = "Where to go when it is done (optional)";
    pub(crate) const MAY_ENABLE: &str = "May also enable single sign-on";
    pub(crate) const MAKE: &str = "Make the link";
    pub(crate) const READY: &str = "The link is ready";
    pub(crate) const URL: &str = "Setup link";
    pub(crate) const TAKEN_BACK: &str = "The link is taken back";
    pub(crate) const OPEN: &str = "Open the setup";
    pub(crate) const NOT_OPEN: &str = "The setup is not open here";
    pub(crate) const LEAVE: &str = "Leave the setup";
    pub(crate) const CLOSED: &str = "The setup is closed";
}

/// What came of sign-ins, and what was done.
pub(crate) mod activity {
    pub(crate) const TITLE: &str = "Activity";
    pub(crate) const NONE_YET: &str = "Nobody has come this way yet";
    pub(crate) const AS_A_TABLE: &str = "The same as a table";
    pub(crate) const WHICH: &str = "Which";
    pub(crate) const FAILED: &str = "Failed";
    pub(crate) const SEARCH: &str = "Reference, e-mail or member id";
    pub(crate) const SHOW: &str = "Show";
    pub(crate) const SHOW_ALL: &str = "Show all sign-ins";
    pub(crate) const NONE_FITS: &str = "No sign-in fits";
    pub(crate) const CANNOT_SEARCH: &str = "Nothing can be found by that";
    pub(crate) const REFUSED: &str = "Refused";
    pub(crate) const WAS_REFUSED: &str = "This sign-in was refused";
    pub(crate) const SUCCEEDED: &str = "This sign-in succeeded";
    pub(crate) const BACK: &str = "All sign-ins";
    pub(crate) const AUDIT: &str = "Audit log";
    pub(crate) const MADE: &str = "Workspace made";

    /// The link to a sign-in of somebody who came in.
    pub(crate) fn signed_in(email: &str) -> String {
        format!("Signed in: {email}")
    }
}

/// The same in German.
pub(crate) mod german {
    pub(crate) const EMAIL: &str = "E-Mail-Adresse";
    pub(crate) const PASSWORD: &str = "Passwort";
    pub(crate) const CONTINUE: &str = "Weiter";
    pub(crate) const ACCOUNT: &str = "Ihr Konto";
    pub(crate) const GUIDED: &str = "Geführte Einrichtung beginnen";
    pub(crate) const NEXT: &str = "Weiter";
    pub(crate) const CERTIFICATE: &str = "Signing Certificate";
    pub(crate) const LOGIN_URL: &str = "Sign on URL";
    pub(crate) const SAVE: &str = "Speichern und weiter";
    pub(crate) const SAVED: &str = "Ihre Konfiguration ist gespeichert";
    pub(crate) const TEST: &str = "Anbieter testen";
    pub(crate) const PASSED: &str = "Der Test ist bestanden";
    pub(crate) const GO_ENABLE: &str = "Weiter zum Aktivieren";
    pub(crate) const ENABLE: &str = "Single Sign-on aktivieren";
}

/// What others show.
pub(crate) mod elsewhere {
    pub(crate) const TEST_IDP: &str = "Who are you?";
    pub(crate) const WRONGLY: &str = "Answer wrongly on purpose";
    pub(crate) const WHAT_WRONG: &str = "What to do wrong";
    pub(crate) const EXPIRED: &str = "Expired (the clock is two hours slow)";
    /// The button of its page that posts itself where scripts run.
    pub(crate) const CONTINUE: &str = "Continue";

    /// The button of somebody at the test IdP.
    pub(crate) fn person(user: &vestibule_test_idp::User) -> String {
        format!("{} {}", user.display_name(), user.email)
    }

    /// SimpleSAMLphp.
    pub(crate) mod simplesamlphp {
        pub(crate) const USERNAME: &str = "Username";
        pub(crate) const PASSWORD: &str = "Password";
        pub(crate) const LOGIN: &str = "Login";
    }
}
