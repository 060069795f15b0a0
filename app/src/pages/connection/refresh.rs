//! Refreshing all datasets of a connection, and how often its source may be asked for that.

use contract::fault::Fault;
use contract::refresh::{ConnectionRefresh, Schedule, ScheduleFields};
use leptos::prelude::*;

use super::manage::show_anew;
use crate::api::refreshes::{SetAllRefreshes, SetBudget, TurnOffAllRefreshes};
use crate::parts::{FaultNotice, Post, PostForm, ScheduleForm, TextField, first_refused};
use crate::paths;
use crate::words::numbers;

#[component]
pub fn RefreshAll(id: String, refresh: ConnectionRefresh, is_cut_off: bool) -> impl IntoView {
    let set = Post::<SetAllRefreshes>::new();
    let off = Post::<TurnOffAllRefreshes>::new();
    let budget = Post::<SetBudget>::new();
    show_anew(set.into());
    show_anew(off.into());
    show_anew(budget.into());
    let ConnectionRefresh { on, total, refused: out, paused, asked_today, budget: most, is_serverless, least_minutes } =
        refresh;
    let said = match (on, total) {
        (1.., _) if is_cut_off => {
            "Disconnected: its snapshots were deleted, and nothing runs until it is reconnected.".to_owned()
        }
        (0, _) => "Off: every look at a dataset asks the source.".to_owned(),
        (on, total) if on == total => {
            "All of them are refreshed, and served from their snapshots in between.".to_owned()
        }
        (on, total) => format!("{on} of {total} are refreshed, and served from their snapshots in between."),
    };
    let asked = match most {
        0 => format!("The source was asked {} today (UTC).", times(asked_today)),
        most => {
            let rests = if asked_today >= most && on > 0 { " Refreshes rest until midnight." } else { "" };
            format!("The source was asked {} today (UTC), of {}.{rests}", times(asked_today), numbers::grouped(most))
        }
    };
    let paused = (paused > 0 && !is_cut_off)
        .then(|| format!(" {} paused.", numbers::count(paused, "of them is", "of them are")));
    let wakes = is_serverless.then_some(" Each run wakes the workgroup, which is billed for at least 60 seconds.");
    // In three forms of one page.
    let own = StoredValue::new(id);
    let id = move || view! { <input type="hidden" name="connection_id" value=own.get_value()/> };
    let refused = move || first_refused([set.into(), off.into(), budget.into()]);
    // What was refused is there to be mended.
    let typed = match untrack(|| budget.refused()) {
        Some(Fault::Budget { typed }) => typed,
        _ => most.to_string(),
    };
    view! {
        <h2>"Refresh"</h2>
        <p>{said} {paused} " " <a href=paths::HELP_REFRESH>"What refresh does"</a></p>
        {(out > 0 && !is_cut_off).then(|| view! {
            <div class="notice" data-tone="bad">
                <p>
                    "The source refused the way in when it was last refreshed: "
                    {numbers::count(out, "dataset rests", "datasets rest")}
                    " until this connection is edited or reconnected. What is served stays, with its age."
                </p>
            </div>
        })}
        <p class="quiet">{asked}{wakes}</p>
        {move || refused().map(|fault| view! { <FaultNotice fault/> })}
        <details class="more" open=untrack(refused).is_some()>
            <summary>"Refresh all datasets, or set a daily budget"</summary>
            <PostForm post=set attr:class="manage">
                {id()}
                <p>"One schedule for all of its datasets, in the place of their own. At least "{numbers::count(least_minutes, "minute", "minutes")}" apart."</p>
                <ScheduleForm name="schedule" post=set schedule=ScheduleFields::from(&Schedule::default())/>
                <button type="submit" class="button-quiet">"Refresh all datasets"</button>
            </PostForm>
            {(on > 0).then(|| view! {
                <PostForm post=off attr:class="manage">
                    {id()}
                    <p>"Turn it off for all: their snapshots are deleted, and every look asks the source again."</p>
                    <button type="submit" class="button-danger">"Turn refresh off for all"</button>
                </PostForm>
            })}
            <PostForm post=budget attr:class="manage">
                {id()}
                <p>
                    "Daily budget: once the source was asked so often in a day (UTC), by anybody, refreshes rest until \
                     midnight; people may still ask. 0 is no budget."
                </p>
                <TextField label="Statements a day" name="statements" kind="number" value=typed/>
                <button type="submit" class="button-quiet">"Set the budget"</button>
            </PostForm>
        </details>
    }
}

fn times(count: u32) -> String {
    numbers::count(count, "time", "times")
}
