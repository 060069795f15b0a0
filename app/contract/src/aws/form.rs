//! The IAM form, read in the browser for its preview and on the server for the truth.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{
    ClusterKind, IamTarget, Partition, Pasted, RoleArn, is_cluster_identifier, is_database_name, is_database_user,
    is_region, is_workgroup, paste,
};
use crate::connection_string::{ConnectionString, Rules};
use crate::fault::{Fault, Field};

/// The fields, as they are typed.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct IamFields {
    /// An endpoint, a JDBC IAM URL or an ARN, which fills the fields left empty.
    pub pasted: String,
    pub kind: String,
    pub region: String,
    pub cluster: String,
    pub user: String,
    pub database: String,
    pub endpoint: String,
    pub role: String,
    pub is_caller: bool,
    pub accepts_admin: bool,
}

/// Anything may have been typed or pasted into the wrong field.
impl fmt::Debug for IamFields {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("IamFields").finish_non_exhaustive()
    }
}

/// What a form says once all of it is there and has AWS's shapes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IamForm {
    pub target: IamTarget,
    /// Empty where the AWS identity itself signs in.
    pub user: String,
    pub database: String,
    /// Typed by hand, where AWS may not be asked for it.
    pub endpoint: Option<(String, u16)>,
    pub accepts_admin: bool,
}

impl From<&IamForm> for IamFields {
    /// The fields of a form that was understood: they read as the same again.
    fn from(form: &IamForm) -> Self {
        let IamTarget { kind, region, cluster, role, is_caller } = &form.target;
        let bracketed = |host: &str| if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
        let endpoint = form.endpoint.as_ref().map(|(host, port)| format!("{}:{port}", bracketed(host)));
        Self {
            pasted: String::new(),
            kind: kind.as_str().to_owned(),
            region: region.clone(),
            cluster: cluster.clone(),
            user: form.user.clone(),
            database: form.database.clone(),
            endpoint: endpoint.unwrap_or_default(),
            role: role.as_ref().map(|role| role.as_str().to_owned()).unwrap_or_default(),
            is_caller: *is_caller && *kind == ClusterKind::Provisioned,
            accepts_admin: form.accepts_admin,
        }
    }
}

/// Longer than any name of AWS's.
const KEPT: usize = 200;

impl IamFields {
    /// What may be kept of a form that was refused: the fields, filled from what was pasted as far as that was read. The
    /// pasted text itself is not kept, nor a field that holds what looks like a whole string: a secret can be in it.
    pub fn kept(&self) -> Self {
        let pasted = paste(&self.pasted).unwrap_or_default();
        let keep = |typed: &str, pasted: String| {
            let is_name = typed.starts_with("arn:") || !typed.contains(['=', '?', ';']) && !typed.contains("://");
            match typed.trim() {
                "" => pasted,
                typed if typed.len() <= KEPT && is_name => typed.to_owned(),
                _ => String::new(),
            }
        };
        let endpoint = keep(&self.endpoint, pasted.endpoint);
        Self {
            pasted: String::new(),
            kind: pasted.kind.map_or_else(|| self.kind.clone(), |kind| kind.as_str().to_owned()),
            region: keep(&self.region, pasted.region),
            cluster: keep(&self.cluster, pasted.cluster),
            user: keep(&self.user, pasted.user),
            database: keep(&self.database, pasted.database),
            endpoint: if endpoint.contains('@') { String::new() } else { endpoint },
            role: keep(&self.role, pasted.role),
            is_caller: self.is_caller,
            accepts_admin: self.accepts_admin,
        }
    }
}

