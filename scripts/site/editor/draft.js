// What is being written stays in this tab, through a reload, a link that was followed, a session that ended meanwhile:
// until it is run, or its writer signs out.

/** Whose it is, and for which page: an address that brings a text of its own is another page. */
function place(textarea) {
  const brought = new URLSearchParams(location.search).get("sql") ?? "";
  return `flitch-draft ${textarea.dataset.draft} ${location.pathname} ${brought}`;
}

/** Storage may be forbidden or full; then what is written is as safe as in any form. */
function attempt(act) {
  try {
    return act(sessionStorage);
  } catch {
    return null;
  }
}

export function draft(textarea) {
  const beside = () => textarea.form?.querySelector("select");
  let sent = null;
  let isRestored = false;

  /** Puts back what was being written here. */
  const restore = () => {
    const kept = textarea.dataset.draft && attempt((storage) => JSON.parse(storage.getItem(place(textarea))));
    isRestored = Boolean(kept) && kept.text !== textarea.value;
    if (!isRestored) {
      return;
    }
    textarea.value = kept.text;
    const select = beside();
    if (select && [...select.options].some(({ value }) => value === kept.beside)) {
      select.value = kept.beside;
      select.dispatchEvent(new Event("change", { bubbles: true }));
    }
  };

  const listen = (signal) => {
    const keep = () => {
      const kept = JSON.stringify({ text: textarea.value, beside: beside()?.value ?? "" });
      attempt((storage) => storage.setItem(place(textarea), kept));
    };
    textarea.addEventListener("input", keep, { signal });
    // The page brings the text of another address, where something may have been begun as well.
    textarea.addEventListener("editor:set", restore, { signal });
    const onSubmit = () => {
      sent = place(textarea);
      isRestored = false;
    };
    textarea.form?.addEventListener("submit", onSubmit, { signal });
  };

  /** Once what was sent has a page of its own, which has the text. */
  const look = () => {
    if (sent && sent !== place(textarea)) {
      attempt((storage) => storage.removeItem(sent));
      sent = null;
    }
  };
  /** A text that the page knows nothing of stands here. */
  const isOwn = () => isRestored;
  return { restore, listen, look, isOwn };
}
