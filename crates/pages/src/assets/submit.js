// The button does the same for whoever runs no scripts.
document.querySelector("form[data-auto-submit]")?.submit();
