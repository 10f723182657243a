// Copying and printing. Without scripts the buttons are not there, and the values can be selected.
for (const button of document.querySelectorAll("button[data-copy]")) {
  const words = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    const lines = [...source.querySelectorAll("li")].map((line) => line.textContent.trim());
    try {
      await navigator.clipboard.writeText(source.value ?? (lines.join("\n") || source.textContent.trim()));
      button.textContent = button.dataset.copied;
      setTimeout(() => { button.textContent = words; }, 2000);
    } catch {
      getSelection().selectAllChildren(source);
    }
  });
}
for (const button of document.querySelectorAll("button[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
