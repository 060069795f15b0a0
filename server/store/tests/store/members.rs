//! Members and invitations on both engines.

use store::{ConnectionRow, InvitationRow, NewTeam, StoreError, new_id};

use crate::{both, draft, team};

fn invitation(team_id: &str, member_id: &str, code_hash: &str) -> InvitationRow {
    InvitationRow {
        id: new_id(),
        team_id: team_id.into(),
        role: "member".into(),
        code_hash: code_hash.into(),
        code: vec![0, 1, 255],
        created_by: Some(member_id.into()),
        created_at: 10,
        expires_at: 100,
    }
}

fn joining<'a>(team_id: &'a str, member_id: &'a str, email: &'a str) -> NewTeam<'a> {
    NewTeam { team_id, team_name: "", member_id, email, password_hash: "hash" }
}

#[tokio::test]
async fn an_invitation_opens_once_for_its_time_and_its_team() {
    for (engine, opened) in both().await {
        let store = &opened.store;
        let (team_id, ann) = team(store).await;
        let row = invitation(&team_id, &ann, "code");
        store.invitation_insert(&row).await.unwrap();
        assert_eq!(store.invitation_list(&team_id, 99).await.unwrap(), std::slice::from_ref(&row), "{engine}");
        assert_eq!(store.invitation_list(&team_id, 100).await.unwrap(), [], "{engine}: over");
        assert_eq!(store.invitation_list("other", 99).await.unwrap(), [], "{engine}");
        assert_eq!(store.invitation_by_code("code", 100).await.unwrap(), None, "{engine}: over");
        assert!(!store.invitation_revoke("other", &row.id, 20).await.unwrap(), "{engine}: another team's");

        let taken = store.invitation_use(&row.id, &joining(&team_id, "m1", "ann@acme.example"), "member", 20).await;
        assert!(matches!(taken, Err(StoreError::Exists)), "{engine}: {taken:?}");
        assert!(store.invitation_by_code("code", 20).await.unwrap().is_some(), "{engine}: nothing was used up");
        assert!(store.invitation_use(&row.id, &joining(&team_id, "m2", "bob@b.example"), "member", 20).await.unwrap());
        assert!(!store.invitation_use(&row.id, &joining(&team_id, "m3", "eve@b.example"), "admin", 20).await.unwrap());
        assert!(store.member_by_email("eve@b.example").await.unwrap().is_none(), "{engine}");
        assert!(!store.invitation_revoke(&team_id, &row.id, 20).await.unwrap(), "{engine}: used");

        let revoked = invitation(&team_id, &ann, "second");
        store.invitation_insert(&revoked).await.unwrap();
        assert!(store.invitation_revoke(&team_id, &revoked.id, 20).await.unwrap(), "{engine}");
        assert_eq!(store.invitation_by_code("second", 20).await.unwrap(), None, "{engine}");
        let members = store.member_list(&team_id).await.unwrap();
        let told: Vec<_> = members.iter().map(|member| (member.email.as_str(), member.role.as_str())).collect();
        assert_eq!(told, [("ann@acme.example", "admin"), ("bob@b.example", "member")], "{engine}");
    }
}

