//! What is ticked, over searches, pages, newer lists and reloads. Needs a script; without one the form is as it was.

use std::collections::BTreeMap;

use contract::catalog::ObjectKind;
use contract::object_name::ObjectName;
use leptos::prelude::*;
use web_sys::Storage;

/// Names as the form sends them, each with its kind.
pub(super) type Ticks = RwSignal<BTreeMap<String, ObjectKind>>;

/// Unlike a line's end, nothing that a name has any use for.
const SEPARATOR: &str = "\u{1e}";

fn storage() -> Option<Storage> {
    window().session_storage().ok().flatten()
}

/// Keeps the ticks of a connection in the tab's own storage, until they are added or taken away.
pub(super) fn keep(connection_id: Memo<String>, ticks: Ticks) {
    Effect::new(move |was_read: Option<String>| {
        let key = format!("picks:{}", connection_id.get());
        ticks.track();
        if was_read.as_ref() != Some(&key) {
            let kept = storage().and_then(|storage| storage.get_item(&key).ok().flatten()).unwrap_or_default();
            let kept = kept.split(SEPARATOR).filter_map(read);
            ticks.update(|ticks| ticks.extend(kept));
            return key;
        }
        let lines = ticks.with(|ticks| ticks.iter().map(|(name, kind)| write(name, *kind)).collect::<Vec<_>>());
        if let Some(storage) = storage() {
            // A full storage costs the reload its ticks, and nothing else.
            let _ = if lines.is_empty() {
                storage.remove_item(&key)
            } else {
                storage.set_item(&key, &lines.join(SEPARATOR))
            };
        }
        key
    });
}

fn write(name: &str, kind: ObjectKind) -> String {
    format!("{} {name}", kind.as_str())
}

fn read(kept: &str) -> Option<(String, ObjectKind)> {
    let (kind, name) = kept.split_once(' ')?;
    Some((name.to_owned(), ObjectKind::from_code(kind)?))
}

/// The SQL that gives the user no more than what is ticked.
pub(super) fn grants(user: &str, ticks: &BTreeMap<String, ObjectKind>) -> String {
    let names = ticks.iter().filter_map(|(name, kind)| Some((name.parse::<ObjectName>().ok()?, *kind)));
    let names: Vec<_> = names.collect();
    let tables = names.iter().map(|(name, kind)| (name.schema.as_str(), name.name.as_str(), *kind));
    contract::grants::least(user, tables).join("\n")
}
