### Die geführte Einrichtung. Was in <em> steht, ist wörtlich die Beschriftung des Anbieters.

## Jede Anleitung

guide-title-create = Die Anwendung anlegen
guide-title-values = Unsere Werte dort eintragen
guide-title-attributes = E-Mail-Adresse und Namen mitschicken
guide-title-assign = Festlegen, wer sich anmelden darf
guide-title-paste = Die Werte von dort hierher holen
guide-attributes-why = Die E-Mail-Adresse sagt, wer sich anmeldet. Die Namen werden nur angezeigt und dürfen fehlen.
guide-attribute-name = Name beim Senden
guide-attribute-source = Gefüllt aus
guide-ticked = angekreuzt
guide-unticked = nicht angekreuzt
guide-on = eingeschaltet
guide-empty = leer lassen
guide-field-certificate = Signaturzertifikat
guide-field-sso-url = Anmelde-URL
guide-field-logout-url = URL für Single Logout
guide-field-entity-id = Entity-ID des Identity Providers
guide-field-metadata-url = Metadaten-URL
guide-field-metadata-xml = Metadaten
guide-title-test = Testen
guide-title-enable = Einschalten
guide-place = { $provider }, Schritt { $number } von { $count }
guide-rail = Schritte
guide-next = Weiter
guide-save = Speichern und weiter
guide-back = Zurück
guide-back-to-settings = Zurück zu den Einstellungen
guide-pick-title = Welchen Identity Provider verwenden Sie?
guide-pick-text = Sie bekommen dessen eigene Schritte in dessen eigenen Worten, mit unseren Werten zum Kopieren.
guide-pick-chosen = Bisher gewählt
guide-here = Hier: { $name }.
guide-hint-entity-id = Freiwillig: Bleibt das Feld leer, wird der Wert aus dem Test übernommen.
guide-hint-logout-url = Freiwillig: Damit meldet eine Abmeldung hier auch dort ab.
guide-file = Oder die Datei wählen
guide-file-too-large = Diese Datei ist größer als 512 KB. Ein Zertifikat oder die Metadaten eines Identity Providers sind viel kleiner; wählen Sie eine andere Datei.
guide-metadata-summary = Oder stattdessen die Metadaten angeben
guide-metadata-why = Metadaten enthalten das Zertifikat und die Adressen in einem Stück. Lassen Sie die Felder oben dann leer. Von einer Adresse werden sie von Zeit zu Zeit neu geholt, und was sich geändert hat, wird für Sie als Entwurf aufgehoben.
guide-download-certificate = Zertifikat herunterladen
guide-wrong-title = Noch nicht gespeichert
guide-wrong-text = Was nicht stimmt, steht unter dem jeweiligen Feld. Berichtigen Sie es und speichern Sie noch einmal.

## Okta

guide-okta-create-1 = Melden Sie sich an der Okta Admin Console an. Sie müssen dort Super-Administrator oder Anwendungsadministrator sein.
guide-okta-create-2 = Öffnen Sie <em>Applications</em> und wählen Sie <em>Create App Integration</em>. Wählen Sie <em>SAML 2.0</em>, gehen Sie weiter und geben Sie ihr einen Namen, den Ihre Leute kennen.
guide-okta-values-1 = Kopieren Sie auf der Seite mit den SAML-Einstellungen diese Werte in die Felder gleichen Namens und stellen Sie die übrigen ein wie hier.
guide-okta-values-note = Lassen Sie <em>Use this for Recipient URL and Destination URL</em> angekreuzt. Ohne das Häkchen nennt Okta einen anderen Empfänger, und jede Anmeldung wird abgelehnt.
guide-okta-attributes-1 = Fügen Sie weiter unten auf derselben Seite unter <em>Attribute Statements</em> diese hinzu. Schließen Sie den Assistenten dann ab.
guide-okta-assign-1 = Öffnen Sie <em>Assignments</em> und weisen Sie die Anwendung den Personen oder Gruppen zu, die sich anmelden dürfen. Vergessen Sie sich selbst nicht: Sie werden sie testen.
guide-okta-assign-note = Wer nicht zugewiesen ist, wird bei Okta mit einer Fehlerseite von Okta aufgehalten. Davon kommt hier nichts an, und Sie finden es nicht in den Aktivitäten.
guide-okta-paste-1 = Öffnen Sie <em>Sign On</em> und klappen Sie <em>More details</em> auf. Kopieren Sie diese beiden Werte von dort.
guide-okta-paste-2 = Daneben steht <em>Signing Certificate</em> mit der Schaltfläche <em>Download</em>. Öffnen Sie die Datei <code>okta.cert</code> mit einem Texteditor und fügen Sie alles ein.
guide-okta-metadata-1 = Unter <em>Sign On</em> steht die <em>Metadata URL</em> mit einer Schaltfläche <em>Copy</em>. Der Text selbst liegt hinter <em>SAML Signing Certificates</em>, <em>Actions</em>, <em>View IdP metadata</em>.

