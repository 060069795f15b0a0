//! How the dataset's refresh stands, above every view; and a view of its own, where it is set.

use std::time::Duration;

use contract::fault::Fault;
use leptos::prelude::*;

use crate::api::ApiError;
use crate::api::refreshes::{
    CancelRefresh, MakeRefreshAddress, PauseRefresh, RefreshNow, RefreshShown, ResumeRefresh, SetRefresh, ShowRefresh,
    TurnOffRefresh,
};
use crate::parts::{
    CopyText, FaultNotice, Loaded, Made, NoScriptLook, Post, PostForm, Posting, ScheduleForm, TextField, every_while,
    first_refused, load_after, load_when,
};
use crate::paths;
use crate::words::{RUN_WAKES, WAKES, numbers};

/// A run under way is looked at this often; otherwise one may begin at any time.
const SOON: Duration = Duration::from_millis(700);
const LATER: Duration = Duration::from_secs(15);

/// What can be pressed, and what it came to.
#[derive(Clone, Copy)]
pub struct Refresh {
    id: Memo<String>,
    shown: Loaded<RefreshShown>,
    /// What the forms are filled with.
    settings: Loaded<RefreshShown>,
    now: Post<RefreshNow>,
    cancel: Post<CancelRefresh>,
    set: Post<SetRefresh>,
    off: Post<TurnOffRefresh>,
    pause: Post<PauseRefresh>,
    resume: Post<ResumeRefresh>,
    address: Post<MakeRefreshAddress>,
}

impl Refresh {
    /// Calls `served` with when that was read, when what is served is another. `is_set`: the view where it is set is open.
    pub fn new(id: Memo<String>, is_set: Signal<bool>, served: impl Fn(i64) + 'static) -> Self {
        let (now, cancel) = (Post::<RefreshNow>::new(), Post::<CancelRefresh>::new());
        let (set, off) = (Post::<SetRefresh>::new(), Post::<TurnOffRefresh>::new());
        let (pause, resume) = (Post::<PauseRefresh>::new(), Post::<ResumeRefresh>::new());
        let address = Post::<MakeRefreshAddress>::new();
        let pressed = move || {
            [now.count(), cancel.count(), set.count(), off.count(), pause.count(), resume.count(), address.count()]
                .iter()
                .sum::<usize>()
        };
        let shown = load_after(pressed, move || ShowRefresh { dataset_id: id.get(), is_set: false });
        let told = move || shown.get().and_then(Result::ok);
        let is_moving = Signal::derive(move || told().is_some_and(|shown| shown.is_moving));
        let is_still = Signal::derive(move || told().is_some_and(|shown| !shown.is_moving));
        every_while(SOON, is_moving, move || shown.refetch());
        every_while(LATER, is_still, move || shown.refetch());
        // Also when the page came: an answer may have been on its way while the snapshot was switched.
        Effect::new(move |before: Option<i64>| {
            let taken_at = told().map_or(0, |shown| shown.taken_at);
            // Where somebody turned refresh off, the rows stay: nobody on this page asked the source.
            if taken_at != 0 && before.unwrap_or_default() != taken_at {
                served(taken_at);
            }
            taken_at
        });
        let how = Memo::new(move |before: Option<&Option<(bool, bool)>>| {
            told().map(|shown| (shown.is_on, shown.is_paused)).or_else(|| before.copied().flatten())
        });
        let posts = [set.into(), off.into(), pause.into(), address.into(), resume.into()];
        let settings = settings(id, is_set, how, posts, [now.into(), pause.into()]);
        Self { id, shown, settings, now, cancel, set, off, pause, resume, address }
    }
}

impl Refresh {
    /// Somebody removed the dataset meanwhile.
    pub fn is_gone(&self) -> bool {
        self.shown.get().is_some_and(|shown| matches!(shown, Err(ApiError(Fault::NotFound))))
    }
}

/// Not with every look at a run, and not where it was refused: what somebody is typing is theirs. But where a colleague
/// turned it on or off, or paused it, other forms are right; and once it is resumed, what was refused of these because of
/// the pause is said no longer.
fn settings(
    id: Memo<String>,
    is_set: Signal<bool>,
    how: Memo<Option<(bool, bool)>>,
    posts: [Posting; 5],
    of_pause: [Posting; 2],
) -> Loaded<RefreshShown> {
    let changes = RwSignal::new(0);
    Effect::new(move |before: Option<Option<(bool, bool)>>| {
        let now = how.get();
        if let Some(before) = before.flatten().filter(|before| Some(*before) != now) {
            changes.update(|changes| *changes += 1);
            if before.1 {
                of_pause.iter().for_each(Posting::forget);
            }
        }
        now
    });
    Effect::new(move |before: Option<[usize; 5]>| {
        let counts = posts.map(|post| post.count());
        let before = before.unwrap_or_default();
        if (0..posts.len()).any(|at| counts[at] != before[at] && posts[at].is_done()) {
            changes.update(|changes| *changes += 1);
        }
        counts
    });
    load_when(move || is_set.get(), move || changes.get(), move || ShowRefresh { dataset_id: id.get(), is_set: true })
}

