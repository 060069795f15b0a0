//! Keys of the tree grid (Treegrid Pattern of the ARIA Authoring Practices Guide): the arrows go from row to row and
//! into a row, open and close a schema; Home and End; Space ticks, as everywhere. One control of the grid is in the
//! order of Tab, the one that was used last.

use leptos::prelude::*;
use leptos::{ev::KeyboardEvent, html};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, NodeList};

const ROW: &str = "[role=row]";
const CONTROL: &str = "a,button,input";

fn elements(list: Result<NodeList, wasm_bindgen::JsValue>) -> Vec<HtmlElement> {
    let Ok(list) = list else { return Vec::new() };
    (0..list.length()).filter_map(|at| list.get(at)?.dyn_into().ok()).collect()
}

fn controls(row: &Element) -> Vec<HtmlElement> {
    elements(row.query_selector_all(CONTROL))
}

/// Leaves one control in the order of Tab: `chosen`, or the first.
fn rove(grid: &Element, chosen: Option<&HtmlElement>) {
    let all = controls(grid);
    let chosen = chosen.filter(|chosen| all.contains(chosen)).or(all.first());
    for control in &all {
        control.set_tab_index(if Some(control) == chosen { 0 } else { -1 });
    }
}

/// Sets the order of Tab whenever the rows may have changed.
pub(super) fn order(grid: NodeRef<html::Div>, has_changed: impl Fn() + 'static) {
    Effect::new(move |_| {
        has_changed();
        if let Some(grid) = grid.get() {
            rove(&grid, focused().as_ref());
        }
    });
}

fn focused() -> Option<HtmlElement> {
    document().active_element()?.dyn_into().ok()
}

/// The control that has the focus takes the grid's place in the order of Tab.
pub(super) fn follow(grid: NodeRef<html::Div>) {
    if let Some(grid) = grid.get_untracked() {
        rove(&grid, focused().as_ref());
    }
}

pub(super) fn walk(event: &KeyboardEvent, grid: NodeRef<html::Div>) {
    let Some(grid) = grid.get_untracked() else { return };
    let Some(own) = focused() else { return };
    let Some(row) = own.closest(ROW).ok().flatten() else { return };
    let rows = elements(grid.query_selector_all(ROW));
    let at = rows.iter().position(|each| **each == row).unwrap_or_default();
    let in_row = controls(&row);
    let place = in_row.iter().position(|control| *control == own).unwrap_or_default();
    let first_of = |at: usize| rows.get(at).and_then(|row| controls(row).into_iter().next());
    let is_open = row.get_attribute("aria-expanded").map(|open| open == "true");
    let to = match event.key().as_str() {
        "ArrowDown" => (at + 1..rows.len()).find_map(first_of),
        "ArrowUp" => (0..at).rev().find_map(first_of),
        "Home" => first_of(0),
        "End" => (0..rows.len()).rev().find_map(first_of),
        "ArrowRight" if place == 0 && is_open == Some(false) => return own.click(),
        "ArrowRight" => in_row.into_iter().nth(place + 1),
        "ArrowLeft" if place > 0 => in_row.into_iter().nth(place - 1),
        "ArrowLeft" if is_open == Some(true) => return own.click(),
        "ArrowLeft" => (0..at)
            .rev()
            .find(|at| rows.get(*at).is_some_and(|row| row.has_attribute("aria-expanded")))
            .and_then(first_of),
        _ => return,
    };
    event.prevent_default();
    if let Some(to) = to {
        let _ = to.focus();
    }
}
