### The guided setup. What stands within <em> is the provider's own label, word for word.

## Every guide

guide-title-create = Create the application
guide-title-values = Enter our values there
guide-title-attributes = Send the e-mail address and the name
guide-title-assign = Choose who may sign in
guide-title-paste = Bring its values here
guide-attributes-why = The e-mail address tells who signs in. The names are for show alone, and may be left out.
guide-attribute-name = Name to send
guide-attribute-source = Filled from
guide-ticked = ticked
guide-unticked = not ticked
guide-on = on
guide-empty = left empty
guide-field-certificate = Signing certificate
guide-field-sso-url = Remote login URL
guide-field-logout-url = Single-logout URL
guide-field-entity-id = Entity ID of the identity provider
guide-field-metadata-url = Metadata URL
guide-field-metadata-xml = Metadata
guide-title-test = Test it
guide-title-enable = Enable it
guide-place = { $provider }, step { $number } of { $count }
guide-rail = Steps
guide-next = Next
guide-save = Save and continue
guide-back = Back
guide-back-to-settings = Back to the settings
guide-pick-title = Which identity provider do you use?
guide-pick-text = You get its own steps, in its own words, with our values to copy.
guide-pick-chosen = Chosen before
guide-here = Here: { $name }.
guide-hint-entity-id = Optional: left empty, it is learned from the test.
guide-hint-logout-url = Optional: with it, signing out here signs out there too.
guide-file = Or choose the file
guide-file-too-large = This file is larger than 512 KB. A certificate or metadata of one identity provider is much smaller; choose another file.
guide-metadata-summary = Or give its metadata instead
guide-metadata-why = Metadata holds the certificate and the addresses in one piece. Leave the fields above empty then. From an address, it is fetched again from time to time, and what has changed is kept for you as a draft.
guide-download-certificate = Download the certificate
guide-wrong-title = Not saved yet
guide-wrong-text = What is wrong stands below each field. Correct it and save again.

## Okta

guide-okta-create-1 = Sign in to the Okta Admin Console. You need to be a super administrator or an application administrator there.
guide-okta-create-2 = Open <em>Applications</em> and press <em>Create App Integration</em>. Choose <em>SAML 2.0</em>, go on, and give it a name that your people know.
guide-okta-values-1 = On the page with the SAML settings, copy these values into the fields of the same name, and set the others as they are here.
guide-okta-values-note = Leave <em>Use this for Recipient URL and Destination URL</em> ticked. Without the tick, Okta names another recipient, and every sign-in is refused.
guide-okta-attributes-1 = Further down on the same page, add these under <em>Attribute Statements</em>. Then finish the wizard.
guide-okta-assign-1 = Open <em>Assignments</em> and give the application to the people or groups who may sign in. Do not forget yourself: you will test it.
guide-okta-assign-note = Who is not assigned is stopped at Okta, by an error page of Okta’s. Nothing of that arrives here, so you will not find it in the activity.
guide-okta-paste-1 = Open <em>Sign On</em> and unfold <em>More details</em>. Copy these two from there.
guide-okta-paste-2 = Beside them, <em>Signing Certificate</em> has the button <em>Download</em>. Open the file <code>okta.cert</code> with a text editor and paste all of it.
guide-okta-metadata-1 = <em>Sign On</em> shows the <em>Metadata URL</em> with a button <em>Copy</em>. The text itself is behind <em>SAML Signing Certificates</em>, <em>Actions</em>, <em>View IdP metadata</em>.

## Microsoft Entra ID

