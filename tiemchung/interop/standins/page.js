// Fetches the list again every two seconds while the box is ticked and the page is looked at.
"use strict";
const box = document.getElementById("refresh");
const list = document.querySelector("[aria-live]");
let shown = list?.innerHTML.trim();

async function refresh() {
  if (!box?.checked || document.hidden) return;
  try {
    const answer = await fetch("/list" + location.search, { cache: "no-store" });
    if (!answer.ok) return;
    const fresh = (await answer.text()).trim();
    if (fresh === shown) return; // an unchanged list is not read out again
    shown = fresh;
    list.innerHTML = fresh; // made and escaped by our own server
  } catch {
    // The stand-in was stopped: what is shown stays.
  }
}

setInterval(refresh, 2000);