## Microsoft Entra ID

guide-entra-create-1 = Melden Sie sich am Microsoft Entra Admin Center an. Sie müssen dort Cloudanwendungsadministrator oder Anwendungsadministrator sein.
guide-entra-create-2 = Öffnen Sie <em>Enterprise applications</em>, dann <em>New application</em>, dann <em>Create your own application</em>. Geben Sie ihr einen Namen, den Ihre Leute kennen, und wählen Sie den letzten Eintrag, in dem <em>Non-gallery</em> steht.
guide-entra-create-3 = Öffnen Sie in der neuen Anwendung <em>Single sign-on</em> und wählen Sie <em>SAML</em>.
guide-entra-values-1 = Bearbeiten Sie <em>Basic SAML Configuration</em>. Fügen Sie den ersten Wert mit <em>Add identifier</em> hinzu, den zweiten mit <em>Add reply URL</em>.
guide-entra-values-2 = Der nächste Wert ist freiwillig: Mit ihm kann eine Abmeldung bei Microsoft auch hier abmelden. Lassen Sie die übrigen Felder leer und speichern Sie.
guide-entra-attributes-1 = Sehen Sie sich <em>Attributes &amp; Claims</em> an. Entra sendet das Nötige von selbst; prüfen Sie, dass niemand es geändert hat.
guide-entra-attributes-note = Der Benutzerprinzipalname sieht aus wie eine E-Mail-Adresse und ist oft eine andere. Hier zählt <code>user.mail</code>. Bei Personen ohne diesen Wert wird stattdessen der Benutzerprinzipalname genommen; geben Sie deshalb zuerst allen in Entra eine E-Mail-Adresse.
guide-entra-assign-1 = Öffnen Sie <em>Users and groups</em> und fügen Sie die Personen oder Gruppen hinzu, die sich anmelden dürfen. Vergessen Sie sich selbst nicht: Sie werden sie testen.
guide-entra-assign-note = Wer nicht zugewiesen ist, wird bei Microsoft aufgehalten. Davon kommt hier nichts an, und Sie finden es nicht in den Aktivitäten.
guide-entra-paste-1 = Gehen Sie zurück zu <em>Single sign-on</em>. Wählen Sie unter <em>SAML Certificates</em> neben <em>Certificate (Base64)</em> die Schaltfläche <em>Download</em>. Öffnen Sie die Datei mit einem Texteditor und fügen Sie alles ein.
guide-entra-paste-2 = Die Karte darunter, <em>Set up</em> mit dem Namen Ihrer Anwendung, enthält diese Werte.
guide-entra-paste-note = Entra signiert die Assertion und lässt die Antwort unsigniert. Das genügt hier. Zeigt Entra <code>AADSTS75011</code>, nehmen Sie die verlangten Authentifizierungskontexte aus dieser Verbindung heraus. Lassen Sie auch die Anfragen unsigniert, denn Entra beachtet signierte nicht vollständig.
guide-entra-metadata-1 = Unter <em>SAML Certificates</em> stehen die Datei <em>Federation Metadata XML</em> und eine Adresse, die meist <em>App Federation Metadata Url</em> heißt. Während Entra sein Zertifikat wechselt, nennen die Metadaten beide; alle werden übernommen.

## Google Workspace

