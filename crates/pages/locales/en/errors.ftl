# What people see when something does not work. Each failure has three messages: title, text, advice.
error-admins-only-title = This page is for admins
error-admins-only-text = You are signed in as a member, and single sign-on is set up by the admins of your workspace.
error-admins-only-advice = Ask an admin of your workspace, or sign in with the account of one.
error-link-may-not-enable-title = This link does not enable
error-link-may-not-enable-text = With your setup link you can save the settings and test them. Enabling is left to an admin of the workspace.
error-link-may-not-enable-advice = Tell whoever sent you the link that the test has passed.
error-link-may-not-disable-title = This link does not disable
error-link-may-not-disable-text = Single sign-on is switched off by an admin of the workspace.
error-link-may-not-disable-advice = Ask whoever sent you the link.
error-link-sets-up-alone-title = This is for admins
error-link-sets-up-alone-text = With your setup link you set one connection up and test it. The rest is done by an admin of the workspace.
error-link-sets-up-alone-advice = Ask whoever sent you the link.

# Guessing, forms.
error-too-many-attempts-title = Too many attempts
error-too-many-attempts-text = There were too many attempts lately. { $seconds ->
    [one] Wait one second before the next.
   *[other] Wait { $seconds } seconds before the next.
}
error-too-many-attempts-advice = If your company uses single sign-on, it is not affected: go back and sign in through it.
error-form-unreadable-title = This could not be read
error-form-unreadable-text = What arrived is not what the form on our page sends.
error-form-unreadable-advice = Go back, load the page again and send it once more.
error-cross-site-post-title = This form came from another site
error-cross-site-post-text = What was sent here did not come from a page of ours, so nothing was done.
error-cross-site-post-advice = Open the page that you wanted to use in this browser, and send it from there.
error-form-not-ours-title = This form is out of date
error-form-not-ours-text = What was sent does not come from a page that we have shown in this session.
error-form-not-ours-advice = Go back, reload the page and try again.

# Signing in on our own pages.
error-sign-in-over-title = This sign-in is no longer open
error-sign-in-over-text = It was finished already, took longer than 30 minutes, or was begun in another browser.
error-sign-in-over-advice = Start again from the application.
error-sign-in-went-on-title = This sign-in went on elsewhere
error-sign-in-went-on-text = Another tab, or another press of the button, has taken it further already.
error-sign-in-went-on-advice = Go back to that tab, or start again from the application.
error-workspace-unknown-title = There is no such workspace
error-workspace-unknown-text = No workspace has this name.
error-workspace-unknown-advice = Check the link, or ask an administrator of your workspace for the right one.
error-password-link-over-title = This link is over
error-password-link-over-text = It has expired, was used already, was replaced by a newer one, or is not whole.
error-password-link-over-advice = If you have set your password with it, sign in. Otherwise ask for a new link.
error-password-link-over-no-mail-title = This link is over
error-password-link-over-no-mail-text = It has expired, was used already, was replaced by a newer one, or is not whole.
error-password-link-over-no-mail-advice = If you have set your password with it, sign in. Otherwise ask an administrator of your workspace for a new link.

# The account.
error-sso-required-title = You sign in through single sign-on
error-sso-required-text = This workspace signs its people in through its identity provider, so nothing that is kept here would let you in.
error-sso-required-advice = Change your password and your second step at your identity provider.
error-passkeys-need-a-name-title = There are no passkeys here
error-passkeys-need-a-name-text = This service is reached by a number instead of a name, and passkeys belong to a name.
error-passkeys-need-a-name-advice = Use an authenticator app.
error-own-second-factor-title = This is your own second step
error-own-second-factor-text = Nobody resets their own: it would be worth nothing to whoever it protects you from.
error-own-second-factor-advice = Use your account page while you have it. If you have lost it and your recovery codes, ask another admin.
error-reset-admins-only-title = This is not yours to reset
error-reset-admins-only-text = Only an admin can reset the second step of somebody in their own workspace.
error-reset-admins-only-advice = Ask an admin of your workspace.
error-not-yours-to-say-title = This is not yours to say
error-not-yours-to-say-text = Only an admin who is signed in here can say it, of a test that passed in this very browser and was about their own address.
error-not-yours-to-say-advice = Sign in with your own account, run the test once more in this browser, then press the button on its result.
error-local-proof-required-title = Prove once that this is you
error-local-proof-required-text = You are an admin of this workspace, and whoever sets single sign-on up could point it at an identity provider of their own. So an admin shows once, by password and second factor, that this identity provider speaks of them. From then on single sign-on alone is enough. The one that has just done so calls itself { $idp }: is that yours?
error-local-proof-required-advice = Press the button and sign in with your password. If you have none yet, ask for a link on the next page.

