//! The fields of a schedule. Which of them count, the unit says: the others are hidden by the style sheet alone, so that
//! the form is the same without scripts.

use contract::fault::Fault;
use contract::refresh::{ScheduleFields, Unit, WEEKDAYS};
use leptos::prelude::*;

use super::{Posting, reader_zone};
use crate::words::refresh::unit;

/// `name` stands in front of each field's own: `schedule`, `picks[schedule]`. `post` is where the form goes.
#[component]
pub fn ScheduleForm(
    name: &'static str,
    #[prop(into)] post: Posting,
    schedule: ScheduleFields,
    /// Somebody chose its time zone.
    #[prop(optional)]
    is_chosen: bool,
) -> impl IntoView {
    let field = move |part: &str| format!("{name}[{part}]");
    // What was refused is there to be mended.
    let schedule = match untrack(|| post.refused()) {
        Some(Fault::Schedule { typed, .. }) => *typed,
        _ => schedule,
    };
    let ScheduleFields { every, unit: chosen, at, weekday, zone } = schedule;
    // Where nobody chose a zone, the reader's own is meant. Without scripts it is UTC, as it says.
    let zone = RwSignal::new(zone);
    Effect::new(move |_| {
        if !is_chosen
            && zone.get_untracked() == "UTC"
            && let Some(own) = reader_zone()
        {
            zone.set(own);
        }
    });
    let units = Unit::ALL.map(|each| {
        view! { <option value=each.as_str() selected=each.as_str() == chosen>{unit(each)}</option> }
    });
    let days = WEEKDAYS.iter().enumerate().map(|(at, day)| {
        let at = at.to_string();
        view! { <option value=at.clone() selected=at == weekday>{*day}</option> }
    });
    view! {
        <div class="schedule">
            <label class="schedule-every">
                <span>"Every"</span>
                <input name=field("every") type="number" min="1" max="527040" value=every inputmode="numeric"/>
            </label>
            <label>
                <span>"Unit"</span>
                <select name=field("unit") class="schedule-unit">{units.into_iter().collect_view()}</select>
            </label>
            <label class="schedule-day">
                <span>"On"</span>
                <select name=field("weekday")>{days.collect_view()}</select>
            </label>
            <label class="schedule-time">
                <span>"At"</span>
                <input name=field("at") type="time" value=at/>
            </label>
            <label class="schedule-time">
                <span>"Time zone"</span>
                <input name=field("zone") prop:value=move || zone.get() value=zone.get_untracked() spellcheck="false"/>
            </label>
        </div>
    }
}
