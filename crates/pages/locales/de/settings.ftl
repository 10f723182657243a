# Die Einstellungen für Single Sign-on.
settings-title = Single Sign-on
settings-crumbs = Wo diese Seite steht
settings-tabs = Seiten dieser Verbindung
settings-text = Lassen Sie Ihre Leute sich mit dem Identity Provider Ihres Unternehmens anmelden.
settings-begin = Single Sign-on einrichten
settings-another = Weiteren Identity Provider verbinden
settings-default = Standard
tab-settings = Einstellungen
tab-guide = Geführte Einrichtung
tab-activity = Aktivität
tab-links = Einrichtungslinks

# Wie weit eine Verbindung ist.
state-not-set-up = Nicht eingerichtet
state-saved = Gespeichert, nicht getestet
state-ready = Test bestanden, nicht aktiviert
state-live = Aktiv
state-live-draft = Aktiv, neuerer Entwurf wartet
state-live-ready-draft = Aktiv, neuerer Entwurf getestet
state-suspended = Durch den Tarif ausgesetzt
state-disabled = Abgeschaltet

# Unter Pro.
upgrade-title = Ihr Tarif enthält kein Single Sign-on
upgrade-text = Dieser Workspace hat den Tarif { $plan }. Single Sign-on gehört zu diesen Tarifen: { $plans }. Alles, was eingerichtet war, bleibt erhalten, und Sie können es hier lesen.
upgrade-contact = Für einen anderen Tarif wenden Sie sich an

# Was als Nächstes zu tun ist.
next-set-up-title = Als Nächstes: Identity Provider verbinden
next-set-up-text = Die geführte Einrichtung zeigt jeden Schritt in den Worten Ihres Anbieters. Sie dauert etwa zehn Minuten.
next-set-up-button = Geführte Einrichtung beginnen
next-test-title = Als Nächstes: den Anbieter testen
next-test-text = Sie gehen zu Ihrem Identity Provider und kommen mit einem Bericht zurück. Niemand wird angemeldet, und für Ihre Leute ändert sich nichts.
next-enable-title = Als Nächstes: den Anbieter aktivieren
next-enable-text = Der Test ist bestanden. Sie sehen, wen es betrifft, bevor sich etwas ändert.
next-finish-title = Als Nächstes: die Einrichtung abschließen
next-finish-text = Alles ist gespeichert. Solange Ihr Link gilt, können Sie mit ihm zurückkommen.

# Zahlen.
lately-sign-ins = Anmeldungen in 24 Stunden
lately-failures = Fehlschläge in 24 Stunden
lately-exempt = Admins, die auch ohne hineinkommen

# Unsere Werte.
ours-title = Für Ihren Identity Provider
ours-text = Kopieren Sie diese Werte in Ihren Identity Provider.
ours-entity-id = Entity ID
ours-acs-url = Assertion Consumer Service URL (ACS-URL)
ours-metadata-url = Metadaten-URL
ours-metadata-download = Metadaten herunterladen
ours-more = Weitere Werte: Single Logout, Zertifikat
ours-slo-url = Single-Logout-URL
ours-certificate = Unser Zertifikat (PEM)
ours-certificate-copy = Zertifikat kopieren