/// Reads the form; what its fields lack comes from the pasted text.
pub fn read(form: &IamFields) -> Result<IamForm, Fault> {
    let invalid = |field| Fault::FieldInvalid { field };
    let pasted = match form.pasted.trim() {
        "" => Pasted::default(),
        text => paste(text).ok_or(invalid(Field::Pasted))?,
    };
    let or =
        |typed: &str, pasted: String| Some(typed.trim().to_owned()).filter(|typed| !typed.is_empty()).unwrap_or(pasted);
    let given = |value: String, field| if value.is_empty() { Err(Fault::FieldMissing { field }) } else { Ok(value) };
    // Without a script the pasted text comes with the form's own preset, which is a provisioned cluster.
    if pasted.kind == Some(ClusterKind::Provisioned) && ClusterKind::from_code(&form.kind) == ClusterKind::Serverless {
        return Err(invalid(Field::Pasted));
    }
    let kind = pasted.kind.unwrap_or(ClusterKind::from_code(&form.kind));
    let region = given(or(&form.region, pasted.region), Field::Region)?;
    if !is_region(&region) {
        return Err(invalid(Field::Region));
    }
    let cluster = match kind {
        ClusterKind::Provisioned => {
            let name = given(or(&form.cluster, pasted.cluster), Field::Cluster)?;
            if is_cluster_identifier(&name) { name } else { return Err(invalid(Field::Cluster)) }
        }
        ClusterKind::Serverless => {
            let name = given(or(&form.cluster, pasted.cluster), Field::Workgroup)?;
            if is_workgroup(&name) { name } else { return Err(invalid(Field::Workgroup)) }
        }
    };
    let is_caller = form.is_caller || kind == ClusterKind::Serverless;
    let user = match is_caller {
        true => String::new(),
        false => given(or(&form.user, pasted.user), Field::User)?,
    };
    if !is_caller && !is_database_user(&user) {
        return Err(invalid(Field::User));
    }
    let database = given(or(&form.database, pasted.database), Field::Database)?;
    if !is_database_name(&database) {
        return Err(invalid(Field::Database));
    }
    let role = match or(&form.role, pasted.role).as_str() {
        "" => None,
        text => Some(RoleArn::parse(text).ok_or(invalid(Field::Role))?),
    };
    // Roles of one part of AWS reach no other.
    if role.as_ref().is_some_and(|role| role.partition() != Partition::of(&region).as_str()) {
        return Err(invalid(Field::Role));
    }
    let endpoint = match or(&form.endpoint, pasted.endpoint).as_str() {
        "" => None,
        text => Some(place(text).ok_or(invalid(Field::Endpoint))?),
    };
    let target = IamTarget { kind, region, cluster, role, is_caller };
    Ok(IamForm { target, user, database, endpoint, accepts_admin: form.accepts_admin })
}

/// The first field that is filled and has not the shape AWS gives it, for the form while it is typed.
pub fn misshapen(form: &IamFields) -> Option<Field> {
    let kind = ClusterKind::from_code(&form.kind);
    let is_name = |name: &str| match kind {
        ClusterKind::Provisioned => is_cluster_identifier(name),
        ClusterKind::Serverless => is_workgroup(name),
    };
    let name = if kind == ClusterKind::Serverless { Field::Workgroup } else { Field::Cluster };
    let has_user = kind == ClusterKind::Provisioned && !form.is_caller;
    let is = |text: &str, fits: &dyn Fn(&str) -> bool| text.trim().is_empty() || fits(text.trim());
    [
        (Field::Pasted, is(&form.pasted, &|text| paste(text).is_some())),
        (name, is(&form.cluster, &is_name)),
        (Field::User, !has_user || is(&form.user, &is_database_user)),
        (Field::Database, is(&form.database, &is_database_name)),
        (Field::Role, is(&form.role, &|text| RoleArn::parse(text).is_some())),
        (Field::Endpoint, is(&form.endpoint, &|text| place(text).is_some())),
    ]
    .into_iter()
    .find_map(|(field, fits)| (!fits).then_some(field))
}

