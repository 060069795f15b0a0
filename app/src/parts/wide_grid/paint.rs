//! The cells in sight, as elements of the page. They come and go with every step of a scroll, some hundred a frame: each
//! is copied from one that is ready made, and nothing watches it.

use std::collections::BTreeMap;

use contract::query::{Column, Row};
use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::spans::Spans;
use super::window::{Place, ROW, Window};
use crate::parts::cell::{shape_word, shown};

struct Cell {
    element: HtmlElement,
    is_marked: bool,
}

struct Line {
    element: HtmlElement,
    cells: BTreeMap<usize, Cell>,
    has_values: bool,
}

/// What is painted. Dropped with the grid; its elements go with the grid's own.
pub struct Painter {
    columns: Vec<Column>,
    spans: Spans,
    head: Element,
    body: Element,
    heads: BTreeMap<usize, HtmlElement>,
    lines: BTreeMap<usize, Line>,
    cell: HtmlElement,
}

fn element(class: &str, role: &str) -> Option<HtmlElement> {
    let made: HtmlElement = document().create_element("div").ok()?.dyn_into().ok()?;
    made.set_class_name(class);
    made.set_attribute("role", role).ok()?;
    Some(made)
}

fn place(element: &HtmlElement, property: &str, value: &str) {
    let _ = element.style().set_property(property, value);
}

/// Where it begins, and how wide it is. Both at once: it is done for every cell that comes into sight.
fn across(element: &HtmlElement, (left, width): (f64, f64)) {
    element.style().set_css_text(&format!("left:{left}px;width:{width}px"));
}

impl Painter {
    pub fn new(columns: Vec<Column>, spans: Spans, head: Element, body: Element) -> Option<Self> {
        let cell = element("wide-cell", "gridcell")?;
        let inner = document().create_element("bdi").ok()?;
        cell.append_child(&inner).ok()?;
        Some(Self { columns, spans, head, body, heads: BTreeMap::new(), lines: BTreeMap::new(), cell })
    }

    /// Brings what is painted to what is in sight. `row` answers with the values that are here.
    pub fn paint(&mut self, window: Window, row: impl Fn(usize) -> Option<Row>) {
        let (from, to) = window.columns;
        self.heads.retain(|column, head| {
            let stays = (from..to).contains(column);
            if !stays {
                head.remove();
            }
            stays
        });
        for column in from..to {
            if !self.heads.contains_key(&column)
                && let Some(head) = self.paint_head(column)
            {
                self.heads.insert(column, head);
            }
        }
        self.lines.retain(|at, line| {
            let stays = (window.rows.0..window.rows.1).contains(at);
            if !stays {
                line.element.remove();
            }
            stays
        });
        for at in window.rows.0..window.rows.1 {
            self.paint_line(at, (from, to), row(at));
        }
    }

    fn paint_head(&self, at: usize) -> Option<HtmlElement> {
        let column = self.columns.get(at)?;
        let head = element("wide-cell", "columnheader")?;
        for (class, text) in [("grid-name", &column.name), ("grid-type", &column.type_name)] {
            let part = document().create_element("span").ok()?;
            part.set_class_name(class);
            part.set_text_content(Some(text));
            head.append_child(&part).ok()?;
        }
        head.set_attribute("aria-colindex", &(at + 1).to_string()).ok()?;
        head.set_attribute("data-shape", shape_word(column.shape)).ok()?;
        across(&head, self.spans.span(at));
        self.head.append_child(&head).ok()?;
        Some(head)
    }

    fn paint_line(&mut self, at: usize, (from, to): (usize, usize), values: Option<Row>) {
        if !self.lines.contains_key(&at) {
            let Some(element) = element("wide-row", "row") else { return };
            let _ = element.set_attribute("aria-rowindex", &(at + 2).to_string());
            place(&element, "transform", &format!("translateY({}px)", at as f64 * ROW));
            if self.body.append_child(&element).is_err() {
                return;
            }
            self.lines.insert(at, Line { element, cells: BTreeMap::new(), has_values: false });
        }
        let Some(line) = self.lines.get_mut(&at) else { return };
        line.cells.retain(|column, cell| {
            let stays = (from..to).contains(column);
            if !stays {
                cell.element.remove();
            }
            stays
        });
        let arrived = values.is_some() && !line.has_values;
        line.has_values = values.is_some();
        for column in from..to {
            let value = values.as_ref().map(|values| values.get(column).and_then(Option::as_deref));
            match line.cells.get(&column) {
                Some(cell) if arrived => fill(&cell.element, value),
                Some(_) => {}
                None => {
                    let place = Place { row: at, column };
                    let shape = self.columns.get(column).map_or("text", |column| shape_word(column.shape));
                    if let Some(element) = new_cell(&self.cell, place, shape, self.spans.span(column))
                        && line.element.append_child(&element).is_ok()
                    {
                        fill(&element, value);
                        line.cells.insert(column, Cell { element, is_marked: false });
                    }
                }
            }
        }
    }

    /// Marks the range between two corners.
    pub fn mark(&mut self, from: Place, to: Place) {
        for (row, line) in &mut self.lines {
            for (column, cell) in &mut line.cells {
                let is_marked = Place { row: *row, column: *column }.is_within(from, to);
                if is_marked != cell.is_marked {
                    cell.is_marked = is_marked;
                    let _ = match is_marked {
                        true => cell.element.set_attribute("aria-selected", "true"),
                        false => cell.element.remove_attribute("aria-selected"),
                    };
                }
            }
        }
    }
}

fn new_cell(pattern: &HtmlElement, at: Place, shape: &str, span: (f64, f64)) -> Option<HtmlElement> {
    let cell: HtmlElement = pattern.clone_node_with_deep(true).ok()?.dyn_into().ok()?;
    cell.set_id(&at.dom_id());
    cell.set_attribute("aria-colindex", &(at.column + 1).to_string()).ok()?;
    cell.set_attribute("data-shape", shape).ok()?;
    across(&cell, span);
    Some(cell)
}

/// As text, and nothing else. `None` while the value is on its way.
fn fill(cell: &HtmlElement, value: Option<Option<&str>>) {
    let (text, is_said) = match value {
        None => ("…".to_owned(), true),
        Some(value) => {
            let shown = shown(value);
            (shown.text, shown.is_said)
        }
    };
    if let Some(inner) = cell.first_element_child() {
        inner.set_text_content(Some(&text));
    }
    let _ = match is_said {
        true => cell.set_attribute("data-said", ""),
        false => cell.remove_attribute("data-said"),
    };
}
