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

  /** Puts back what was being written here. Says whether there was something. */
  const restore = () => {
    const kept = textarea.dataset.draft && attempt((storage) => JSON.parse(storage.getItem(place(textarea))));
    if (!kept || kept.text === textarea.value) {
      return false;
    }
    textarea.value = kept.text;
    const select = beside();
    if (select && [...select.options].some(({ value }) => value === kept.beside)) {
      select.value = kept.beside;
      select.dispatchEvent(new Event("change", { bubbles: true }));
    }
    return true;
  };

  const listen = (signal) => {
    const keep = () => {
      const kept = JSON.stringify({ text: textarea.value, beside: beside()?.value ?? "" });
      attempt((storage) => storage.setItem(place(textarea), kept));
    };
    textarea.addEventListener("input", keep, { signal });
    textarea.form?.addEventListener("submit", () => (sent = place(textarea)), { signal });
  };

  /** Once what was sent has a page of its own, which has the text. */
  const look = () => {
    if (sent && sent !== place(textarea)) {
      attempt((storage) => storage.removeItem(sent));
      sent = null;
    }
  };
  return { restore, listen, look };
}
