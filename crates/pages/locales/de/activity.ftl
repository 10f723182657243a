# Was aus Anmeldungen wurde.
activity-title = Aktivität
activity-list = Anmeldungen
activity-outcome = Welche
activity-all = Alle
activity-succeeded = Gelungen
activity-failed = Fehlgeschlagen
activity-pending = Unterwegs oder nie zurück
activity-text = Referenz, E-Mail oder Mitglieds-ID
activity-show = Zeigen
activity-clear = Alle Anmeldungen zeigen
activity-none = Hier kam noch niemand entlang. Sobald sich jemand über Ihren Identity Provider anmeldet, steht es hier.
activity-none-found = Keine Anmeldung passt. Eine fehlgeschlagene gehört niemandem: Suchen Sie nach ihrer Referenz.
activity-text-wrong-title = Danach lässt sich nichts finden
activity-text-wrong = Erwartet: eine ganze E-Mail-Adresse, die ID eines Mitglieds oder eine Referenz wie K7QF2-M9XBD. Erhalten: { $found }.
activity-took = Dauer: { $time }
month-sign-ins = Anmeldungen in 30 Tagen
month-failures = Fehlschläge in 30 Tagen
activity-median = Typische Dauer
activity-worst = Längste Dauer
activity-last = Letzte Anmeldung
activity-certificate = Zertifikat
activity-certificate-over = Abgelaufen
show-more = Mehr zeigen
show-newest = Zurück zu den neuesten

# Das Diagramm.
chart-title = Die letzten 30 Tage
chart-succeeded = Anmeldungen
chart-failed = Fehlschläge
chart-summary = Anmeldungen und Fehlschläge an jedem der letzten 30 Tage: insgesamt { $succeeded } Anmeldungen und { $failed } Fehlschläge, höchstens { $most } an einem Tag.
chart-most = höchster Tag: { $count }
chart-incomplete = Es waren so viele, dass den ältesten Tagen einige fehlen.
chart-table = Dasselbe als Tabelle
chart-day = Tag (UTC)

# Wie lange etwas dauerte.
lasted-instant = weniger als eine Sekunde
lasted-seconds = { $count ->
    [one] eine Sekunde
   *[other] { $count } Sekunden
}
lasted-minutes = { $minutes } min { $seconds } s
lasted-hours = { $hours } h { $minutes } min
lasted-days = { $count ->
    [one] ein Tag
   *[other] { $count } Tage
}

# Eine Anmeldung.
attempt-signed-in = Angemeldet
attempt-refused = Abgelehnt
attempt-under-way = Unterwegs
attempt-gone = Kam nie zurück
attempt-signed-in-title = Diese Anmeldung ist gelungen
attempt-refused-title = Diese Anmeldung wurde abgelehnt
attempt-under-way-title = Diese Anmeldung ist unterwegs
attempt-gone-title = Diese Anmeldung kam nie zurück
attempt-signed-in-text = Die Antwort Ihres Identity Providers bestand jede Prüfung.
attempt-refused-text = Niemand wurde angemeldet.
attempt-under-way-text = Der Browser ist bei Ihrem Identity Provider.
attempt-gone-text = Der Browser ging zu Ihrem Identity Provider und kam binnen einer halben Stunde nicht zurück. Dafür genügt es, dort das Fenster zu schließen.
attempt-back = Alle Anmeldungen
attempt-about = Auf einen Blick
attempt-application = Anwendung
attempt-begun = Begonnen
attempt-took = Dauer
attempt-story = Was geschah
attempt-after = { $time } nach dem Beginn
attempt-response = Die Antwort, wie sie ankam
attempt-response-kept = Sie wird aufbewahrt bis
attempt-response-noted = Sie enthält, was Ihr Identity Provider über eine Person sagt. Dass Sie sie angesehen haben, steht danach im Audit-Protokoll.
attempt-response-show = Antwort zeigen
attempt-response-xml = SAML-Antwort (XML)
step-left-for-idp = Der Browser ging zum Identity Provider.
step-response-arrived = Eine Antwort kam zurück.
step-refused = Sie wurde abgelehnt. { $why }
step-restarted = Inzwischen hatten sich die Einstellungen geändert, daher ging es noch einmal zum Identity Provider.
step-signed-in = Die Anmeldung gelang.
step-code-redeemed = Die Anwendung ließ die Person hinein.
step-inspected = { $who } hat sich die Antwort genauer angesehen.