#[tokio::test]
async fn o_cred_10_a_removed_member_leaves_no_session_and_no_secret() {
    for (engine, opened) in both().await {
        let store = &opened.store;
        let (team_id, ann) = team(store).await;
        let row = invitation(&team_id, &ann, "code");
        store.invitation_insert(&row).await.unwrap();
        assert!(store.invitation_use(&row.id, &joining(&team_id, "bob", "bob@b.example"), "member", 20).await.unwrap());
        let (saved, begun) = (draft(&team_id, "bob"), draft(&team_id, "bob"));
        let anns = draft(&team_id, &ann);
        for row in [&saved, &begun, &anns] {
            assert!(store.draft_put(row).await.unwrap(), "{engine}");
        }
        assert!(store.draft_save(&team_id, "bob", &saved.id, 2).await.unwrap(), "{engine}");
        assert!(store.draft_save(&team_id, &ann, &anns.id, 2).await.unwrap(), "{engine}");
        let edited = ConnectionRow { replaces_id: saved.id.clone(), ..draft(&team_id, &ann) };
        assert!(store.draft_put(&edited).await.unwrap(), "{engine}");
        store.session_insert("bobs", "bob", 100).await.unwrap();

        assert!(!store.member_remove("other", "bob", "ann@acme.example", 200).await.unwrap(), "{engine}");
        assert!(
            store.session_member("bobs", 50, 50, 1_000).await.unwrap().is_some(),
            "{engine}: not this team's to remove"
        );
        assert!(store.member_remove(&team_id, "bob", "ann@acme.example", 200).await.unwrap(), "{engine}");
        assert!(store.session_member("bobs", 50, 50, 1_000).await.unwrap().is_none(), "{engine}");
        // A sign-in that was under way when the member was removed.
        store.session_insert("late", "bob", 300).await.unwrap();
        assert!(store.session_member("late", 50, 50, 1_000).await.unwrap().is_none(), "{engine}");
        assert!(store.member_by_email("bob@b.example").await.unwrap().is_none(), "{engine}");

        let left = store.connection_fetch(&team_id, &ann, &saved.id).await.unwrap().unwrap();
        assert_eq!((left.secret, left.state.as_str(), left.state_at), (None, "disconnected", 200), "{engine}");
        assert!(store.connection_fetch(&team_id, "bob", &begun.id).await.unwrap().is_none(), "{engine}");
        let copy = store.connection_fetch(&team_id, &ann, &edited.id).await.unwrap();
        assert_eq!(copy, None, "{engine}: an edit of it holds its secret too");
        let own = store.connection_fetch(&team_id, &ann, &anns.id).await.unwrap().unwrap();
        assert!(own.secret.is_some() && own.state == "live", "{engine}");

        // The address can be invited again.
        let again = invitation(&team_id, &ann, "again");
        store.invitation_insert(&again).await.unwrap();
        assert!(
            store.invitation_use(&again.id, &joining(&team_id, "b2", "bob@b.example"), "member", 20).await.unwrap()
        );
    }
}

#[tokio::test]
async fn of_two_admins_that_remove_each_other_one_stays() {
    for (engine, opened) in both().await {
        let store = &opened.store;
        let (team_id, ann) = team(store).await;
        assert!(!store.member_role_set(&team_id, &ann, "member", 30).await.unwrap(), "{engine}: the last admin");
        assert!(!store.member_remove(&team_id, &ann, "ann@acme.example", 200).await.unwrap(), "{engine}");
        let row = invitation(&team_id, &ann, "code");
        store.invitation_insert(&row).await.unwrap();
        assert!(store.invitation_use(&row.id, &joining(&team_id, "bob", "bob@b.example"), "admin", 20).await.unwrap());
        let (first, second) = tokio::join!(
            store.member_remove(&team_id, &ann, "bob@b.example", 200),
            store.member_role_set(&team_id, "bob", "member", 30),
        );
        assert_ne!(first.unwrap(), second.unwrap(), "{engine}");
        let members = store.member_list(&team_id).await.unwrap();
        assert_eq!(members.iter().filter(|member| member.role == "admin").count(), 1, "{engine}");
    }
}

/// Whoever writes a row of both takes the connection's turn first, and then the member's, as a key that has to stay.
#[tokio::test]
async fn a_member_is_removed_while_something_of_theirs_is_written() {
    let [_, (_, opened)] = both().await;
    let (store, database) = (&opened.store, opened.database.as_ref().unwrap());
    let (team_id, ann) = team(store).await;
    let row = invitation(&team_id, &ann, "code");
    store.invitation_insert(&row).await.unwrap();
    assert!(store.invitation_use(&row.id, &joining(&team_id, "bob", "bob@b.example"), "member", 20).await.unwrap());
    let saved = draft(&team_id, "bob");
    assert!(store.draft_put(&saved).await.unwrap() && store.draft_save(&team_id, "bob", &saved.id, 2).await.unwrap());
    let held = database.hold("connection").await;
    let then_the_member = async {
        let waits = "select from pg_locks where relation = 'connection'::regclass and not granted";
        held.run(&format!(
            "do $$ begin for n in 1..1000 loop exit when exists ({waits}); perform pg_sleep(0.01); end loop; end $$;
             select from member where id = 'bob' for key share"
        ))
        .await;
        held.let_go().await;
    };
    let (removed, ()) = tokio::join!(store.member_remove(&team_id, "bob", "ann@acme.example", 200), then_the_member);
    assert!(removed.unwrap());
}