guide-entra-create-1 = Sign in to the Microsoft Entra admin center. You need to be a Cloud Application Administrator or an Application Administrator there.
guide-entra-create-2 = Open <em>Enterprise applications</em>, then <em>New application</em>, then <em>Create your own application</em>. Give it a name that your people know, and choose the last entry, which says <em>Non-gallery</em>.
guide-entra-create-3 = In the new application, open <em>Single sign-on</em> and choose <em>SAML</em>.
guide-entra-values-1 = Edit <em>Basic SAML Configuration</em>. Add the first value with <em>Add identifier</em>, the second with <em>Add reply URL</em>.
guide-entra-values-2 = The next one is optional: with it, signing out at Microsoft can sign out here too. Leave the other fields empty, and save.
guide-entra-attributes-1 = Look at <em>Attributes &amp; Claims</em>. Entra sends what is needed without being told; check that nobody has changed it.
guide-entra-attributes-note = The user principal name looks like an e-mail address and often is another one. What counts here is <code>user.mail</code>. For people without it the user principal name is taken instead, so give everybody a mail address in Entra first.
guide-entra-assign-1 = Open <em>Users and groups</em> and add the people or groups who may sign in. Do not forget yourself: you will test it.
guide-entra-assign-note = Who is not assigned is stopped at Microsoft. Nothing of that arrives here, so you will not find it in the activity.
guide-entra-paste-1 = Go back to <em>Single sign-on</em>. Under <em>SAML Certificates</em>, press <em>Download</em> beside <em>Certificate (Base64)</em>. Open the file with a text editor and paste all of it.
guide-entra-paste-2 = The card below, <em>Set up</em> with the name of your application, has these.
guide-entra-paste-note = Entra signs the assertion and leaves the response unsigned. That is enough here. If Entra shows <code>AADSTS75011</code>, take the required authentication contexts out of this connection; and leave its requests unsigned, as Entra does not fully honour signed ones.
guide-entra-metadata-1 = Under <em>SAML Certificates</em> there is the file <em>Federation Metadata XML</em>, and an address that is usually called <em>App Federation Metadata Url</em>. While Entra changes its certificate, the metadata names both; all of them are taken.

## Google Workspace

guide-google-create-1 = Sign in to the Google Admin console. You need to be a super administrator there.
guide-google-create-2 = Open <em>Apps</em>, then <em>Web and mobile apps</em>. Under <em>Add app</em>, choose <em>Add custom SAML app</em>. Give it a name that your people know, and continue.
guide-google-paste-1 = Google shows its own values first, on the page <em>Google Identity Provider details</em>. Copy them from option 2. The certificate has an icon to copy or download it.
guide-google-paste-note = Google calls two different things <em>Entity ID</em>. The one on this page is Google’s. The one on its next page is ours.
guide-google-metadata-1 = Option 1 on that page, <em>DOWNLOAD METADATA</em>, gives the file <code>GoogleIDPMetadata.xml</code>.
guide-google-values-1 = Continue at Google to <em>Service provider details</em>. Copy these values, and set the others as they are here.
guide-google-values-note = Without the tick at <em>Signed response</em>, Google signs the assertion. That is what is wanted here; with the tick it works too. Google does not support single logout, so signing out here ends no session at Google.
guide-google-attributes-1 = Continue to <em>Attributes</em> and add these. Choose on the left, type on the right. Then finish.
guide-google-assign-1 = The new application is <em>OFF for everyone</em>. Open its <em>User access</em>, turn it on for everyone, or for the groups and units that may sign in, and save.
guide-google-assign-note = It takes Google a few minutes until that counts everywhere. If a test is refused at Google straight away, wait and try again.

## AWS IAM Identity Center

