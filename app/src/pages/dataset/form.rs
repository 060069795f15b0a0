//! The question as a form: it works as plain HTML, and what it sends is the page's address.

use contract::explore::{
    Bucket, By, Explore, Filter, Function, Group, Kind, MAX_FILTERS, MAX_GROUPS, MAX_LIMIT, MAX_MEASURES, Measure,
    Operator, Sort,
};
use contract::query::Column;
use leptos::prelude::*;

use crate::api::datasets::ShowDataset;
use crate::parts::{GetForm, load};

#[component]
pub fn ExploreForm(id: Memo<String>, search: Memo<String>) -> impl IntoView {
    // Asked for anew: a look at the rows a moment ago may have told of the columns.
    let head = load(move || ShowDataset { id: id.get() });
    view! {
        <Transition>
            {move || Suspend::new(async move {
                let columns = head.await.map(|dataset| dataset.columns).unwrap_or_default();
                view! { <Fields columns search/> }
            })}
        </Transition>
    }
}

#[component]
fn Fields(columns: Vec<Column>, search: Memo<String>) -> impl IntoView {
    if columns.is_empty() {
        return view! {
            <div class="notice" data-tone="info" role="status">
                <p>"The columns are not known yet. Open Rows once, then come back."</p>
            </div>
        }
        .into_any();
    }
    let columns = StoredValue::new(columns);
    // Anew for each question, with a row more than are filled in.
    let body = move || {
        let (explore, _) = Explore::from_query(&search.get());
        let columns = columns.get_value();
        // A question that was not begun begins with the count of rows.
        let begun = if explore.is_empty() { vec![Measure::default()] } else { explore.measures.clone() };
        let measures = with_empty(&begun, MAX_MEASURES);
        let groups = with_empty(&explore.groups, MAX_GROUPS);
        let filters = with_empty(&explore.filters, MAX_FILTERS);
        view! {
            <fieldset class="ask">
                <legend>"Measure"</legend>
                {measures.map(|measure| measure_row(measure, &columns)).collect_view()}
            </fieldset>
            <fieldset class="ask">
                <legend>"For each"</legend>
                {groups.map(|group| group_row(group, &columns)).collect_view()}
            </fieldset>
            <fieldset class="ask">
                <legend>"Where"</legend>
                {filters.map(|filter| filter_row(filter, &columns)).collect_view()}
            </fieldset>
            <div class="ask ask-last">
                {sort_field(&explore)}
                <label>
                    <span>"Most rows"</span>
                    <input name="n" type="number" min="1" max=MAX_LIMIT value=explore.limit/>
                </label>
                {explore.chart.map(|chart| view! { <input type="hidden" name="c" value=chart.as_str()/> })}
                <button type="submit" class="button">"Ask"</button>
            </div>
        }
    };
    view! {
        <GetForm>
            <input type="hidden" name="view" value="explore"/>
            <div class="ask-all">{body}</div>
        </GetForm>
    }
    .into_any()
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

fn measure_row(measure: Option<Measure>, columns: &[Column]) -> impl IntoView + use<> {
    let column = measure.as_ref().and_then(|measure| measure.column.clone());
    let functions = Function::ALL.iter().map(|function| {
        let is_chosen = measure.as_ref().is_some_and(|measure| measure.function == *function);
        view! { <option value=function.as_str() selected=is_chosen>{function_name(*function)}</option> }
    });
    let columns = options(columns, column.as_deref(), "rows");
    view! {
        <div class="ask-row">
            <select name="m" aria-label="Measure"><option value="">"–"</option>{functions.collect_view()}</select>
            <span aria-hidden="true">"of"</span>
            <select name="mc" aria-label="Measured column">{columns}</select>
        </div>
    }
}

fn group_row(group: Option<Group>, columns: &[Column]) -> impl IntoView + use<> {
    let chosen = group.as_ref().map(|group| group.column.clone());
    let bucket = group.and_then(|group| group.bucket);
    // Which stretches there are depends on the column; an empty row may become any.
    let is_time = |column: &Column| Kind::of(column).is_time();
    let can_bucket = chosen.as_ref().is_none_or(|name| columns.iter().any(|one| one.name == *name && is_time(one)));
    let has_time = columns.iter().any(is_time);
    let buckets = Bucket::ALL.iter().map(|each| {
        view! { <option value=each.as_str() selected=bucket == Some(*each)>{bucket_name(*each)}</option> }
    });
    let groupable: Vec<_> = columns.iter().filter(|column| Kind::of(column).is_groupable()).cloned().collect();
    view! {
        <div class="ask-row">
            <select name="g" aria-label="Group">{options(&groupable, chosen.as_deref(), "–")}</select>
            {(can_bucket && has_time).then(|| view! {
                <select name="gb" aria-label="Stretch of time">
                    <option value="">"as it is"</option>
                    {buckets.collect_view()}
                </select>
            })}
        </div>
    }
}

fn filter_row(filter: Option<Filter>, columns: &[Column]) -> impl IntoView + use<> {
    let chosen = filter.as_ref().map(|filter| filter.column.clone());
    let kind = columns.iter().find(|column| Some(&column.name) == chosen.as_ref()).map(Kind::of);
    let compared = filter.as_ref().map(|filter| filter.operator);
    let operators = kind.map_or(Operator::ALL, Kind::operators).iter().map(|operator| {
        let is_chosen = compared == Some(*operator);
        view! { <option value=operator.as_str() selected=is_chosen>{operator_name(*operator)}</option> }
    });
    let value = filter.map(|filter| filter.value).unwrap_or_default();
    view! {
        <div class="ask-row">
            <select name="f" aria-label="Filtered column">{options(columns, chosen.as_deref(), "–")}</select>
            <select name="fo" aria-label="Comparison">{operators.collect_view()}</select>
            <input name="fv" aria-label="Value" value=value autocomplete="off"/>
        </div>
    }
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
            <select name="s"><option value="">"what fits"</option>{options.collect::<Vec<_>>()}</select>
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
