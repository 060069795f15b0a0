//! The IAM form's fields in the browser: read from the page whenever something is typed, and filled when an endpoint, a
//! URL or an ARN is pasted. What was typed before the script came is read too.

use contract::aws::{IamFields, Pasted, paste};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlInputElement, HtmlSelectElement};

/// The id of a field, as the parts make it from its name.
fn id(field: &str) -> String {
    format!("form-{field}")
}

fn element<T: JsCast>(field: &str) -> Option<T> {
    document().get_element_by_id(&id(field))?.dyn_into().ok()
}

fn text(field: &str) -> String {
    element::<HtmlInputElement>(field).map(|input| input.value()).unwrap_or_default()
}

fn is_ticked(field: &str) -> bool {
    element::<HtmlInputElement>(field).is_some_and(|input| input.checked())
}

/// The form as it stands on the page; `None` before it stands there.
pub(super) fn collect() -> Option<IamFields> {
    let region = element::<HtmlSelectElement>("region")?.value();
    Some(IamFields {
        pasted: text("pasted"),
        kind: if is_ticked("kind-serverless") { "serverless" } else { "provisioned" }.to_owned(),
        region,
        cluster: text("cluster"),
        user: text("user"),
        database: text("database"),
        endpoint: text("endpoint"),
        role: text("role"),
        is_caller: is_ticked("is_caller"),
        accepts_admin: is_ticked("accepts_admin"),
    })
}

/// Writes what a pasted text says into the fields, and empties its own: from then on the fields are what counts. What
/// the text does not say stays, but for the endpoint, which is another cluster's.
pub(super) fn fill(typed: &str) {
    let Some(Pasted { kind, region, cluster, endpoint, database, user, role }) = paste(typed) else { return };
    let put = |field: &str, value: &str| {
        if let (false, Some(input)) = (value.is_empty(), element::<HtmlInputElement>(field)) {
            input.set_value(value);
        }
    };
    if let Some(input) = element::<HtmlInputElement>("pasted") {
        input.set_value("");
    }
    if let (Some(_), Some(input)) = (kind, element::<HtmlInputElement>("endpoint")) {
        input.set_value("");
    }
    if let Some(kind) = kind
        && let Some(choice) = element::<HtmlInputElement>(&format!("kind-{}", kind.as_str()))
    {
        choice.set_checked(true);
    }
    if let (false, Some(list)) = (region.is_empty(), element::<HtmlSelectElement>("region")) {
        list.set_value(&region);
    }
    for (field, value) in
        [("cluster", cluster), ("endpoint", endpoint), ("database", database), ("user", user), ("role", role)]
    {
        put(field, &value);
    }
}
