//! Members and invitations, for admins.

use contract::members::{InvitationView, MemberView, MembersView};
use contract::team::Role;
use leptos::prelude::*;
use leptos_meta::Title;

use crate::api::members::{InviteMember, ListMembers, RemoveMember, RevokeInvitation, SetRole};
use crate::parts::{CopyText, FaultNotice, PageFault, Post, PostForm, SettingsTabs, first_refused, load_after};
use crate::words::numbers;

/// What can be done on the page.
#[derive(Clone, Copy)]
struct Actions {
    invite: Post<InviteMember>,
    revoke: Post<RevokeInvitation>,
    set_role: Post<SetRole>,
    remove: Post<RemoveMember>,
}

#[component]
pub fn MembersPage() -> impl IntoView {
    let actions = Actions { invite: Post::new(), revoke: Post::new(), set_role: Post::new(), remove: Post::new() };
    let Actions { invite, revoke, set_role, remove } = actions;
    let changes = move || invite.count() + revoke.count() + set_role.count() + remove.count();
    let members = load_after(changes, || ListMembers {});
    let refused = move || first_refused([invite.into(), revoke.into(), set_role.into(), remove.into()]);
    view! {
        <Title text="Members"/>
        <div class="page">
            <div class="page-head"><h1>"Settings"</h1></div>
            <SettingsTabs/>
            <p class="quiet">"Who is in the team. A member connects and reads; an admin also manages people, the team credential and the audit log. Who gets another role signs in again."</p>
            {move || refused().map(|fault| view! { <FaultNotice fault/> })}
            <Transition>
                {move || Suspend::new(async move {
                    match members.await {
                        Ok(members) => view! { <People members actions/> }.into_any(),
                        Err(error) => view! { <PageFault error/> }.into_any(),
                    }
                })}
            </Transition>
        </div>
    }
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Member => "Member",
        Role::Admin => "Admin",
    }
}

#[component]
fn People(members: MembersView, actions: Actions) -> impl IntoView {
    let MembersView { members, invitations } = members;
    let rows = members.into_iter().map(|member| view! { <Person member actions/> }).collect_view();
    let is_any = !invitations.is_empty();
    let pending = invitations.into_iter().map(|invitation| view! { <Pending invitation actions/> }).collect_view();
    view! {
        <ul class="people" aria-label="Members">{rows}</ul>
        <h2>"Invite"</h2>
        <p>"Make a link and send it to whoever should join. It opens once, and for seven days."</p>
        <PostForm post=actions.invite attr:class="actions">
            <button type="submit" class="button" name="role" value="member">"Invite a member"</button>
            <button type="submit" class="button-quiet" name="role" value="admin">"Invite an admin"</button>
        </PostForm>
        {is_any.then(|| view! { <ul class="people" aria-label="Invitations">{pending}</ul> })}
    }
}

#[component]
fn Person(member: MemberView, actions: Actions) -> impl IntoView {
    let MemberView { id, email, role: own, is_self } = member;
    let (other, word) = match own {
        Role::Member => (Role::Admin, "Make admin"),
        Role::Admin => (Role::Member, "Make member"),
    };
    let removing = format!(
        "Remove {email}: their sessions end at once, and the secrets they typed are erased, so that those connections need \
         reconnecting. What they made stays with the team."
    );
    let of = id.clone();
    let (changing, remove) = (format!("{word}: {email}"), format!("Remove {email}"));
    view! {
        <li class="person">
            <div class="person-line">
                <strong>{email}</strong>
                <span class="kind">{role(own)}</span>
                {is_self.then(|| view! { <span class="quiet">"you"</span> })}
            </div>
            <div class="actions">
                <PostForm post=actions.set_role>
                    <input type="hidden" name="id" value=of/>
                    <input type="hidden" name="role" value=other.as_str()/>
                    <button type="submit" class="button-quiet" aria-label=changing>{word}</button>
                </PostForm>
                <details class="more">
                    <summary>"Remove…"</summary>
                    <p>{removing}</p>
                    <PostForm post=actions.remove>
                        <input type="hidden" name="id" value=id/>
                        <button type="submit" class="button-danger" aria-label=remove>"Remove"</button>
                    </PostForm>
                </details>
            </div>
        </li>
    }
}

#[component]
fn Pending(invitation: InvitationView, actions: Actions) -> impl IntoView {
    let InvitationView { id, role: own, link, expires_at } = invitation;
    view! {
        <li class="person">
            <p>{role(own)}", until "{numbers::moment(expires_at)}</p>
            <CopyText label="the invitation".to_owned() text=link/>
            <PostForm post=actions.revoke>
                <input type="hidden" name="id" value=id/>
                <button type="submit" class="button-quiet">"Take back"</button>
            </PostForm>
        </li>
    }
}
