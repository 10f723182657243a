# Was Leute sehen, wenn etwas nicht klappt. Jeder Fehler hat drei Nachrichten: title, text, advice.
error-admins-only-title = Diese Seite ist für Admins
error-admins-only-text = Sie sind als Mitglied angemeldet, und Single Sign-on richten die Admins Ihres Workspace ein.
error-admins-only-advice = Fragen Sie einen Admin Ihres Workspace, oder melden Sie sich mit dessen Konto an.
error-link-may-not-enable-title = Dieser Link aktiviert nicht
error-link-may-not-enable-text = Mit Ihrem Einrichtungslink können Sie die Einstellungen speichern und testen. Das Aktivieren bleibt einem Admin des Workspace.
error-link-may-not-enable-advice = Sagen Sie, wer Ihnen den Link geschickt hat, dass der Test bestanden ist.
error-link-may-not-disable-title = Dieser Link schaltet nicht ab
error-link-may-not-disable-text = Single Sign-on schaltet ein Admin des Workspace ab.
error-link-may-not-disable-advice = Fragen Sie, wer Ihnen den Link geschickt hat.
error-link-sets-up-alone-title = Das machen Admins
error-link-sets-up-alone-text = Mit Ihrem Einrichtungslink richten Sie eine Verbindung ein und testen sie. Alles andere macht ein Admin des Workspace.
error-link-sets-up-alone-advice = Fragen Sie, wer Ihnen den Link geschickt hat.

# Raten, Formulare.
error-too-many-attempts-title = Zu viele Versuche
error-too-many-attempts-text = Zuletzt gab es zu viele Versuche. { $seconds ->
    [one] Warten Sie eine Sekunde bis zum nächsten.
   *[other] Warten Sie { $seconds } Sekunden bis zum nächsten.
}
error-too-many-attempts-advice = Nutzt Ihr Unternehmen Single Sign-on, ist das nicht betroffen: Gehen Sie zurück, und melden Sie sich darüber an.
error-form-unreadable-title = Das ließ sich nicht lesen
error-form-unreadable-text = Was ankam, ist nicht, was das Formular auf unserer Seite schickt.
error-form-unreadable-advice = Gehen Sie zurück, laden Sie die Seite neu, und schicken Sie sie noch einmal ab.
error-cross-site-post-title = Dieses Formular kam von einer anderen Website
error-cross-site-post-text = Was hierher geschickt wurde, kam nicht von einer unserer Seiten; es wurde nichts getan.
error-cross-site-post-advice = Öffnen Sie die Seite, die Sie nutzen wollten, in diesem Browser, und schicken Sie sie von dort ab.
error-form-not-ours-title = Dieses Formular ist veraltet
error-form-not-ours-text = Was geschickt wurde, kommt nicht von einer Seite, die wir in dieser Sitzung gezeigt haben.
error-form-not-ours-advice = Gehen Sie zurück, laden Sie die Seite neu, und versuchen Sie es noch einmal.

# Anmelden auf unseren eigenen Seiten.
error-sign-in-over-title = Diese Anmeldung ist nicht mehr offen
error-sign-in-over-text = Sie ist schon abgeschlossen, hat länger als 30 Minuten gedauert oder wurde in einem anderen Browser begonnen.
error-sign-in-over-advice = Beginnen Sie noch einmal in der Anwendung.
error-sign-in-went-on-title = Diese Anmeldung ging anderswo weiter
error-sign-in-went-on-text = Ein anderer Tab oder ein zweiter Druck auf den Knopf hat sie schon weitergeführt.
error-sign-in-went-on-advice = Gehen Sie in diesen Tab zurück, oder beginnen Sie noch einmal in der Anwendung.
error-workspace-unknown-title = Diesen Workspace gibt es nicht
error-workspace-unknown-text = Kein Workspace hat diesen Namen.
error-workspace-unknown-advice = Prüfen Sie den Link, oder fragen Sie die Administration Ihres Workspace nach dem richtigen.
error-password-link-over-title = Dieser Link gilt nicht mehr
error-password-link-over-text = Er ist abgelaufen, wurde schon verwendet, durch einen neueren ersetzt oder ist nicht vollständig.
error-password-link-over-advice = Haben Sie Ihr Passwort damit gesetzt, melden Sie sich an. Sonst fordern Sie einen neuen Link an.
error-password-link-over-no-mail-title = Dieser Link gilt nicht mehr
error-password-link-over-no-mail-text = Er ist abgelaufen, wurde schon verwendet, durch einen neueren ersetzt oder ist nicht vollständig.
error-password-link-over-no-mail-advice = Haben Sie Ihr Passwort damit gesetzt, melden Sie sich an. Sonst bitten Sie die Administration Ihres Workspace um einen neuen Link.

