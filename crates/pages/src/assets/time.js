// Moments in the reader's own time; UTC stays for whoever points at one. Without scripts UTC is shown.
for (const moment of document.querySelectorAll("time[datetime]:not([data-said])")) {
  const at = new Date(moment.dateTime);
  if (Number.isNaN(at.getTime())) continue;
  const day = moment.hasAttribute("data-day");
  const shape = day ? { dateStyle: "long" } : { dateStyle: "long", timeStyle: "short" };
  moment.textContent = new Intl.DateTimeFormat(document.documentElement.lang, shape).format(at);
}