# Deren Werte.
theirs-title = Von Ihrem Identity Provider
theirs-entity-id = Entity ID Ihres Identity Providers
theirs-read-only = Diese Werte lassen sich ändern, sobald Ihr Tarif Single Sign-on enthält.
field-certificate = Zertifikat
field-certificate-hint = Das Signaturzertifikat mit den Zeilen BEGIN CERTIFICATE und END CERTIFICATE. Auch mehrere untereinander.
field-certificate-instead = Lassen Sie das leer: Metadaten bringen ihr Zertifikat mit.
field-sso-url = Remote Login URL
field-sso-url-hint = Wohin Leute zum Anmelden geschickt werden: Ihr Anbieter nennt das SSO URL, Login URL oder sign-in URL.
field-landing-url = Seite nach dem Abmelden (optional)
field-landing-url-hint = Eine Seite, die nach dem Abmelden erscheint, https.
metadata-instead = Stattdessen Metadaten verwenden
field-metadata-url = Metadaten-URL Ihres Identity Providers
field-metadata-url-hint = Wir holen sie jetzt und sehen täglich nach, damit ein neues Zertifikat auffällt.
field-metadata-file = Metadaten-Datei
field-file-too-large = Diese Datei ist zu groß für Metadaten: höchstens 512 KiB.
field-metadata-xml = Metadaten (XML)
advanced = Weitere Optionen
field-idp-entity-id = Entity ID Ihres Identity Providers
field-idp-entity-id-hint = Lassen Sie das leer, dann findet der Test sie heraus.
field-logout-url = Single-Logout-URL Ihres Identity Providers
field-logout-url-hint = Wo wir ihm sagen, dass sich jemand abgemeldet hat.
field-email-attribute = Attribut mit der E-Mail-Adresse
field-email-attribute-hint = Lassen Sie das leer, dann gelten die üblichen Namen.
field-name-attribute = Attribut mit dem Namen
field-authn-context = Verlangte Authentication Contexts
field-authn-context-hint = Klassen-URIs, durch Leerzeichen getrennt. Leer: Was Ihr Anbieter tut, genügt.
switch-sign-requests = Unsere Anfragen signieren
switch-force-authn = Leute jedes Mal neu beim Anbieter anmelden lassen
switch-require-signed-response = Antworten ablehnen, die nicht als Ganzes signiert sind
switch-refuse-expired = Abgelaufene Zertifikate ablehnen
choice-provisioning = Wer durch Anmelden Mitglied wird
provisioning-just-in-time = Alle, die der Anbieter hereinlässt
provisioning-invite-only = Niemand: Mitglieder werden erst eingeladen
choice-binding = Wie Anfragen zum Anbieter gehen
binding-redirect = Per Weiterleitung (HTTP-Redirect)
binding-post = Per Formular (HTTP-POST)
choice-idp-initiated = Anmeldungen, die beim Anbieter beginnen
idp-initiated-refuse = Werden abgelehnt
idp-initiated-restart = Beginnen neu in der Anwendung
save-button = Konfiguration speichern
saved-title = Ihre Konfiguration ist gespeichert
saved-text = Testen Sie sie als Nächstes. Bis sie aktiviert ist, ändert sich für Ihre Leute nichts.
not-saved-title = Es wurde nichts gespeichert
not-saved-text = Sehen Sie sich die markierten Felder an: Jedes sagt, was erwartet wurde und was kam.
field-wrong = Erwartet: { $expected }. Erhalten: { $found }.
field-good-certificate = Das ist ein Zertifikat für { $subject }, gültig bis { $until }.
field-good-url = Das sieht richtig aus.

# Zertifikate.
certificates-title = Zertifikate
certificate-over = Abgelaufen am
certificate-until = Gültig bis
certificate-days = { $count ->
    [0] Läuft heute ab
    [one] Noch ein Tag
   *[other] Noch { $count } Tage
}
certificate-used = Zuletzt verwendet:
certificate-not-used = Noch nicht verwendet
certificate-fingerprint = Fingerabdruck (SHA-256)
certificate-retire = Zurückziehen

