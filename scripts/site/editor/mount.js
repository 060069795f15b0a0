// One editor in front of one textarea.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching } from "@codemirror/language";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap, lineNumbers, placeholder } from "@codemirror/view";

import { sql } from "./complete.js";
import { draft } from "./draft.js";
import { errorMark, markError } from "./error.js";
import { attributes, keysHint } from "./label.js";
import { runner } from "./run.js";
import { sync } from "./sync.js";
import { theme } from "./theme.js";

// Tab indents; Escape, then Tab, leaves the editor.
const keys = keymap.of([
  ...closeBracketsKeymap,
  ...completionKeymap,
  ...searchKeymap,
  ...historyKeymap,
  ...defaultKeymap,
  indentWithTab,
]);

export function mount(textarea) {
  const over = new AbortController();
  const { signal } = over;
  const hadFocus = document.activeElement === textarea;
  const hint = keysHint(textarea);
  const writing = draft(textarea);
  writing.restore();
  const text = sync(textarea);
  const run = runner(textarea);

  const box = document.createElement("div");
  box.className = "editor";
  const view = new EditorView({
    parent: box,
    doc: textarea.value,
    // A textarea counts like CodeMirror: a line break is one character.
    selection: { anchor: textarea.selectionStart, head: textarea.selectionEnd },
    extensions: [
      // Its styles are a <style> of the page, which the content policy asks for the page's nonce.
      EditorView.cspNonce.of(document.querySelector("script[nonce]")?.nonce ?? ""),
      EditorView.contentAttributes.of(() => attributes(textarea, hint)),
      EditorView.lineWrapping,
      EditorState.readOnly.of(textarea.readOnly),
      theme,
      sql(textarea),
      lineNumbers(),
      history(),
      bracketMatching(),
      closeBrackets(),
      autocompletion({ icons: false }),
      highlightSelectionMatches({ minSelectionLength: 3 }),
      placeholder(textarea.placeholder),
      errorMark,
      run.extension,
      text.extension,
      keys,
    ],
  });
  if (hint) {
    box.append(hint);
  }

  // Before the editor takes over what stands in the textarea.
  writing.listen(signal);
  text.listen(view, signal);
  run.listen(view, signal);
  // A browser shows nothing of what is wrong with a field that it cannot show.
  const onInvalid = (event) => {
    event.preventDefault();
    view.focus();
  };
  textarea.addEventListener("invalid", onInvalid, { signal });
  for (const label of textarea.labels) {
    label.addEventListener("click", () => view.focus(), { signal });
  }
  // Not where the mistake is in another text than the one that stands here.
  const mark = () => writing.isOwn() || markError(view, textarea);
  const watch = new MutationObserver((records) => {
    if (records.some(({ attributeName }) => attributeName === "data-error-at")) {
      mark();
    }
    // Reads the other attributes anew.
    view.dispatch({});
  });
  watch.observe(textarea, { attributeFilter: ["data-error-at", "aria-invalid", "aria-describedby", "aria-label"] });

  /** Also when the page has changed around it. */
  const keep = () => {
    if (box.parentNode !== textarea.parentNode) {
      textarea.before(box);
    }
    textarea.hidden = true;
    run.look(view.state);
    writing.look();
  };
  keep();
  mark();
  if (hadFocus) {
    view.focus();
  }

  const destroy = () => {
    over.abort();
    watch.disconnect();
    run.look(null);
    view.destroy();
    box.remove();
  };
  return { keep, destroy };
}
