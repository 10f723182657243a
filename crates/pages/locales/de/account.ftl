# Das Konto einer Person.
account-title = Ihr Konto
account-role = Rolle
account-change-password = Passwort ändern
account-workspace = Ihr Workspace
account-settings = Single Sign-on einrichten
passkeys = Passkeys
passkeys-none = Noch keiner. Mit einem Passkey melden Sie sich mit Fingerabdruck, Gesicht oder PIN an.
passkeys-added = Hinzugefügt:
passkeys-used = zuletzt verwendet:
passkeys-not-used = noch nicht verwendet
passkeys-new-name = Neuer Name
passkeys-save-name = Namen speichern
passkeys-add = Passkey hinzufügen
add-passkey-text = Mit einem Passkey melden Sie sich mit Fingerabdruck, Gesicht oder PIN an. Sie müssen sich nichts merken, und keine falsche Seite kann danach fragen.
add-passkey-name-hint = Damit Sie ihn wiedererkennen: das Gerät oder der Sicherheitsschlüssel.
again-title = Sind Sie es noch?
sessions = Sitzungen
sessions-here = Dieser Browser
sessions-since = Seit
sessions-seen = zuletzt gesehen:
sessions-end-others = Überall sonst abmelden
totp = Authenticator-App
totp-since = An seit
totp-none = Nicht eingerichtet
recovery-codes = Wiederherstellungscodes
recovery-left = noch { $count }
recovery-none = Keine übrig. Machen Sie neue
recovery-few = Nur noch { $count }. Machen Sie bald neue
recovery-new = Neue Codes

# Einen zweiten Faktor einrichten.
enrol-title = Richten Sie Ihren zweiten Schritt ein
enrol-required = Dieser Workspace verlangt neben dem Passwort einen zweiten Schritt. Das dauert eine Minute und braucht eine Authenticator-App auf Ihrem Telefon.
enrol-why = Mit einem zweiten Schritt lässt ein gestohlenes Passwort allein niemanden hinein.
enrol-scan = Öffnen Sie Ihre Authenticator-App und scannen Sie dies.
enrol-qr = QR-Code für Ihre Authenticator-App
enrol-open-app = App auf diesem Gerät öffnen
enrol-type = Scannen geht nicht? Geheimnis eintippen
enrol-account = Konto
enrol-secret = Geheimnis
enrol-copy = Geheimnis kopieren
enrol-confirm = Code bestätigen
enrol-passkey = Stattdessen einen Passkey verwenden
keep-codes-title = Bewahren Sie Ihre Wiederherstellungscodes auf
keep-codes-text = Jeder lässt Sie einmal hinein, wenn Ihr Telefon verloren ist. Sie werden <strong>nur jetzt</strong> gezeigt: Legen Sie sie dorthin, wo Sie Wichtiges aufbewahren, und nicht neben Ihr Passwort.
keep-codes-kept = Ich habe sie aufbewahrt

# Das bin ich.
this-is-me-title = Sind Sie das?
this-is-me-says = Ihr Identity Provider sagt:
this-is-me-text = Drücken Sie <em>Das bin ich</em>, und dieser Identity Provider kann Sie als Admin von { $workspace } anmelden, ohne Ihr Passwort. Tun Sie das nur, wenn Sie diesen Identity Provider selbst eingerichtet haben. Sind Sie nicht sicher, lassen Sie es: Ihr Passwort gilt weiter.
this-is-me-button = Das bin ich
this-is-me-back = Zurück zum Bericht

# Warum jemand noch einmal gefragt wird.
again-account = Was darüber entscheidet, wie Sie hineinkommen, braucht eine Anmeldung der letzten zehn Minuten.
again-factor = Das braucht Ihren eigenen zweiten Schritt: Melden Sie sich mit Passwort und zweitem Schritt an oder mit einem Passkey.
again-admins = Was darüber entscheidet, wer als Admin hineinkommt, braucht eine Anmeldung der letzten zehn Minuten.
again-sso = Was darüber entscheidet, wie alle hineinkommen, braucht eine Anmeldung der letzten zehn Minuten.
account-go = Zu Ihrem Konto
role-admin = Admin
role-member = Mitglied
sessions-browser = Ein Browser
sessions-browser-on = { $browser } auf { $system }

