//! The question as a form: it works as plain HTML, and what it sends is the page's address.

use contract::explore::{
    Bucket, By, Explore, ExploreFault, Filter, Function, Group, Kind, MAX_FILTERS, MAX_GROUPS, MAX_LIMIT, MAX_MEASURES,
    Measure, Operator, Part, Sort,
};
use contract::query::Column;
use leptos::prelude::*;

use crate::api::queries::Question;
use crate::parts::{GetForm, Loaded};
use crate::words::{WAKES, asks};

#[component]
pub fn ExploreForm(question: Loaded<Question>, search: Memo<String>) -> impl IntoView {
    view! {
        <GetForm>
            <input type="hidden" name="view" value="explore"/>
            <Transition>
                {move || Suspend::new(async move {
                    question.wanted().await.and_then(Result::ok).map(|question| view! { <Fields question search/> })
                })}
            </Transition>
        </GetForm>
    }
}

#[component]
fn Fields(question: Question, search: Memo<String>) -> impl IntoView {
    let Question { columns, fault, wakes } = question;
    let wakes = wakes.then_some(WAKES);
    if columns.is_empty() {
        return view! {
            <div class="notice" data-tone="info" role="status">
                <p>"The columns are not known yet: the first rows tell."</p>
            </div>
        }
        .into_any();
    }
    // With a row more than are filled in.
    let (explore, _) = Explore::from_query(&search.get_untracked());
    // A question that was not begun begins with the count of rows.
    let begun = if explore.is_empty() { vec![Measure::default()] } else { explore.measures.clone() };
    let measures = with_empty(&begun, MAX_MEASURES).enumerate();
    let groups = with_empty(&explore.groups, MAX_GROUPS).enumerate();
    let filters = with_empty(&explore.filters, MAX_FILTERS).enumerate();
    let at = |part, row| Place { row, fault: fault.filter(|fault| fault.place() == Some((part, row as u8))) };
    view! {
        <div class="ask-all">
            <fieldset class="ask">
                <legend>"Measure"</legend>
                {measures.map(|(row, measure)| measure_row(at(Part::Measure, row), measure, &columns)).collect_view()}
            </fieldset>
            <fieldset class="ask">
                <legend>"For each"</legend>
                {groups.map(|(row, group)| group_row(at(Part::Group, row), group, &columns)).collect_view()}
            </fieldset>
            <fieldset class="ask">
                <legend>"Where"</legend>
                {filters.map(|(row, filter)| filter_row(at(Part::Filter, row), filter, &columns)).collect_view()}
            </fieldset>
            <div class="ask ask-last">
                {sort_field(&explore)}
                <label>
                    <span>"Most rows"</span>
                    <input name="n" type="number" min="1" max=MAX_LIMIT value=explore.limit data-place="limit"/>
                </label>
                {explore.chart.map(|chart| view! { <input type="hidden" name="c" value=chart.as_str()/> })}
                <button type="submit" class="button" data-place="ask" data-wakes=wakes title=wakes>"Ask"</button>
            </div>
        </div>
    }
    .into_any()
}

/// A row of the form, and what is wrong with it.
#[derive(Clone, Copy)]
struct Place {
    row: usize,
    fault: Option<ExploreFault>,
}

impl Place {
    /// A name that no other row's control has.
    fn name(self, what: &str) -> String {
        if self.row == 0 { what.to_owned() } else { format!("{what} {}", self.row + 1) }
    }

    fn is_wrong(self) -> Option<&'static str> {
        self.fault.map(|_| "true")
    }

    fn line(self, controls: impl IntoView) -> impl IntoView {
        view! {
            <div class="ask-row">{controls}</div>
            {self.fault.map(|fault| view! { <p class="field-fault" role="alert">{asks::fault(fault)}</p> })}
        }
    }
}

fn with_empty<T: Clone>(rows: &[T], most: usize) -> impl Iterator<Item = Option<T>> + use<T> {
    let empty = (rows.len() < most).then_some(None);
    rows.iter().cloned().map(Some).collect::<Vec<_>>().into_iter().chain(empty)
}

fn options(columns: &[Column], chosen: Option<&str>, none: &'static str) -> impl IntoView + use<> {
    let options: Vec<_> = columns
        .iter()
        .map(|column| {
            let is_chosen = chosen == Some(column.name.as_str());
            view! { <option value=column.name.clone() selected=is_chosen>{column.name.clone()}</option> }
        })
        .collect();
    view! { <option value="">{none}</option> {options} }
}

fn measure_row(place: Place, measure: Option<Measure>, columns: &[Column]) -> impl IntoView + use<> {
    let column = measure.as_ref().and_then(|measure| measure.column.clone());
    let functions = Function::ALL.iter().map(|function| {
        let is_chosen = measure.as_ref().is_some_and(|measure| measure.function == *function);
        view! { <option value=function.as_str() selected=is_chosen>{function_name(*function)}</option> }
    });
    let columns = options(columns, column.as_deref(), "rows");
    let (name, of) = (place.name("Measure"), place.name("Measured column"));
    place.line(view! {
        <select name="m" data-place=name.clone() aria-label=name aria-invalid=place.is_wrong()>
            <option value="">"–"</option>
            {functions.collect_view()}
        </select>
        <span aria-hidden="true">"of"</span>
        <select name="mc" data-place=of.clone() aria-label=of aria-invalid=place.is_wrong()>{columns}</select>
    })
}

