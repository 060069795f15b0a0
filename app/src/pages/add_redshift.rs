//! The Add Source form: paste, see what was understood, test.

mod preview;

use contract::connection::{AddSourceFacts, Draft};
use contract::connection_string::{ConnectionString, Rules};
use contract::fault::{Fault, Field};
use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_meta::Title;

use super::query;
use crate::api::ApiError;
use crate::api::connections::{TestConnection, show_draft, source_facts};
use crate::parts::{EgressPanel, FaultNotice, PageFault, TextArea, TextField, load};
use crate::paths;
use preview::Preview;

#[component]
pub fn AddRedshiftPage() -> impl IntoView {
    let (draft, wait) = (query("draft"), query("wait"));
    let data = load(
        move || draft.get(),
        |draft| async move {
            let facts = source_facts().await?;
            let draft = if draft.is_empty() { None } else { Some(show_draft(draft).await?) };
            Ok::<_, ApiError>((facts, draft))
        },
    );
    view! {
        <Title text="Add Amazon Redshift"/>
        <Suspense>
            {move || Suspend::new(async move {
                match data.await {
                    Ok((facts, draft)) => {
                        let is_early = !wait.get_untracked().is_empty();
                        view! { <AddForm facts draft is_early/> }.into_any()
                    }
                    Err(error) => view! { <PageFault error/> }.into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn AddForm(facts: AddSourceFacts, draft: Option<Draft>, is_early: bool) -> impl IntoView {
    let test = ServerAction::<TestConnection>::new();
    let stored = draft.as_ref().and_then(|draft| draft.fault.clone());
    // Without scripts, a test that came too soon leads back here; the draft itself is fine.
    let stored = stored.or(is_early.then_some(Fault::TooManyTries { retry_after_seconds: 60 }));
    let refused = move || {
        let scripted = test.value().get().map(|answer| answer.err().map(|error| error.0));
        scripted.unwrap_or_else(|| stored.clone())
    };
    let text = RwSignal::new(draft.as_ref().map(|draft| draft.connection_string.clone()).unwrap_or_default());
    let known_user = draft.as_ref().map(|draft| draft.user.clone()).unwrap_or_default();
    let help = move || {
        let typed = ConnectionString::parse(&text.get(), Rules::default()).ok().and_then(|read| read.user);
        paths::help(&typed.unwrap_or_else(|| known_user.clone()), "")
    };
    let egress = facts.egress.clone();
    view! {
        <div class="page">
            <nav class="crumbs" aria-label="Breadcrumb">
                <a href=paths::DATA>"Data"</a> <a href=paths::ADD>"Add source"</a>
            </nav>
            <div class="page-head"><h1>"Amazon Redshift"</h1></div>
            <div class="columns">
                <div>
                    {move || refused().map(|fault| view! { <FaultNotice fault/> })}
                    <ActionForm action=test attr:class="form">
                        <Fields facts draft text/>
                        <button type="submit" class="button" disabled=move || test.pending().get()>
                            {move || if test.pending().get() { "Testing…" } else { "Test connection" }}
                        </button>
                        <p class="quiet">"Testing keeps the form as a draft. Nothing is saved for the team before you say so."</p>
                    </ActionForm>
                </div>
                <aside>
                    <EgressPanel egress/>
                    <section class="panel" aria-labelledby="reader-title">
                        <h2 id="reader-title">"Need a read-only user?"</h2>
                        <p>"Ready SQL, the endpoint and the network rule are in "<a href=help>"Help"</a>"."</p>
                    </section>
                </aside>
            </div>
        </div>
    }
}

#[component]
fn Fields(facts: AddSourceFacts, draft: Option<Draft>, text: RwSignal<String>) -> impl IntoView {
    let is_plain_allowed = facts.sample.is_some();
    let draft = draft.unwrap_or_default();
    let bad = draft.fault.clone();
    let is_bad = |field: Field| bad == Some(Fault::FieldInvalid { field });
    let is_string_bad = matches!(bad, Some(Fault::ConnectionString { .. }));
    let Draft { id, name, connection_string, has_password, accept_unverified, tls_name, ca_certificate, .. } = draft;
    let is_more_open = !tls_name.is_empty() || !ca_certificate.is_empty() || accept_unverified;
    let sample = facts.sample.map(|sample| view! { <Sample sample/> });
    view! {
        <input type="hidden" name="form[draft]" value=id/>
        <TextArea
            label="Connection string"
            name="form[connection_string]"
            value=connection_string
            placeholder="postgresql://flitch_readonly:password@your-cluster.abc123.us-east-1.redshift.amazonaws.com:5439/dev"
            hint="A URL, a JDBC URL, key=value pairs, or the endpoint as the AWS console shows it."
            is_invalid=is_string_bad
            on_text=Callback::new(move |typed| text.set(typed))
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
            <TextField
                label="TLS server name"
                name="form[tls_name]"
                value=tls_name
                hint="The name in the certificate, where it is not the host: behind a tunnel, a load balancer or a CNAME."
                is_invalid=is_bad(Field::TlsName)
            />
            <TextArea
                label="Certificate authority (PEM)"
                name="form[ca_certificate]"
                value=ca_certificate
                rows=4
                hint="For a server with an issuer of its own. It replaces the trusted issuers for this connection."
                is_invalid=is_bad(Field::CaCertificate)
            />
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
            <crate::parts::CopyText label="the sample's connection string".to_owned() text=sample/>
        </div>
    }
}