# Das Konto.
error-sso-required-title = Sie melden sich über Single Sign-on an
error-sso-required-text = Dieser Workspace meldet seine Leute über seinen Identity Provider an; was hier aufbewahrt wird, ließe Sie also nicht hinein.
error-sso-required-advice = Ändern Sie Ihr Passwort und Ihren zweiten Schritt bei Ihrem Identity Provider.
error-passkeys-need-a-name-title = Hier gibt es keine Passkeys
error-passkeys-need-a-name-text = Dieser Dienst ist unter einer Nummer statt unter einem Namen erreichbar, und Passkeys gehören zu einem Namen.
error-passkeys-need-a-name-advice = Verwenden Sie eine Authenticator-App.
error-own-second-factor-title = Das ist Ihr eigener zweiter Schritt
error-own-second-factor-text = Den eigenen setzt niemand zurück: Er würde sonst vor niemandem schützen.
error-own-second-factor-advice = Solange Sie ihn haben, nutzen Sie Ihre Kontoseite. Haben Sie ihn und Ihre Wiederherstellungscodes verloren, fragen Sie einen anderen Admin.
error-reset-admins-only-title = Das können Sie nicht zurücksetzen
error-reset-admins-only-text = Nur ein Admin kann den zweiten Schritt einer Person im eigenen Workspace zurücksetzen.
error-reset-admins-only-advice = Fragen Sie einen Admin Ihres Workspace.
error-not-yours-to-say-title = Das können Sie nicht sagen
error-not-yours-to-say-text = Das kann nur ein Admin sagen, der hier angemeldet ist, über einen Test, der in diesem Browser bestanden wurde und die eigene Adresse betraf.
error-not-yours-to-say-advice = Melden Sie sich mit Ihrem eigenen Konto an, machen Sie den Test in diesem Browser noch einmal, und drücken Sie dann den Knopf bei seinem Ergebnis.
error-local-proof-required-title = Zeigen Sie einmal, dass Sie es sind
error-local-proof-required-text = Sie sind Admin dieses Workspace, und wer Single Sign-on einrichtet, könnte es auf einen eigenen Identity Provider richten. Darum zeigt ein Admin einmal, mit Passwort und zweitem Faktor, dass dieser Identity Provider wirklich von ihm spricht. Danach genügt Single Sign-on allein. Der Identity Provider, der das eben getan hat, nennt sich { $idp }: Ist das Ihrer?
error-local-proof-required-advice = Drücken Sie den Knopf, und melden Sie sich mit Ihrem Passwort an. Haben Sie noch keines, fordern Sie auf der nächsten Seite einen Link an.

