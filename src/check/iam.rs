//! The flags of a check by AWS IAM.

use contract::connection::ConnectionForm;
use contract::secret::Secret;

/// Signing in by AWS IAM, with the AWS identity of this machine: environment, profile, container or instance.
#[derive(Debug, clap::Args)]
pub struct IamArgs {
    /// Sign in with credentials that AWS mints. A JDBC IAM URL as the string says so by itself.
    #[arg(long)]
    iam: bool,
    #[arg(long, default_value = "")]
    region: String,
    /// The cluster identifier.
    #[arg(long, default_value = "")]
    cluster: String,
    /// The Serverless workgroup.
    #[arg(long, default_value = "", conflicts_with = "cluster")]
    workgroup: String,
    /// The database user; without it, the AWS identity itself signs in.
    #[arg(long, default_value = "")]
    db_user: String,
    #[arg(long, default_value = "")]
    database: String,
    /// Host and port, where AWS may not be asked for them.
    #[arg(long, default_value = "")]
    endpoint: String,
    /// The ARN of a role to assume first.
    #[arg(long, default_value = "")]
    role: String,
    /// What the role's trust policy asks for.
    #[arg(long, default_value = "")]
    external_id: String,
    /// The database user may be the cluster's admin.
    #[arg(long)]
    accept_admin: bool,
}

impl IamArgs {
    pub fn external_id(&self) -> &str {
        &self.external_id
    }

    pub fn is_wanted(&self, string: &str) -> bool {
        let scheme = string.trim_start().to_ascii_lowercase();
        self.iam || scheme.starts_with("jdbc:redshift:iam:") || scheme.starts_with("redshift-iam:")
    }

    pub fn form(&self, pasted: &str, form: ConnectionForm) -> ConnectionForm {
        let or = |name: &str, other: &str| if name.is_empty() { other.to_owned() } else { name.to_owned() };
        let is_serverless = !self.workgroup.is_empty();
        // Whose user it is may stand in the pasted URL.
        let names_user = !self.db_user.is_empty() || pasted.to_ascii_lowercase().contains("dbuser=");
        ConnectionForm {
            method: "iam".to_owned(),
            connection_string: Secret::default(),
            pasted: Secret::new(pasted.trim()),
            kind: if is_serverless { "serverless" } else { "provisioned" }.to_owned(),
            region: self.region.clone(),
            cluster: or(&self.workgroup, &self.cluster),
            user: self.db_user.clone(),
            database: or(&self.database, if pasted.trim().is_empty() { "dev" } else { "" }),
            endpoint: self.endpoint.clone(),
            role: self.role.clone(),
            is_caller: !names_user,
            accepts_admin: self.accept_admin,
            ..form
        }
    }
}
