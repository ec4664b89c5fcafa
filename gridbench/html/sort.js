// Sorts the tables of class `sorted` by a column: bodies keep their order, what has no value stands last.
for (const table of document.querySelectorAll("table.sorted")) {
  const heads = [...table.tHead.rows[0].cells];
  const value = (row, i) => {
    const cell = row.cells[i], key = cell.dataset.v;
    return key === undefined ? cell.textContent.trim() : key === "" ? null : Number(key);
  };
  const compared = (x, y) => typeof x === "string" ? x.localeCompare(y, "en", { numeric: true }) : x - y;
  heads.forEach((head, i) => head.querySelector("button").addEventListener("click", () => {
    const up = head.getAttribute("aria-sort") !== "ascending";
    for (const other of heads) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    for (const body of table.tBodies) {
      const rows = [...body.rows].sort((a, b) => {
        const x = value(a, i), y = value(b, i);
        if (x === null || y === null) return (x === null) - (y === null);
        return up ? compared(x, y) : compared(y, x);
      });
      body.append(...rows);
    }
  }));
}
