// A formula wider than its place scrolls within itself, and the keyboard reaches what scrolls.
// (The theme does the same for code and tables.)

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
