//! Teams and members.

use sqlx::FromRow;

use crate::{Result, Store};

#[derive(Clone, Debug, FromRow)]
pub struct MemberRow {
    pub id: String,
    pub team_id: String,
    pub team_name: String,
    pub email: String,
    pub password_hash: String,
    pub role: String,
}

/// A team and its first admin.
#[derive(Clone, Debug)]
pub struct NewTeam<'a> {
    pub team_id: &'a str,
    pub team_name: &'a str,
    pub member_id: &'a str,
    pub email: &'a str,
    pub password_hash: &'a str,
}

impl Store {
    /// Makes the first team. A second one is refused, also when two ask at the same moment.
    pub async fn team_insert_first(&self, new: &NewTeam<'_>, now: i64) -> Result<()> {
        let mut write = self.begin().await?;
        insert(&mut write, new, now).await?;
        sqlx::query("insert into founding (id, team_id) values (1, $1)").bind(new.team_id).execute(&mut *write).await?;
        write.commit().await?;
        Ok(())
    }

    /// Makes one more team.
    pub async fn team_insert(&self, new: &NewTeam<'_>, now: i64) -> Result<()> {
        let mut write = self.begin().await?;
        insert(&mut write, new, now).await?;
        write.commit().await?;
        Ok(())
    }

    /// The team's members, by address.
    pub async fn member_list(&self, team_id: &str) -> Result<Vec<MemberRow>> {
        let rows = sqlx::query_as(
            "select member.id, team_id, team.name as team_name, email, password_hash, role
             from member
             join team on team.id = member.team_id
             where team_id = $1
               and removed_at is null
             order by email",
        )
        .bind(team_id)
        .fetch_all(self.pool())
        .await?;
        Ok(rows)
    }

    /// Gives a member another role, and ends their sessions; who is no admin any more loses drafts and open invitations
    /// too, so that nothing of an admin's is left for later. False when there is no such member, or nobody else would be
    /// an admin.
    pub async fn member_role_set(&self, team_id: &str, id: &str, role: &str, now: i64) -> Result<bool> {
        let mut write = self.begin().await?;
        if role != "admin" && !has_another_admin(&mut write, team_id, id).await? {
            return Ok(false);
        }
        let set = sqlx::query("update member set role = $3 where id = $1 and team_id = $2 and removed_at is null")
            .bind(id)
            .bind(team_id)
            .bind(role)
            .execute(&mut *write)
            .await?;
        sqlx::query("delete from session where member_id = $1").bind(id).execute(&mut *write).await?;
        if role != "admin" {
            end_invitations(&mut write, id, now).await?;
            // What only an admin may aim is not kept for later.
            sqlx::query("delete from connection where author_id = $1 and is_draft = 1")
                .bind(id)
                .execute(&mut *write)
                .await?;
        }
        write.commit().await?;
        Ok(set.rows_affected() == 1)
    }

