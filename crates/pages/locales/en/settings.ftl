# The settings of single sign-on.
settings-title = Single sign-on
settings-crumbs = Where this page is
settings-tabs = Pages of this connection
settings-text = Let your people sign in with your company's identity provider.
settings-begin = Set up single sign-on
settings-another = Connect another identity provider
settings-default = Default
tab-settings = Settings
tab-guide = Guided setup
tab-activity = Activity
tab-links = Setup links

# How far a connection is.
state-not-set-up = Not set up
state-saved = Saved, not tested
state-ready = Test passed, not enabled
state-live = Live
state-live-draft = Live, newer draft waiting
state-live-ready-draft = Live, newer draft tested
state-suspended = Suspended by plan
state-disabled = Disabled

# Below Pro.
upgrade-title = Your plan does not include single sign-on
upgrade-text = This workspace has the plan { $plan }. Single sign-on comes with these plans: { $plans }. Everything that was set up is kept, and you can read it here.
upgrade-contact = To change your plan, contact

# What to do next.
next-set-up-title = Next: connect your identity provider
next-set-up-text = The guided setup shows each step in the words of your provider. It takes about ten minutes.
next-set-up-button = Start guided setup
next-test-title = Next: test the provider
next-test-text = You go to your identity provider and come back with a report. Nobody is signed in, and nothing changes for your people.
next-enable-title = Next: enable the provider
next-enable-text = The test has passed. You see whom it affects before anything changes.
next-finish-title = Next: finish the setup
next-finish-text = Everything is saved. Until your link ends, you can come back by it.

# Numbers.
lately-sign-ins = Sign-ins in 24 hours
lately-failures = Failures in 24 hours
lately-exempt = Admins who may come in without it

# Our values.
ours-title = For your identity provider
ours-text = Copy these values into your identity provider.
ours-entity-id = Entity ID
ours-acs-url = Assertion Consumer Service URL (ACS URL)
ours-metadata-url = Metadata URL
ours-metadata-download = Download metadata
ours-more = More values: single logout, certificate
ours-slo-url = Single-logout URL
ours-certificate = Our certificate (PEM)
ours-certificate-copy = Copy the certificate

# Their values.
theirs-title = From your identity provider
theirs-entity-id = Entity ID of your identity provider
theirs-read-only = These values can be changed once your plan includes single sign-on.
field-certificate = Certificate
field-certificate-hint = The signing certificate, with its lines BEGIN CERTIFICATE and END CERTIFICATE. Several are fine, one below the other.
field-certificate-instead = Leave this empty: metadata brings its certificate along.
field-sso-url = Remote login URL
field-sso-url-hint = Where people are sent to sign in: your provider calls it SSO URL, Login URL or sign-in URL.
field-landing-url = Logout landing URL (optional)
field-landing-url-hint = A page to show after sign-out, https.
metadata-instead = Use metadata instead
field-metadata-url = Metadata URL of your identity provider
field-metadata-url-hint = We fetch it now and look again every day, so that a new certificate is noticed.
field-metadata-file = Metadata file
field-file-too-large = This file is too large to be metadata: at most 512 KiB.
field-metadata-xml = Metadata (XML)
advanced = Advanced options
field-idp-entity-id = Entity ID of your identity provider
field-idp-entity-id-hint = Leave it empty, and the test finds it out.
field-logout-url = Single-logout URL of your identity provider
field-logout-url-hint = Where we tell it that somebody has signed out.
field-email-attribute = Attribute with the e-mail address
field-email-attribute-hint = Leave it empty, and the usual names are tried.
field-name-attribute = Attribute with the name
field-authn-context = Required authentication contexts
field-authn-context-hint = Class URIs, separated by spaces. Empty: whatever your provider does is enough.
switch-sign-requests = Sign our requests
switch-force-authn = Ask people to sign in at the provider anew each time
switch-require-signed-response = Refuse responses that are not signed as a whole
switch-refuse-expired = Refuse certificates that have expired
choice-provisioning = Who becomes a member by signing in
provisioning-just-in-time = Everybody whom the provider lets in
provisioning-invite-only = Nobody: members are invited first
choice-binding = How requests go to the provider
binding-redirect = By redirect (HTTP-Redirect)
binding-post = By a form (HTTP-POST)
choice-idp-initiated = Sign-ins that begin at the provider
idp-initiated-refuse = Are refused
idp-initiated-restart = Begin anew from the application
save-button = Save configuration
saved-title = Your configuration is saved
saved-text = Test it next. Until it is enabled, nothing changes for your people.
not-saved-title = Nothing was saved
not-saved-text = Look at the marked fields: each says what was expected and what came.
field-wrong = Expected { $expected }. Received: { $found }.
field-good-certificate = This is a certificate for { $subject }, valid until { $until }.
field-good-url = This looks right.

