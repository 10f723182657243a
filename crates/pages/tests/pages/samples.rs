//! One of each page in each of its shapes.

use vestibule_pages::*;

use crate::{activity_samples, developer_samples, fill::Fill, guide_samples, settings_samples};

/// A page by name.
pub(crate) struct Sample {
    pub name: &'static str,
    pub html: String,
}

/// A drawing that looks like a QR code.
fn qr() -> Svg {
    let squares: String = (0..29 * 29)
        .filter(|n| (n * n + n / 29 * 7) % 5 < 2)
        .map(|n| format!("M{} {}h1v1h-1z", n % 29, n / 29))
        .collect();
    Svg(format!(
        "<svg viewBox=\"0 0 29 29\" xmlns=\"http://www.w3.org/2000/svg\"><path d=\"{squares}\" fill=\"#000\"/></svg>"
    ))
}

/// Every page in each of its shapes.
pub(crate) fn all(fill: Fill, lang: Lang) -> Vec<Sample> {
    let shell = Shell {
        lang,
        ..Shell::default()
    };
    let mut pages = Vec::new();
    let mut add = |name: &'static str, page: &dyn Page| {
        let html = page.html(&shell);
        pages.push(Sample { name, html });
    };
    let action = || fill.text("/sign-in");
    let csrf = || fill.text("t0ken");
    let email = || fill.text("ada@acme.example");
    let workspace = || fill.text("Acme Robotics");
    let wrong = || {
        fill.notice(
            "That is not the password",
            "Check the spelling and try again. After ten attempts you have to wait.",
        )
    };
    let wrong_code = || {
        fill.notice("That code does not fit", "Take the one that the app shows now. If it never fits, set your phone's clock to automatic.")
    };

    let last = || LastWorkspace {
        name: workspace(),
        value: fill.text("ws_1"),
        href: fill.text("/sign-in/1/last"),
        password_href: fill.some("/sign-in/1/last?way=password"),
    };
    let sign_in = |error: bool, passkey: bool, was_here: bool| SignInEmail {
        action: action(),
        csrf: csrf(),
        email: if error { email() } else { String::new() },
        service_name: fill.some("Orbit Analytics"),
        last: was_here.then(last),
        passkey: passkey.then(|| fill.offer()),
        error: error
            .then(|| {
                fill.notice(
                    "That is no e-mail address",
                    "Write it like name@example.com.",
                )
            })
            .flatten(),
    };
    add("sign-in-email", &sign_in(false, true, false));
    add("sign-in-email-plain", &sign_in(false, false, false));
    add("sign-in-email-error", &sign_in(true, true, false));
    add("sign-in-email-last", &sign_in(false, true, true));
    add("sign-in-email-last-error", &sign_in(true, false, true));

    let workspaces = |some: bool, allow_slug| ChooseWorkspace {
        action: action(),
        csrf: csrf(),
        email: email(),
        workspaces: if some {
            vec![
                fill.choice("Acme Robotics", "acme"),
                fill.choice("Bright & Sons", "bright, single sign-on"),
            ]
        } else {
            Vec::new()
        },
        allow_slug,
        mail_href: some.then(|| "/sign-in/forgot".to_owned()),
        back_href: fill.some("/sign-in"),
        error: None,
    };
    add("choose-workspace", &workspaces(true, true));
    add("choose-workspace-slug", &workspaces(false, true));
    add(
        "choose-connection",
        &ChooseConnection {
            workspace: workspace(),
            choices: vec![
                fill.link_choice("Okta", "Staff"),
                fill.link_choice("Microsoft Entra ID", "Contractors and partners"),
            ],
            password_href: fill.some("/sign-in/password"),
            back_href: fill.some("/sign-in"),
        },
    );

    let password = |sso: bool, prove, error: bool| SignInPassword {
        again: sso
            .then(|| fill.notice("Is it still you?", "It is about who gets in."))
            .flatten(),
        action: action(),
        csrf: csrf(),
        // Who comes with a workspace alone has not said who they are.
        email: if sso { String::new() } else { email() },
        workspace: workspace(),
        sso_href: sso.then(|| fill.text("/oauth2/authorize")),
        forgot_href: fill.some("/password/forgot"),
        passkey: if sso || prove { None } else { fill.passkey() },
        prove,
        back_href: fill.some("/sign-in"),
        error: error.then(wrong).flatten(),
    };
    add("sign-in-password", &password(false, false, false));
    add("sign-in-password-error", &password(false, false, true));
    add("sign-in-password-sso", &password(true, false, false));
    add("sign-in-password-prove", &password(false, true, false));

    let second = |totp, recovery, passkey: bool, break_glass, error: bool| SecondFactor {
        action: action(),
        csrf: csrf(),
        workspace: workspace(),
        totp,
        recovery,
        passkey: passkey.then(|| fill.offer()),
        break_glass,
        back_href: fill.some("/sign-in"),
        error: error.then(wrong_code).flatten(),
    };
    add("second-factor", &second(true, true, true, true, false));
    add(
        "second-factor-error",
        &second(true, true, false, false, true),
    );
    add(
        "second-factor-passkey",
        &second(false, true, true, false, false),
    );
    add(
        "second-factor-recovery",
        &second(false, true, false, true, false),
    );
    add(
        "second-factor-break-glass",
        &second(false, false, false, true, false),
    );

    let totp = |required| EnrolTotp {
        action: action(),
        csrf: csrf(),
        workspace: workspace(),
        required,
        qr: qr(),
        secret: fill.text("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"),
        uri: fill.some("otpauth://totp/Orbit:ada@acme.example?secret=JBSWY3DP"),
        account: fill.text("Orbit: ada@acme.example"),
        passkey: fill.passkey(),
        cancel_href: fill.some("/account"),
        error: if required { None } else { wrong_code() },
    };
    add("enrol-totp", &totp(true));
    add("enrol-totp-free", &totp(false));
    add(
        "add-passkey",
        &AddPasskey {
            csrf: csrf(),
            workspace: workspace(),
            offer: fill.offer(),
            name: fill.text("Chrome on Linux"),
            cancel_href: fill.some("/account"),
            error: None,
        },
    );
    add(
        "recovery-codes",
        &RecoveryCodes {
            action: action(),
            csrf: csrf(),
            codes: (0..10)
                .map(|n| fill.text(&format!("k7dm-{n}wxq-p{n}rt")))
                .collect(),
        },
    );

    let set = |invitation, sso_instead, error: bool| SetPassword {
        action: action(),
        csrf: csrf(),
        email: email(),
        workspace: workspace(),
        invitation,
        minimum: 12,
        sso_instead,
        error: error
            .then(|| {
                fill.notice(
                    "That password is known to thieves",
                    "It is in a list of stolen passwords. Choose another one.",
                )
            })
            .flatten(),
    };
    add("set-password-invitation", &set(true, false, false));
    add("set-password", &set(false, false, true));
    add("set-password-sso", &set(false, true, false));
    for (name, sso_instead) in [("password-set", false), ("password-set-sso", true)] {
        let done = PasswordSet {
            sign_in_href: fill.text("/sign-in"),
            sso_instead,
        };
        add(name, &done);
    }
    let forgot = |workspace| ForgotPassword {
        action: action(),
        csrf: csrf(),
        email: email(),
        workspace,
        back_href: fill.some("/sign-in"),
        error: None,
    };
    add("forgot-password", &forgot(workspace()));
    add("forgot-workspaces", &forgot(String::new()));
    for (name, what) in [
        ("mail-sent-forgot", MailKind::Forgot),
        ("mail-sent-workspaces", MailKind::Workspaces),
    ] {
        let sent = MailSent {
            what,
            email: email(),
            sign_in_href: fill.text("/sign-in"),
        };
        add(name, &sent);
    }

    let again = |password, code, passkey: bool| Reauthenticate {
        action: action(),
        csrf: csrf(),
        email: email(),
        workspace: workspace(),
        reason: fill.words(
            "Before you remove your authenticator app, show that nobody else sits at your desk.",
        ),
        password,
        code,
        passkey: passkey.then(|| fill.offer()),
        cancel_href: fill.some("/account"),
        error: None,
    };
    add("reauthenticate", &again(true, true, true));
    add("reauthenticate-code", &again(false, true, false));
    add("reauthenticate-passkey", &again(false, false, true));

    add(
        "this-is-me",
        &ThisIsMe {
            action: fill.text("/tests/this-is-me"),
            csrf: csrf(),
            workspace: workspace(),
            idp_entity_id: fill.text("https://idp.example.com/saml/metadata"),
            name_id: fill.text("ada@acme.example"),
            email: email(),
            back_href: fill.some("/settings/sso"),
        },
    );

    let account = |full: bool| Account {
        name: full.then(|| fill.text("Ada Lovelace")),
        email: email(),
        workspace: workspace(),
        role: fill.words("Admin"),
        totp: full.then(|| fill.when("12 March 2026")),
        recovery_left: if full { 8 } else { 0 },
        passkeys: if full {
            vec![
                fill.key("Chrome on Linux", true),
                fill.key("Blue security key", false),
            ]
        } else {
            Vec::new()
        },
        sessions: if full {
            vec![
                fill.session("Chrome on Linux", true),
                fill.session("Safari on iPhone", false),
            ]
        } else {
            vec![fill.session("Chrome on Linux", true)]
        },
        csrf: csrf(),
        actions: AccountActions {
            enrol_totp_href: fill.some("/account/totp"),
            remove_totp: fill.some("/account/totp/remove"),
            new_recovery_codes: fill.some("/account/recovery-codes"),
            add_passkey_href: full.then(|| fill.text("/account/passkeys/new")),
            rename_passkey: fill.some("/account/passkeys/rename"),
            remove_passkey: fill.some("/account/passkeys/remove"),
            change_password_href: fill.some("/account/password"),
            end_session: fill.some("/account/sessions/end"),
            end_other_sessions: fill.some("/account/sessions/end-others"),
            settings_href: full.then(|| fill.text("/settings/sso")),
            sign_out: fill.text("/sign-out"),
        },
        notice: full
            .then(|| fill.notice("Passkey added", "Use it the next time you sign in."))
            .flatten(),
        error: if full { None } else { wrong() },
    };
    add("account", &account(true));
    add("account-bare", &account(false));

    for (name, status) in [
        ("message-done", Status::Done),
        ("message-note", Status::Note),
        ("message-warning", Status::Warning),
        ("message-failed", Status::Failed),
    ] {
        let message = Message {
            title: fill.words("Your identity provider was not believed"),
            text: fill.words("It says that this sign-in was meant for another application."),
            advice: Some(fill.words("Start again from the application. If it happens again, tell your administrator the reference below.")),
            detail: fill.some("/audience: expected a URL; found another text"),
            reference: fill.some("K7DM-4WXQ"),
            links: ["Sign in again", "Help from your identity provider"]
                .map(|label| Link { href: fill.text("/sign-in"), label: fill.words(label) })
                .into(),
            status,
        };
        add(name, &message);
    }
    for (name, errand) in [
        ("post-form-sign-in", Errand::SignIn),
        ("post-form-sign-out", Errand::SignOut),
    ] {
        let form = PostForm {
            errand,
            host: fill.text("idp.example.com"),
            action: fill.text("https://idp.example.com/sso"),
            fields: vec![
                ("SAMLRequest", fill.text("PHNhbWxwOkF1dGhuUmVxdWVzdC8+")),
                ("RelayState", fill.text("a7c1")),
            ],
        };
        add(name, &form);
    }
    let question = SignOut {
        action: fill.text("/oauth2/logout"),
        confirm: fill.text("9f86d081884c7d65"),
        fields: vec![("state", fill.text("bye"))],
        sessions: 2,
    };
    add("sign-out", &question);
    guide_samples::add(fill, &mut add);
    if lang == Lang::En {
        developer_samples::add(fill, &mut add);
    }
    settings_samples::add_all(fill, &mut add);
    activity_samples::add_all(fill, &mut add);
    pages
}
