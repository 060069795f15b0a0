// The textarea's text and the editor's are the same at all times.
import { EditorView } from "@codemirror/view";

export function sync(textarea) {
  let isWriting = false;

  const extension = EditorView.updateListener.of(({ docChanged, state }) => {
    const text = docChanged && state.doc.toString();
    if (docChanged && text !== textarea.value) {
      textarea.value = text;
      isWriting = true;
      textarea.dispatchEvent(new InputEvent("input", { bubbles: true }));
      isWriting = false;
    }
  });

  const listen = (view, signal) => {
    const take = (text) => {
      if (text !== view.state.doc.toString()) {
        view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, userEvent: "input.replace" });
      }
    };
    textarea.addEventListener("input", () => isWriting || take(textarea.value), { signal });
    // With the text itself, or after the page has set the textarea's value.
    const onSet = ({ detail }) => take(typeof detail === "string" ? detail : textarea.value);
    textarea.addEventListener("editor:set", onSet, { signal });
    // The form resets its fields only after the event.
    textarea.form?.addEventListener("reset", () => setTimeout(() => take(textarea.value)), { signal });
  };
  return { extension, listen };
}
