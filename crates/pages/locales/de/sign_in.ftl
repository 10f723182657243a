# Anmelden.
sign-in = Anmelden
sign-out = Abmelden
sign-in-to = Anmelden bei { $workspace }
sign-in-again = Erneut anmelden
sign-in-passkey = Mit einem Passkey anmelden
sign-in-with-sso = Weiter mit Single Sign-on
sign-in-with-password = Weiter mit dem Passwort
sign-in-or-as-admin = oder als Admin
sign-in-another-address = Andere E-Mail-Adresse verwenden
sign-in-continue-to = Weiter zu { $workspace }
sign-in-or-elsewhere = oder mit anderer Adresse oder anderem Workspace
sign-in-try-again = Noch einmal versuchen
sign-in-admins-password = Admins: mit Passwort anmelden
prove-title = Zeigen Sie, dass Sie es sind
prove-text = Sie sind Admin, und das ist Ihre erste Anmeldung über diesen Identity Provider. Geben Sie Ihr Passwort und dann Ihren zweiten Faktor ein, um zu zeigen, dass sie zu Ihnen gehört.
prove-once = Das tun Sie einmal. Danach genügt Single Sign-on allein.
choose-connection-title = Wie möchten Sie sich anmelden?
choose-connection-text = Dieser Workspace hat mehrere Identity Provider. Nehmen Sie den, bei dem Sie ein Konto haben.
choose-workspace-title = Wählen Sie Ihren Workspace
choose-workspace-or = oder ein anderer
choose-workspace-slug = Kurzname des Workspace
choose-workspace-slug-hint = Er steht in Ihrer Einladung; Ihre Administration kennt ihn auch.
choose-workspace-mail = Liste meiner Workspaces per E-Mail

# Der zweite Schritt.
second-step = Zweiter Schritt
second-passkey-text = Ihr Browser oder Ihr Sicherheitsschlüssel fragt nach Fingerabdruck, Gesicht oder PIN.
second-recovery = Wiederherstellungscode verwenden
second-recovery-code = Wiederherstellungscode
second-recovery-hint = Einer von denen, die Sie beim Einrichten des zweiten Faktors aufbewahrt haben. Jeder gilt einmal.
second-recovery-continue = Weiter mit dem Wiederherstellungscode
second-break-glass = Notfallcode verwenden
second-break-glass-code = Notfallcode
second-break-glass-hint = Wer diesen Dienst betreibt, macht im Notfall einen für Sie. Jeder Admin erfährt davon.
second-break-glass-continue = Weiter mit dem Notfallcode

# Passwörter und Links per E-Mail.
forgot-title = Passwort vergessen?
forgot-text = Wir schicken Ihnen einen Link, mit dem Sie ein neues wählen.
forgot-workspaces = Wir schicken Ihnen die Liste Ihrer Workspaces. Jeder hat eine eigene Anmeldeseite, auf der Sie ein neues Passwort anfordern können.
forgot-send-link = Link schicken
forgot-send-list = Liste schicken
mail-sent-title = Sehen Sie in Ihre E-Mails
mail-sent-badge = Unterwegs
mail-sent-forgot = Falls <strong>{ $email }</strong> hier bekannt ist, ist eine E-Mail mit einem Link für ein neues Passwort unterwegs.
mail-sent-workspaces = Falls <strong>{ $email }</strong> hier bekannt ist, ist eine E-Mail mit den Workspaces dieser Adresse unterwegs.
mail-sent-advice = Das dauert höchstens eine Minute. Kommt nichts an, sehen Sie im Spam-Ordner nach, und ob Ihr Workspace Sie unter dieser Adresse kennt.
set-password-page = Passwort wählen
set-password-invitation = Willkommen. Wählen Sie ein Passwort
set-password-title = Wählen Sie ein neues Passwort
set-password-ends = Ihr altes Passwort endet damit, und Ihre anderen Sitzungen auch.
set-password-sso-title = Ihr Workspace nutzt Single Sign-on
set-password-sso-text = Sie melden sich über Ihr Unternehmen an. Ein Passwort zählt nur, falls das abgeschaltet wird.
set-password-button = Passwort setzen
password-set-title = Ihr Passwort ist gesetzt
password-set-text = Melden Sie sich ab jetzt damit an.
password-set-sso-instead = Ihr Workspace nutzt Single Sign-on: Sie melden sich über Ihr Unternehmen an, und das Passwort zählt nur, falls das abgeschaltet wird.