guide-google-create-1 = Melden Sie sich an der Google Admin-Konsole an. Sie müssen dort Super Admin sein.
guide-google-create-2 = Öffnen Sie <em>Apps</em>, dann <em>Web and mobile apps</em>. Wählen Sie unter <em>Add app</em> den Eintrag <em>Add custom SAML app</em>. Geben Sie ihr einen Namen, den Ihre Leute kennen, und gehen Sie weiter.
guide-google-paste-1 = Google zeigt zuerst die eigenen Werte, auf der Seite <em>Google Identity Provider details</em>. Kopieren Sie sie aus Option 2. Neben dem Zertifikat steht ein Symbol zum Kopieren oder Herunterladen.
guide-google-paste-note = Google nennt zwei verschiedene Dinge <em>Entity ID</em>. Auf dieser Seite ist es die von Google. Auf der nächsten ist es unsere.
guide-google-metadata-1 = Option 1 auf jener Seite, <em>DOWNLOAD METADATA</em>, liefert die Datei <code>GoogleIDPMetadata.xml</code>.
guide-google-values-1 = Gehen Sie bei Google weiter zu <em>Service provider details</em>. Kopieren Sie diese Werte und stellen Sie die übrigen ein wie hier.
guide-google-values-note = Ohne Häkchen bei <em>Signed response</em> signiert Google die Assertion. So ist es hier gewünscht; mit Häkchen geht es auch. Google kennt kein Single Logout: Eine Abmeldung hier beendet keine Sitzung bei Google.
guide-google-attributes-1 = Gehen Sie weiter zu <em>Attributes</em> und fügen Sie diese hinzu. Links wählen Sie aus, rechts schreiben Sie. Schließen Sie dann ab.
guide-google-assign-1 = Die neue Anwendung ist <em>OFF for everyone</em>. Öffnen Sie ihren Bereich <em>User access</em>, schalten Sie sie für alle oder für die Gruppen und Einheiten ein, die sich anmelden dürfen, und speichern Sie.
guide-google-assign-note = Es dauert einige Minuten, bis das bei Google überall gilt. Wird ein Test gleich danach bei Google abgewiesen, warten Sie und versuchen Sie es noch einmal.

## AWS IAM Identity Center

guide-aws-create-1 = Melden Sie sich an der AWS-Konsole an, mit dem Konto, aus dem IAM Identity Center verwaltet wird. Sie müssen dort dessen Anwendungen verwalten dürfen.
guide-aws-create-2 = Öffnen Sie <em>Applications</em>, dann <em>Customer managed</em>, und wählen Sie <em>Add application</em>. Wählen Sie <em>I have an application I want to set up</em> und <em>SAML 2.0</em>. Geben Sie ihr einen Namen, den Ihre Leute kennen.
guide-aws-paste-1 = Die folgende Seite zeigt beides, die Werte von AWS und Felder für unsere. Oben, unter <em>IAM Identity Center metadata</em>, stehen diese Werte. Wählen Sie neben dem Zertifikat <em>Download</em>, öffnen Sie die Datei mit einem Texteditor und fügen Sie alles ein.
guide-aws-paste-note = Das Zertifikat und die Metadaten sind zwei Dateien. Ältere Seiten sagen <em>AWS SSO sign-in URL</em>, <em>AWS SSO sign-out URL</em> und <em>AWS SSO certificate</em>: Gemeint ist dasselbe.
guide-aws-metadata-1 = Wählen Sie an derselben Stelle <em>Download</em> neben <em>IAM Identity Center SAML metadata file</em>.
guide-aws-values-1 = Weiter unten auf derselben Seite steht <em>Application metadata</em>. Kopieren Sie diese Werte dorthin.
guide-aws-values-2 = Lassen Sie die übrigen Felder, wie sie sind, und senden Sie die Seite ab.
guide-aws-attributes-1 = Öffnen Sie auf der Seite der neuen Anwendung <em>Actions</em>, dann <em>Edit attribute mappings</em>. Tragen Sie diese ein und speichern Sie.
guide-aws-attributes-note = Ohne eine Zuordnung für <code>Subject</code> geht nichts: AWS hält dann mit einem eigenen Fehler an.
guide-aws-assign-1 = Weisen Sie die Anwendung, weiterhin auf ihrer Seite, den Personen oder Gruppen zu, die sich anmelden dürfen. Vergessen Sie sich selbst nicht: Sie werden sie testen.
guide-aws-assign-note = Wer nicht zugewiesen ist, wird bei AWS aufgehalten. Davon kommt hier nichts an, und Sie finden es nicht in den Aktivitäten.

