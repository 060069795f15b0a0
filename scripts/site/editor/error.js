// Marks where Redshift found a mistake, until the next edit.
import { StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView } from "@codemirror/view";

const setMark = StateEffect.define();

export const errorMark = StateField.define({
  create: () => Decoration.none,
  update(marks, { docChanged, effects }) {
    const effect = effects.find((effect) => effect.is(setMark));
    if (effect) {
      return effect.value;
    }
    return docChanged ? Decoration.none : marks;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** `data-error-at` is a number of characters; what follows the number is not read. */
export function markError(view, textarea) {
  const at = Number.parseInt(textarea.dataset.errorAt, 10);
  const range = at >= 0 && place(view.state, at);
  if (!range) {
    view.dispatch({ effects: setMark.of(Decoration.none) });
    return;
  }
  const mark = Decoration.mark({ class: "editor-error" }).range(range.from, range.to);
  view.dispatch({ effects: [setMark.of(Decoration.set(mark)), EditorView.scrollIntoView(range.from)] });
}

/** The word there, or the one character; at a line's end, the one before it. */
function place(state, at) {
  const before = [...state.doc.toString()].slice(0, at).join("");
  const from = before.length;
  const line = state.doc.lineAt(from);
  if (line.length === 0) {
    return null;
  }
  const start = Math.min(from, line.to - 1);
  const word = state.wordAt(start);
  return word && word.from === start ? { from: start, to: word.to } : { from: start, to: start + 1 };
}
