// Looks like the app's other fields: each colour is one of style/tokens.css, so that light and dark follow the page.
// Only what CodeMirror's own rules would win over is here; the rest is in style/parts/editor.css.
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const field = {
  width: "auto",
  height: "auto",
  minHeight: "0",
  margin: "0",
  padding: "var(--space-1) var(--space-2)",
  border: "1px solid var(--line-strong)",
  borderRadius: "var(--radius-small)",
  background: "var(--raised)",
  color: "var(--ink)",
  fontSize: "var(--text-small)",
  verticalAlign: "baseline",
};

const look = EditorView.theme({
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "2px" },
  ".cm-scroller": { fontFamily: "var(--face-mono)", lineHeight: "1.55" },
  ".cm-content": { padding: "var(--space-2) 0", caretColor: "var(--ink)" },
  ".cm-line": { padding: "0 var(--space-3)" },
  ".cm-gutters": { background: "transparent", color: "var(--ink-quiet)", border: "0" },
  ".cm-lineNumbers .cm-gutterElement": { minWidth: "2.25rem", padding: "0" },
  // Each letter of the line is worth more there than its number.
  "@media (max-width: 40rem)": { ".cm-gutters": { display: "none" } },
  ".cm-placeholder": { color: "var(--ink-quiet)" },
  "&.cm-focused .cm-matchingBracket": { background: "var(--code-found)" },
  "&.cm-focused .cm-nonmatchingBracket": { background: "transparent", color: "var(--bad)" },
  ".cm-selectionMatch, .cm-searchMatch": { background: "var(--code-found)" },
  ".cm-searchMatch-selected": { background: "var(--code-select)" },

  ".cm-tooltip": {
    border: "1px solid var(--line)",
    borderRadius: "var(--radius)",
    background: "var(--raised)",
    color: "var(--ink)",
    boxShadow: "var(--shadow)",
    overflow: "hidden",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": {
    fontFamily: "var(--face-mono)",
    maxWidth: "min(36rem, 92vw)",
    minWidth: "min(16rem, 92vw)",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": {
    display: "flex",
    gap: "var(--space-4)",
    padding: "var(--space-1) var(--space-3)",
    lineHeight: "1.45",
  },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { background: "var(--accent-wash)", color: "var(--ink)" },
  ".cm-completionLabel": { overflow: "hidden", textOverflow: "ellipsis" },
  ".cm-completionMatchedText": { textDecoration: "none", color: "var(--accent)", fontWeight: "600" },
  ".cm-completionDetail": {
    marginLeft: "auto",
    fontFamily: "var(--face)",
    fontStyle: "normal",
    color: "var(--ink-quiet)",
  },

  ".cm-panels": {
    borderRadius: "0 0 var(--radius-small) var(--radius-small)",
    background: "var(--sunken)",
    color: "var(--ink)",
  },
  ".cm-panels-bottom": { borderTop: "1px solid var(--line)" },
  ".cm-panel.cm-search": {
    display: "flex",
    flexWrap: "wrap",
    gap: "var(--space-2)",
    alignItems: "center",
    padding: "var(--space-2) var(--space-6) var(--space-2) var(--space-3)",
    fontFamily: "var(--face)",
  },
  ".cm-panel.cm-search br": { display: "none" },
  ".cm-panel.cm-search label": {
    display: "inline-flex",
    alignItems: "center",
    gap: "var(--space-1)",
    margin: "0",
    fontSize: "var(--text-small)",
    fontWeight: "400",
  },
  ".cm-panel.cm-search input[type=checkbox]": { width: "1.05rem", height: "1.05rem", minHeight: "0", margin: "0" },
  ".cm-panel.cm-search .cm-textfield, .cm-panel .cm-textfield": {
    ...field,
    flex: "1 1 6rem",
    minWidth: "6rem",
    maxWidth: "18rem",
  },
  ".cm-panel.cm-search .cm-button, .cm-panel .cm-button": { ...field, borderColor: "var(--line)" },
  ".cm-button:hover": { background: "var(--sunken)" },
  ".cm-button:active": { background: "var(--accent-wash)" },
  ".cm-panel.cm-search [name=close], .cm-dialog-close": {
    top: "var(--space-2)",
    right: "var(--space-2)",
    width: "1.5rem",
    height: "1.5rem",
    color: "var(--ink-quiet)",
    cursor: "pointer",
  },
});

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--code-keyword)", fontWeight: "600" },
  { tag: [tags.typeName, tags.standard(tags.name)], color: "var(--code-name)" },
  // A name, however it is quoted.
  { tag: tags.special(tags.string), color: "inherit" },
  { tag: tags.string, color: "var(--code-string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--code-number)" },
  { tag: tags.comment, color: "var(--ink-quiet)", fontStyle: "italic" },
]);

export const theme = [look, syntaxHighlighting(colours)];