# What an application has asked for.
error-client-unknown-title = This application is not known
error-client-unknown-text = The application that sent you here (client_id) is not registered.
error-client-unknown-advice = Go back to the application. If it happens again, tell its operator the reference below.
error-redirect-uri-unregistered-title = This link is not right
error-redirect-uri-unregistered-text = The address to come back to (redirect_uri) is not registered for this application, so you are not sent there.
error-redirect-uri-unregistered-advice = Go back to the application. If it happens again, tell its operator the reference below.
error-connection-unknown-title = Single sign-on not found
error-connection-unknown-text = There is no single sign-on under this name.
error-connection-unknown-advice = Go back to the application. If it happens again, tell its operator the reference below.
error-connection-undecided-title = Which workspace?
error-connection-undecided-text = The application has to say which workspace you belong to: by workspace, by connection, or by an address of a verified domain.
error-connection-undecided-advice = Go back to the application. If it happens again, tell its operator the reference below.
error-sso-not-live-here-title = Single sign-on is not available
error-sso-not-live-here-text = Single sign-on is not switched on for this workspace.
error-sso-not-live-here-advice = Go back to the application. If it happens again, tell its operator the reference below.
error-post-logout-redirect-uri-unregistered-title = This link is not right
error-post-logout-redirect-uri-unregistered-text = The address to go to afterwards (post_logout_redirect_uri) is not registered for this application, so nothing was done.
error-post-logout-redirect-uri-unregistered-advice = Go back to the application and sign out there. If it happens again, tell its operator the reference below.

# What the identity provider has sent.
error-response-unreadable-title = The sign-in could not be read
error-response-unreadable-text = What arrived from your identity provider is not a SAML response.
error-response-unreadable-advice = Start again from the application. If it happens again, tell your administrator the reference below.
error-acs-form-unreadable-title = The sign-in could not be read
error-acs-form-unreadable-text = The form that arrived could not be read.
error-acs-form-unreadable-advice = Start again from the application. If it happens again, tell your administrator the reference below.
error-acs-response-missing-title = The sign-in could not be read
error-acs-response-missing-text = No SAMLResponse arrived.
error-acs-response-missing-advice = Start again from the application. If it happens again, tell your administrator the reference below.
error-acs-response-twice-title = The sign-in could not be read
error-acs-response-twice-text = More than one SAMLResponse arrived.
error-acs-response-twice-advice = Start again from the application. If it happens again, tell your administrator the reference below.
error-unsolicited-response-title = Please start from the application
error-unsolicited-response-text = Your identity provider sent you here by itself. For your safety a sign-in has to begin at the application.
error-unsolicited-response-advice = Open the application and sign in from there.
error-unsolicited-refused-title = You could not be signed in
error-unsolicited-refused-text = What your identity provider sent did not pass our checks.
error-unsolicited-refused-advice = Open the application and sign in from there. If that fails too, tell your administrator the reference below.
error-no-application-title = Please start from the application
error-no-application-text = Your identity provider sent you here by itself, and no application is set up to go on with that.
error-no-application-advice = Open the application and sign in from there.
error-trip-unknown-title = This sign-in is no longer open
error-trip-unknown-text = It was finished already, took longer than 30 minutes, or did not begin here.
error-trip-unknown-advice = Start again from the application.
error-another-browser-title = This sign-in began in another browser
error-another-browser-text = A sign-in can only be finished in the browser that began it.
error-another-browser-advice = Start again from the application, in this browser.
error-parked-message-gone-title = This sign-in took too long
error-parked-message-gone-text = The answer of your identity provider waited a minute for your browser, or was used already.
error-parked-message-gone-advice = Start again from the application.
error-browser-cookie-missing-title = Your browser did not send its cookie
error-browser-cookie-missing-text = A sign-in can only be finished in the browser that began it, and this one sent no cookie of ours.
error-browser-cookie-missing-advice = Allow cookies for this site, then start again from the application.
error-response-refused-title = You could not be signed in
error-response-refused-text = The answer of your identity provider did not pass our checks.
error-response-refused-advice = Tell your administrator the reference below: it leads to what has to be mended.
error-idp-refused-title = Your identity provider did not sign you in
error-idp-refused-text = Your identity provider reports: { $said }.
error-idp-refused-advice = Try again. If it happens again, ask whoever looks after your identity provider, and tell them the reference below.
error-replayed-title = This sign-in was used already
error-replayed-text = The answer of your identity provider can be used once, and it has been.
error-replayed-advice = Start again from the application.
error-revision-superseded-title = The SSO settings are changing
error-revision-superseded-text = The settings of your identity provider were changed while you were signing in.
error-revision-superseded-advice = Start again from the application in a moment.
error-sso-not-live-title = Single sign-on is not available
error-sso-not-live-text = Single sign-on is not switched on for this workspace.
error-sso-not-live-advice = Ask an administrator of your workspace.
error-sso-suspended-title = Single sign-on is not available
error-sso-suspended-text = Single sign-on is suspended: the workspace's plan does not include it.
error-sso-suspended-advice = Ask an administrator of your workspace.
error-request-uri-unknown-title = This sign-in has waited too long
error-request-uri-unknown-text = The application had announced it, and that counts for a minute and a half, and once.
error-request-uri-unknown-advice = Start again from the application.
error-forward-auth-interrupted-title = This sign-in was interrupted
error-forward-auth-interrupted-text = It ended in another browser than it began in, took too long, or was used already. Nobody was signed in by it.
error-forward-auth-interrupted-advice = Sign in again, from the application.
forward-auth-again = Back to the application
error-redirect-uri-gone-title = The application is no longer registered
error-redirect-uri-gone-text = The address that the sign-in should go back to was removed while you were away.
error-redirect-uri-gone-advice = Tell your administrator the reference below.

