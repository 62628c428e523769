// What is wrong with the layout of the page as it stands: a list of complaints, empty when all fits
() => {
  const width = document.documentElement.clientWidth;
  const slack = 1.5; // CSS pixels; glyphs reach a little over their line
  const complaints = [];
  const name = (element) => {
    const text = (element.textContent || "").trim().replace(/\s+/g, " ").slice(0, 60);
    return `<${element.tagName.toLowerCase()} ${element.id || element.className}> ${text}`;
  };
  const shown = (element) =>
    element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
    element.getBoundingClientRect().width > 2 && // one pixel is for screen readers
    !element.closest(".visually-hidden, .page, noscript");

  function textsIn(root) {
    const found = [];
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode;
      if (!node.data.trim() || !shown(node.parentElement)) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const boxes = [...range.getClientRects()].filter((box) => box.width > 1 && box.height > 1);
      for (const box of boxes) found.push({ element: node.parentElement, box });
    }
    return found.filter(({ element }) => element.tagName !== "OPTION");
  }

  const dialog = document.querySelector("dialog[open]");
  const layers = dialog ? [dialog] : [...document.querySelectorAll("header.top, main > *, #chat")];
  const texts = layers.filter(shown).map(textsIn);

  if (document.scrollingElement.scrollWidth > width) complaints.push("the page scrolls sideways");
  for (const { element, box } of texts.flat()) {
    if (box.left < -slack || box.right > width + slack) complaints.push(`off screen: ${name(element)}`);
    const button = element.closest("button, a.primary, a.secondary, label, select");
    const frame = button?.getBoundingClientRect();
    const out =
      frame &&
      (box.left < frame.left - slack ||
        box.right > frame.right + slack ||
        box.top < frame.top - slack ||
        box.bottom > frame.bottom + slack);
    if (out) complaints.push(`out of its button: ${name(element)}`);
  }

  for (const button of document.querySelectorAll("button, a, input, select, textarea, label")) {
    const box = button.getBoundingClientRect();
    const inside = box.left >= 0 && box.right <= width;
    if (shown(button) && !inside) complaints.push(`leaves the screen: ${name(button)}`);
  }

  for (const element of document.querySelectorAll("body *")) {
    const style = getComputedStyle(element);
    const clips = style.overflowX === "hidden" || style.overflowX === "clip";
    const own = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (!own || !shown(element) || style.display === "inline") continue;
    const cut = clips && element.scrollWidth > element.clientWidth + slack;
    const low = style.overflowY === "hidden" && element.scrollHeight > element.clientHeight + slack;
    if ((cut || low) && !element.closest(".envelope, .sender")) complaints.push(`cut: ${name(element)}`);
  }

  const overlap = (one, other) =>
    Math.min(one.right, other.right) - Math.max(one.left, other.left) > slack &&
    Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 4;
  for (const layer of texts) {
    layer.forEach((one, index) => {
      for (const other of layer.slice(index + 1)) {
        if (one.element !== other.element && overlap(one.box, other.box)) {
          complaints.push(`overlap: ${name(one.element)} / ${name(other.element)}`);
        }
      }
    });
  }
  return complaints;
}
