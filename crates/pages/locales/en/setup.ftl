# Where a setup link leads, and how it ends.
setup-open-title = Set up single sign-on for { $workspace }
setup-open-text = This link needs no account. With it you connect your company's identity provider: you save its settings and test them.
setup-open-text-enable = This link needs no account. With it you connect your company's identity provider: you save its settings, test them and switch it on.
setup-open-advice = It works until { $until }. If it is open in another browser, it is closed there.
setup-open-button = Open the setup
setup-leave-title = Leave the setup of { $workspace }?
setup-leave-text = The setup is closed in this browser. What you have saved is kept.
setup-leave-advice = You can come back by your link until { $until }.
setup-leave-button = Leave the setup
setup-closed-title = The setup is closed
setup-closed-text = What you have saved for { $workspace } is kept.
setup-closed-advice = You can close this window. To change something, open your setup link again.
