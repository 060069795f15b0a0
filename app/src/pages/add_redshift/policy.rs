//! The policies that an AWS admin needs, filled with what is typed: what the identity may do, and whom a role trusts.

use contract::aws::policy::{self, Purpose};
use contract::aws::{AwsFacts, ClusterKind, IamFields, IamTarget, RoleArn};
use leptos::prelude::*;

use crate::parts::CopyText;

/// As far as the fields go: what is empty or wrong yet shows as a word to replace.
fn target(fields: &IamFields) -> IamTarget {
    let kind = ClusterKind::from_code(&fields.kind);
    IamTarget {
        kind,
        region: fields.region.clone(),
        cluster: fields.cluster.trim().to_owned(),
        role: RoleArn::parse(fields.role.trim()),
        is_caller: fields.is_caller || kind == ClusterKind::Serverless,
    }
}

fn purpose(purpose: Purpose, fields: &IamFields) -> String {
    match purpose {
        Purpose::Mint if target(fields).kind == ClusterKind::Serverless => {
            "mints credentials for the AWS identity itself. For this one workgroup, put its id from the console in the \
             place of the star."
                .to_owned()
        }
        Purpose::Mint if target(fields).is_caller => {
            "mints credentials for the AWS identity itself, in this one database.".to_owned()
        }
        Purpose::Mint => "mints credentials for this one user, in this one database of this one cluster.".to_owned(),
        Purpose::FindCluster => {
            "tells where the cluster is and whether it is up. Leave it out if you type the endpoint.".to_owned()
        }
        Purpose::FindWorkgroup => "tells where the workgroup is. Leave it out if you type the endpoint.".to_owned(),
    }
}

#[component]
pub(super) fn PolicyPanel(typed: RwSignal<IamFields>) -> impl IntoView {
    let text = Memo::new(move |_| {
        typed.with(|fields| {
            let target = target(fields);
            let account = target.role.as_ref().map(|role| role.account().to_owned()).unwrap_or_default();
            policy::permissions(&target, fields.user.trim(), fields.database.trim(), &account)
        })
    });
    let lines = move || {
        typed.with(|fields| {
            let statements = policy::statements(&target(fields), "", "", "");
            let line = |statement: &policy::Statement| {
                view! { <li><code>{statement.action}</code>" "{purpose(statement.purpose, fields)}</li> }
            };
            statements.iter().map(line).collect_view()
        })
    };
    view! {
        <section class="panel" aria-labelledby="policy-title">
            <h2 id="policy-title">"What AWS has to allow"</h2>
            <p class="quiet">
                "Attach this to the role above, or to Flitch's own identity. It follows what you type; 123456789012 \
                 stands for the account's number."
            </p>
            {move || view! { <CopyText label="the IAM policy".to_owned() text=text.get()/> }}
            <ul class="hint-steps">{lines}</ul>
        </section>
    }
}

#[component]
pub(super) fn TrustPanel(aws: AwsFacts) -> impl IntoView {
    let AwsFacts { external_id, principal, .. } = aws;
    let is_known = principal.is_some();
    let text = policy::trust(&policy::principal_or_word(principal.as_deref()), &external_id);
    view! {
        <p>"The external id of your team. Flitch made it, it never changes, and nobody can choose it:"</p>
        <CopyText label="the external id".to_owned() text=external_id/>
        <p>"The role's trust policy, with it in:"</p>
        <CopyText label="the trust policy".to_owned() text/>
        {is_known.then(|| view! {
            <p class="quiet">"AWS does not tell the path of a role. If the server's role has one, put it into the ARN."</p>
        })}
        <p class="quiet">"Across accounts, Flitch's own identity also needs sts:AssumeRole on this role."</p>
        {(!is_known).then(|| view! {
            <p class="quiet">
                "Flitch does not know its own AWS identity yet. Replace the ARN by the one your operator names, or load \
                 this page again in a moment."
            </p>
        })}
    }
}
