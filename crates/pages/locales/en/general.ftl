# What many pages say.
or = or
continue = Continue
done = Done
copy = Copy
copied = Copied
print = Print
download = Download
remove = Remove
rename = Rename
replace = Replace
set-up = Set up
not-now = Not now
start-again = Start again
reference = Reference
error-prefix = Error:
status-warning = Look at this
status-failed = This did not work
back-unchanged = Go back without changing anything
back-to-sign-in = Back to the sign-in
back-to-account = Back to your account
identity-provider = Identity provider

# Fields.
field-email = E-mail address
field-name = Name
field-password = Password
field-new-password = New password
field-new-password-hint = At least { $minimum } characters. Four or five words that have nothing to do with each other are easy to keep and hard to guess.
field-show = Show
field-show-what = the password
field-totp = Code from your authenticator app
field-totp-shape = Six digits

# Moments. The month is a number from 1.
date = { $day } { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
} { $year }
date-time = { $day } { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
} { $year }, { $time } UTC
moment-now = just now
moment-minutes = { $count ->
    [one] one minute ago
   *[other] { $count } minutes ago
}
moment-hours = { $count ->
    [one] one hour ago
   *[other] { $count } hours ago
}

# Passkeys.
use-passkey = Use a passkey
passkey-needs-script = A passkey needs JavaScript, and this browser does not run it.
passkey-not-made-title = No passkey was made
passkey-not-made-text = The browser was stopped, or took too long. Press the button to try again.
passkey-not-used-title = The passkey was not used
passkey-not-used-text = The browser was stopped, took too long, or has no passkey for this site. Try again, or go another way.
passkey-known-title = This device has a passkey already
passkey-known-text = It works for your account as it is. To add another, use another device or security key.
passkey-unsupported-title = This browser knows no passkeys
passkey-unsupported-text = Open this page in a current browser, or on the device that holds your passkey.

# Below an error.
error-idp-help = Help from your identity provider