# Signing out.
error-logout-refused-title = This sign-out was not accepted
error-logout-refused-text = The message of your identity provider did not pass our checks, so it ended nothing here.
error-logout-refused-advice = Sign out in the application itself. If it happens again, tell your administrator the reference below.
error-logout-unknown-title = This sign-out is not known
error-logout-unknown-text = It did not begin here, took longer than 30 minutes, or its connection is gone.
error-logout-unknown-advice = Sign out in the application itself.
error-logout-replayed-title = This sign-out was used already
error-logout-replayed-text = A message of your identity provider counts once, and this one has been here.
error-logout-replayed-advice = Nothing is left to do. You can close this page.

# Tests and setup links.
error-test-over-title = This test is over
error-test-over-text = It ended while you were away: it expired, was finished, or a newer draft was saved.
error-test-over-advice = Start a new test in the SSO settings.
error-test-link-over-title = This test is over
error-test-link-over-text = The link is unknown, has expired, or its test has come to an end.
error-test-link-over-advice = Start a new test in the SSO settings.
error-setup-link-unknown-title = We do not know this link
error-setup-link-unknown-text = It is not whole, or what it led to was deleted.
error-setup-link-unknown-advice = Open the whole link from the message that you got. If it still does not work, ask whoever sent it to you for a new one.
error-setup-link-expired-title = This link has expired
error-setup-link-expired-text = The link to the setup of single sign-on for { $workspace } worked until { $until }.{ $contacts ->
    [0] { "" }
   *[other] { " " }Questions are answered by { $contact }.
}
error-setup-link-expired-advice = Ask whoever sent it to you for a new one. What was saved with it is kept.
error-setup-link-revoked-title = This link was taken back
error-setup-link-revoked-text = The link to the setup of single sign-on for { $workspace } was ended by those who made it.{ $contacts ->
    [0] { "" }
   *[other] { " " }Questions are answered by { $contact }.
}
error-setup-link-revoked-advice = Ask whoever sent it to you for a new one if you still need it. What was saved with it is kept.
error-setup-not-open-title = The setup is not open here
error-setup-not-open-text = It closes after an hour without use, when its link is opened in another browser, and when the link ends. What was saved is kept.
error-setup-not-open-advice = Open your setup link again. If it does not work any more, ask whoever sent it to you for a new one.
error-setup-form-not-ours-title = This form is out of date
error-setup-form-not-ours-text = What was sent does not come from a page that we have shown in this setup, so nothing was done.
error-setup-form-not-ours-advice = Open your setup link again, and do it once more from there.
