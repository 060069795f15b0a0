//! Invitations, roles, removal, and one's own password and sessions.

use contract::audit::AuditQuery;
use contract::connection::{ConnectionForm, ConnectionState};
use contract::fault::{Fault, Field};
use contract::members::{AcceptForm, MembersView, PasswordForm};
use contract::secret::Secret;
use contract::team::{Actor, Role, SessionToken, SignInForm};
use sample_cluster::Quirks;

use crate::iam::Sample;
use crate::world::{Plan, World, form};

const PASSWORD: &str = "a battery of horses";

async fn list(world: &World) -> MembersView {
    world.backend.members.list(&world.actor).await.unwrap()
}

/// The code of the newest invitation.
async fn invited(world: &World, role: Role) -> String {
    world.backend.members.invite(&world.actor, role).await.unwrap();
    let invitation = list(world).await.invitations.remove(0);
    assert_eq!(invitation.role, role);
    invitation.link.strip_prefix("https://flitch.example/invitations/").unwrap().to_owned()
}

async fn accept(world: &World, code: &str, email: &str) -> Result<SessionToken, Fault> {
    let form = AcceptForm { code: Secret::new(code), email: email.into(), password: Secret::new(PASSWORD) };
    world.backend.members.accept(form, "10.1.1.1").await
}

async fn actor(world: &World, token: &SessionToken) -> Option<Actor> {
    world.backend.sessions.actor(&token.0).await.unwrap()
}

async fn joined(world: &World, role: Role, email: &str) -> (SessionToken, Actor) {
    let code = invited(world, role).await;
    let token = accept(world, &code, email).await.unwrap();
    let actor = actor(world, &token).await.unwrap();
    (token, actor)
}

#[tokio::test]
async fn an_invitation_is_for_one_person_with_its_role() {
    let world = World::new(Plan::default()).await;
    let members = &world.backend.members;
    let code = invited(&world, Role::Member).await;
    let told = members.invited(&code).await.unwrap();
    assert_eq!((told.team_name.as_str(), told.role), ("Acme", Role::Member));

    assert_eq!(accept(&world, &code, "not an address").await.err(), Some(Fault::FieldInvalid { field: Field::Email }));
    assert_eq!(accept(&world, &code, "Ann@acme.example").await.err(), Some(Fault::EmailTaken));
    let bob = actor(&world, &accept(&world, &code, "Bob@Acme.example ").await.unwrap()).await.unwrap();
    assert_eq!(
        (bob.team_id, bob.email.as_str(), bob.role),
        (world.actor.team_id.clone(), "bob@acme.example", Role::Member)
    );
    assert_eq!(accept(&world, &code, "eve@acme.example").await.err(), Some(Fault::InvitationOver));
    assert_eq!(members.invited(&code).await.err(), Some(Fault::InvitationOver));

    let code = invited(&world, Role::Admin).await;
    let id = list(&world).await.invitations.remove(0).id;
    members.revoke(&world.actor, &id).await.unwrap();
    assert_eq!(accept(&world, &code, "eve@acme.example").await.err(), Some(Fault::InvitationOver));
    assert!(list(&world).await.invitations.is_empty());
}

