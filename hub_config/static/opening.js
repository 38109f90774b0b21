// Follows a workspace's start: marks the steps, shows the reason, goes on when it is ready or failed.
"use strict";

const opening = document.getElementById("opening");
const steps = [...opening.querySelectorAll("[data-step]")];
const events = new EventSource(opening.dataset.events);

function mark(step) {
  const reached = steps.findIndex((item) => item.dataset.step === step);
  if (reached < 0) return;
  steps.forEach((item, place) => {
    item.className = place < reached ? "done" : place === reached ? "now" : "";
  });
}

events.addEventListener("message", (message) => {
  const told = JSON.parse(message.data);
  if (told.progress !== undefined) document.getElementById("bar").value = told.progress;
  if (told.step) mark(told.step);
  if (told.step && told.message) document.getElementById("message").textContent = told.message;
  if (told.ready || told.failed) {
    events.close();
    window.location.reload();
  }
});