# Was eine Anwendung verlangt hat.
error-client-unknown-title = Diese Anwendung ist nicht bekannt
error-client-unknown-text = Die Anwendung, die Sie hierher geschickt hat (client_id), ist nicht registriert.
error-client-unknown-advice = Gehen Sie zur Anwendung zurück. Geschieht es wieder, nennen Sie ihrem Betreiber die Referenz unten.
error-redirect-uri-unregistered-title = Dieser Link stimmt nicht
error-redirect-uri-unregistered-text = Die Adresse für den Rückweg (redirect_uri) ist für diese Anwendung nicht registriert; darum werden Sie nicht dorthin geschickt.
error-redirect-uri-unregistered-advice = Gehen Sie zur Anwendung zurück. Geschieht es wieder, nennen Sie ihrem Betreiber die Referenz unten.
error-connection-unknown-title = Single Sign-on nicht gefunden
error-connection-unknown-text = Unter diesem Namen gibt es kein Single Sign-on.
error-connection-unknown-advice = Gehen Sie zur Anwendung zurück. Geschieht es wieder, nennen Sie ihrem Betreiber die Referenz unten.
error-connection-undecided-title = Welcher Workspace?
error-connection-undecided-text = Die Anwendung muss sagen, zu welchem Workspace Sie gehören: durch den Workspace, durch die Verbindung oder durch eine Adresse einer bestätigten Domain.
error-connection-undecided-advice = Gehen Sie zur Anwendung zurück. Geschieht es wieder, nennen Sie ihrem Betreiber die Referenz unten.
error-sso-not-live-here-title = Single Sign-on ist nicht verfügbar
error-sso-not-live-here-text = Single Sign-on ist für diesen Workspace nicht eingeschaltet.
error-sso-not-live-here-advice = Gehen Sie zur Anwendung zurück. Geschieht es wieder, nennen Sie ihrem Betreiber die Referenz unten.
error-post-logout-redirect-uri-unregistered-title = Dieser Link stimmt nicht
error-post-logout-redirect-uri-unregistered-text = Die Adresse für danach (post_logout_redirect_uri) ist für diese Anwendung nicht registriert; es wurde nichts getan.
error-post-logout-redirect-uri-unregistered-advice = Gehen Sie zur Anwendung zurück, und melden Sie sich dort ab. Geschieht es wieder, nennen Sie ihrem Betreiber die Referenz unten.