## OneLogin

guide-onelogin-create-1 = Melden Sie sich bei OneLogin an und öffnen Sie die Verwaltung. Sie müssen dort als Administrator Anwendungen hinzufügen dürfen.
guide-onelogin-create-2 = Wählen Sie <em>Add App</em> und suchen Sie <em>SAML Custom Connector (Advanced)</em>; in älteren Konten heißt er <em>SAML Test Connector</em>. Geben Sie ihm einen Namen, den Ihre Leute kennen, und speichern Sie.
guide-onelogin-values-1 = Öffnen Sie <em>Configuration</em>. Kopieren Sie diese Werte in die Felder gleichen Namens, stellen Sie die übrigen ein wie hier und speichern Sie.
guide-onelogin-values-note = <em>ACS (Consumer) URL Validator</em> ist ein regulärer Ausdruck. Kopieren Sie ihn, wie er hier steht, mit allen umgekehrten Schrägstrichen. <em>Recipient</em> ist ein eigenes Feld und darf nicht leer bleiben.
guide-onelogin-attributes-1 = Öffnen Sie <em>Parameters</em> und fügen Sie diese einzeln hinzu. Bei jedem ist ein Häkchen zu setzen.
guide-onelogin-assign-1 = Weisen Sie die Anwendung den Personen oder Rollen zu, die sich anmelden dürfen; meist geschieht das unter <em>Access</em> oder <em>Users</em>. Vergessen Sie sich selbst nicht: Sie werden sie testen.
guide-onelogin-paste-1 = Öffnen Sie <em>SSO</em> und sehen Sie zuerst nach dem Signaturalgorithmus.
guide-onelogin-paste-2 = Kopieren Sie dann diese Werte von derselben Stelle. Für das Zertifikat wählen Sie darunter <em>View Details</em>.
guide-onelogin-paste-note = Ein älterer Connector signiert vielleicht noch mit SHA-1, und das wird hier abgelehnt. Stellen Sie den Algorithmus ein, bevor Sie testen.
guide-onelogin-metadata-1 = Unter <em>More Actions</em> liefert <em>SAML Metadata</em> eine Datei.

## PingOne

guide-ping-one-create-1 = Melden Sie sich an der PingOne-Konsole an und öffnen Sie Ihre Umgebung. Sie müssen dort als Administrator Anwendungen hinzufügen dürfen.
guide-ping-one-create-2 = Öffnen Sie <em>Applications</em> und wählen Sie <em>+</em>. Geben Sie ihr einen Namen, den Ihre Leute kennen, wählen Sie <em>SAML Application</em> und dann <em>Configure</em>.
guide-ping-one-values-1 = Wählen Sie <em>Manually Enter</em>, kopieren Sie diese beiden Werte und speichern Sie.
guide-ping-one-values-2 = Öffnen Sie dann in der neuen Anwendung <em>Configuration</em>, bearbeiten Sie sie und stellen Sie dies ein.
guide-ping-one-attributes-1 = Öffnen Sie <em>Attribute Mappings</em> und tragen Sie diese ein. Der erste Eintrag ist schon da und hat zunächst eine andere Quelle.
guide-ping-one-assign-1 = Schalten Sie die Anwendung mit dem Schalter neben ihrem Namen ein: Sie ist anfangs ausgeschaltet. Sehen Sie dann nach, welche Gruppen Zugriff haben.
guide-ping-one-assign-note = Solange sie ausgeschaltet ist, hält PingOne alle mit einer eigenen Fehlerseite auf. Davon kommt hier nichts an.
guide-ping-one-paste-1 = Öffnen Sie <em>Configuration</em>. Wählen Sie <em>Download Signing Certificate</em> und dann <em>X509 PEM (.crt)</em>. Öffnen Sie die Datei mit einem Texteditor und fügen Sie alles ein; kopieren Sie danach die beiden anderen Werte.
guide-ping-one-paste-note = <em>Initiate Single Sign-on URL</em> steht dicht dabei und ist etwas anderes: Anmeldungen, die bei PingOne beginnen. Nehmen Sie <em>Single Signon Service</em>.
guide-ping-one-metadata-1 = An derselben Stelle liefert <em>Download Metadata</em> eine Datei.

