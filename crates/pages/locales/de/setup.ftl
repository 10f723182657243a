# Wohin ein Einrichtungslink führt, und wie er endet.
setup-open-title = Single Sign-on für { $workspace } einrichten
setup-open-text = Dieser Link braucht kein Konto. Mit ihm verbinden Sie den Identity Provider Ihres Unternehmens: Sie speichern seine Einstellungen und testen sie.
setup-open-text-enable = Dieser Link braucht kein Konto. Mit ihm verbinden Sie den Identity Provider Ihres Unternehmens: Sie speichern seine Einstellungen, testen sie und schalten ihn ein.
setup-open-advice = Er gilt bis { $until }. Ist er in einem anderen Browser geöffnet, wird er dort geschlossen.
setup-open-button = Einrichtung öffnen
setup-leave-title = Einrichtung von { $workspace } verlassen?
setup-leave-text = Die Einrichtung wird in diesem Browser geschlossen. Was Sie gespeichert haben, bleibt.
setup-leave-advice = Mit Ihrem Link können Sie bis { $until } zurückkommen.
setup-leave-button = Einrichtung verlassen
setup-closed-title = Die Einrichtung ist geschlossen
setup-closed-text = Was Sie für { $workspace } gespeichert haben, bleibt.
setup-closed-advice = Sie können dieses Fenster schließen. Um etwas zu ändern, öffnen Sie Ihren Einrichtungslink erneut.
