//! The Add Source form: pick a method, say where the cluster is, test.

mod iam;
mod iam_fields;
mod policy;
mod preview;
mod string;
mod team;

use contract::aws::AwsFacts;
use contract::connection::{AddSourceFacts, Draft, FormStart, Method};
use contract::fault::{Fault, Field};
use leptos::prelude::*;
use leptos_meta::Title;

use super::query;
use crate::api::connections::{StartForm, TestConnection};
use crate::parts::{EgressPanel, FaultNotice, PageFault, Post, PostForm, TextArea, TextField, load};
use crate::paths;
use iam::IamForm;
use policy::PolicyPanel;
use string::StringForm;
use team::TeamForm;

/// What a method's form starts from.
#[derive(Clone)]
struct Start {
    facts: AddSourceFacts,
    aws: AwsFacts,
    draft: Draft,
}

impl Start {
    fn is_bad(&self, field: Field) -> bool {
        matches!(&self.draft.fault, Some(Fault::FieldInvalid { field: bad } | Fault::FieldMissing { field: bad }) if *bad == field)
    }
}

#[component]
pub fn AddRedshiftPage() -> impl IntoView {
    let (draft, method, wait, purpose) = (query("draft"), query("method"), query("wait"), query("for"));
    let start = load(move || StartForm { draft: draft.get(), method: method.get(), purpose: purpose.get() });
    view! {
        <Title text="Add Amazon Redshift"/>
        <Transition>
            {move || Suspend::new(async move {
                match start.await {
                    Ok(FormStart { facts, aws, draft, method }) => {
                        let is_early = !wait.get_untracked().is_empty();
                        view! { <AddForm start=Start { facts, aws, draft } method is_early/> }.into_any()
                    }
                    Err(error) => view! { <PageFault error/> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn AddForm(start: Start, method: Method, is_early: bool) -> impl IntoView {
    let test = Post::<TestConnection>::new();
    // What was wrong is of the method that it was wrong with.
    let stored = start.draft.fault.clone().filter(|_| start.draft.method == method);
    // Without scripts, a test that came too soon leads back here; the draft itself is fine.
    let stored = stored.or(is_early.then_some(Fault::TooManyTries { retry_after_seconds: 60 }));
    let refused = move || {
        let scripted = test.answer().map(|answer| answer.err().map(|error| error.0));
        scripted.unwrap_or_else(|| stored.clone())
    };
    // What was refused is read first, also where the button is far below it.
    let notice = NodeRef::<leptos::html::Div>::new();
    Effect::new(move |_| {
        if let (Some(_), Some(notice)) = (test.refused(), notice.get()) {
            let _ = notice.focus();
        }
    });
    let egress = start.facts.egress.clone();
    let user = RwSignal::new(start.draft.user.clone());
    let draft_id = start.draft.id.clone();
    let is_credential = start.draft.is_credential;
    let (crumb, crumb_text, heading) = match start.draft.replaces.as_str() {
        _ if is_credential => (paths::DATA_CONNECTIONS.to_owned(), "Data connections".to_owned(), "Team credential"),
        "" => (paths::ADD.to_owned(), "Add source".to_owned(), "Amazon Redshift"),
        id => (paths::connection(id), start.draft.name.clone(), "Edit the connection"),
    };
    let credential = start.facts.credential.clone();
    let has_team = credential.is_some() && !is_credential;
    let typed = RwSignal::new(start.draft.iam.clone());
    let form = match method {
        Method::String => view! { <StringForm start user/> }.into_any(),
        Method::Iam => view! { <IamForm start user typed/> }.into_any(),
        Method::Team => match credential {
            Some(target) => view! { <TeamForm start target/> }.into_any(),
            None => view! { <FaultNotice fault=Fault::NoTeamCredential/> }.into_any(),
        },
    };
    let policy = (method == Method::Iam).then(|| view! { <PolicyPanel typed/> });
    view! {
        <div class="page">
            <nav class="crumbs" aria-label="Breadcrumb">
                <a href=paths::DATA>"Data"</a> <a href=crumb>{crumb_text}</a>
            </nav>
            <div class="page-head"><h1>{heading}</h1></div>
            <Methods method draft_id=draft_id.clone() is_credential has_team/>
            <div class="columns">
                <div>
                    <div node_ref=notice tabindex="-1">
                        {move || refused().map(|fault| view! { <FaultNotice fault/> })}
                    </div>
                    <PostForm post=test attr:class="form">
                        <input type="hidden" name="form[draft]" value=draft_id/>
                        <input type="hidden" name="form[method]" value=method.as_str()/>
                        <input type="hidden" name="form[is_credential]" value=is_credential.to_string()/>
                        {form}
                        <button type="submit" class="button" disabled=move || test.is_pending()>
                            {move || if test.is_pending() { "Testing…" } else { "Test connection" }}
                        </button>
                        <p class="quiet">
                            "Testing keeps the form as a draft. Nothing is saved for the team before you say so. A Serverless \
                             workgroup wakes for it, and is billed for at least 60 seconds."
                        </p>
                    </PostForm>
                    {policy}
                </div>
                <aside>
                    <EgressPanel egress/>
                    <section class="panel" aria-labelledby="reader-title">
                        <h2 id="reader-title">"Need a read-only user?"</h2>
                        <p>
                            "Ready SQL, the endpoint and the network rule are in "
                            <a href=move || paths::help(&user.get(), "")>"Help"</a>"."
                        </p>
                    </section>
                </aside>
            </div>
        </div>
    }
}

/// The methods, as links: each is a page of its own, with or without scripts.
#[component]
fn Methods(method: Method, draft_id: String, is_credential: bool, has_team: bool) -> impl IntoView {
    let all = [(Method::Team, "Team credential"), (Method::String, "Connection string"), (Method::Iam, "AWS IAM")]
        .into_iter();
    let tabs = all.filter(|(each, _)| has_team || *each != Method::Team).map(|(each, name)| {
        let href = paths::add_redshift_by(each, &draft_id, is_credential);
        view! { <a href=href aria-current=(each == method).then_some("page")>{name}</a> }
    });
    view! { <nav class="tabs" aria-label="How to sign in">{tabs.collect_view()}</nav> }
}

/// The certificate's fields, which both methods have.
#[component]
fn TlsFields(start: Start) -> impl IntoView {
    let is_bad = |field: Field| start.is_bad(field);
    view! {
        <TextField
            label="TLS server name"
            name="form[tls_name]"
            value=start.draft.tls_name.clone()
            hint="The name in the certificate, where it is not the host: behind a tunnel, a load balancer or a CNAME."
            is_invalid=is_bad(Field::TlsName)
        />
        <TextArea
            label="Certificate authority (PEM)"
            name="form[ca_certificate]"
            value=start.draft.ca_certificate.clone()
            rows=4
            hint="For a server with an issuer of its own. It replaces the trusted issuers for this connection."
            is_invalid=is_bad(Field::CaCertificate)
        />
    }
}