guide-aws-create-1 = Sign in to the AWS console with the account that IAM Identity Center is run from. You need to be allowed to manage its applications.
guide-aws-create-2 = Open <em>Applications</em>, then <em>Customer managed</em>, and press <em>Add application</em>. Choose <em>I have an application I want to set up</em> and <em>SAML 2.0</em>. Give it a name that your people know.
guide-aws-paste-1 = The page that follows shows both, the values of AWS and fields for ours. On top, <em>IAM Identity Center metadata</em> shows these. Press <em>Download</em> beside the certificate, open the file with a text editor, and paste all of it.
guide-aws-paste-note = The certificate and the metadata file are two downloads. Older pages say <em>AWS SSO sign-in URL</em>, <em>AWS SSO sign-out URL</em> and <em>AWS SSO certificate</em>: they are the same.
guide-aws-metadata-1 = In the same place, press <em>Download</em> beside <em>IAM Identity Center SAML metadata file</em>.
guide-aws-values-1 = Further down on the same page is <em>Application metadata</em>. Copy these values there.
guide-aws-values-2 = Leave the other fields as they are, and submit the page.
guide-aws-attributes-1 = On the page of the new application, open <em>Actions</em>, then <em>Edit attribute mappings</em>. Enter these, and save.
guide-aws-attributes-note = Without a mapping for <code>Subject</code> nothing works: AWS then stops at an error of its own.
guide-aws-assign-1 = Still on the page of the application, assign the people or groups who may sign in. Do not forget yourself: you will test it.
guide-aws-assign-note = Who is not assigned is stopped at AWS. Nothing of that arrives here, so you will not find it in the activity.

## OneLogin

guide-onelogin-create-1 = Sign in to OneLogin and open the administration. You need to be an administrator who may add applications.
guide-onelogin-create-2 = Press <em>Add App</em> and look for <em>SAML Custom Connector (Advanced)</em>; older accounts call it <em>SAML Test Connector</em>. Give it a name that your people know, and save.
guide-onelogin-values-1 = Open <em>Configuration</em>. Copy these values into the fields of the same name, set the others as they are here, and save.
guide-onelogin-values-note = <em>ACS (Consumer) URL Validator</em> is a regular expression. Copy it as it is here, with all its backslashes. <em>Recipient</em> is a field of its own, and must not stay empty.
guide-onelogin-attributes-1 = Open <em>Parameters</em> and add these, one by one. Each has a tick to set.
guide-onelogin-assign-1 = Give the application to the people or roles who may sign in; this is usually done under <em>Access</em> or <em>Users</em>. Do not forget yourself: you will test it.
guide-onelogin-paste-1 = Open <em>SSO</em> and first look at the signature algorithm.
guide-onelogin-paste-2 = Then copy these from the same place. For the certificate, press <em>View Details</em> below it.
guide-onelogin-paste-note = An older connector may still sign with SHA-1, which is refused here. Set the algorithm before you test.
guide-onelogin-metadata-1 = Under <em>More Actions</em>, <em>SAML Metadata</em> gives a file.

## PingOne

guide-ping-one-create-1 = Sign in to the PingOne console and open your environment. You need to be an administrator who may add applications to it.
guide-ping-one-create-2 = Open <em>Applications</em> and press <em>+</em>. Give it a name that your people know, choose <em>SAML Application</em>, and press <em>Configure</em>.
guide-ping-one-values-1 = Choose <em>Manually Enter</em>, copy these two values, and save.
guide-ping-one-values-2 = Then open <em>Configuration</em> in the new application, edit it, and set these.
guide-ping-one-attributes-1 = Open <em>Attribute Mappings</em> and enter these. The first one is there already, and has another source at first.
guide-ping-one-assign-1 = Turn the application on with the toggle beside its name: it is off by default. Then see which groups have access to it.
guide-ping-one-assign-note = While the toggle is off, PingOne stops everybody at an error page of its own. Nothing of that arrives here.
guide-ping-one-paste-1 = Open <em>Configuration</em>. Press <em>Download Signing Certificate</em> and choose <em>X509 PEM (.crt)</em>. Open the file with a text editor and paste all of it, then copy the other two.
guide-ping-one-paste-note = <em>Initiate Single Sign-on URL</em> stands close by and is another thing: sign-ins that begin at PingOne. Take <em>Single Signon Service</em>.
guide-ping-one-metadata-1 = In the same place, <em>Download Metadata</em> gives a file.

## JumpCloud

