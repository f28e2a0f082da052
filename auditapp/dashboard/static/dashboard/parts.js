// What is loaded on its own says when it is there, and when it cannot be.
"use strict";

document.addEventListener("htmx:afterRequest", (event) => {
  const panel = event.target.closest("[aria-busy]");
  if (panel) panel.setAttribute("aria-busy", "false");
});
// An address may lead to something in a part that came only now.
document.addEventListener("htmx:afterSettle", (event) => {
  const place = location.hash && document.getElementById(location.hash.slice(1));
  if (place && event.target.contains(place)) place.scrollIntoView();
});
// What is still being searched can be stopped.
document.addEventListener("click", (event) => {
  const stop = event.target.closest("[data-stop]");
  const part = stop && stop.closest("[hx-get]");
  if (!part) return;
  htmx.trigger(part, "htmx:abort");
  part.remove();
});

function complain(target, sentence) {
  const problem = document.createElement("p");
  problem.className = "state error";
  problem.setAttribute("role", "alert");
  problem.textContent = sentence;
  target.replaceChildren(problem);
}

document.addEventListener("htmx:sendError", (event) => complain(event.detail.target, "The server cannot be reached. Please try again."));
document.addEventListener("htmx:responseError", (event) => complain(event.detail.target, "Something broke on our side; the error was written to the log of the server."));