# Was der Identity Provider geschickt hat.
error-response-unreadable-title = Die Anmeldung ließ sich nicht lesen
error-response-unreadable-text = Was von Ihrem Identity Provider ankam, ist keine SAML-Antwort.
error-response-unreadable-advice = Beginnen Sie noch einmal in der Anwendung. Geschieht es wieder, nennen Sie Ihrer Administration die Referenz unten.
error-acs-form-unreadable-title = Die Anmeldung ließ sich nicht lesen
error-acs-form-unreadable-text = Das Formular, das ankam, ließ sich nicht lesen.
error-acs-form-unreadable-advice = Beginnen Sie noch einmal in der Anwendung. Geschieht es wieder, nennen Sie Ihrer Administration die Referenz unten.
error-acs-response-missing-title = Die Anmeldung ließ sich nicht lesen
error-acs-response-missing-text = Es kam keine SAMLResponse an.
error-acs-response-missing-advice = Beginnen Sie noch einmal in der Anwendung. Geschieht es wieder, nennen Sie Ihrer Administration die Referenz unten.
error-acs-response-twice-title = Die Anmeldung ließ sich nicht lesen
error-acs-response-twice-text = Es kam mehr als eine SAMLResponse an.
error-acs-response-twice-advice = Beginnen Sie noch einmal in der Anwendung. Geschieht es wieder, nennen Sie Ihrer Administration die Referenz unten.
error-unsolicited-response-title = Bitte beginnen Sie in der Anwendung
error-unsolicited-response-text = Ihr Identity Provider hat Sie von sich aus hierher geschickt. Zu Ihrer Sicherheit beginnt eine Anmeldung in der Anwendung.
error-unsolicited-response-advice = Öffnen Sie die Anwendung, und melden Sie sich dort an.
error-unsolicited-refused-title = Sie konnten nicht angemeldet werden
error-unsolicited-refused-text = Was Ihr Identity Provider geschickt hat, hat unsere Prüfungen nicht bestanden.
error-unsolicited-refused-advice = Öffnen Sie die Anwendung, und melden Sie sich dort an. Klappt auch das nicht, nennen Sie Ihrer Administration die Referenz unten.
error-no-application-title = Bitte beginnen Sie in der Anwendung
error-no-application-text = Ihr Identity Provider hat Sie von sich aus hierher geschickt, und keine Anwendung ist dafür eingerichtet, damit weiterzumachen.
error-no-application-advice = Öffnen Sie die Anwendung, und melden Sie sich dort an.
error-trip-unknown-title = Diese Anmeldung ist nicht mehr offen
error-trip-unknown-text = Sie ist schon abgeschlossen, hat länger als 30 Minuten gedauert oder hat nicht hier begonnen.
error-trip-unknown-advice = Beginnen Sie noch einmal in der Anwendung.
error-another-browser-title = Diese Anmeldung begann in einem anderen Browser
error-another-browser-text = Eine Anmeldung lässt sich nur in dem Browser abschließen, der sie begonnen hat.
error-another-browser-advice = Beginnen Sie noch einmal in der Anwendung, in diesem Browser.
error-parked-message-gone-title = Diese Anmeldung hat zu lange gedauert
error-parked-message-gone-text = Die Antwort Ihres Identity Providers hat eine Minute auf Ihren Browser gewartet oder wurde schon verwendet.
error-parked-message-gone-advice = Beginnen Sie noch einmal in der Anwendung.
error-browser-cookie-missing-title = Ihr Browser hat sein Cookie nicht geschickt
error-browser-cookie-missing-text = Eine Anmeldung lässt sich nur in dem Browser abschließen, der sie begonnen hat, und dieser hat keines unserer Cookies geschickt.
error-browser-cookie-missing-advice = Erlauben Sie Cookies für diese Website, und beginnen Sie dann noch einmal in der Anwendung.
error-response-refused-title = Sie konnten nicht angemeldet werden
error-response-refused-text = Die Antwort Ihres Identity Providers hat unsere Prüfungen nicht bestanden.
error-response-refused-advice = Nennen Sie Ihrer Administration die Referenz unten: Sie führt zu dem, was zu beheben ist.
error-idp-refused-title = Ihr Identity Provider hat Sie nicht angemeldet
error-idp-refused-text = Ihr Identity Provider meldet: { $said }.
error-idp-refused-advice = Versuchen Sie es noch einmal. Geschieht es wieder, fragen Sie, wer sich um Ihren Identity Provider kümmert, und nennen Sie dort die Referenz unten.
error-replayed-title = Diese Anmeldung wurde schon verwendet
error-replayed-text = Die Antwort Ihres Identity Providers gilt einmal, und sie wurde schon verwendet.
error-replayed-advice = Beginnen Sie noch einmal in der Anwendung.
error-revision-superseded-title = Die SSO-Einstellungen ändern sich gerade
error-revision-superseded-text = Die Einstellungen Ihres Identity Providers wurden geändert, während Sie sich angemeldet haben.
error-revision-superseded-advice = Beginnen Sie gleich noch einmal in der Anwendung.
error-sso-not-live-title = Single Sign-on ist nicht verfügbar
error-sso-not-live-text = Single Sign-on ist für diesen Workspace nicht eingeschaltet.
error-sso-not-live-advice = Fragen Sie die Administration Ihres Workspace.
error-sso-suspended-title = Single Sign-on ist nicht verfügbar
error-sso-suspended-text = Single Sign-on ruht: Der Plan des Workspace enthält es nicht.
error-sso-suspended-advice = Fragen Sie die Administration Ihres Workspace.
error-request-uri-unknown-title = Diese Anmeldung hat zu lange gewartet
error-request-uri-unknown-text = Die Anwendung hatte sie angekündigt, und das gilt anderthalb Minuten lang und einmal.
error-request-uri-unknown-advice = Beginnen Sie noch einmal in der Anwendung.
error-forward-auth-interrupted-title = Diese Anmeldung wurde unterbrochen
error-forward-auth-interrupted-text = Sie endete in einem anderen Browser, als sie begonnen hatte, dauerte zu lange oder wurde schon benutzt. Niemand wurde durch sie angemeldet.
error-forward-auth-interrupted-advice = Melden Sie sich in der Anwendung noch einmal an.
forward-auth-again = Zurück zur Anwendung
error-redirect-uri-gone-title = Die Anwendung ist nicht mehr registriert
error-redirect-uri-gone-text = Die Adresse, zu der die Anmeldung zurückführen sollte, wurde entfernt, während Sie weg waren.
error-redirect-uri-gone-advice = Nennen Sie Ihrer Administration die Referenz unten.