# Testen, aktivieren, abschalten.
ways-title = Testen und aktivieren
test-button = Anbieter testen
test-last = Bericht des letzten Tests
enable-button = Anbieter aktivieren
enable-title = Single Sign-on aktivieren
enable-test-first = Diese Einstellungen haben noch keinen Test bestanden. Machen Sie ihn zuerst: Sie gehen zu Ihrem Identity Provider und kommen mit einem Bericht zurück.
enable-text = Von da an melden sich Mitglieder nur noch über Ihren Identity Provider an. Ihre Passwörter und die damit begonnenen Sitzungen enden.
enable-again-text = Single Sign-on ist schon aktiv. Von jetzt an gelten diese neueren Einstellungen.
enable-affected = Mitglieder, die es nutzen müssen
enable-shut-out = Mitglieder, die es aussperrt
enable-keeps = Admins mit einem anderen Weg
enable-shut-out-title = Wer ausgesperrt würde
enable-shut-out-text = Ihr Identity Provider kennt sie wahrscheinlich nicht, und keiner ihrer Wege hinein ginge noch.
enable-keeps-title = Wer auch ohne hineinkommt
enable-keeps-none = Niemand. Wenn Ihr Identity Provider ausfällt, bleiben alle draußen, bis er zurück ist.
enable-keeps-text = Diese Admins kommen hinein, auch wenn Ihr Identity Provider ausfällt.
enable-lacks-title = Admins ohne zweiten Schritt
enable-lacks-text = Ein gestohlenes Passwort ließe jemanden als sie hinein.
enable-and-more = Das sind die ersten von { $count }.
enable-acknowledge = Ich weiß, dass ohne den Identity Provider niemand hineinkäme
enable-confirm = Zum Bestätigen tippen Sie den Namen des Workspace: { $name }
way-password = Passwort
way-passkey = Passkey
way-internal-service = Ihre Anwendung
enabled-title = Single Sign-on ist aktiv
enabled-text = Ihre Leute melden sich von jetzt an über Ihren Identity Provider an.
confirm-hint = Genau wie geschrieben, mit Groß- und Kleinbuchstaben.
not-confirmed-title = Es wurde nichts geändert
not-confirmed-text = Tippen Sie zum Bestätigen { $name } genau so, wie es dort steht. Sie haben getippt: { $typed }.
disable-button = Anbieter abschalten
disable-title = Single Sign-on abschalten
disable-text = Niemand muss sich mehr über Ihren Identity Provider anmelden, und niemand kann es.
disable-kept = Die Einstellungen bleiben erhalten. Mitglieder brauchen ein neues Passwort, bevor wieder eines zählt.
disable-confirm = Zum Bestätigen tippen Sie den Namen des Workspace: { $name }
disabled-title = Single Sign-on ist abgeschaltet
disabled-text = Die Einstellungen bleiben erhalten. Sie können sie ohne neuen Test wieder aktivieren.

# Der Bericht eines Tests.
report-passed-badge = Bestanden
report-failed-badge = Nicht bestanden
report-pending-badge = Läuft
report-expired-badge = Abgelaufen
report-passed-title = Der Test ist bestanden
report-failed-title = Der Test ist nicht bestanden
report-pending-title = Der Test läuft
report-expired-title = Der Test ist vorbei
report-passed-text = Jede Prüfung ist gut ausgegangen. Niemand wurde angemeldet, und für Ihre Leute hat sich noch nichts geändert.
report-passed-notes-text = { $count ->
    [one] Single Sign-on funktioniert. Eine Sache unten sollten Sie ansehen; sie hält niemanden auf.
   *[other] Single Sign-on funktioniert. { $count } Dinge unten sollten Sie ansehen; sie halten niemanden auf.
} Niemand wurde angemeldet, und für Ihre Leute hat sich noch nichts geändert.
report-failed-text = Niemand wurde angemeldet, und nichts hat sich geändert. Beheben Sie, was markiert ist, und testen Sie noch einmal.
report-pending-text = Melden Sie sich bei Ihrem Identity Provider an. Der Bericht erscheint hier, wenn Sie zurückkommen.
report-expired-text = Die Zeit war um, oder es wurden inzwischen neuere Einstellungen gespeichert. Beginnen Sie einen neuen.
report-go-on = Weiter zum Identity Provider
report-go-enable = Weiter zum Aktivieren
report-finish = Einrichtung abschließen
report-again = Noch einmal testen
report-settings = Zu den Einstellungen
report-this-is-me = War das Ihr eigenes Konto? Dann kann Single Sign-on Sie als Admin hineinlassen:
report-received = Was angekommen ist
report-all = { $count ->
    [one] Die eine Prüfung
   *[other] Alle { $count } Prüfungen
}
report-others = { $count ->
    [one] Eine weitere Prüfung
   *[other] Alle { $count } weiteren Prüfungen
}
report-expected = Erwartet
report-got = Erhalten
report-remedy = Was zu tun ist
outcome-pass = gut
outcome-warn = bitte ansehen
outcome-fail = nicht gut
outcome-skipped = nicht geprüft
field-good-metadata = Das sind die Metadaten von { $entity }.
retired-title = Das Zertifikat ist zurückgezogen
retired-text = Was es signiert, wird nicht mehr angenommen.
problem-test-required-page = Diese Einstellungen haben noch keinen Test bestanden. Machen Sie zuerst den Test.
problem-lockout-risk-page = Ohne den Identity Provider käme niemand hinein. Ein Admin des Workspace muss sagen, dass das so gemeint ist.
