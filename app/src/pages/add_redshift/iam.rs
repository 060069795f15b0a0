//! By AWS IAM: which cluster, as whom. No password is typed, and none is stored.

use contract::aws::{self, AwsFacts, ClusterKind, IamFields, REGIONS};
use contract::connection::Method;
use contract::fault::{Fault, Field};
use leptos::prelude::*;

use super::iam_fields::{collect, fill};
use super::policy::TrustPanel;
use super::{Start, TlsFields};
use crate::parts::{CopyText, TextField};
use crate::words::faults;

#[component]
pub(super) fn IamForm(start: Start, user: RwSignal<String>, typed: RwSignal<IamFields>) -> impl IntoView {
    // Nothing was typed into a fresh form; its database has a preset.
    let is_fresh = start.draft.id.is_empty() || start.draft.method != Method::Iam;
    let database = match (is_fresh, start.draft.iam.database.as_str()) {
        (true, "") => "dev".to_owned(),
        (_, known) => known.to_owned(),
    };
    typed.update_untracked(|fields| fields.database = database.clone());
    let read_again = move || {
        if let Some(fields) = collect() {
            user.set(fields.user.clone());
            typed.set(fields);
        }
    };
    Effect::new(move |_| read_again());
    let on_paste = Callback::new(move |pasted: String| fill(&pasted));
    let wrong = move || {
        let field = typed.with(aws::misshapen)?;
        Some(view! { <p class="preview-fault">{faults::fault(&Fault::FieldInvalid { field })}</p> })
    };
    let is_bad = |field: Field| start.is_bad(field);
    let fields = start.draft.iam.clone();
    let is_serverless = ClusterKind::from_code(&fields.kind) == ClusterKind::Serverless;
    let is_more_open = !fields.endpoint.is_empty()
        || fields.accepts_admin
        || !start.draft.tls_name.is_empty()
        || !start.draft.ca_certificate.is_empty();
    let facts = start.aws.clone();
    view! {
        <div class="form iam" on:input=move |_| read_again() on:change=move |_| read_again()>
            <TextField
                label="Paste to fill in"
                name="form[pasted]"
                value=fields.pasted.clone()
                hint="An endpoint or JDBC URL from the AWS console, or an ARN of a cluster or role. It fills the fields below."
                is_invalid=is_bad(Field::Pasted)
                on_text=on_paste
            />
            <Sample aws=facts.clone()/>
            <fieldset class="choice">
                <legend>"What answers"</legend>
                <Kind kind=ClusterKind::Provisioned is_chosen=!is_serverless label="Provisioned cluster"/>
                <Kind kind=ClusterKind::Serverless is_chosen=is_serverless label="Serverless workgroup"/>
            </fieldset>
            <div class="field-row">
                <RegionField chosen=fields.region.clone() is_invalid=is_bad(Field::Region)/>
                <TextField
                    label="Cluster identifier or workgroup"
                    name="form[cluster]"
                    value=fields.cluster.clone()
                    is_invalid=is_bad(Field::Cluster) || is_bad(Field::Workgroup)
                />
            </div>
            <div class="field-row">
                <div class="only-provisioned only-user">
                    <TextField
                        label="Database user"
                        name="form[user]"
                        value=fields.user.clone()
                        is_invalid=is_bad(Field::User)
                    />
                </div>
                <TextField label="Database" name="form[database]" value=database is_invalid=is_bad(Field::Database)/>
            </div>
            <div class="field-check only-provisioned">
                <input type="checkbox" id="form-is_caller" name="form[is_caller]" value="true" checked=fields.is_caller/>
                <label for="form-is_caller">
                    "Sign in as the AWS identity itself, not as a database user (GetClusterCredentialsWithIAM)"
                </label>
            </div>
            <p class="quiet only-serverless">
                "A workgroup lets the AWS identity itself in, under a database user that AWS names after it."
            </p>
            <RoleField aws=facts fields=fields.clone() is_invalid=is_bad(Field::Role)/>
            <div class="preview" aria-live="polite">{wrong}</div>
            <TextField label="Name" name="form[name]" value=start.draft.name.clone() hint="How your team will know it. Left empty, Flitch makes one."/>
            <details class="more" open=is_more_open>
                <summary>"More options"</summary>
                <TextField
                    label="Endpoint"
                    name="form[endpoint]"
                    value=fields.endpoint.clone()
                    hint="Host and port. Left empty, Flitch asks AWS; type it where AWS may not be asked, or behind a tunnel."
                    is_invalid=is_bad(Field::Endpoint)
                />
                <TlsFields start=start.clone()/>
                <div class="field-check">
                    <input type="checkbox" id="form-accepts_admin" name="form[accepts_admin]" value="true" checked=fields.accepts_admin/>
                    <label for="form-accepts_admin">"The database user may be the cluster's admin"</label>
                </div>
            </details>
        </div>
    }
}

#[component]
fn Kind(kind: ClusterKind, is_chosen: bool, label: &'static str) -> impl IntoView {
    let id = format!("form-kind-{}", kind.as_str());
    view! {
        <div class="field-check">
            <input type="radio" id=id.clone() name="form[kind]" value=kind.as_str() checked=is_chosen/>
            <label for=id>{label}</label>
        </div>
    }
}

#[component]
fn RegionField(chosen: String, is_invalid: bool) -> impl IntoView {
    let regions = REGIONS.iter().map(|(code, name)| {
        view! { <option value=*code selected=*code == chosen>{*code}" · "{*name}</option> }
    });
    view! {
        <div class="field">
            <label for="form-region">"Region"</label>
            <select id="form-region" name="form[region]" aria-invalid=is_invalid.then_some("true")>
                <option value="">"Choose…"</option>
                {regions.collect_view()}
            </select>
        </div>
    }
}

/// Whose AWS identity asks: the server's own, or a role that trusts it.
#[component]
fn RoleField(aws: AwsFacts, fields: IamFields, is_invalid: bool) -> impl IntoView {
    let is_open = aws.needs_role || !fields.role.is_empty() || is_invalid;
    let listed = (!aws.listed.is_empty()).then(|| format!("Without a role: {}.", aws.listed.join(", ")));
    let hint = match aws.needs_role {
        true => "Several teams share this Flitch, so a role of yours is needed. Flitch assumes it for each query.",
        false => "Left empty, Flitch's own AWS identity asks. A role is needed for a cluster of another account.",
    };
    view! {
        <details class="more" open=is_open>
            <summary>"Role to assume"</summary>
            <TextField label="Role ARN" name="form[role]" value=fields.role.clone() hint is_invalid/>
            {listed.map(|listed| view! { <p class="quiet">{listed}</p> })}
            <TrustPanel aws/>
        </details>
    }
}

/// Fields that work right now, where a sample cluster runs beside the server.
#[component]
fn Sample(aws: AwsFacts) -> impl IntoView {
    aws.sample.map(|sample| {
        let url = format!(
            "jdbc:redshift:iam://{}:{}/{}?DbUser={}",
            sample.cluster, sample.region, sample.database, sample.user
        );
        view! {
            <div class="notice" data-tone="plain">
                <p>"A sample cluster with a pretend AWS runs beside this Flitch. Paste above:"</p>
                <CopyText label="the sample's JDBC IAM URL".to_owned() text=url/>
            </div>
        }
    })
}
