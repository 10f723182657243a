# The account of a person.
account-title = Your account
account-role = Role
account-change-password = Change the password
account-workspace = Your workspace
account-settings = Set up single sign-on
passkeys = Passkeys
passkeys-none = None yet. With a passkey you sign in with your fingerprint, your face or a PIN.
passkeys-added = Added
passkeys-used = used last
passkeys-not-used = not used yet
passkeys-new-name = New name
passkeys-save-name = Save the name
passkeys-add = Add a passkey
add-passkey-text = With a passkey you sign in with your fingerprint, your face or a PIN. There is nothing to remember, and no false site can ask you for it.
add-passkey-name-hint = So that you know it again: the device or the security key.
again-title = Is it still you?
sessions = Sessions
sessions-here = This browser
sessions-since = Since
sessions-seen = seen last
sessions-end-others = Sign out everywhere else
totp = Authenticator app
totp-since = On since
totp-none = Not set up
recovery-codes = Recovery codes
recovery-left = { $count } left
recovery-none = None left. Make new ones
recovery-few = Only { $count } left. Make new ones soon
recovery-new = New codes

# Setting a second factor up.
enrol-title = Set up your second step
enrol-required = This workspace asks for a second step beside the password. It takes a minute, and an authenticator app on your phone.
enrol-why = With a second step, a stolen password alone lets nobody in.
enrol-scan = Open your authenticator app and scan this.
enrol-qr = QR code for your authenticator app
enrol-open-app = Open the app on this device
enrol-type = Cannot scan? Type the secret
enrol-account = Account
enrol-secret = Secret
enrol-copy = Copy the secret
enrol-confirm = Confirm the code
enrol-passkey = Use a passkey instead
keep-codes-title = Keep your recovery codes
keep-codes-text = Each of them lets you in once when your phone is lost. They are shown <strong>only now</strong>: put them where you keep what matters, and not beside your password.
keep-codes-kept = I have kept them

# This is me.
this-is-me-title = Is this you?
this-is-me-says = Your identity provider says:
this-is-me-text = Press <em>This is me</em>, and this identity provider can sign you in as an admin of { $workspace }, without your password. Press it only if you set this identity provider up yourself. If you are not sure, leave it: your password keeps working.
this-is-me-button = This is me
this-is-me-back = Back to the report

# Why somebody is asked again.
again-account = What decides how you come in needs a sign-in of the last ten minutes.
again-factor = This needs your own second step: sign in with your password and that, or with a passkey.
again-admins = What decides who gets in as an admin needs a sign-in of the last ten minutes.
again-sso = What decides how everybody comes in needs a sign-in of the last ten minutes.
account-go = Go to your account
role-admin = Admin
role-member = Member
sessions-browser = A browser
sessions-browser-on = { $browser } on { $system }

# What was just done.
done-signed-in-again-title = You have signed in again
done-signed-in-again-text = Nothing was changed yet: press the button once more.
done-app-on-title = Your authenticator app is on
done-app-on-text = From now on it is asked for when you sign in with your password.
done-app-off-title = Your authenticator app was removed
done-app-off-text = What else you have here still counts.
done-second-step-off-title = Your second step was removed
done-second-step-off-text = Your recovery codes went with it.
done-second-step-due-title = Your second step was removed
done-second-step-due-text = Your recovery codes went with it. This workspace asks for a second step: your next sign-in leads to setting one up again.
done-codes-kept-title = Your recovery codes count now
done-codes-kept-text = Each of them lets you in once. Older ones count no more.
done-passkey-added-title = The passkey was added
done-passkey-added-text = Use it the next time you sign in.
done-passkey-renamed-title = The passkey has another name
done-passkey-renamed-text = It works as before.
done-passkey-removed-title = The passkey was removed
done-passkey-removed-text = It lets nobody in any more. Your device may still list it; delete it there too.
done-password-changed-title = Your password was changed
done-password-changed-text = All your other sessions have ended.
done-session-ended-title = That session has ended
done-session-ended-text = Whoever used it has to sign in again.
done-others-ended-title = You are signed out everywhere else
done-others-ended-text = This browser is the only one that is still signed in.

# What was not made.
passkey-not-added-title = The passkey was not made
passkey-not-added-text = Your browser or device did not finish, or took too long. Try again.
passkey-not-enrolled-title = The passkey was not made
passkey-not-enrolled-text = Your browser or device did not finish. Try again, or use an authenticator app.

# An admin resets somebody's second step.
reset-factor-title = Reset somebody's second step?
reset-factor-text = { $email } loses the authenticator app, the passkeys and the recovery codes, and is signed out everywhere.
reset-factor-advice = Make sure that it is really them who asked: whoever knows their password could sign in without a second step afterwards, or set up one of their own.
reset-factor-button = Reset the second step
factor-reset-title = The second step was reset
factor-reset-text = { $email } is signed out everywhere.
factor-reset-advice = If this workspace asks for a second step, their next sign-in leads to setting one up.

# Groups make admins.
admin-mapping-title = Let your identity provider make admins?
admin-mapping-text = With revision { $revision } of this connection, everybody in { $groups } who signs in through { $idp } becomes an admin of { $workspace }.
admin-mapping-some-idp = the identity provider
admin-mapping-advice = Whoever administers the identity provider can then make anybody an admin here. A later change of the settings asks you again.
admin-mapping-button = Enable the mapping to admin
admin-mapping-on-title = The mapping to admin counts now
admin-mapping-on-text = It counts for this revision of the settings alone.

# It is them.
linked-title = This identity provider signs you in now
linked-text = Once these settings are live, single sign-on lets you in as an admin. Your password keeps working.
