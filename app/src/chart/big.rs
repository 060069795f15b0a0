//! Values themselves, large: a result of one row has no shape to draw.

use super::ink::Ink;
use super::text::{clean, cut, escape};
use super::words::{LeftOut, Part};
use super::{Data, Drawn, number};

const MOST: usize = 12;

pub(super) fn draw(data: &Data) -> Drawn {
    let measures = data.measures();
    let mut ink = Ink::default();
    let mut told = Vec::new();
    ink.out.push_str(r#"<dl class="chart-numbers">"#);
    for column in measures.iter().take(MOST) {
        let name = cut(data.name(*column), 60);
        let value = data.cell(0, *column);
        let text = value.map_or("NULL".to_owned(), |value| cut(&number::grouped(value), 60));
        let state = if value.is_none() { r#" data-state="null""# } else { "" };
        ink.write(format_args!("<div><dt>{}</dt><dd{state}>{}</dd></div>", escape(&name), escape(&text)));
        told.push(format!("{name} is {text}"));
    }
    ink.out.push_str("</dl>");
    let left_out = LeftOut {
        numbers: (measures.len() > MOST).then_some(Part { shown: MOST, of: measures.len() }),
        ..LeftOut::default()
    };
    Drawn { markup: ink.out, summary: clean(&format!("{}.", told.join(", "))), left_out: left_out.said() }
}
