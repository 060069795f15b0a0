// Runs what is written, or only what is selected, by submitting the textarea's form.
import { closeCompletion } from "@codemirror/autocomplete";
import { Prec } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";

/** By the hidden field that carries it: `data-selection`, and `data-selection-at` where the form has one. */
const NOTHING = { selection: "", "selection-at": "" };

export function runner(textarea) {
  const find = (selector) => [...(textarea.form?.elements ?? [])].find((element) => element.matches(selector));

  const fill = (fields) => {
    for (const [name, text] of Object.entries(fields)) {
      const field = find(`input[data-${name}]`);
      if (field) {
        field.value = text;
      }
    }
  };

  /** The "Run selection" button can be pressed while something is selected. */
  const look = (state) => {
    const button = find("button[data-run-selection]");
    if (button) {
      button.disabled = !state || !selected(state);
    }
  };

  const run = (view) => {
    const button = find("button[data-run]");
    if (textarea.form && !button?.disabled) {
      closeCompletion(view);
      const selection = selected(view.state);
      fill(selection ? { selection, "selection-at": selectedAt(view.state) } : NOTHING);
      textarea.form.requestSubmit(button);
      // The form's data is put together by now, also by a listener that lets others go first.
      setTimeout(() => fill(NOTHING));
    }
    return true;
  };

  const extension = [
    Prec.highest(keymap.of(["Mod-Enter", "Ctrl-Enter"].map((key) => ({ key, run })))),
    EditorView.updateListener.of((update) => {
      if (update.selectionSet || update.docChanged) {
        look(update.state);
      }
    }),
  ];

  const listen = (view, signal) => {
    // A browser that goes back fills in what was there.
    fill(NOTHING);
    const onClick = (event) => {
      const button = event.target.closest("button[data-run-selection]");
      if (button && textarea.form && button.form === textarea.form) {
        event.preventDefault();
        run(view);
      }
    };
    document.addEventListener("click", onClick, { signal });
    textarea.form?.addEventListener("submit", () => closeCompletion(view), { signal });
  };
  return { extension, look, listen };
}

function selected(state) {
  const { from, to } = state.selection.main;
  const text = state.sliceDoc(from, to);
  return text.trim() ? text : "";
}

/** In characters, as Redshift counts them. */
function selectedAt(state) {
  return String([...state.sliceDoc(0, state.selection.main.from)].length);
}