# Abmelden.
error-logout-refused-title = Diese Abmeldung wurde nicht angenommen
error-logout-refused-text = Die Nachricht Ihres Identity Providers hat unsere Prüfungen nicht bestanden und darum hier nichts beendet.
error-logout-refused-advice = Melden Sie sich in der Anwendung selbst ab. Geschieht es wieder, nennen Sie Ihrer Administration die Referenz unten.
error-logout-unknown-title = Diese Abmeldung ist nicht bekannt
error-logout-unknown-text = Sie hat nicht hier begonnen, länger als 30 Minuten gedauert, oder ihre Verbindung gibt es nicht mehr.
error-logout-unknown-advice = Melden Sie sich in der Anwendung selbst ab.
error-logout-replayed-title = Diese Abmeldung wurde schon verwendet
error-logout-replayed-text = Eine Nachricht Ihres Identity Providers zählt einmal, und diese war schon hier.
error-logout-replayed-advice = Es ist nichts mehr zu tun. Sie können diese Seite schließen.

# Tests und Einrichtungslinks.
error-test-over-title = Dieser Test ist vorbei
error-test-over-text = Er endete, während Sie weg waren: Er ist abgelaufen, wurde abgeschlossen, oder ein neuerer Entwurf wurde gespeichert.
error-test-over-advice = Beginnen Sie einen neuen Test in den SSO-Einstellungen.
error-test-link-over-title = Dieser Test ist vorbei
error-test-link-over-text = Der Link ist nicht bekannt, abgelaufen, oder sein Test ist zu Ende.
error-test-link-over-advice = Beginnen Sie einen neuen Test in den SSO-Einstellungen.
error-setup-link-unknown-title = Diesen Link kennen wir nicht
error-setup-link-unknown-text = Er ist nicht vollständig, oder wohin er führte, wurde gelöscht.
error-setup-link-unknown-advice = Öffnen Sie den ganzen Link aus der Nachricht, die Sie bekommen haben. Klappt es immer noch nicht, bitten Sie, wer ihn Ihnen geschickt hat, um einen neuen.
error-setup-link-expired-title = Dieser Link ist abgelaufen
error-setup-link-expired-text = Der Link zum Einrichten von Single Sign-on für { $workspace } galt bis { $until }.{ $contacts ->
    [0] { "" }
   *[other] { " " }Fragen beantwortet { $contact }.
}
error-setup-link-expired-advice = Bitten Sie, wer ihn Ihnen geschickt hat, um einen neuen. Was damit gespeichert wurde, bleibt.
error-setup-link-revoked-title = Dieser Link wurde zurückgenommen
error-setup-link-revoked-text = Der Link zum Einrichten von Single Sign-on für { $workspace } wurde von denen beendet, die ihn erstellt haben.{ $contacts ->
    [0] { "" }
   *[other] { " " }Fragen beantwortet { $contact }.
}
error-setup-link-revoked-advice = Bitten Sie, wer ihn Ihnen geschickt hat, um einen neuen, falls Sie ihn noch brauchen. Was damit gespeichert wurde, bleibt.
error-setup-not-open-title = Die Einrichtung ist hier nicht geöffnet
error-setup-not-open-text = Sie schließt sich nach einer Stunde ohne Nutzung, wenn ihr Link in einem anderen Browser geöffnet wird und wenn der Link endet. Was gespeichert wurde, bleibt.
error-setup-not-open-advice = Öffnen Sie Ihren Einrichtungslink erneut. Gilt er nicht mehr, bitten Sie, wer ihn Ihnen geschickt hat, um einen neuen.
error-setup-form-not-ours-title = Dieses Formular ist veraltet
error-setup-form-not-ours-text = Was geschickt wurde, kommt nicht von einer Seite, die wir in dieser Einrichtung gezeigt haben; es wurde nichts getan.
error-setup-form-not-ours-advice = Öffnen Sie Ihren Einrichtungslink erneut, und tun Sie es von dort noch einmal.
