//! What each column of a dataset holds, of the first rows that the source gives.

use contract::explore::Kind;
use contract::explore::profile::{self, ColumnProfile, Plot};
use contract::query::{Column, QueryView, Row};
use leptos::prelude::*;

use super::how_read::why_live;
use crate::chart::spark;
use crate::parts::made;
use crate::words::{numbers, served};

pub fn columns<T>(query: &QueryView<T>, columns: &[Column], rows: &[Row], alone: Option<&Column>) -> String {
    let read = profile::read(columns, rows);
    let sampled = read.rows;
    let rows = numbers::count(u32::try_from(sampled).unwrap_or(u32::MAX), "row", "rows");
    let which = if sampled < u64::from(profile::DEFAULT_ROWS) { "all" } else { "the first" };
    let said = served::said(query, &format!("of {which} {rows}"));
    let each = columns.iter().zip(read.columns).map(|(column, profile)| one(column, profile, sampled));
    let each = each.collect_view();
    let why_live = alone.map(why_live);
    made(view! {
        <p class="verdict" role="status">{said}</p>
        {why_live}
        <ul class="profile">{each}</ul>
    })
}

fn one(column: &Column, profile: ColumnProfile, rows: u64) -> impl IntoView + use<> {
    let share = match profile.nulls {
        0 => "none".to_owned(),
        nulls => {
            let percent = (nulls * 1000 / rows.max(1)) as f64 / 10.0;
            format!("{percent} % ({})", grouped(nulls))
        }
    };
    let distinct = profile.distinct.map_or_else(|| "not told apart".to_owned(), grouped);
    let fact = |name: &'static str, value: Option<String>| {
        value.map(|value| view! { <dt>{name}</dt> <dd title=value.clone()><bdi>{value.clone()}</bdi></dd> })
    };
    // The source told moments in UTC, without saying so.
    let zone = if Kind::of(column) == Kind::TimestampTz { " UTC" } else { "" };
    let told = |value: Option<String>| value.map(|value| value + zone);
    let (min, max) = (told(profile.min), told(profile.max));
    let plot = profile.plot.as_ref().map(|plot| match plot {
        // Both are bars of equal width; which is which the ends tell.
        Plot::Histogram { counts, .. } | Plot::Timeline { counts, .. } => {
            spark::histogram(&labelled(counts, min.as_deref(), max.as_deref()))
        }
        Plot::Top { values } => {
            spark::top(&values.iter().map(|top| (top.value.as_str(), top.count)).collect::<Vec<_>>())
        }
    });
    view! {
        <li>
            <div><h2>{column.name.clone()}</h2> <span class="quiet">{column.type_name.clone()}</span></div>
            <dl>
                {fact("Missing", Some(share))}
                {fact("Different", Some(distinct))}
                {fact("Smallest", min)}
                {fact("Largest", max)}
            </dl>
            {plot.map(|drawn| view! { <div inner_html=drawn.markup></div> })}
        </li>
    }
}

/// Bars lie between the smallest and the largest; only those two are named.
fn labelled(counts: &[u64], min: Option<&str>, max: Option<&str>) -> Vec<(String, u64)> {
    let last = counts.len().saturating_sub(1);
    let label = |at: usize| match at {
        0 => min.unwrap_or_default().to_owned(),
        at if at == last => max.unwrap_or_default().to_owned(),
        at => format!("{} of {}", at + 1, counts.len()),
    };
    counts.iter().enumerate().map(|(at, count)| (label(at), *count)).collect()
}

fn grouped(number: u64) -> String {
    numbers::grouped(u32::try_from(number).unwrap_or(u32::MAX))
}
