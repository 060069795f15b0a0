//! A large result: all of it can be scrolled to, and only what is in sight is on the page.

mod blocks;
mod paint;
mod spans;
mod window;

use contract::query::{Column, ResultSet};
use leptos::ev::{ClipboardEvent, KeyboardEvent, MouseEvent};
use leptos::html;
use leptos::prelude::window as window_of_page;
use leptos::prelude::*;
use leptos::task::spawn_local;

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::Element;

use super::cell::{shown, tsv, unfolded};
use blocks::Blocks;
use paint::Painter;
use spans::Spans;
use window::{Place, ROW, Window};

/// So many cells are copied at once at most.
const COPIED: usize = 100_000;

const SHORT: &str = "Some rows did not come. If this was run again since, reload the page to see what came of that.";

/// In the browser only: sizes and places are set as properties, which a page's own markup may not.
#[component]
pub fn WideGrid(id: String, result: ResultSet) -> impl IntoView {
    let (total, width) = (result.total as usize, result.columns.len());
    let spans = StoredValue::new(Spans::of(&result.columns, &result.rows));
    let columns = StoredValue::new(result.columns);
    let blocks = Blocks::new((id, result.run), result.first as usize, result.rows, total);
    let area = NodeRef::<html::Div>::new();
    let window = RwSignal::new(Window::default());
    let look = move || {
        if let Some(area) = area.get_untracked() {
            let seen = spans.with_value(|spans| Window::of(&area, total, spans));
            if seen != window.get_untracked() {
                window.set(seen);
            }
            blocks.want(seen.rows.0, seen.rows.1);
        }
    };
    Effect::new(move |_| {
        if area.get().is_some() {
            look();
        }
    });
    let resized = window_event_listener(leptos::ev::resize, move |_| look());
    on_cleanup(move || resized.remove());
    // The cell where a range begins, and the one where it ends: the one that keys move.
    let (anchor, focus) = (RwSignal::new(Place::default()), RwSignal::new(Place::default()));
    let on_key = move |event: KeyboardEvent| {
        if event.key() == "a" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            anchor.set(Place::default());
            focus.set(Place { row: total.saturating_sub(1), column: width.saturating_sub(1) });
            return;
        }
        let Some(next) = focus.get_untracked().after(&event.key(), event.ctrl_key() || event.meta_key(), total, width)
        else {
            return;
        };
        event.prevent_default();
        focus.set(next);
        if !event.shift_key() {
            anchor.set(next);
        }
        if let Some(area) = area.get_untracked() {
            spans.with_value(|spans| next.bring_into_sight(&area, spans));
        }
    };
    let said = RwSignal::new(String::new());
    let on_copy = move |event: ClipboardEvent| {
        event.prevent_default();
        let (from, to) = Place::range(anchor.get_untracked(), focus.get_untracked());
        let most = COPIED / (to.column - from.column + 1);
        let (wanted, count) = (to.row - from.row + 1, (to.row - from.row + 1).min(most));
        // Rows that were never in sight are fetched first; the clipboard then takes them without the event.
        spawn_local(async move {
            let Some(rows) = blocks.all(from.row, count).await else {
                said.set("The rows could not be fetched, and nothing was copied.".to_owned());
                return;
            };
            let cells = rows.iter().map(|row| {
                let row = row.get(from.column..=to.column).unwrap_or_default();
                row.iter().map(Option::as_deref).collect()
            });
            let text = tsv(cells);
            let copied = JsFuture::from(window_of_page().navigator().clipboard().write_text(&text)).await;
            said.set(match copied {
                Err(_) => "The browser did not let the rows be copied.".to_owned(),
                Ok(_) if count < wanted => {
                    format!("Copied the first {count} of {wanted} rows; a file has all of them.")
                }
                Ok(_) => format!("Copied {count} × {} cells.", to.column - from.column + 1),
            });
        });
    };
    let on_press = move |event: MouseEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let cell = target.and_then(|target| target.closest("[role=gridcell]").ok().flatten());
        if let Some(place) = cell.and_then(|cell| Place::of_dom_id(&cell.id())) {
            focus.set(place);
            if !event.shift_key() {
                anchor.set(place);
            }
        }
    };
    let (head, body) = (NodeRef::<html::Div>::new(), NodeRef::<html::Div>::new());
    let painter = StoredValue::new_local(None::<Painter>);
    let mark = move || {
        let (from, to) = Place::range(anchor.get(), focus.get());
        painter.update_value(|painter| {
            if let Some(painter) = painter {
                painter.mark(from, to);
            }
        });
    };
    Effect::new(move |_| {
        let (Some(head), Some(body)) = (head.get(), body.get()) else { return };
        let seen = window.get();
        blocks.track();
        painter.update_value(|painter| {
            if painter.is_none() {
                *painter = Painter::new(columns.get_value(), spans.get_value(), head.into(), body.into());
            }
            if let Some(painter) = painter {
                painter.paint(seen, |row| blocks.row(row));
            }
        });
        mark();
    });
    view! {
        <div
            class="wide-grid"
            role="grid"
            aria-label="Result"
            aria-multiselectable="true"
            aria-rowcount=total + 1
            aria-colcount=width
            aria-activedescendant=move || window.get().shows(focus.get()).then(|| focus.get().dom_id())
            tabindex="0"
            node_ref=area
            on:scroll=move |_| look()
            on:keydown=on_key
            on:copy=on_copy
            on:mousedown=on_press
        >
            <div class="wide-head" role="row" aria-rowindex="1" node_ref=head style:width=px(spans.with_value(Spans::width))></div>
            <div
                class="wide-body"
                role="presentation"
                node_ref=body
                style:height=px(total as f64 * ROW)
                style:width=px(spans.with_value(Spans::width))
            ></div>
        </div>
        <p class="quiet" role="status" aria-live="polite">
            {move || if blocks.is_short.get() { SHORT.to_owned() } else { said.get() }}
        </p>
        <Detail columns blocks focus total/>
    }
}

fn px(length: f64) -> String {
    format!("{length}px")
}

/// The value under the cursor, whole.
#[component]
fn Detail(columns: StoredValue<Vec<Column>>, blocks: Blocks, focus: RwSignal<Place>, total: usize) -> impl IntoView {
    let value = move || {
        let place = focus.get();
        let cells = blocks.tracked(place.row)?;
        let column = columns.with_value(|columns| columns.get(place.column).cloned())?;
        let text = cells.get(place.column).cloned().flatten();
        let text = match &text {
            Some(text) if !shown(Some(text)).is_said => unfolded(&column, text),
            value => shown(value.as_deref()).text,
        };
        Some((place.row + 1, column.name, text))
    };
    view! {
        <div class="wide-detail">
            {move || value().map(|(row, name, text)| view! {
                <p class="quiet">"Row " {row} " of " {total} ", " <strong>{name}</strong> ". Arrow keys move, Shift marks, Ctrl or ⌘ + C copies."</p>
                <pre class="grid-long"><bdi>{text}</bdi></pre>
            })}
        </div>
    }
}
