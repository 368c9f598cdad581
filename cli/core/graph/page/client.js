// Runs in the page: shows the details of the selected node. All content is inserted as text.
(() => {
  const graph = JSON.parse(document.getElementById("graph").textContent);
  const svg = document.querySelector("svg");
  const details = document.getElementById("details");
  const find = document.getElementById("find");
  const nodes = [...document.querySelectorAll(".node")];
  const edges = [...document.querySelectorAll(".edge")];

  const element = (tag, text) => {
    const created = document.createElement(tag);
    if (text !== undefined) created.textContent = text;
    return created;
  };

  const list = (title, items) => {
    if (items.length === 0) return [];
    const listed = element("ul");
    listed.append(...items);
    return [element("h3", title), listed];
  };

  const lines = (texts) => texts.map((text) => element("li", text));

  const links = (others) =>
    others.map(({ name, label }) => {
      const item = element("li");
      const button = element("button", name);
      button.type = "button";
      button.addEventListener("click", () => choose(name));
      item.append(button, ` ${label}`);
      return item;
    });

  function choose(name) {
    const known = Object.hasOwn(graph, name) ? graph[name] : undefined;
    svg.classList.toggle("choosing", known !== undefined);
    const near = known ? [...known.calls, ...known.calledBy].map((other) => other.name) : [];
    for (const node of nodes) {
      node.classList.toggle("chosen", node.dataset.name === name);
      node.classList.toggle("near", near.includes(node.dataset.name));
    }
    for (const edge of edges)
      edge.classList.toggle("chosen", edge.dataset.from === name || edge.dataset.to === name);
    if (!known) return;
    details.replaceChildren(
      element("h2", name),
      element("div", known.kind),
      ...list("Calls", links(known.calls)),
      ...list("Called by", links(known.calledBy)),
      ...Object.entries(known.facts).flatMap(([topic, texts]) => list(topic, lines(texts))),
    );
    history.replaceState(null, "", `#${encodeURIComponent(name)}`);
  }

  for (const node of nodes) {
    node.addEventListener("click", () => choose(node.dataset.name));
    node.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      choose(node.dataset.name);
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") choose("");
  });
  find.addEventListener("input", () => {
    if (Object.hasOwn(graph, find.value)) choose(find.value);
  });
  if (location.hash.length > 1) choose(decodeURIComponent(location.hash.slice(1)));
})();
