//! By connection string: a database user and its password.

use contract::connection::Draft;
use contract::connection_string::{ConnectionString, Rules};
use contract::fault::Fault;
use leptos::prelude::*;

use super::preview::Preview;
use super::{Start, TlsFields};
use crate::parts::{CopyText, TextArea, TextField};

#[component]
pub(super) fn StringForm(start: Start, user: RwSignal<String>) -> impl IntoView {
    let is_plain_allowed = start.facts.sample.is_some();
    let sample = start.facts.sample.clone().map(|sample| view! { <Sample sample/> });
    let is_string_bad = matches!(start.draft.fault, Some(Fault::ConnectionString { .. }));
    let Draft { name, connection_string, has_password, accept_unverified, tls_name, ca_certificate, .. } =
        start.draft.clone();
    let is_more_open = !tls_name.is_empty() || !ca_certificate.is_empty() || accept_unverified;
    let text = RwSignal::new(connection_string.clone());
    let on_text = Callback::new(move |typed: String| {
        let read = ConnectionString::parse(&typed, Rules::default()).ok();
        user.set(read.and_then(|read| read.user).unwrap_or_default());
        text.set(typed);
    });
    view! {
        <TextArea
            label="Connection string"
            name="form[connection_string]"
            value=connection_string
            placeholder="postgresql://flitch_readonly:password@your-cluster.abc123.us-east-1.redshift.amazonaws.com:5439/dev"
            hint="A URL, a JDBC URL, key=value pairs, or the endpoint as the AWS console shows it."
            is_invalid=is_string_bad
            on_text
        />
        {has_password.then(|| view! {
            <p class="field-hint">
                "Its password is stored. It is used again as long as host, port, database, user and certificate rules \
                 stay as they are."
            </p>
        })}
        <Preview text is_plain_allowed/>
        {sample}
        <fieldset>
            <legend>"Not in the string?"</legend>
            <div class="field-row">
                <TextField label="Database user" name="form[user]"/>
                <TextField label="Password" name="form[password]" kind="password" autocomplete="new-password"/>
                <TextField label="Database" name="form[database]"/>
            </div>
        </fieldset>
        <TextField label="Name" name="form[name]" value=name hint="How your team will know it. Left empty, Flitch makes one."/>
        <details class="more" open=is_more_open>
            <summary>"More options"</summary>
            <TlsFields start/>
            <div class="field-check">
                <input type="checkbox" id="form-accept_unverified" name="form[accept_unverified]" value="true" checked=accept_unverified/>
                <label for="form-accept_unverified">
                    "With sslmode=require, encrypt without checking identity (never on AWS's own host names)"
                </label>
            </div>
        </details>
    }
}

/// A string that works right now, where a sample cluster runs beside the server.
#[component]
fn Sample(sample: String) -> impl IntoView {
    view! {
        <div class="notice" data-tone="plain">
            <p>"A sample cluster runs beside this Flitch. Try it with:"</p>
            <CopyText label="the sample's connection string".to_owned() text=sample/>
        </div>
    }
}
