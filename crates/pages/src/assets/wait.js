// A page about something that is under way looks again every two seconds, and is loaded anew when it is over.
const waiting = document.querySelector("[data-wait]");
const look = async () => {
  try {
    const answer = await fetch(waiting.dataset.wait, { headers: { Accept: "application/json" } });
    if (answer.ok && (await answer.json()).state !== "pending") return location.reload();
  } catch {
    // The network may be back the next time.
  }
  setTimeout(look, 2000);
};
if (waiting) setTimeout(look, 2000);
