//! Teams.

use crate::{Result, Store};

impl Store {
    pub async fn team_count(&self) -> Result<i64> {
        Ok(sqlx::query_scalar("select count(*) from team").fetch_one(self.pool()).await?)
    }

    pub async fn team_ids(&self) -> Result<Vec<String>> {
        Ok(sqlx::query_scalar("select id from team order by id").fetch_all(self.pool()).await?)
    }

    /// Id and name of every team.
    pub async fn team_list(&self) -> Result<Vec<(String, String)>> {
        Ok(sqlx::query_as("select id, name from team order by id").fetch_all(self.pool()).await?)
    }

    /// Empty where there is no such team.
    pub async fn team_name(&self, id: &str) -> Result<String> {
        let name =
            sqlx::query_scalar("select name from team where id = $1").bind(id).fetch_optional(self.pool()).await?;
        Ok(name.unwrap_or_default())
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
}
