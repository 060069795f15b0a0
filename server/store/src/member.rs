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
    pub async fn team_count(&self) -> Result<i64> {
        Ok(sqlx::query_scalar("select count(*) from team").fetch_one(self.pool()).await?)
    }

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

    /// The team's external id; `fresh` becomes it where there is none yet.
    pub async fn team_external_id(&self, team_id: &str, fresh: &str) -> Result<String> {
        sqlx::query("update team set external_id = $2 where id = $1 and external_id = ''")
            .bind(team_id)
            .bind(fresh)
            .execute(self.pool())
            .await?;
        let known = sqlx::query_scalar("select external_id from team where id = $1");
        Ok(known.bind(team_id).fetch_optional(self.pool()).await?.unwrap_or_default())
    }

    pub async fn member_by_email(&self, email: &str) -> Result<Option<MemberRow>> {
        let member = sqlx::query_as(
            "select member.id, team_id, team.name as team_name, email, password_hash, role
             from member
             join team on team.id = member.team_id
             where email = $1",
        )
        .bind(email)
        .fetch_optional(self.pool())
        .await?;
        Ok(member)
    }
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
