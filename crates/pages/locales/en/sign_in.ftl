# Signing in.
sign-in = Sign in
sign-out = Sign out
sign-in-to = Sign in to { $workspace }
sign-in-again = Sign in again
sign-in-passkey = Sign in with a passkey
sign-in-with-sso = Continue with single sign-on
sign-in-with-password = Continue with the password
sign-in-or-as-admin = or, as an admin
sign-in-another-address = Use another e-mail address
sign-in-continue-to = Continue to { $workspace }
sign-in-or-elsewhere = or with another address or workspace
sign-in-try-again = Try again
sign-in-admins-password = Admins: sign in with a password
prove-title = Prove that it is you
prove-text = You are an admin, and this is your first sign-in from this identity provider. Enter your password, then your second factor, to show that it is yours.
prove-once = You do this once. Afterwards single sign-on alone is enough.
choose-connection-title = Choose how to sign in
choose-connection-text = This workspace has several identity providers. Take the one that you have an account with.
choose-workspace-title = Choose your workspace
choose-workspace-or = or another one
choose-workspace-slug = Short name of the workspace
choose-workspace-slug-hint = You find it in your invitation; your administrator knows it too.
choose-workspace-mail = Mail me the list of my workspaces

# The second step.
second-step = Second step
second-passkey-text = Your browser or your security key asks for your fingerprint, your face or a PIN.
second-recovery = Use a recovery code
second-recovery-code = Recovery code
second-recovery-hint = One of those that you kept when you set your second factor up. Each works once.
second-recovery-continue = Continue with the recovery code
second-break-glass = Use a break-glass code
second-break-glass-code = Break-glass code
second-break-glass-hint = Whoever runs this service makes one for you in an emergency. Every admin is told when it is made.
second-break-glass-continue = Continue with the break-glass code

# Passwords and links by mail.
forgot-title = Forgot your password?
forgot-text = We send you a link with which you choose a new one.
forgot-workspaces = We send you the list of your workspaces. Each has a sign-in page of its own, where you can ask for a new password.
forgot-send-link = Send the link
forgot-send-list = Send the list
mail-sent-title = Look into your mail
mail-sent-badge = On its way
mail-sent-forgot = If <strong>{ $email }</strong> is known here, a mail with a link to choose a new password is on its way.
mail-sent-workspaces = If <strong>{ $email }</strong> is known here, a mail with the workspaces of this address is on its way.
mail-sent-advice = It takes a minute at most. If nothing comes, look into the spam folder, and whether the address is the one that your workspace knows.
set-password-page = Choose a password
set-password-invitation = Welcome. Choose a password
set-password-title = Choose a new password
set-password-ends = Your old password ends with it, and so do your other sessions.
set-password-sso-title = Your workspace uses single sign-on
set-password-sso-text = You sign in through your company. A password counts only should that be switched off.
set-password-button = Set the password
password-set-title = Your password is set
password-set-text = Sign in with it from now on.
password-set-sso-instead = Your workspace uses single sign-on: you sign in through your company, and the password counts only should that be switched off.

# Where to go instead.
sign-in-go = Go to the sign-in
sign-in-to-account = Sign in to your account
sign-in-another-account = Sign in to another account
sign-in-by-password = Sign in with a password
sign-in-by-address = Sign in with your e-mail address
prove-button = Prove that it is me
forgot-new-link = Ask for a new link
forgot-new-password = Set a new password

# What was typed.
email-invalid-title = This is no e-mail address
email-invalid-text = Type it as in ada@example.com.
forgot-address-title = That is no e-mail address
forgot-address-text = Write it like name@example.com.
slug-unknown-title = There is no such workspace
slug-unknown-text = Type its short name as it stands in the address of your application, or ask an administrator.
password-wrong-title = The address or the password is wrong
password-wrong-text = Check both and try again. If you never set a password here, ask for one below.
passkey-wrong-title = This passkey did not work
passkey-wrong-text = It is not known here, or belongs to another workspace. Sign in another way.
code-wrong-title = This code is not right
code-wrong-text = Type the code that the app shows now, or use another way below.
code-used-title = This code was used already
code-used-text = Each code counts once. Wait until the app shows the next one.
password-too-short-title = The password needs at least { $shortest } characters and has { $found }
password-too-short-text = Add a word or two.
password-too-long-title = The password is longer than { $longest } characters
password-too-long-text = Take fewer.
password-common-title = The password is one that attackers try first, or made of one or two such words
password-common-text = Add words that do not belong together.
password-personal-title = The password is made of your name, address or organisation
password-personal-text = Choose something unrelated.
password-monotonous-title = The password repeats itself
password-monotonous-text = Mix more different characters or words.
no-mail-title = Ask an administrator of your workspace
no-mail-text = They can give you a link with which you choose a new password.
no-mail-advice = No mail is sent from here.

# On the way to the identity provider.
post-form-title = On to your identity provider
post-form-sign-in = Single sign-on
post-form-sign-in-text = You sign in at <strong>{ $host }</strong>, which brings you back here.
post-form-sign-out = Signing out
post-form-sign-out-text = You are signed out here. Now you sign out at <strong>{ $host }</strong>, which brings you back here.
post-form-button = Continue to your identity provider
post-form-no-script = Your browser runs no scripts: press the button to go on.

# Signing out.
sign-out-title = Sign out?
sign-out-text = { $count ->
    [one] This browser is signed in once.
   *[other] This browser is signed in { $count } times; all of them end.
}
sign-out-stay = Close this page to stay signed in.
signed-out-title = You are signed out
signed-out-text = You can close this page.
signed-out-here-text = This browser is signed out of your account here.
signed-out-here-advice = Applications that you are signed in to stay open until you sign out of them.
