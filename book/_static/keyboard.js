// What the keyboard needs and the theme leaves out: to reach what scrolls, to stay where it is.

// A formula wider than its place scrolls within itself, as the theme's code and tables do.

const LINE = ".bd-article span.math";
const DISPLAYED = ".bd-article div.math mjx-container"; // MathJax's own element scrolls here

function widerThanItsPlace(formula) {
  const drawn = formula.querySelector("mjx-math");
  const place = formula.closest("p, li, td, th, dd, summary, div");
  return Boolean(drawn) && drawn.getBoundingClientRect().width > place.clientWidth;
}

function reachable(element, scrolls) {
  if (scrolls) element.setAttribute("tabindex", "0");
  else element.removeAttribute("tabindex");
}

function markWideFormulas() {
  for (const formula of document.querySelectorAll(LINE)) {
    reachable(formula, formula.classList.toggle("wide", widerThanItsPlace(formula)));
  }
  for (const box of document.querySelectorAll(DISPLAYED)) {
    reachable(box, box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight);
  }
}

window.addEventListener("load", () => window.MathJax?.startup.promise.then(markWideFormulas));
window.addEventListener("resize", markWideFormulas);
document.addEventListener("toggle", markWideFormulas, true); // a revision question opens

// The theme takes the focus off this button when it is pressed; a keyboard would begin anew.
document.addEventListener("click", (event) => {
  const button = event.target.closest?.(".theme-switch-button");
  if (button && event.detail === 0) button.focus(); // 0: no mouse
});
