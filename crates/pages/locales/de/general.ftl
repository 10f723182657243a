# Was viele Seiten sagen.
or = oder
continue = Weiter
done = Erledigt
copy = Kopieren
copied = Kopiert
print = Drucken
download = Herunterladen
remove = Entfernen
rename = Umbenennen
replace = Ersetzen
set-up = Einrichten
not-now = Nicht jetzt
start-again = Neu beginnen
reference = Referenz
error-prefix = Fehler:
status-warning = Bitte ansehen
status-failed = Das hat nicht geklappt
back-unchanged = Zurück, ohne etwas zu ändern
back-to-sign-in = Zurück zur Anmeldung
back-to-account = Zurück zu Ihrem Konto
identity-provider = Identity Provider

# Felder.
field-email = E-Mail-Adresse
field-name = Name
field-password = Passwort
field-new-password = Neues Passwort
field-new-password-hint = Mindestens { $minimum } Zeichen. Vier oder fünf Wörter, die nichts miteinander zu tun haben, sind leicht zu merken und schwer zu erraten.
field-show = Anzeigen
field-show-what = – das Passwort
field-totp = Code aus Ihrer Authenticator-App
field-totp-shape = Sechs Ziffern

# Zeitpunkte. Der Monat ist eine Zahl ab 1.
date = { $day }. { $month ->
    [1] Januar
    [2] Februar
    [3] März
    [4] April
    [5] Mai
    [6] Juni
    [7] Juli
    [8] August
    [9] September
    [10] Oktober
    [11] November
   *[12] Dezember
} { $year }
date-time = { $day }. { $month ->
    [1] Januar
    [2] Februar
    [3] März
    [4] April
    [5] Mai
    [6] Juni
    [7] Juli
    [8] August
    [9] September
    [10] Oktober
    [11] November
   *[12] Dezember
} { $year }, { $time } UTC
moment-now = gerade eben
moment-minutes = { $count ->
    [one] vor einer Minute
   *[other] vor { $count } Minuten
}
moment-hours = { $count ->
    [one] vor einer Stunde
   *[other] vor { $count } Stunden
}

# Passkeys.
use-passkey = Passkey verwenden
passkey-needs-script = Ein Passkey braucht JavaScript, und dieser Browser führt keines aus.
passkey-not-made-title = Es wurde kein Passkey angelegt
passkey-not-made-text = Der Browser wurde angehalten oder hat zu lange gebraucht. Drücken Sie den Knopf noch einmal.
passkey-not-used-title = Der Passkey wurde nicht verwendet
passkey-not-used-text = Der Browser wurde angehalten, hat zu lange gebraucht oder hat keinen Passkey für diese Seite. Versuchen Sie es noch einmal, oder nehmen Sie einen anderen Weg.
passkey-known-title = Dieses Gerät hat schon einen Passkey
passkey-known-text = Er gilt für Ihr Konto, wie er ist. Für einen weiteren nehmen Sie ein anderes Gerät oder einen Sicherheitsschlüssel.
passkey-unsupported-title = Dieser Browser kennt keine Passkeys
passkey-unsupported-text = Öffnen Sie diese Seite in einem aktuellen Browser oder auf dem Gerät mit Ihrem Passkey.

# Unter einem Fehler.
error-idp-help = Hilfe Ihres Identity Providers