## JumpCloud

guide-jumpcloud-create-1 = Melden Sie sich am Admin-Portal von JumpCloud an. Sie müssen dort als Administrator Anwendungen hinzufügen dürfen.
guide-jumpcloud-create-2 = Öffnen Sie <em>SSO Applications</em> und wählen Sie <em>Add New Application</em>. Wählen Sie <em>Custom Application</em>, dann <em>Manage Single Sign-On (SSO)</em> und <em>Configure SSO with SAML</em>. Geben Sie ihr einen Namen, den Ihre Leute kennen.
guide-jumpcloud-own-entity-id = ein Name Ihrer Wahl, etwa die Adresse der Website Ihrer Firma
guide-jumpcloud-values-1 = Konfigurieren Sie die neue Anwendung. Kopieren Sie auf der Seite für SSO diese Werte und stellen Sie die übrigen ein wie hier.
guide-jumpcloud-values-note = <em>Sign</em> erfasst anfangs vielleicht nur einen Teil. Wählen Sie beides. Und denken Sie sich eine <em>IdP Entity ID</em> aus, die sonst niemand hat: Viele Firmen schreiben einfach <code>JumpCloud</code>.
guide-jumpcloud-attributes-1 = Fügen Sie auf derselben Seite unter <em>Attributes</em> diese hinzu.
guide-jumpcloud-assign-1 = Öffnen Sie die Benutzergruppen der Anwendung, kreuzen Sie die an, die sich anmelden dürfen, und speichern Sie. Vergessen Sie Ihre eigene Gruppe nicht: Sie werden sie testen.
guide-jumpcloud-assign-note = Wer in keiner der Gruppen ist, wird bei JumpCloud aufgehalten. Davon kommt hier nichts an, und Sie finden es nicht in den Aktivitäten.
guide-jumpcloud-paste-1 = Öffnen Sie noch einmal die Seite für SSO der Anwendung und kopieren Sie diese beiden Werte.
guide-jumpcloud-paste-2 = Klappen Sie links <em>IDP Certificate Valid</em> auf und wählen Sie <em>Download Certificate</em>. Öffnen Sie die Datei <code>certificate.pem</code> mit einem Texteditor und fügen Sie alles ein.
guide-jumpcloud-metadata-1 = Auf der Seite für SSO liefert <em>Export Metadata</em> eine Datei.

## Keycloak