# Warum eine Anmeldung abgelehnt wurde. `why-` und das Wort der Regel; bei einer Prüfung ihr Name.
why-check = Eine Prüfung ging nicht gut aus: <strong>{ $check }</strong>.
why-other = Der Grund hat das Wort { $word }.
why-plan-upgrade-required = Der Tarif des Workspace enthält kein Single Sign-on.
why-authn-context-required = Der Identity Provider hat nicht verlangt, was diese Verbindung von einer Anmeldung fordert.
why-sso-not-live = Single Sign-on war nicht aktiv.
why-revision-superseded = Die Einstellungen änderten sich, während die Person weg war.
why-member-deactivated = Das Mitglied ist deaktiviert.
why-member-removed = Das Mitglied wurde entfernt.
why-not-invited = Nur eingeladene Leute kommen hinein, und diese Person hat niemand eingeladen.
why-domain-not-verified = Neue Mitglieder brauchen eine Adresse in einer bestätigten Domain des Workspace, und diese liegt in keiner.
why-email-missing = Der Identity Provider hat keine E-Mail-Adresse geschickt.
why-email-invalid = Was der Identity Provider als E-Mail-Adresse geschickt hat, ist keine.
why-email-ambiguous = Die Adresse liest sich wie die eines Mitglieds, ist aber mit anderen Zeichen geschrieben.
why-identity-conflict = Das Mitglied ist mit einem anderen Konto beim Identity Provider verknüpft.
why-not-of-this-workspace = Person, Verbindung und Workspace gehören nicht zusammen.
why-local-proof-required = Ein Admin kommt über Single Sign-on erst hinein, wenn er einmal nachgewiesen hat, dass das Konto ihm gehört: mit Passwort und zweitem Schritt.
why-somebody-else = Es kam jemand anderes, als die Anwendung erwartet hatte.
why-replayed = Diese Antwort war schon verwendet worden.
why-redirect-uri-gone = Die Adresse der Anwendung ist nicht mehr registriert.
why-response-refused = Die Antwort wurde abgelehnt.

# Das Audit-Protokoll.
audit-title = Audit-Protokoll
audit-text = Was in diesem Workspace getan wurde, über alle seine Verbindungen, das Neueste zuerst.
audit-detail = Einzelheiten
audit-target = Woran es getan wurde:
actor-member-gone = Ein Mitglied, das es nicht mehr gibt
actor-api-key = API-Schlüssel { $name }
actor-setup-link = Einrichtungslink { $name }
actor-operator = Der Betreiber dieses Dienstes
actor-system = Dieser Dienst von selbst

