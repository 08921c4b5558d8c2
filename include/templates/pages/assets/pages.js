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
