//! Help for connecting Redshift, filled in with the reader's own values where they are known.

mod iam;

use contract::aws::AwsFacts;
use contract::connection::AddSourceFacts;
use leptos::prelude::*;

use crate::parts::{CopyText, EgressPanel, TextField, made};
use crate::paths;
use crate::words::sql::create_reader;
use iam::ByIam;

pub fn help(facts: AddSourceFacts, aws: AwsFacts, user: String, schema: String) -> String {
    made(view! { <Help facts aws user schema/> })
}

/// Redshift's names are at most 127 bytes; anything else in the address is not one.
fn name_or(text: String, default: &str) -> String {
    if text.is_empty() || text.len() > 127 || text.chars().any(char::is_control) { default.to_owned() } else { text }
}

#[component]
fn Help(facts: AddSourceFacts, aws: AwsFacts, user: String, schema: String) -> impl IntoView {
    let (user, schema) = (name_or(user, "flitch_readonly"), name_or(schema, "public"));
    let sql = create_reader(&user, &facts.suggested_password, &schema);
    let iam = view! { <ByIam aws user=user.clone() schema=schema.clone()/> };
    view! {
        <div class="page prose">
            <nav class="crumbs" aria-label="Breadcrumb"><a href=paths::ADD_REDSHIFT>"Add Amazon Redshift"</a></nav>
            <h1>"Connect Amazon Redshift"</h1>
            <h2>"What it takes"</h2>
            <ul>
                <li>"A cluster or workgroup that Flitch's server can reach."</li>
                <li>"A database user that may read, and nothing more."</li>
            </ul>
            <h2>"A read-only user"</h2>
            <p>"An admin of the database runs this. The password was made for this page view; it is stored nowhere."</p>
            <form method="get" class="search">
                <TextField label="User" name="user" value=user/>
                <TextField label="Schema" name="schema" value=schema/>
                <button type="submit" class="button-quiet">"Fill in"</button>
            </form>
            <CopyText label="SQL for a read-only user".to_owned() text=sql/>
            <p class="quiet">
                "The last line covers tables that the admin who runs it creates later; others need the same line run by \
                 whoever creates theirs. Without a grant, the picker shows a table as not readable."
            </p>
            <Endpoint/>
            {iam}
            <h2>"One credential for the team"</h2>
            <p>
                "An admin can store one of these in Settings → Data connections. New connections then start from it: nothing \
                 to type, and no secret in the connection. Members use it; nobody can read it back, or aim it elsewhere."
            </p>
            <h2>"Refresh"</h2>
            <p>
                "A dataset can be read as a whole on a schedule, and looked at from that snapshot: "
                <a href=paths::HELP_REFRESH>"what refresh does"</a>"."
            </p>
            <h2>"Network"</h2>
            <EgressPanel egress=facts.egress/>
            <p>
                "In the AWS console: Redshift → your cluster → Properties → Network and security → the VPC security \
                 group → Edit inbound rules → Add rule: Custom TCP, the cluster's port, source = the address above. \
                 The cluster must be publicly accessible, or reachable from Flitch's network in another way."
            </p>
            <Troubles/>
        </div>
    }
}

#[component]
fn Endpoint() -> impl IntoView {
    view! {
        <h2>"The endpoint"</h2>
        <p>
            "In the AWS console: Redshift → Clusters → your cluster → General information. Copy the endpoint or the \
             JDBC URL and paste it as it is; user and password have their own fields. A whole string looks like this:"
        </p>
        <CopyText
            label="an example of a connection string".to_owned()
            text="postgresql://flitch_readonly:password@your-cluster.abc123.us-east-1.redshift.amazonaws.com:5439/dev".to_owned()
        />
    }
}

#[component]
fn Troubles() -> impl IntoView {
    view! {
        <h2>"When it does not work"</h2>
        <dl class="troubles">
            <dt>"Nothing answered (timed out)"</dt>
            <dd>
                "Nearly always the security group: it has to let in Flitch's address, not your own, on the cluster's \
                 port. Then: is the cluster publicly accessible, or reachable? Is it paused?"
            </dd>
            <dt>"Permission denied"</dt>
            <dd>"Grant USAGE on the schema and SELECT on its tables, as above. The check names the table and the line to run."</dd>
            <dt>"The password is refused"</dt>
            <dd>"In a URL, write @ as %40, / as %2F, # as %23 and % as %25, or type the password in its own field."</dd>
            <dt>"AWS does not allow it (AccessDenied)"</dt>
            <dd>"The check names the action and the resource, and gives the policy to attach."</dd>
            <dt>"Credentials are minted, but the user does not exist"</dt>
            <dd>"Create it in the database, as above: AWS mints for any name, the database lets in only those it has."</dd>
            <dt>"The certificate is for another name"</dt>
            <dd>"Behind a tunnel or a load balancer, put the cluster's own name in the field “TLS server name”."</dd>
        </dl>
        <p><a class="button" href=paths::ADD_REDSHIFT>"Add Amazon Redshift"</a></p>
    }
}