#[tokio::test]
async fn only_an_admin_of_the_team_manages_it_and_one_always_stays() {
    let world = World::new(Plan::default()).await;
    let members = &world.backend.members;
    let (token, bob) = joined(&world, Role::Member, "bob@acme.example").await;
    let ann = world.actor.member_id.clone();
    for refused in [
        members.list(&bob).await.err(),
        members.invite(&bob, Role::Admin).await.err(),
        members.set_role(&bob, &bob.member_id, Role::Admin).await.err(),
        members.remove(&bob, &ann).await.err(),
        members.revoke(&bob, "x").await.err(),
    ] {
        assert_eq!(refused, Some(Fault::NotAdmin));
    }
    let stranger = world.stranger().await;
    assert_eq!(members.remove(&stranger, &bob.member_id).await.err(), Some(Fault::NotFound));
    assert_eq!(members.set_role(&stranger, &bob.member_id, Role::Admin).await.err(), Some(Fault::NotFound));
    assert_eq!(members.list(&stranger).await.unwrap().members.len(), 1);

    assert_eq!(members.remove(&world.actor, &ann).await.err(), Some(Fault::LastAdmin));
    assert_eq!(members.set_role(&world.actor, &ann, Role::Member).await.err(), Some(Fault::LastAdmin));
    members.set_role(&world.actor, &bob.member_id, Role::Admin).await.unwrap();
    assert_eq!(actor(&world, &token).await, None, "a session does not outlive the role it began with");
    members.remove(&world.actor, &ann).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o_cred_10_what_a_removed_member_typed_is_erased_and_what_they_made_stays() {
    let sample = Sample::new(Quirks::default()).await;
    let mut world = World::new(sample.plan()).await;
    let (token, bob) = joined(&world, Role::Admin, "bob@acme.example").await;
    let ann = std::mem::replace(&mut world.actor, bob.clone());
    let string =
        format!("postgresql://flitch_readonly:Sample-Reader-1@{}:5439/dev", sample_cluster::cluster::SAMPLE_HOST);
    let view = world.check(ConnectionForm { name: "Bobs".into(), ..form(string) }).await;
    let id = view.connection_id;
    world.backend.connections.save(&bob, &id).await.unwrap();
    world.actor = ann;
    // Somebody else's edit that keeps the secret does not make it theirs.
    let draft = world.backend.connection_life.edit(&world.actor, &id).await.unwrap();
    let shown = world.backend.connections.draft_show(&world.actor, &draft).await.unwrap();
    let kept = ConnectionForm { draft: draft.clone(), name: "Ours".into(), ..form(shown.connection_string) };
    assert_eq!(world.backend.connections.draft(&world.actor, kept, true).await.unwrap().fault, None);
    world.backend.connections.save(&world.actor, &draft).await.unwrap();

    world.backend.members.remove(&world.actor, &bob.member_id).await.unwrap();
    assert_eq!(actor(&world, &token).await, None);
    let sign_in = SignInForm { email: "bob@acme.example".into(), password: Secret::new(PASSWORD) };
    assert_eq!(world.backend.sessions.sign_in(sign_in, "10.1.1.1").await.err(), Some(Fault::WrongSignIn));
    let shown = world.backend.connections.show(&world.actor, &id).await.unwrap();
    assert!(matches!(&shown.state, ConnectionState::Disconnected { by, .. } if by == "ann@acme.example"), "{shown:?}");
    let check = world.check_again(&id).await;
    assert_eq!(crate::world::codes(&check), ["reconnect_required"]);
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions() {
    let world = World::new(Plan::default()).await;
    let (first, bob) = joined(&world, Role::Member, "bob@acme.example").await;
    let sign_in = |password: &str| {
        let form = SignInForm { email: "bob@acme.example".into(), password: Secret::new(password) };
        world.backend.sessions.sign_in(form, "10.1.1.1")
    };
    let second = sign_in(PASSWORD).await.unwrap();
    let profile = &world.backend.profile;
    let sessions = profile.sessions(&bob, &second.0).await.unwrap();
    assert_eq!(sessions.iter().filter(|session| session.is_current).count(), 1);
    assert_eq!(sessions.len(), 2);

    let change = |current: &str, new: &str| PasswordForm { current: Secret::new(current), new: Secret::new(new) };
    let wrong = profile.change_password(&bob, change("wrong wrong wrong", "another battery"), &second.0).await;
    assert_eq!(wrong.err(), Some(Fault::WrongPassword));
    let short = profile.change_password(&bob, change(PASSWORD, "short"), &second.0).await;
    assert_eq!(short.err(), Some(Fault::FieldInvalid { field: Field::Password }));
    let third = profile.change_password(&bob, change(PASSWORD, "another battery"), &second.0).await.unwrap();
    for (token, is_alive) in [(&first, false), (&second, false), (&third, true)] {
        assert_eq!(actor(&world, token).await.is_some(), is_alive);
    }
    assert_eq!(sign_in(PASSWORD).await.err(), Some(Fault::WrongSignIn));
    sign_in("another battery").await.unwrap();
    profile.end_others(&bob, &third.0).await.unwrap();
    assert_eq!(profile.sessions(&bob, &third.0).await.unwrap().len(), 1);

    let fresh =
        server::services::operator::reset_password(&world.shared.store, " BOB@acme.example").await.unwrap().unwrap();
    assert_eq!(actor(&world, &third).await, None, "the operator's reset ends every session");
    sign_in(&fresh).await.unwrap();
    assert_eq!(
        server::services::operator::reset_password(&world.shared.store, "eve@acme.example").await.unwrap(),
        None
    );
    let log = world.backend.audit.page(&world.actor, AuditQuery::default()).await.unwrap();
    assert!(log.entries.iter().any(|entry| entry.who == "operator" && entry.named == "bob@acme.example"));
}

/// Nothing that an admin prepared works once they are none: not their invitations, not their drafts.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_no_admin_any_more_kept_nothing_of_it() {
    let sample = Sample::new(Quirks::default()).await;
    let world = World::new(sample.plan()).await;
    let (backend, ann) = (&world.backend, &world.actor);
    for is_removed in [false, true] {
        let email = format!("bob-{is_removed}@acme.example");
        let (_, bob) = joined(&world, Role::Admin, &email).await;
        backend.members.invite(&bob, Role::Admin).await.unwrap();
        let link = list(&world).await.invitations.remove(0).link;
        let code = link.rsplit('/').next().unwrap().to_owned();
        let aimed = crate::iam::iam_form(|form| form.endpoint = "redshift.evil.example:5439".into());
        let draft = backend.connections.draft(&bob, aimed, true).await.unwrap();
        assert_eq!(draft.fault, None, "an admin may");
        if is_removed {
            backend.members.remove(ann, &bob.member_id).await.unwrap();
        } else {
            backend.members.set_role(ann, &bob.member_id, Role::Member).await.unwrap();
        }
        assert_eq!(accept(&world, &code, "evil@acme.example").await.err(), Some(Fault::InvitationOver));
        let bob = Actor { role: Role::Member, ..bob };
        assert_eq!(backend.checks.start(&bob, &draft.id).await.err(), Some(Fault::NotFound));
        assert_eq!(backend.connections.save(&bob, &draft.id).await.err(), Some(Fault::NotFound));
    }
    // Nor one that was written at the very moment of it.
    let (_, eve) = joined(&world, Role::Member, "eve@acme.example").await;
    let was_admin = Actor { role: Role::Admin, ..eve.clone() };
    let aimed = crate::iam::iam_form(|form| form.endpoint = "redshift.evil.example:5439".into());
    let draft = backend.connections.draft(&was_admin, aimed, true).await.unwrap().id;
    assert_eq!(backend.checks.start(&eve, &draft).await.err(), Some(Fault::EndpointForAdmins));
    assert_eq!(backend.connections.save(&eve, &draft).await.err(), Some(Fault::EndpointForAdmins));
}