# Wohin stattdessen.
sign-in-go = Zur Anmeldung
sign-in-to-account = Bei Ihrem Konto anmelden
sign-in-another-account = Mit einem anderen Konto anmelden
sign-in-by-password = Mit einem Passwort anmelden
sign-in-by-address = Mit Ihrer E-Mail-Adresse anmelden
prove-button = Zeigen, dass ich es bin
forgot-new-link = Neuen Link anfordern
forgot-new-password = Neues Passwort setzen

# Was eingegeben wurde.
email-invalid-title = Das ist keine E-Mail-Adresse
email-invalid-text = Schreiben Sie sie wie ada@example.com.
forgot-address-title = Das ist keine E-Mail-Adresse
forgot-address-text = Schreiben Sie sie wie name@example.com.
slug-unknown-title = Diesen Workspace gibt es nicht
slug-unknown-text = Geben Sie den Kurznamen ein, wie er in der Adresse Ihrer Anwendung steht, oder fragen Sie Ihre Administration.
password-wrong-title = Die Adresse oder das Passwort ist falsch
password-wrong-text = Prüfen Sie beides, und versuchen Sie es noch einmal. Haben Sie hier nie ein Passwort gesetzt, fordern Sie unten eines an.
passkey-wrong-title = Dieser Passkey hat nicht funktioniert
passkey-wrong-text = Er ist hier nicht bekannt oder gehört zu einem anderen Workspace. Melden Sie sich auf einem anderen Weg an.
code-wrong-title = Dieser Code stimmt nicht
code-wrong-text = Geben Sie den Code ein, den die App jetzt zeigt, oder nehmen Sie einen anderen Weg weiter unten.
code-used-title = Dieser Code wurde schon verwendet
code-used-text = Jeder Code zählt einmal. Warten Sie, bis die App den nächsten zeigt.
password-too-short-title = Das Passwort braucht mindestens { $shortest } Zeichen und hat { $found }
password-too-short-text = Fügen Sie ein oder zwei Wörter hinzu.
password-too-long-title = Das Passwort ist länger als { $longest } Zeichen
password-too-long-text = Nehmen Sie weniger.
password-common-title = Das Passwort gehört zu denen, die Angreifer zuerst probieren, oder besteht aus ein oder zwei solchen Wörtern
password-common-text = Fügen Sie Wörter hinzu, die nicht zusammengehören.
password-personal-title = Das Passwort besteht aus Ihrem Namen, Ihrer Adresse oder Ihrer Organisation
password-personal-text = Wählen Sie etwas, das nichts damit zu tun hat.
password-monotonous-title = Das Passwort wiederholt sich
password-monotonous-text = Mischen Sie mehr verschiedene Zeichen oder Wörter.
no-mail-title = Fragen Sie die Administration Ihres Workspace
no-mail-text = Sie kann Ihnen einen Link geben, mit dem Sie ein neues Passwort wählen.
no-mail-advice = Von hier aus werden keine E-Mails verschickt.

# Auf dem Weg zum Identity Provider.
post-form-title = Weiter zu Ihrem Identity Provider
post-form-sign-in = Single Sign-on
post-form-sign-in-text = Sie melden sich bei <strong>{ $host }</strong> an und kommen von dort hierher zurück.
post-form-sign-out = Abmelden
post-form-sign-out-text = Hier sind Sie abgemeldet. Jetzt melden Sie sich bei <strong>{ $host }</strong> ab und kommen von dort hierher zurück.
post-form-button = Weiter zu Ihrem Identity Provider
post-form-no-script = Ihr Browser führt keine Skripte aus: Drücken Sie den Knopf, um weiterzugehen.

# Abmelden.
sign-out-title = Abmelden?
sign-out-text = { $count ->
    [one] Dieser Browser ist einmal angemeldet.
   *[other] Dieser Browser ist { $count }-mal angemeldet; alle Sitzungen enden.
}
sign-out-stay = Schließen Sie diese Seite, um angemeldet zu bleiben.
signed-out-title = Sie sind abgemeldet
signed-out-text = Sie können diese Seite schließen.
signed-out-here-text = Dieser Browser ist hier von Ihrem Konto abgemeldet.
signed-out-here-advice = Anwendungen, bei denen Sie angemeldet sind, bleiben offen, bis Sie sich dort abmelden.
