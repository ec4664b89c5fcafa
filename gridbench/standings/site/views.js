// Views by address: the title and the focus follow; the skip link leads into the view that is shown.
const shown = () => {
  const found = document.getElementById(location.hash.slice(1));
  return found !== null && found.classList.contains("view") ? found : document.getElementById("home");
};
const enter = () => {
  const heading = shown().querySelector("h1");
  scrollTo(0, 0);
  heading.focus({ preventScroll: true });
};
const named = () => { document.title = shown().dataset.title; };
addEventListener("hashchange", () => { named(); enter(); });
document.querySelector("a.skip").addEventListener("click", event => { event.preventDefault(); enter(); });
named();

// Filters of the table of all entries.
const form = document.getElementById("filters");
if (form !== null) {
  const rows = [...document.querySelectorAll("#entries tbody tr")], said = document.getElementById("count");
  const fits = row => {
    const { text, scenario, information, kind, admissible } = form.elements;
    return row.dataset.text.includes(text.value.trim().toLowerCase())
      && (scenario.value === "" || row.dataset.scenario === scenario.value)
      && (information.value === "" || row.dataset.information === information.value)
      && (kind.value === "" || row.dataset.kind === kind.value)
      && (!admissible.checked || row.dataset.admissible === "yes");
  };
  const filter = () => {
    for (const row of rows) row.hidden = !fits(row);
    said.textContent = `${rows.filter(row => !row.hidden).length} of ${rows.length} entries`;
  };
  form.addEventListener("input", filter);
  form.addEventListener("submit", event => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(filter));
  filter();
}