guide-jumpcloud-create-1 = Sign in to the JumpCloud admin portal. You need to be an administrator who may add applications there.
guide-jumpcloud-create-2 = Open <em>SSO Applications</em> and press <em>Add New Application</em>. Choose <em>Custom Application</em>, then <em>Manage Single Sign-On (SSO)</em> and <em>Configure SSO with SAML</em>. Give it a name that your people know.
guide-jumpcloud-own-entity-id = a name of your choice, such as the address of your company’s website
guide-jumpcloud-values-1 = Configure the new application. On the page for SSO, copy these values, and set the others as they are here.
guide-jumpcloud-values-note = <em>Sign</em> may cover only a part at first. Choose both. And make up an <em>IdP Entity ID</em> that nobody else has: many companies just write <code>JumpCloud</code>.
guide-jumpcloud-attributes-1 = Under <em>Attributes</em> on the same page, add these.
guide-jumpcloud-assign-1 = Open the user groups of the application, tick those who may sign in, and save. Do not forget your own group: you will test it.
guide-jumpcloud-assign-note = Who is in none of the groups is stopped at JumpCloud. Nothing of that arrives here, so you will not find it in the activity.
guide-jumpcloud-paste-1 = Open the page for SSO of the application once more, and copy these two.
guide-jumpcloud-paste-2 = On the left, unfold <em>IDP Certificate Valid</em> and press <em>Download Certificate</em>. Open the file <code>certificate.pem</code> with a text editor and paste all of it.
guide-jumpcloud-metadata-1 = On the page for SSO, <em>Export Metadata</em> gives a file.

## Keycloak

guide-keycloak-create-title = Create the client
guide-keycloak-create-1 = Sign in to the admin console of Keycloak and choose your realm. You need to be allowed to manage its clients.
guide-keycloak-create-2 = Open <em>Clients</em> and press <em>Create client</em>. As <em>Client type</em>, choose <em>SAML</em>.
guide-keycloak-values-1 = On the same page, enter the client’s ID. It has to be this, to the letter.
guide-keycloak-values-2 = Go on to the next page, copy these two, and save.
guide-keycloak-values-3 = Then set these under <em>Settings</em> of the new client.
guide-keycloak-values-4 = Optional, under <em>Advanced</em>: with this value, signing out at Keycloak signs out here too.
guide-keycloak-values-note = Look at <em>Client signature required</em>, usually under <em>Keys</em>, and turn it off. It is often on at first, and Keycloak then refuses to begin any sign-in, because requests from here are not signed by default.
guide-keycloak-attributes-1 = Open <em>Client scopes</em> and in it the scope that is dedicated to this client. Add a mapper of a user’s property or attribute for each of these.
guide-keycloak-assign-1 = Nothing is to be done: everybody in the realm may sign in at this client. To narrow that down, invite people here by hand, or give the client a flow of its own at Keycloak.
guide-keycloak-paste-1 = The login URL has this form: <code>https://your-server/realms/your-realm/protocol/saml</code>. Put in the host and the realm that you see in the address of the admin console.
guide-keycloak-paste-2 = The entity ID is the beginning of it: <code>https://your-server/realms/your-realm</code>.
guide-keycloak-paste-3 = The certificate is usually under <em>Realm settings</em>, <em>Keys</em>, in the line of <em>RS256</em>. Keycloak shows it without its <code>BEGIN</code> and <code>END</code> lines; paste it as it is.
guide-keycloak-metadata-1 = With Keycloak this is the easier way: open <em>Realm settings</em>, and copy the address that is behind the link <em>SAML 2.0 Identity Provider Metadata</em>. It ends in <code>/protocol/saml/descriptor</code>.

## AD FS