guide-keycloak-create-title = Den Client anlegen
guide-keycloak-create-1 = Melden Sie sich an der Admin-Konsole von Keycloak an und wählen Sie Ihr Realm. Sie müssen dessen Clients verwalten dürfen.
guide-keycloak-create-2 = Öffnen Sie <em>Clients</em> und wählen Sie <em>Create client</em>. Wählen Sie als <em>Client type</em> den Wert <em>SAML</em>.
guide-keycloak-values-1 = Tragen Sie auf derselben Seite die ID des Clients ein. Sie muss genau so lauten, Zeichen für Zeichen.
guide-keycloak-values-2 = Gehen Sie weiter zur nächsten Seite, kopieren Sie diese beiden Werte und speichern Sie.
guide-keycloak-values-3 = Stellen Sie dann unter <em>Settings</em> des neuen Clients dies ein.
guide-keycloak-values-4 = Freiwillig, unter <em>Advanced</em>: Mit diesem Wert meldet eine Abmeldung bei Keycloak auch hier ab.
guide-keycloak-values-note = Suchen Sie <em>Client signature required</em>, meist unter <em>Keys</em>, und schalten Sie es aus. Es ist anfangs oft eingeschaltet. Keycloak beginnt dann keine Anmeldung, denn Anfragen von hier sind anfangs nicht signiert.
guide-keycloak-attributes-1 = Öffnen Sie <em>Client scopes</em> und darin den Scope, der diesem Client zugeordnet ist. Fügen Sie für jeden dieser Einträge einen Mapper für eine Eigenschaft oder ein Attribut des Benutzers hinzu.
guide-keycloak-assign-1 = Hier ist nichts zu tun: Alle im Realm dürfen sich an diesem Client anmelden. Soll es enger sein, laden Sie die Leute hier von Hand ein oder geben Sie dem Client in Keycloak einen eigenen Ablauf.
guide-keycloak-paste-1 = Die Anmelde-URL hat diese Form: <code>https://your-server/realms/your-realm/protocol/saml</code>. Setzen Sie den Server und das Realm ein, die Sie in der Adresse der Admin-Konsole sehen.
guide-keycloak-paste-2 = Die Entity-ID ist der Anfang davon: <code>https://your-server/realms/your-realm</code>.
guide-keycloak-paste-3 = Das Zertifikat steht meist unter <em>Realm settings</em>, <em>Keys</em>, in der Zeile <em>RS256</em>. Keycloak zeigt es ohne die Zeilen mit <code>BEGIN</code> und <code>END</code>; fügen Sie es so ein, wie es ist.
guide-keycloak-metadata-1 = Bei Keycloak ist dies der leichtere Weg: Öffnen Sie <em>Realm settings</em> und kopieren Sie die Adresse hinter dem Link <em>SAML 2.0 Identity Provider Metadata</em>. Sie endet auf <code>/protocol/saml/descriptor</code>.

## AD FS

guide-adfs-create-title = Die Vertrauensstellung hinzufügen
guide-adfs-create-1 = Melden Sie sich am AD-FS-Server an. Sie müssen dessen Administrator sein.
guide-adfs-create-2 = Öffnen Sie <em>AD FS Management</em> und wählen Sie <em>Add Relying Party Trust</em>. Wählen Sie <em>Claims aware</em>, geben Sie an, dass Sie die Daten von Hand eintragen, und vergeben Sie einen Namen, den Sie wiedererkennen.
guide-adfs-values-1 = Gehen Sie weiter zur Seite mit den URLs und stellen Sie dies ein.
guide-adfs-values-2 = Fügen Sie auf der nächsten Seite den Bezeichner hinzu; das ist unsere Entity-ID.
guide-adfs-assign-1 = Der Assistent fragt dann nach einer Zugriffssteuerungsrichtlinie. Wählen Sie die, die alle einlässt, die sich anmelden dürfen, und schließen Sie den Assistenten ab.
guide-adfs-ldap = LDAP-Attribut
guide-adfs-outgoing = Typ des ausgehenden Anspruchs
guide-adfs-incoming = Typ des eingehenden Anspruchs
guide-adfs-format = Format der ausgehenden Namens-ID
guide-adfs-attributes-1 = Bearbeiten Sie die Anspruchsausstellungsrichtlinie der neuen Vertrauensstellung. Fügen Sie als erste Regel <em>Send LDAP Attributes as Claims</em> hinzu, mit diesen Einträgen.
guide-adfs-attributes-2 = Fügen Sie eine zweite Regel hinzu, die einen eingehenden Anspruch umwandelt.
guide-adfs-attributes-note = Beide Regeln sind nötig, in dieser Reihenfolge. Ohne die zweite antwortet AD FS mit <code>InvalidNameIDPolicy</code>.
guide-adfs-paste-1 = Die Anmelde-URL ist meist <code>https://your-server/adfs/ls/</code>, mit dem Namen Ihres Verbunddienstes.
guide-adfs-paste-2 = Die Entity-ID hat diese Form: <code>http://your-server/adfs/services/trust</code>. Sie beginnt tatsächlich mit <code>http</code>.
guide-adfs-paste-3 = Das Zertifikat steht meist unter <em>Service</em>, <em>Certificates</em>, <em>Token-signing</em>. Exportieren Sie es als Base-64-codiertes X.509 in eine Datei, öffnen Sie die Datei mit einem Texteditor und fügen Sie alles ein.
guide-adfs-paste-note-rollover = AD FS stellt sich jedes Jahr ein neues Signaturzertifikat aus. Solange es zwei gibt, fügen Sie hier beide untereinander ein. Wer das vergisst, ist am Tag des Wechsels ausgesperrt.
guide-adfs-paste-note-sign = AD FS signiert anfangs nur die Assertion, und das genügt hier. Um beides zu signieren, führen Sie <code>Set-ADFSRelyingPartyTrust -TargetName YourTrust -SamlResponseSignature "MessageAndAssertion"</code> aus.
guide-adfs-paste-note-clock = Werden Anmeldungen abgelehnt, weil sie noch nicht gültig sind, geht die Uhr des Servers vor. Stellen Sie sie richtig oder gleichen Sie es mit <code>-NotBeforeSkew</code> aus.
guide-adfs-metadata-1 = Ist Ihr AD FS aus dem Internet erreichbar, ist dies der bessere Weg. Seine Metadaten liegen unter <code>https://your-server/FederationMetadata/2007-06/FederationMetadata.xml</code>. Ist es nicht erreichbar, öffnen Sie die Adresse in Ihrem eigenen Netz und bringen Sie die Datei hierher.