# Certificates.
certificates-title = Certificates
certificate-over = Expired on
certificate-until = Valid until
certificate-days = { $count ->
    [0] Expires today
    [one] One day left
   *[other] { $count } days left
}
certificate-used = Last used
certificate-not-used = Not used yet
certificate-fingerprint = Fingerprint (SHA-256)
certificate-retire = Retire

# Test, enable, disable.
ways-title = Test and enable
test-button = Test provider
test-last = Report of the last test
enable-button = Enable provider
enable-title = Enable single sign-on
enable-test-first = These settings have not passed a test yet. Run it first: you go to your identity provider and come back with a report.
enable-text = From then on members sign in through your identity provider only. Their passwords, and the sessions that began with them, end.
enable-again-text = Single sign-on is live already. From now on these newer settings count.
enable-affected = Members who must use it
enable-shut-out = Members it shuts out
enable-keeps = Admins who keep a way in
enable-shut-out-title = Who would be shut out
enable-shut-out-text = Your identity provider probably does not know them, and none of their ways in would work any more.
enable-keeps-title = Who keeps a way in without it
enable-keeps-none = Nobody. When your identity provider is away, all of you stay outside until it is back.
enable-keeps-text = These admins get in even when your identity provider is away.
enable-lacks-title = Admins without a second step
enable-lacks-text = A stolen password would let somebody in as one of them.
enable-and-more = These are the first of { $count }.
enable-acknowledge = I know that nobody could get in without the identity provider
enable-confirm = To confirm, type the workspace's name: { $name }
way-password = password
way-passkey = passkey
way-internal-service = your application
enabled-title = Single sign-on is live
enabled-text = Your people sign in through your identity provider from now on.
confirm-hint = Exactly as it is written, with its capital letters.
not-confirmed-title = Nothing was changed
not-confirmed-text = Type { $name } exactly as it is written to confirm. You typed: { $typed }.
disable-button = Disable provider
disable-title = Disable single sign-on
disable-text = Nobody has to sign in through your identity provider any more, and nobody can.
disable-kept = The settings are kept. Members need a new password before one counts again.
disable-confirm = To confirm, type the workspace's name: { $name }
disabled-title = Single sign-on is disabled
disabled-text = The settings are kept. You can enable them again without a new test.

# The report of a test.
report-passed-badge = Passed
report-failed-badge = Failed
report-pending-badge = Under way
report-expired-badge = Expired
report-passed-title = The test passed
report-failed-title = The test failed
report-pending-title = The test is under way
report-expired-title = The test is over
report-passed-text = Every check held. Nobody was signed in, and nothing has changed for your people yet.
report-passed-notes-text = { $count ->
    [one] Single sign-on works. One thing below deserves a look; it stops nobody.
   *[other] Single sign-on works. { $count } things below deserve a look; they stop nobody.
} Nobody was signed in, and nothing has changed for your people yet.
report-failed-text = Nobody was signed in, and nothing has changed. Mend what is marked, then test again.
report-pending-text = Sign in at your identity provider. The report appears here when you come back.
report-expired-text = It ran out of time, or newer settings were saved meanwhile. Start a new one.
report-go-on = Go on to the identity provider
report-go-enable = Continue to enable
report-finish = Finish the setup
report-again = Test again
report-settings = Go to the settings
report-this-is-me = Was this your own account? Then single sign-on can let you in as an admin:
report-received = What was received
report-all = { $count ->
    [one] The one check
   *[other] All { $count } checks
}
report-others = { $count ->
    [one] One other check
   *[other] All { $count } other checks
}
report-expected = Expected
report-got = Received
report-remedy = What to do
outcome-pass = held
outcome-warn = look at this
outcome-fail = did not hold
outcome-skipped = not checked
field-good-metadata = This is the metadata of { $entity }.
retired-title = The certificate is retired
retired-text = What it signs is no longer accepted.
problem-test-required-page = These settings have not passed a test yet. Run the test first.
problem-lockout-risk-page = Nobody could get in without the identity provider. An admin of the workspace has to say that this is meant.