/// Host and port, and nothing that a connection string may hold besides.
fn place(text: &str) -> Option<(String, u16)> {
    let read = ConnectionString::parse(text, Rules::default()).ok()?;
    (read.user.is_none() && read.password.is_none()).then_some((read.host, read.port))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(change: impl FnOnce(&mut IamFields)) -> IamFields {
        let mut form = IamFields {
            region: "us-east-1".into(),
            cluster: "sales".into(),
            user: "ann".into(),
            database: "dev".into(),
            ..IamFields::default()
        };
        change(&mut form);
        form
    }

    #[test]
    fn three_fields_and_a_database_are_enough() {
        let read = read(&form(|_| {})).unwrap();
        assert_eq!(super::read(&IamFields::from(&read)).as_ref(), Ok(&read), "the fields say the same again");
        assert_eq!(read.target.action(), "redshift:GetClusterCredentials");
        assert_eq!((read.user.as_str(), read.database.as_str(), read.endpoint), ("ann", "dev", None));
    }

    #[test]
    fn serverless_and_the_callers_identity_need_no_user() {
        let serverless = read(&form(|form| {
            form.kind = "serverless".into();
            form.user.clear();
        }));
        assert_eq!(serverless.unwrap().target.action(), "redshift-serverless:GetCredentials");
        let caller = read(&form(|form| form.is_caller = true)).unwrap();
        assert_eq!((caller.target.action(), caller.user.as_str()), ("redshift:GetClusterCredentialsWithIAM", ""));
    }

    #[test]
    fn what_was_pasted_fills_what_is_empty() {
        let read = read(&IamFields {
            pasted: "jdbc:redshift:iam://sales:eu-west-1/mart?DbUser=ann".into(),
            ..IamFields::default()
        })
        .unwrap();
        assert_eq!(
            (read.target.region.as_str(), read.database.as_str(), read.user.as_str()),
            ("eu-west-1", "mart", "ann")
        );
    }

    #[test]
    fn a_refused_form_keeps_no_string_that_could_hold_a_secret() {
        let url = "jdbc:redshift:iam://sales:eu-west-1/mart?DbUser=1bad&SecretAccessKey=Canary";
        let kept = IamFields { pasted: url.into(), ..IamFields::default() }.kept();
        assert_eq!((kept.region.as_str(), kept.cluster.as_str(), kept.user.as_str()), ("eu-west-1", "sales", "1bad"));
        let string = "postgresql://u:Canary@h.example/db";
        let fields = IamFields {
            pasted: string.into(),
            cluster: string.into(),
            user: "a=Canary".into(),
            endpoint: "u:Canary@h:5439".into(),
            role: "x".repeat(400),
            ..IamFields::default()
        };
        assert_eq!(fields.kept(), IamFields::default());
        assert!(!format!("{kept:?}").contains("Canary"));
    }

    #[test]
    fn what_was_chosen_and_what_was_pasted_must_not_contradict() {
        let pasted = "arn:aws:redshift:us-east-1:123456789012:cluster:sales";
        let both = form(|form| {
            form.kind = "serverless".into();
            form.pasted = pasted.into();
        });
        assert_eq!(read(&both), Err(Fault::FieldInvalid { field: Field::Pasted }));
        let elsewhere = form(|form| form.role = "arn:aws-cn:iam::123456789012:role/x".into());
        assert_eq!(read(&elsewhere), Err(Fault::FieldInvalid { field: Field::Role }));
    }

    #[test]
    fn each_field_is_named_when_it_is_wrong() {
        type Change = fn(&mut IamFields);
        let cases: [(Change, Fault); 10] = [
            (|form| form.region = "us-nowhere-1".into(), Fault::FieldInvalid { field: Field::Region }),
            (|form| form.region.clear(), Fault::FieldMissing { field: Field::Region }),
            (|form| form.cluster = "Sales".into(), Fault::FieldInvalid { field: Field::Cluster }),
            (|form| form.user = "a:b".into(), Fault::FieldInvalid { field: Field::User }),
            (|form| form.user.clear(), Fault::FieldMissing { field: Field::User }),
            (|form| form.database.clear(), Fault::FieldMissing { field: Field::Database }),
            (|form| form.database = "d*".into(), Fault::FieldInvalid { field: Field::Database }),
            (|form| form.role = "admin".into(), Fault::FieldInvalid { field: Field::Role }),
            (|form| form.endpoint = "postgresql://u:p@h/db".into(), Fault::FieldInvalid { field: Field::Endpoint }),
            (|form| form.pasted = "what?".into(), Fault::FieldInvalid { field: Field::Pasted }),
        ];
        for (change, fault) in cases {
            // While it is typed, what is empty or chosen from a list is not wrong yet.
            let expected = match fault {
                Fault::FieldInvalid { field: Field::Region } => None,
                Fault::FieldInvalid { field } => Some(field),
                _ => None,
            };
            assert_eq!(misshapen(&form(change)), expected, "{fault}");
            assert_eq!(read(&form(change)), Err(fault));
        }
        assert_eq!(misshapen(&IamFields { cluster: "Sales".into(), ..IamFields::default() }), Some(Field::Cluster));
    }
}