# Was getan wurde. `audit-` und das Wort der Handlung.
audit-admin-signed-in-without-sso = Ein Admin hat sich ohne Single Sign-on angemeldet
audit-api-key-created = API-Schlüssel angelegt
audit-api-key-deleted = API-Schlüssel gelöscht
audit-attempt-response-read = Aufbewahrte Antwort einer Anmeldung angesehen
audit-certificate-expires-soon = Zertifikat läuft bald ab
audit-client-backchannel-logout-failed = Anwendung erfuhr nicht von einer Abmeldung
audit-client-changed = Anwendung geändert
audit-client-created = Anwendung registriert
audit-client-deleted = Anwendung entfernt
audit-client-secret-rotated = Geheimnis einer Anwendung gewechselt
audit-connection-admin-mapping-enabled = Die Rolle Admin darf vom Identity Provider kommen
audit-connection-certificate-added = Zertifikat hinzugefügt
audit-connection-certificate-retired = Zertifikat zurückgezogen
audit-connection-changed = Verbindung geändert
audit-connection-created = Verbindung angelegt
audit-connection-deleted = Verbindung gelöscht
audit-connection-disabled = Single Sign-on abgeschaltet
audit-connection-draft-restored = Ältere Einstellungen als Entwurf wiederhergestellt
audit-connection-draft-saved = Einstellungen gespeichert
audit-connection-enabled = Single Sign-on aktiviert
audit-connection-inspected = Antwort untersucht
audit-connection-logout-received = Der Identity Provider hat jemanden abgemeldet
audit-connection-metadata-changed = Die Metadaten des Identity Providers haben sich geändert
audit-connection-metadata-failed = Metadaten ließen sich nicht holen
audit-connection-restored = Single Sign-on durch den Tarif wieder da
audit-connection-service-provider-key-activated = Neuer eigener Schlüssel in Gebrauch
audit-connection-service-provider-key-created = Neuer eigener Schlüssel angelegt
audit-connection-service-provider-key-deleted = Alter eigener Schlüssel gelöscht
audit-connection-suspended = Single Sign-on durch den Tarif ausgesetzt
audit-domain-changed = Domain geändert
audit-domain-claimed = Domain beansprucht
audit-domain-deleted = Domain gelöscht
audit-domain-unverified = Domain nicht mehr bestätigt
audit-domain-verified = Domain bestätigt
audit-identity-linked = Konto beim Identity Provider verknüpft
audit-identity-proven = Konto beim Identity Provider nachgewiesen
audit-identity-unlinked = Konto beim Identity Provider getrennt
audit-mail-failed = E-Mail ließ sich nicht zustellen
audit-master-key-reseal-started = Neu-Versiegeln begonnen
audit-master-key-resealed = Alles neu versiegelt
audit-member-changed = Mitglied geändert
audit-member-created = Mitglied angelegt
audit-member-deleted = Mitglied entfernt
audit-member-invited = Mitglied eingeladen
audit-member-role-changed = Rolle durch den Identity Provider geändert
audit-member-signed-in = Angemeldet
audit-member-signed-out = Abgemeldet
audit-passkey-added = Passkey hinzugefügt
audit-passkey-removed = Passkey entfernt
audit-passkey-renamed = Passkey umbenannt
audit-password-changed = Passwort geändert
audit-password-set = Passwort gesetzt
audit-password-link-created = Link zum Setzen eines Passworts angelegt
audit-password-links-revoked = Links zum Setzen eines Passworts widerrufen
audit-session-minted = Sitzung durch einen API-Schlüssel begonnen
audit-session-revoked = Sitzung beendet
audit-sessions-revoked = Alle Sitzungen beendet
audit-setup-link-created = Einrichtungslink angelegt
audit-setup-link-opened = Einrichtungslink geöffnet
audit-setup-link-revoked = Einrichtungslink zurückgenommen
audit-setup-link-used = Einrichtungslink verwendet
audit-signing-key-created = Signaturschlüssel angelegt
audit-signing-key-withdrawn = Signaturschlüssel zurückgezogen
audit-test-created = Test begonnen
audit-test-finished = Test beendet
audit-two-factor-enrolled = Zweiter Schritt eingerichtet
audit-two-factor-recovery-codes-renewed = Neue Wiederherstellungscodes angelegt
audit-two-factor-removed = Zweiter Schritt entfernt
audit-two-factor-reset = Zweiter Schritt zurückgesetzt
audit-workspace-changed = Workspace geändert
audit-workspace-created = Workspace angelegt
audit-workspace-deleted = Workspace gelöscht
audit-workspace-locked = Notzugang geschlossen
audit-workspace-unlocked = Notzugang geöffnet