## Jeder andere

guide-other-name = Ein anderer Identity Provider
guide-other-create-1 = Melden Sie sich an der Konsole Ihres Identity Providers an, als jemand, der Anwendungen hinzufügen darf.
guide-other-create-2 = Fügen Sie eine Anwendung der Art <strong>SAML 2.0</strong> hinzu. Manche nennen sie Service Provider, Relying Party, Client oder Connector. Geben Sie ihr einen Namen, den Ihre Leute kennen.
guide-other-values-1 = Kann Ihr Identity Provider Metadaten lesen, geben Sie ihm diese Adresse oder die Datei dahinter. Dann hat er alles, und Sie können weitergehen.
guide-other-values-2 = Sonst kopieren Sie die Werte einzeln. Jeder hat mehrere Namen; suchen Sie einen davon.
guide-other-our-metadata = Metadaten-URL des Service Providers
guide-other-our-entity-id = SP Entity ID (auch: Audience, Audience URI, Audience Restriction, Identifier, Relying Party Identifier)
guide-other-our-acs-url = Assertion Consumer Service URL (auch: ACS, Reply, Recipient, Destination, Consumer oder Single sign-on URL)
guide-other-our-slo-url = URL für Single Logout (freiwillig)
guide-other-our-certificate = Zertifikat, falls er Signaturen prüfen oder verschlüsseln will (freiwillig)
guide-other-name-id = Format der NameID (auch: Subject)
guide-other-signed = Signatur
guide-other-signed-value = die Assertion oder die Antwort oder beides
guide-other-algorithm = Signaturalgorithmus
guide-other-values-note = Recipient, Destination und ACS-URL sind manchmal drei Felder. Tragen Sie überall denselben Wert ein.
guide-other-attributes-1 = Lassen Sie ihn diese Attribute senden, wie auch immer sie dort heißen.
guide-other-assign-1 = Weisen Sie die Anwendung den Personen oder Gruppen zu, die sich anmelden dürfen. Vergessen Sie sich selbst nicht: Sie werden sie testen.
guide-other-assign-note = Wer nicht zugewiesen ist, wird meist beim Identity Provider aufgehalten. Davon kommt hier nichts an, und Sie finden es nicht in den Aktivitäten.
guide-other-paste-1 = Suchen Sie das Signaturzertifikat, auch X.509- oder Token-Signing-Zertifikat genannt. Öffnen Sie die Datei mit einem Texteditor und fügen Sie alles ein.
guide-other-paste-2 = Die Anmelde-URL heißt auch SSO-, Sign-on- oder Endpoint-URL. Die Entity-ID heißt auch Issuer.
guide-other-metadata-1 = Die meisten Identity Provider bieten Metadaten an, als Adresse oder als Datei. Darin steht alles von oben.
