//! Refreshing all datasets of a connection, and how often its source may be asked for that.

use contract::fault::Fault;
use contract::refresh::{Schedule, ScheduleFields};
use leptos::prelude::*;

use super::manage::show_anew;
use crate::api::refreshes::{ConnectionRefreshShown, SetAllRefreshes, SetBudget, TurnOffAllRefreshes};
use crate::parts::{FaultNotice, Post, PostForm, ScheduleForm, TextField, first_refused};
use crate::words::numbers;

#[component]
pub fn RefreshAll(id: String, refresh: ConnectionRefreshShown) -> impl IntoView {
    let set = Post::<SetAllRefreshes>::new();
    let off = Post::<TurnOffAllRefreshes>::new();
    let budget = Post::<SetBudget>::new();
    show_anew(set.into());
    show_anew(off.into());
    show_anew(budget.into());
    let ConnectionRefreshShown { on, budget: most, least_minutes, .. } = refresh;
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
                <TextField label="Times a day" name="statements" kind="number" value=typed/>
                <button type="submit" class="button-quiet">"Set the budget"</button>
            </PostForm>
        </details>
    }
}