/// One line, with what can be done about it.
#[component]
pub fn RefreshStrip(refresh: Refresh) -> impl IntoView {
    let Refresh { id, shown, now, cancel, resume, .. } = refresh;
    let refused = move || first_refused([now.into(), cancel.into(), resume.into()]);
    view! {
        {move || refused().map(|fault| view! { <FaultNotice fault/> })}
        <Transition>
            {move || Suspend::new(async move {
                let Ok(shown) = shown.await else { return ().into_any() };
                if !shown.is_on {
                    return ().into_any();
                }
                let wakes = shown.is_serverless.then_some(WAKES);
                view! {
                    <NoScriptLook is_running=shown.is_moving/>
                    <p class="visually-hidden" role="status">{shown.standing}</p>
                    <div class="refresh-line">
                        <Made markup=shown.strip/>
                        <div class="actions">
                            {shown.can_ask.then(|| view! {
                                <PostForm post=now>
                                    <input type="hidden" name="dataset_id" value=move || id.get()/>
                                    <button type="submit" class="button-quiet" data-place="refresh" data-wakes=wakes title=wakes>"Refresh now"</button>
                                </PostForm>
                            })}
                            {shown.can_resume.then(|| view! {
                                <PostForm post=resume>
                                    <input type="hidden" name="dataset_id" value=move || id.get()/>
                                    <button type="submit" class="button-quiet" data-place="resume" data-wakes=wakes title=wakes>"Resume"</button>
                                </PostForm>
                            })}
                            {(!shown.run_id.is_empty()).then(|| view! {
                                <PostForm post=cancel>
                                    <input type="hidden" name="run_id" value=shown.run_id.clone()/>
                                    <button type="submit" class="button-quiet" data-place="cancel-refresh" disabled=shown.is_cancelling>
                                        "Cancel the run"
                                    </button>
                                </PostForm>
                            })}
                        </div>
                    </div>
                }
                .into_any()
            })}
        </Transition>
    }
}

/// The view where it is set, with its runs.
#[component]
pub fn RefreshView(refresh: Refresh) -> impl IntoView {
    let Refresh { id, shown, settings, set, off, pause, address, .. } = refresh;
    let refused = move || first_refused([set.into(), off.into(), pause.into(), address.into()]);
    view! {
        {move || refused().map(|fault| view! { <FaultNotice fault/> })}
        <section aria-label="How it stands" data-answer="" tabindex="-1">
            <Transition>
                {move || Suspend::new(async move {
                    match shown.await {
                        Ok(shown) => view! { <Made markup=shown.details/> }.into_any(),
                        Err(error) => view! { <FaultNotice fault=error.0/> }.into_any(),
                    }
                })}
            </Transition>
        </section>
        <Transition>
            {move || Suspend::new(async move {
                settings.wanted().await.and_then(Result::ok).map(|shown| view! { <Settings shown id set off pause address/> })
            })}
        </Transition>
        // Last, as it may be long.
        <Transition>
            {move || Suspend::new(async move { shown.await.ok().map(|shown| view! { <Made markup=shown.runs/> }) })}
        </Transition>
    }
}

#[component]
fn Settings(
    shown: RefreshShown,
    id: Memo<String>,
    set: Post<SetRefresh>,
    off: Post<TurnOffRefresh>,
    pause: Post<PauseRefresh>,
    address: Post<MakeRefreshAddress>,
) -> impl IntoView {
    let RefreshShown { is_on, is_paused, schedule, is_chosen, trigger, least_minutes, is_serverless, .. } = shown;
    let least = format!("At least {} apart.", numbers::count(least_minutes, "minute", "minutes"));
    let wakes = is_serverless.then_some(RUN_WAKES);
    let has_address = trigger.is_some();
    view! {
        <h2>{if is_on { "Change the schedule" } else { "Turn it on" }}</h2>
        <PostForm post=set attr:class="refresh-form">
            <input type="hidden" name="dataset_id" value=move || id.get()/>
            <ScheduleForm name="schedule" post=set schedule is_chosen/>
            <button type="submit" class="button" data-place="set-refresh">{if is_on { "Change" } else { "Turn refresh on" }}</button>
        </PostForm>
        <p class="quiet">{least} " " {wakes} " " <a href=paths::HELP_REFRESH>"What refresh does"</a></p>
        {is_on.then(|| view! {
            <details class="more" data-opened="refresh-more">
                <summary>"Pause, run from outside, or turn off"</summary>
                {(!is_paused).then(|| view! {
                    <PostForm post=pause attr:class="manage" attr:data-place="resume">
                        <input type="hidden" name="dataset_id" value=move || id.get()/>
                        <p>"Pause: nothing runs by itself until somebody resumes it. What is served stays, with its age."</p>
                        <TextField label="Reason" name="reason" hint="Shown to your team, up to 200 characters. It is optional." longest=200/>
                        <button type="submit" class="button-quiet" data-place="resume">"Pause"</button>
                    </PostForm>
                })}
                <PostForm post=address attr:class="manage">
                    <input type="hidden" name="dataset_id" value=move || id.get()/>
                    <p>
                        "Run from outside: another system starts a run when its load is done, by a POST to the dataset's \
                         own address. Whoever has the address can do that and nothing else."
                    </p>
                    {trigger.map(|text| view! {
                        <CopyText label="the command".to_owned() text=format!("curl -X POST {text}")/>
                    })}
                    <button type="submit" class="button-quiet">
                        {if has_address { "Make another address" } else { "Make an address" }}
                    </button>
                </PostForm>
                <PostForm post=off attr:class="manage">
                    <input type="hidden" name="dataset_id" value=move || id.get()/>
                    <p>
                        "Turn off: the snapshot is deleted, and every look asks the source again."
                        {has_address.then_some(" The address for runs from outside ends with it.")}
                    </p>
                    <button type="submit" class="button-danger" data-place="set-refresh">"Turn refresh off"</button>
                </PostForm>
            </details>
        })}
    }
}