    /// Removes a member: no session, no secret that they typed, no draft and no result of theirs is left; what they made
    /// stays. False as above.
    pub async fn member_remove(&self, team_id: &str, id: &str, by: &str, now: i64) -> Result<bool> {
        let mut write = self.begin().await?;
        if !has_another_admin(&mut write, team_id, id).await? {
            return Ok(false);
        }
        // Before the member, whose address is freed: whoever writes a row of both takes the connection's turn first, and of
        // a draft and what it replaces that of the latter. Two that began at either end would wait for each other.
        for connections in [
            "update connection set updated_at = updated_at
             where author_id = $1 and is_draft = 0 and is_credential = 0 and secret is not null",
            "delete from connection where author_id = $1 and is_draft = 1",
        ] {
            sqlx::query(connections).bind(id).execute(&mut *write).await?;
        }
        let removed = sqlx::query(
            "update member set removed_at = $3, email = 'removed ' || id, password_hash = ''
             where id = $1 and team_id = $2 and removed_at is null",
        )
        .bind(id)
        .bind(team_id)
        .bind(now)
        .execute(&mut *write)
        .await?;
        if removed.rows_affected() == 0 {
            return Ok(false);
        }
        end_invitations(&mut write, id, now).await?;
        for erase in [
            "delete from session where member_id = $1",
            // What they shared is the team's.
            "delete from query where member_id = $1 and is_shared = 0",
            // What was read with a secret goes with it.
            "delete from catalog_object where connection_id in
               (select id from connection where author_id = $1 and secret is not null and is_credential = 0)",
            "delete from query where dataset_id is not null
               and connection_id in (select id from connection
                                     where author_id = $1 and secret is not null and is_credential = 0)",
            "delete from result_page where query_id in
               (select q.id from query q join connection c on c.id = q.connection_id
                where c.author_id = $1 and c.secret is not null and c.is_credential = 0)",
            "update query set state = 'cancelling'
             where state in ('waiting', 'running')
               and connection_id in (select id from connection
                                     where author_id = $1 and secret is not null and is_credential = 0)",
            // Drafts of others that edit a connection of theirs hold a copy of its secret.
            "delete from connection
             where is_draft = 1
               and replaces_id in (select id from connection
                                   where author_id = $1 and secret is not null and is_credential = 0)",
        ] {
            sqlx::query(erase).bind(id).execute(&mut *write).await?;
        }
        sqlx::query(
            "update connection
             set state = 'disconnected', state_reason = 'member_removed', state_by = $3, state_at = $4, secret = null,
                 catalog_read_at = null, catalog_finding = ''
             where author_id = $1
               and team_id = $2
               and is_draft = 0
               -- The credential is the team's, whoever typed it.
               and is_credential = 0
               and secret is not null",
        )
        .bind(id)
        .bind(team_id)
        .bind(by)
        .bind(now)
        .execute(&mut *write)
        .await?;
        write.commit().await?;
        Ok(true)
    }

    /// A new password; every session but one ends.
    pub async fn member_password_set(&self, id: &str, password_hash: &str, keep_token_hash: &str) -> Result<bool> {
        let mut write = self.begin().await?;
        let set = sqlx::query("update member set password_hash = $2 where id = $1 and removed_at is null")
            .bind(id)
            .bind(password_hash)
            .execute(&mut *write)
            .await?;
        sqlx::query("delete from session where member_id = $1 and token_hash <> $2")
            .bind(id)
            .bind(keep_token_hash)
            .execute(&mut *write)
            .await?;
        write.commit().await?;
        Ok(set.rows_affected() == 1)
    }

    pub async fn member_by_email(&self, email: &str) -> Result<Option<MemberRow>> {
        let member = sqlx::query_as(
            "select member.id, team_id, team.name as team_name, email, password_hash, role
             from member
             join team on team.id = member.team_id
             where email = $1
               and removed_at is null",
        )
        .bind(email)
        .fetch_optional(self.pool())
        .await?;
        Ok(member)
    }
}

/// Nobody comes in, or back, by the invitation of somebody who may not invite.
async fn end_invitations(write: &mut sqlx::AnyConnection, created_by: &str, now: i64) -> Result<()> {
    sqlx::query("update invitation set ended_at = $2 where created_by = $1 and ended_at is null")
        .bind(created_by)
        .bind(now)
        .execute(write)
        .await?;
    Ok(())
}

/// Whether the team has an admin besides this member. The team's row is held, so that of two admins who leave at once
/// one stays.
async fn has_another_admin(write: &mut sqlx::AnyConnection, team_id: &str, id: &str) -> Result<bool> {
    sqlx::query("update team set name = name where id = $1").bind(team_id).execute(&mut *write).await?;
    let others: i64 = sqlx::query_scalar(
        "select count(*) from member where team_id = $1 and id <> $2 and role = 'admin' and removed_at is null",
    )
    .bind(team_id)
    .bind(id)
    .fetch_one(&mut *write)
    .await?;
    Ok(others > 0)
}

async fn insert(write: &mut sqlx::AnyConnection, new: &NewTeam<'_>, now: i64) -> Result<()> {
    sqlx::query("insert into team (id, name, created_at) values ($1, $2, $3)")
        .bind(new.team_id)
        .bind(new.team_name)
        .bind(now)
        .execute(&mut *write)
        .await?;
    sqlx::query(
        "insert into member (id, team_id, email, password_hash, role, created_at)
         values ($1, $2, $3, $4, 'admin', $5)",
    )
    .bind(new.member_id)
    .bind(new.team_id)
    .bind(new.email)
    .bind(new.password_hash)
    .bind(now)
    .execute(&mut *write)
    .await?;
    Ok(())
}