# Was gerade geschehen ist.
done-signed-in-again-title = Sie haben sich erneut angemeldet
done-signed-in-again-text = Geändert wurde noch nichts: Drücken Sie den Knopf noch einmal.
done-app-on-title = Ihre Authenticator-App ist an
done-app-on-text = Ab jetzt wird nach ihr gefragt, wenn Sie sich mit Ihrem Passwort anmelden.
done-app-off-title = Ihre Authenticator-App wurde entfernt
done-app-off-text = Was Sie sonst hier haben, gilt weiter.
done-second-step-off-title = Ihr zweiter Schritt wurde entfernt
done-second-step-off-text = Ihre Wiederherstellungscodes sind mit ihm gegangen.
done-second-step-due-title = Ihr zweiter Schritt wurde entfernt
done-second-step-due-text = Ihre Wiederherstellungscodes sind mit ihm gegangen. Dieser Workspace verlangt einen zweiten Schritt: Bei der nächsten Anmeldung richten Sie wieder einen ein.
done-codes-kept-title = Ihre Wiederherstellungscodes gelten jetzt
done-codes-kept-text = Jeder lässt Sie einmal hinein. Ältere gelten nicht mehr.
done-passkey-added-title = Der Passkey wurde hinzugefügt
done-passkey-added-text = Verwenden Sie ihn bei der nächsten Anmeldung.
done-passkey-renamed-title = Der Passkey hat einen anderen Namen
done-passkey-renamed-text = Er funktioniert wie zuvor.
done-passkey-removed-title = Der Passkey wurde entfernt
done-passkey-removed-text = Er lässt niemanden mehr hinein. Vielleicht führt Ihr Gerät ihn noch auf; löschen Sie ihn auch dort.
done-password-changed-title = Ihr Passwort wurde geändert
done-password-changed-text = Alle Ihre anderen Sitzungen sind beendet.
done-session-ended-title = Diese Sitzung ist beendet
done-session-ended-text = Wer sie genutzt hat, muss sich neu anmelden.
done-others-ended-title = Sie sind überall sonst abgemeldet
done-others-ended-text = Nur dieser Browser ist noch angemeldet.

# Was nicht angelegt wurde.
passkey-not-added-title = Der Passkey wurde nicht angelegt
passkey-not-added-text = Ihr Browser oder Ihr Gerät wurde nicht fertig oder hat zu lange gebraucht. Versuchen Sie es noch einmal.
passkey-not-enrolled-title = Der Passkey wurde nicht angelegt
passkey-not-enrolled-text = Ihr Browser oder Ihr Gerät wurde nicht fertig. Versuchen Sie es noch einmal, oder nehmen Sie eine Authenticator-App.

# Ein Admin setzt den zweiten Schritt einer Person zurück.
reset-factor-title = Zweiten Schritt einer Person zurücksetzen?
reset-factor-text = { $email } verliert Authenticator-App, Passkeys und Wiederherstellungscodes und wird überall abgemeldet.
reset-factor-advice = Vergewissern Sie sich, dass wirklich diese Person darum gebeten hat: Wer ihr Passwort kennt, könnte sich danach ohne zweiten Schritt anmelden oder einen eigenen einrichten.
reset-factor-button = Zweiten Schritt zurücksetzen
factor-reset-title = Der zweite Schritt wurde zurückgesetzt
factor-reset-text = { $email } ist überall abgemeldet.
factor-reset-advice = Verlangt dieser Workspace einen zweiten Schritt, richtet die Person bei der nächsten Anmeldung einen neuen ein.

# Gruppen machen Admins.
admin-mapping-title = Soll Ihr Identity Provider Admins machen?
admin-mapping-text = Mit Revision { $revision } dieser Verbindung wird jede Person in { $groups }, die sich über { $idp } anmeldet, Admin von { $workspace }.
admin-mapping-some-idp = den Identity Provider
admin-mapping-advice = Wer den Identity Provider verwaltet, kann dann jede Person hier zum Admin machen. Eine spätere Änderung der Einstellungen fragt Sie erneut.
admin-mapping-button = Zuordnung zu Admins aktivieren
admin-mapping-on-title = Die Zuordnung zu Admins gilt jetzt
admin-mapping-on-text = Sie gilt nur für diese Revision der Einstellungen.

# Sie sind es.
linked-title = Dieser Identity Provider meldet Sie jetzt an
linked-text = Sobald diese Einstellungen gelten, lässt Single Sign-on Sie als Admin hinein. Ihr Passwort gilt weiter.
