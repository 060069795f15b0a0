/*! With CodeMirror, by Marijn Haverbeke and others, under the MIT licence: https://codemirror.net */
// An editor for SQL in front of each `textarea[data-editor]` of the page, for as long as it is there. The textarea
// stays the form's field: without this file it is the editor itself.
import { mount } from "./mount.js";

const mounted = new Map();

function look() {
  for (const [textarea, editor] of mounted) {
    if (textarea.isConnected) {
      editor.keep();
    } else {
      mounted.delete(textarea);
      editor.destroy();
    }
  }
  for (const textarea of document.querySelectorAll("textarea[data-editor]")) {
    if (!mounted.has(textarea)) {
      mounted.set(textarea, mount(textarea));
    }
  }
}

function start() {
  look();
  new MutationObserver((records) => {
    // An editor's own lines come and go with each letter typed.
    if (records.some(({ target }) => !target.closest(".cm-editor"))) {
      look();
    }
  }).observe(document.body, { childList: true, subtree: true });
}

// Hydration walks the page as the server wrote it, so nothing is added before it is done. The timer lets pass what it
// still has to do at once.
const root = document.documentElement;
const isHydrated = () => root.hasAttribute("data-hydrated");
if (isHydrated()) {
  setTimeout(start);
} else {
  const hydration = new MutationObserver(() => {
    if (isHydrated()) {
      hydration.disconnect();
      setTimeout(start);
    }
  });
  hydration.observe(root, { attributeFilter: ["data-hydrated"] });
}
