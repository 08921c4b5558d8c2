"use strict";

// The frame that Airflow shows the pages in is of the same origin, so its choice of light or dark can be seen.
function takeOverColours() {
  let dark = matchMedia("(prefers-color-scheme: dark)").matches;
  try {
    if (parent !== window) dark = parent.document.documentElement.classList.contains("dark");
  } catch {
    // Another site's frame: it says nothing about colours.
  }
  document.documentElement.classList.toggle("dark", dark);
}

takeOverColours();

// The frame may open no window, and Airflow's own page may: so the click is passed on to it.
for (const link of document.querySelectorAll("a[data-open]")) {
  link.addEventListener("click", (event) => {
    if (parent === window) return;
    event.preventDefault();
    const outside = parent.document.createElement("a");
    outside.href = link.href;
    outside.target = "_blank";
    outside.rel = "noopener noreferrer";
    parent.document.body.append(outside);
    outside.click();
    outside.remove();
  });
}

for (const field of document.querySelectorAll("input[data-select]")) {
  field.addEventListener("focus", () => field.select());
}