fn group_row(place: Place, group: Option<Group>, columns: &[Column]) -> impl IntoView + use<> {
    let chosen = group.as_ref().map(|group| group.column.clone());
    let bucket = group.and_then(|group| group.bucket);
    let times: Vec<String> =
        columns.iter().filter(|column| Kind::of(column).is_time()).map(|column| column.name.clone()).collect();
    let has_time = !times.is_empty();
    // Which stretches there are depends on the column. Without scripts an empty row may become any.
    let picked = RwSignal::new(chosen.clone());
    let is_hydrated = RwSignal::new(false);
    Effect::new(move |_| is_hydrated.set(true));
    let has_stretches = Memo::new(move |_| match picked.get() {
        Some(name) => times.contains(&name),
        None => !is_hydrated.get(),
    });
    let buckets = Bucket::ALL.iter().map(|each| {
        view! { <option value=each.as_str() selected=bucket == Some(*each)>{bucket_name(*each)}</option> }
    });
    let groupable: Vec<_> = columns.iter().filter(|column| Kind::of(column).is_groupable()).cloned().collect();
    let (name, stretch) = (place.name("Group"), place.name("Stretch of time"));
    place.line(view! {
        <select
            name="g"
            data-place=name.clone()
            aria-label=name
            aria-invalid=place.is_wrong()
            on:change=move |event| picked.set(Some(event_target_value(&event)).filter(|name| !name.is_empty()))
        >
            {options(&groupable, chosen.as_deref(), "–")}
        </select>
        {has_time.then(|| view! {
            <select
                name="gb"
                data-place=stretch.clone()
                aria-label=stretch
                hidden=move || !has_stretches.get()
                disabled=move || !has_stretches.get()
            >
                <option value="">"as it is"</option>
                {buckets.collect_view()}
            </select>
        })}
    })
}

fn filter_row(place: Place, filter: Option<Filter>, columns: &[Column]) -> impl IntoView + use<> {
    let chosen = filter.as_ref().map(|filter| filter.column.clone());
    let kinds: Vec<(String, Kind)> = columns.iter().map(|column| (column.name.clone(), Kind::of(column))).collect();
    let kinds = StoredValue::new(kinds);
    let picked = RwSignal::new(chosen.clone());
    // What the picked column's type can be compared by; all of it where none is.
    let fits = move |operator: Operator| {
        let picked = picked.get();
        let kind = kinds
            .with_value(|kinds| kinds.iter().find(|(name, _)| Some(name) == picked.as_ref()).map(|(_, kind)| *kind));
        kind.is_none_or(|kind| kind.operators().contains(&operator))
    };
    let compared = filter.as_ref().map(|filter| filter.operator);
    let operators = Operator::ALL.iter().map(|operator| {
        let (operator, is_chosen) = (*operator, compared == Some(*operator));
        view! {
            <option
                value=operator.as_str()
                selected=is_chosen
                hidden=move || !fits(operator)
                disabled=move || !fits(operator)
            >
                {operator_name(operator)}
            </option>
        }
    });
    let value = filter.map(|filter| filter.value).unwrap_or_default();
    let (name, how, with) = (place.name("Filtered column"), place.name("Comparison"), place.name("Value"));
    let is_wrong = place.is_wrong();
    place.line(view! {
        <select
            name="f"
            data-place=name.clone()
            aria-label=name
            aria-invalid=is_wrong
            on:change=move |event| picked.set(Some(event_target_value(&event)).filter(|name| !name.is_empty()))
        >
            {options(columns, chosen.as_deref(), "–")}
        </select>
        <select name="fo" data-place=how.clone() aria-label=how aria-invalid=is_wrong>{operators.collect_view()}</select>
        <input name="fv" data-place=with.clone() aria-label=with aria-invalid=is_wrong value=value autocomplete="off"/>
    })
}

fn sort_field(explore: &Explore) -> impl IntoView + use<> {
    let measured = explore.measured();
    let measures = measured.iter().enumerate().map(|(at, measure)| {
        let of = measure.column.as_deref().unwrap_or("rows");
        (By::Measure(at as u8), format!("{} of {of}", function_name(measure.function)))
    });
    let groups = explore.groups.iter().enumerate().map(|(at, group)| (By::Group(at as u8), group.column.clone()));
    let options = groups.chain(measures.collect::<Vec<_>>()).flat_map(|(by, name)| {
        [(true, "most first"), (false, "least first")].map(|(is_descending, how)| {
            let sort = Sort { by, is_descending };
            let is_chosen = explore.sort == Some(sort);
            view! { <option value=sort.code() selected=is_chosen>{format!("{name}, {how}")}</option> }
        })
    });
    view! {
        <label>
            <span>"Sorted by"</span>
            <select name="s" data-place="sort"><option value="">"what fits"</option>{options.collect::<Vec<_>>()}</select>
        </label>
    }
}

fn function_name(function: Function) -> &'static str {
    match function {
        Function::Count => "count",
        Function::Sum => "sum",
        Function::Average => "average",
        Function::Min => "smallest",
        Function::Max => "largest",
        Function::Distinct => "different values",
    }
}

fn bucket_name(bucket: Bucket) -> &'static str {
    match bucket {
        Bucket::Year => "by year",
        Bucket::Quarter => "by quarter",
        Bucket::Month => "by month",
        Bucket::Week => "by week",
        Bucket::Day => "by day",
        Bucket::Hour => "by hour",
    }
}

fn operator_name(operator: Operator) -> &'static str {
    match operator {
        Operator::Eq => "is",
        Operator::Ne => "is not",
        Operator::Lt => "is less than",
        Operator::Le => "is at most",
        Operator::Gt => "is more than",
        Operator::Ge => "is at least",
        Operator::Contains => "contains",
        Operator::StartsWith => "starts with",
        Operator::OneOf => "is one of",
        Operator::IsTrue => "is true",
        Operator::IsFalse => "is false",
        Operator::IsNull => "is missing",
        Operator::IsNotNull => "is there",
    }
}