guide-adfs-create-title = Add the relying party trust
guide-adfs-create-1 = Sign in to the AD FS server. You need to be an administrator of it.
guide-adfs-create-2 = Open <em>AD FS Management</em> and choose <em>Add Relying Party Trust</em>. Choose <em>Claims aware</em>, say that you enter the data by hand, and give it a name that you know again.
guide-adfs-values-1 = Go on to the page about URLs, and set this.
guide-adfs-values-2 = On the next page, add the identifier, which is our entity ID.
guide-adfs-assign-1 = The wizard then asks for an access control policy. Choose the one that lets in the people who may sign in, and finish the wizard.
guide-adfs-ldap = LDAP attribute
guide-adfs-outgoing = Outgoing claim type
guide-adfs-incoming = Incoming claim type
guide-adfs-format = Outgoing name ID format
guide-adfs-attributes-1 = Edit the claim issuance policy of the new trust. Add a first rule, <em>Send LDAP Attributes as Claims</em>, with these.
guide-adfs-attributes-2 = Add a second rule that transforms an incoming claim.
guide-adfs-attributes-note = Both rules are needed, in this order. Without the second one, AD FS answers <code>InvalidNameIDPolicy</code>.
guide-adfs-paste-1 = The login URL is usually <code>https://your-server/adfs/ls/</code>, with the name of your federation service.
guide-adfs-paste-2 = The entity ID has this form: <code>http://your-server/adfs/services/trust</code>. Yes, it begins with <code>http</code>.
guide-adfs-paste-3 = The certificate is usually under <em>Service</em>, <em>Certificates</em>, <em>Token-signing</em>. Export it to a file as Base-64 encoded X.509, open the file with a text editor, and paste all of it.
guide-adfs-paste-note-rollover = AD FS makes itself a new signing certificate every year. While there are two, paste both here, one below the other. Who forgets it is locked out on the day of the change.
guide-adfs-paste-note-sign = AD FS signs the assertion alone by default, which is enough here. To sign both, run <code>Set-ADFSRelyingPartyTrust -TargetName YourTrust -SamlResponseSignature "MessageAndAssertion"</code>.
guide-adfs-paste-note-clock = If sign-ins are refused because they are not valid yet, the server’s clock is ahead. Set it right, or allow for it with <code>-NotBeforeSkew</code>.
guide-adfs-metadata-1 = If your AD FS can be reached from the internet, this is the better way. Its metadata is at <code>https://your-server/FederationMetadata/2007-06/FederationMetadata.xml</code>. If it cannot, open that address in your own network, and bring the file here.

## Any other

guide-other-name = Another identity provider
guide-other-create-1 = Sign in to the console of your identity provider, as somebody who may add applications.
guide-other-create-2 = Add an application of the kind <strong>SAML 2.0</strong>. Some call it service provider, relying party, client or connector. Give it a name that your people know.
guide-other-values-1 = If your identity provider can read metadata, give it this address, or the file behind it. It then has everything, and you can go on.
guide-other-values-2 = Otherwise copy the values one by one. Each has several names; look for one of them.
guide-other-our-metadata = Metadata URL of the service provider
guide-other-our-entity-id = SP entity ID (also: audience, audience URI, audience restriction, identifier, relying party identifier)
guide-other-our-acs-url = Assertion consumer service URL (also: ACS, reply, recipient, destination, consumer or single sign-on URL)
guide-other-our-slo-url = Single-logout URL (optional)
guide-other-our-certificate = Certificate, if it wants to check signatures or to encrypt (optional)
guide-other-name-id = NameID format (also: subject)
guide-other-signed = Signature
guide-other-signed-value = the assertion, or the response, or both
guide-other-algorithm = Signature algorithm
guide-other-values-note = Recipient, destination and ACS URL may be three fields. Enter the same value in all of them.
guide-other-attributes-1 = Have it send these attributes, whatever they are called on its side.
guide-other-assign-1 = Give the application to the people or groups who may sign in. Do not forget yourself: you will test it.
guide-other-assign-note = Who is not assigned is mostly stopped at the identity provider. Nothing of that arrives here, so you will not find it in the activity.
guide-other-paste-1 = Look for the signing certificate, also called X.509 or token-signing certificate. Open the file with a text editor and paste all of it.
guide-other-paste-2 = The login URL is also called SSO, sign-on or endpoint URL. The entity ID is also called issuer.
guide-other-metadata-1 = Most identity providers offer metadata, as an address or as a file. It holds everything above.
