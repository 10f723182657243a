// Copying, downloading and printing. Without scripts the buttons are not there, and the values can be selected.
for (const button of document.querySelectorAll("button[data-copy]")) {
  const words = [...button.childNodes];
  button.hidden = false;
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copy);
    const lines = [...source.querySelectorAll("li")].map((line) => line.textContent.trim());
    try {
      await navigator.clipboard.writeText(source.value ?? (lines.join("\n") || source.textContent.trim()));
      button.textContent = button.dataset.copied;
      setTimeout(() => button.replaceChildren(...words), 2000);
    } catch {
      getSelection().selectAllChildren(source);
    }
  });
}
for (const button of document.querySelectorAll("button[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
for (const button of document.querySelectorAll("button[data-download]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const lines = [...document.getElementById(button.dataset.download).querySelectorAll("li")];
    const text = lines.map((line) => line.textContent.trim() + "\n").join("");
    const file = document.createElement("a");
    file.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
    file.download = button.dataset.name;
    file.click();
    setTimeout(() => URL.revokeObjectURL(file.href), 1000);
  });
}
