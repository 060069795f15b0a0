//! The help's section on signing in by AWS IAM: user, policy, trust.

use contract::aws::{AwsFacts, IamTarget, policy};
use contract::connection::Method;
use leptos::prelude::*;

use crate::parts::CopyText;
use crate::paths;
use crate::words::sql::create_minted;

#[component]
pub(super) fn ByIam(aws: AwsFacts, user: String, schema: String) -> impl IntoView {
    let permissions = policy::permissions(&IamTarget::default(), &user, "dev", "");
    let trust = policy::trust(&policy::principal_or_word(aws.principal.as_deref()), &aws.external_id);
    let whose = match aws.needs_role {
        true => "Several teams share this Flitch, so a role in your AWS account is needed, which Flitch assumes.",
        false => {
            "Flitch's own AWS identity asks; or a role of yours that it assumes, which is the way to a cluster of \
             another account."
        }
    };
    view! {
        <h2 id="iam">"By AWS IAM, without a password"</h2>
        <p>
            "Flitch asks AWS for credentials that last a quarter of an hour, anew for every query. Nothing is stored, \
             and there is nothing to rotate. It takes three fields: region, cluster identifier and database user."
        </p>
        <h3>"1. The database user"</h3>
        <p>
            "It needs no password: minted credentials open it. For a Serverless workgroup, AWS names a user after the \
             identity that asks; the check shows its name, and the grants go to that one."
        </p>
        <CopyText label="SQL for a user without a password".to_owned() text=create_minted(&user, &schema)/>
        <h3>"2. What AWS has to allow"</h3>
        <p>{whose} " Attach this policy to it. The form shows it filled in as you type."</p>
        <CopyText label="an IAM policy".to_owned() text=permissions/>
        <h3>"3. For a role: whom it trusts"</h3>
        <p>
            "The external id is your team's. AWS compares it, so that nobody else can make Flitch use your role."
        </p>
        <CopyText label="a trust policy".to_owned() text=trust/>
        <p>
            "Then " <a href=paths::add_redshift_by(Method::Iam, "", false)>"add the source by AWS IAM"</a>
            ". The network rule below is needed as for a connection string."
        </p>
    }
}
