//! Where Flitch connects from: what a security group has to let in.

use leptos::prelude::*;

use super::CopyText;

#[component]
pub fn EgressPanel(egress: Vec<String>) -> impl IntoView {
    let declared = if egress.is_empty() {
        view! {
            <p>
                "The operator has not declared the address Flitch connects from. Starting it with "
                <code>"FLITCH_EGRESS_IPS"</code> " shows it here."
            </p>
        }
        .into_any()
    } else {
        let copies = egress.into_iter().map(|network| {
            view! { <CopyText label=format!("egress address {network}") text=network/> }
        });
        view! {
            <p>"Let this in at the cluster's security group: inbound, Custom TCP, the cluster's port (5439)."</p>
            {copies.collect_view()}
            <p class="quiet">"“My IP” in the AWS console is your own computer's address. It does not help Flitch."</p>
        }
        .into_any()
    };
    view! {
        <section class="panel" aria-labelledby="egress-title">
            <h2 id="egress-title">"Flitch connects from"</h2>
            {declared}
        </section>
    }
}
