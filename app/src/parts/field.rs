//! Form fields: a label, a control, a hint, and what is wrong with it.

use leptos::prelude::*;

#[component]
pub fn TextField(
    label: &'static str,
    name: &'static str,
    #[prop(optional)] kind: Option<&'static str>,
    #[prop(optional, into)] value: String,
    #[prop(optional, into)] hint: String,
    #[prop(optional)] autocomplete: Option<&'static str>,
    #[prop(optional)] is_required: bool,
    #[prop(optional)] is_invalid: bool,
    /// In characters.
    #[prop(optional)]
    longest: Option<u16>,
    #[prop(optional)] on_text: Option<Callback<String>>,
    /// Where the name is not the page's only one.
    #[prop(optional)]
    id: Option<&'static str>,
) -> impl IntoView {
    let id = id.map_or_else(|| field_id(name), str::to_owned);
    let hint_id = format!("{id}-hint");
    let described = (!hint.is_empty()).then(|| hint_id.clone());
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <input
                id=id
                name=name
                type=kind.unwrap_or("text")
                value=value
                autocomplete=autocomplete.unwrap_or("off")
                maxlength=longest
                required=is_required
                aria-invalid=is_invalid.then_some("true")
                aria-describedby=described
                spellcheck="false"
                on:input=move |event| tell(on_text, &event)
            />
            {(!hint.is_empty()).then(|| view! { <p class="field-hint" id=hint_id>{hint}</p> })}
        </div>
    }
}

/// The only file with a `<textarea>`: Leptos 0.8 writes its children unescaped, so they are escaped here.
#[component]
pub fn TextArea(
    label: &'static str,
    name: &'static str,
    #[prop(optional, into)] value: String,
    #[prop(optional, into)] hint: String,
    #[prop(optional, into)] placeholder: String,
    #[prop(optional)] rows: Option<u8>,
    #[prop(optional)] is_invalid: bool,
    #[prop(optional)] on_text: Option<Callback<String>>,
) -> impl IntoView {
    let id = field_id(name);
    let hint_id = format!("{id}-hint");
    let described = (!hint.is_empty()).then(|| hint_id.clone());
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <textarea
                id=id
                name=name
                rows=rows.unwrap_or(3).to_string()
                placeholder=placeholder
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                aria-invalid=is_invalid.then_some("true")
                aria-describedby=described
                on:input=move |event| tell(on_text, &event)
            >
                {escape(&value)}
            </textarea>
            {(!hint.is_empty()).then(|| view! { <p class="field-hint" id=hint_id>{hint}</p> })}
        </div>
    }
}

fn tell(on_text: Option<Callback<String>>, event: &leptos::ev::Event) {
    if let Some(on_text) = on_text {
        on_text.run(event_target_value(event));
    }
}

/// `form[user]` → `form-user`
fn field_id(name: &str) -> String {
    name.replace('[', "-").replace(']', "")
}

/// The field of a statement. Where scripts run, the SQL editor (scripts/site/editor) takes its place.
#[component]
pub fn SqlArea(
    name: &'static str,
    text: String,
    /// The address of the names to complete.
    #[prop(into)]
    names: Signal<String>,
    area: NodeRef<leptos::html::Textarea>,
    /// How many characters before a mistake, and anything that tells one finding of it from the next.
    #[prop(into)]
    wrong_at: Signal<Option<String>>,
    /// Whose text it is: it stays in their tab until it is run.
    draft_of: String,
) -> impl IntoView {
    view! {
        <div class="field">
            <label for="sql">"Statement"</label>
            <textarea
                id="sql"
                name=name
                rows="8"
                class="mono"
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                required
                data-editor=""
                data-hint="Ctrl or ⌘ + Enter runs. Escape, then Tab, leaves the editor."
                data-completions=move || names.get()
                data-error-at=move || wrong_at.get()
                data-draft=draft_of
                node_ref=area
            >
                {escape(&text)}
            </textarea>
        </div>
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
