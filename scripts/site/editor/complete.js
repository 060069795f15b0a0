// Offers what may stand at the cursor: the words of SQL, and the connection's schemas, tables and columns.
import { ifNotIn } from "@codemirror/autocomplete";
import { LanguageSupport, syntaxTree } from "@codemirror/language";

import { dialect, known } from "./dialect.js";
import { loader } from "./names.js";
import { read } from "./statement.js";

const WORD = /^[\w$\u0080-\uffff]*$/;
const QUOTED = /^"[^"]*"?$/;
const shouted = known.map((option) => ({ ...option, label: option.label.toUpperCase() }));

export function sql(textarea) {
  const load = loader(textarea);
  const noWords = ["String", "LineComment", "BlockComment", "QuotedIdentifier", "."];
  const noNames = ["String", "LineComment", "BlockComment"];
  const { language } = dialect;
  return new LanguageSupport(language, [
    language.data.of({ autocomplete: ifNotIn(noWords, words) }),
    language.data.of({ autocomplete: ifNotIn(noNames, (context) => names(context, load)) }),
  ]);
}

/** In capitals for whoever writes in capitals. */
function words(context) {
  const word = context.matchBefore(/[\w$]+/);
  if (!word && !context.explicit) {
    return null;
  }
  if (context.matchBefore(/\.[\w$]*/)) {
    return null;
  }
  const isShouted = word && word.text.length > 1 && word.text === word.text.toUpperCase();
  return { from: word?.from ?? context.pos, options: isShouted ? shouted : known, validFor: WORD };
}

async function names(context, load) {
  const { text, start } = statement(context);
  const here = read(text, context.pos - start);
  if (!here.word && here.path.length === 0 && !context.explicit) {
    return null;
  }
  const schemas = await load();
  if (!schemas || context.aborted) {
    return null;
  }
  const options = here.path.length > 0 ? schemas.under(here.path, here.tables) : schemas.open(here);
  const from = context.pos - here.word.length;
  if (!here.word.startsWith('"')) {
    return { from, options, validFor: WORD };
  }
  const isClosed = context.state.sliceDoc(context.pos, context.pos + 1) === '"';
  return { from, to: context.pos + (isClosed ? 1 : 0), options: options.map(quoted), validFor: QUOTED };
}

function quoted({ label, apply, ...option }) {
  return { ...option, label: apply?.startsWith('"') ? apply : `"${label}"` };
}

/** The statement around the cursor, or the whole text between statements. */
function statement({ state, pos }) {
  let node = syntaxTree(state).resolveInner(pos, -1);
  while (node.parent && node.name !== "Statement") {
    node = node.parent;
  }
  return { text: state.sliceDoc(node.from, Math.max(node.to, pos)), start: node.from };
}
