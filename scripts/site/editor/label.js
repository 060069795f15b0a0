// What the textarea is called and described by, said of the editor too.
export function attributes(textarea, hint) {
  const label = textarea.ariaLabel ?? textarea.labels[0]?.textContent.trim();
  const described = [textarea.getAttribute("aria-describedby"), hint?.id].filter(Boolean).join(" ");
  return {
    ...(label && { "aria-label": label }),
    ...(described && { "aria-describedby": described }),
    ...(textarea.getAttribute("aria-invalid") === "true" && { "aria-invalid": "true" }),
    spellcheck: "false",
  };
}

/** The page's words on the keys, which are of use only with the editor. */
export function keysHint(textarea) {
  if (!textarea.dataset.hint) {
    return null;
  }
  const hint = document.createElement("p");
  hint.className = "field-hint";
  hint.id = `${textarea.id || textarea.name}-keys`;
  hint.textContent = textarea.dataset.hint;
  return hint;
}
