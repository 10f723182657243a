# What came of sign-ins.
activity-title = Activity
activity-list = Sign-ins
activity-outcome = Which
activity-all = All
activity-succeeded = Succeeded
activity-failed = Failed
activity-pending = Under way or never back
activity-text = Reference, e-mail or member id
activity-show = Show
activity-clear = Show all sign-ins
activity-none = Nobody has come this way yet. As soon as somebody signs in through your identity provider, it shows here.
activity-none-found = No sign-in fits. A sign-in that failed belongs to nobody: look for it by its reference.
activity-text-wrong-title = Nothing can be found by that
activity-text-wrong = Expected a whole e-mail address, a member's id, or a reference like K7QF2-M9XBD. Received: { $found }.
activity-took = took { $time }
month-sign-ins = Sign-ins in 30 days
month-failures = Failures in 30 days
activity-median = Typical time to sign in
activity-worst = Longest time to sign in
activity-last = Last sign-in
activity-certificate = Certificate
activity-certificate-over = Expired
show-more = Show more
show-newest = Back to the newest

# The chart.
chart-title = The last 30 days
chart-succeeded = Sign-ins
chart-failed = Failures
chart-summary = Sign-ins and failures on each of the last 30 days: { $succeeded } sign-ins and { $failed } failures in all, at most { $most } on one day.
chart-most = highest day: { $count }
chart-incomplete = There were so many that the oldest days lack some of theirs.
chart-table = The same as a table
chart-day = Day (UTC)

# How long something took.
lasted-instant = less than a second
lasted-seconds = { $count ->
    [one] one second
   *[other] { $count } seconds
}
lasted-minutes = { $minutes } min { $seconds } s
lasted-hours = { $hours } h { $minutes } min
lasted-days = { $count ->
    [one] one day
   *[other] { $count } days
}

# One sign-in.
attempt-signed-in = Signed in
attempt-refused = Refused
attempt-under-way = Under way
attempt-gone = Never came back
attempt-signed-in-title = This sign-in succeeded
attempt-refused-title = This sign-in was refused
attempt-under-way-title = This sign-in is under way
attempt-gone-title = This sign-in never came back
attempt-signed-in-text = The answer of your identity provider held every check.
attempt-refused-text = Nobody was signed in.
attempt-under-way-text = The browser is at your identity provider.
attempt-gone-text = The browser left for your identity provider and has not come back within half an hour. Whoever closes the window there does no more than that.
attempt-back = All sign-ins
attempt-about = About it
attempt-application = Application
attempt-begun = Began
attempt-took = Took
attempt-story = What happened
attempt-after = { $time } after the beginning
attempt-response = The answer as it arrived
attempt-response-kept = It is kept until
attempt-response-noted = It holds what your identity provider says of a person. That you have looked at it is noted in the audit log.
attempt-response-show = Show the answer
attempt-response-xml = SAML response (XML)
step-left-for-idp = The browser left for the identity provider.
step-response-arrived = An answer came back.
step-refused = It was refused. { $why }
step-restarted = The settings had changed meanwhile, so it went to the identity provider once more.
step-signed-in = The sign-in succeeded.
step-code-redeemed = The application let the person in.
step-inspected = { $who } had a closer look at the answer.

# Why a sign-in was refused. `why-` and the word of the rule; for a check its name.
why-check = A check did not hold: <strong>{ $check }</strong>.
why-other = The reason has the word { $word }.
why-plan-upgrade-required = The plan of the workspace does not include single sign-on.
why-authn-context-required = The identity provider did not ask for what this connection requires of a sign-in.
why-sso-not-live = Single sign-on was not live.
why-revision-superseded = The settings changed while the person was away.
why-member-deactivated = The member is deactivated.
why-member-removed = The member has been removed.
why-not-invited = Only invited people get in, and nobody has invited this person.
why-domain-not-verified = New members need an address in a verified domain of the workspace, and theirs lies in none.
why-email-missing = The identity provider sent no e-mail address.
why-email-invalid = What the identity provider sent as the e-mail address is none.
why-email-ambiguous = The address reads like a member's, but is written with other characters.
why-identity-conflict = The member is linked to another account at the identity provider.
why-not-of-this-workspace = Person, connection and workspace do not belong together.
why-local-proof-required = An admin comes in by single sign-on only after having proven once that the account is theirs: by password and second step.
why-somebody-else = Somebody else came than the application expected.
why-replayed = This answer had been used already.
why-redirect-uri-gone = The address of the application is no longer registered.
why-response-refused = The answer was refused.

# The audit log.
audit-title = Audit log
audit-text = What was done in this workspace, on all of its connections, the newest first.
audit-detail = Details
audit-target = What it was done to:
actor-member-gone = A member who is gone
actor-api-key = API key { $name }
actor-setup-link = Setup link { $name }
actor-operator = The operator of this service
actor-system = This service by itself

# What was done. `audit-` and the word of the action.
audit-admin-signed-in-without-sso = An admin signed in without single sign-on
audit-api-key-created = API key made
audit-api-key-deleted = API key deleted
audit-attempt-response-read = Kept answer of a sign-in looked at
audit-certificate-expires-soon = Certificate ends soon
audit-client-backchannel-logout-failed = Application could not be told of a sign-out
audit-client-changed = Application changed
audit-client-created = Application registered
audit-client-deleted = Application removed
audit-client-secret-rotated = Secret of an application changed
audit-connection-admin-mapping-enabled = Roles of admins may come from the identity provider
audit-connection-certificate-added = Certificate added
audit-connection-certificate-retired = Certificate retired
audit-connection-changed = Connection changed
audit-connection-created = Connection made
audit-connection-deleted = Connection deleted
audit-connection-disabled = Single sign-on disabled
audit-connection-draft-restored = Older settings restored as a draft
audit-connection-draft-saved = Settings saved
audit-connection-enabled = Single sign-on enabled
audit-connection-inspected = Response inspected
audit-connection-logout-received = The identity provider signed somebody out
audit-connection-metadata-changed = The identity provider's metadata changed
audit-connection-metadata-failed = Metadata could not be fetched
audit-connection-restored = Single sign-on restored by the plan
audit-connection-service-provider-key-activated = New key of our own in use
audit-connection-service-provider-key-created = New key of our own made
audit-connection-service-provider-key-deleted = Old key of our own deleted
audit-connection-suspended = Single sign-on suspended by the plan
audit-domain-changed = Domain changed
audit-domain-claimed = Domain claimed
audit-domain-deleted = Domain deleted
audit-domain-unverified = Domain no longer verified
audit-domain-verified = Domain verified
audit-identity-linked = Account at the identity provider linked
audit-identity-proven = Account at the identity provider proven
audit-identity-unlinked = Account at the identity provider unlinked
audit-mail-failed = Mail could not be delivered
audit-master-key-reseal-started = Sealing anew begun
audit-master-key-resealed = Everything sealed anew
audit-member-changed = Member changed
audit-member-created = Member made
audit-member-deleted = Member removed
audit-member-invited = Member invited
audit-member-role-changed = Role changed by the identity provider
audit-member-signed-in = Signed in
audit-member-signed-out = Signed out
audit-passkey-added = Passkey added
audit-passkey-removed = Passkey removed
audit-passkey-renamed = Passkey renamed
audit-password-changed = Password changed
audit-password-set = Password set
audit-password-link-created = Link to set a password made
audit-password-links-revoked = Links to set a password revoked
audit-session-minted = Session begun by an API key
audit-session-revoked = Session ended
audit-sessions-revoked = All sessions ended
audit-setup-link-created = Setup link made
audit-setup-link-opened = Setup link opened
audit-setup-link-revoked = Setup link taken back
audit-setup-link-used = Setup link used
audit-signing-key-created = Signing key made
audit-signing-key-withdrawn = Signing key withdrawn
audit-test-created = Test begun
audit-test-finished = Test finished
audit-two-factor-enrolled = Second step set up
audit-two-factor-recovery-codes-renewed = New recovery codes made
audit-two-factor-removed = Second step removed
audit-two-factor-reset = Second step reset
audit-workspace-changed = Workspace changed
audit-workspace-created = Workspace made
audit-workspace-deleted = Workspace deleted
audit-workspace-locked = Emergency access closed
audit-workspace-unlocked = Emergency access opened
