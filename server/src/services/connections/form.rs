//! The Add Source form, read for the truth: by connection string or by AWS IAM.

use contract::aws::{self, IamFields};
use contract::connection::{ConnectionForm, Method, Target, TlsMode};
use contract::connection_string::{ConnectionString, Part, Rules, StringFault, tls_of_require, valid_name};
use contract::fault::{Fault, Field};
use contract::secret::Secret;

/// What a form came to: its target as far as it can be read, and the password, if one was given and there is one.
pub(crate) struct Understood {
    pub target: Target,
    /// By IAM: the fields, as they were understood or as they were typed.
    pub iam: IamFields,
    pub password: Result<Option<Secret>, Fault>,
}

/// Reads the form.
pub(crate) fn understand(form: &ConnectionForm, rules: Rules) -> Understood {
    match Method::from_code(&form.method) {
        Method::String | Method::Team => {
            let mut target = Target::default();
            let password = read(form, rules, &mut target);
            Understood { target, iam: IamFields::default(), password }
        }
        Method::Iam => {
            let typed = form.iam();
            let read = aws::read(&typed).and_then(|read| certificate(form).map(|()| read));
            match read {
                Ok(read) => {
                    let iam = IamFields::from(&read);
                    let (host, port) = read.endpoint.unwrap_or_default();
                    let (tls, iam_target) = (TlsMode::VerifyFull, Some(read.target));
                    let target = Target { host, port, database: read.database, user: read.user, tls, iam: iam_target };
                    Understood { target, iam, password: Ok(None) }
                }
                Err(fault) => Understood { target: Target::default(), iam: typed.kept(), password: Err(fault) },
            }
        }
    }
}

/// The parts that both methods have.
fn certificate(form: &ConnectionForm) -> Result<(), Fault> {
    if !form.ca_certificate.trim().is_empty() && !redshift::tls::is_certificate_pem(&form.ca_certificate) {
        return Err(Fault::FieldInvalid { field: Field::CaCertificate });
    }
    if form.tls_name.trim().chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(Fault::FieldInvalid { field: Field::TlsName });
    }
    Ok(())
}

/// Fills the target as far as it can be read; the answer is the password, if one was given. What the string lacks comes
/// from the fields beside it.
fn read(form: &ConnectionForm, rules: Rules, target: &mut Target) -> Result<Option<Secret>, Fault> {
    let refused = |fault| Fault::ConnectionString { fault };
    let mut read = ConnectionString::parse(form.connection_string.expose(), rules).map_err(refused)?;
    target.host = read.host.clone();
    target.port = read.port;
    target.tls = if read.asks_unverified { tls_of_require(&read.host, form.accept_unverified) } else { read.tls };
    complete(&mut read.user, &form.user, Part::User).map_err(refused)?;
    target.user = read.user.clone().unwrap_or_default();
    complete(&mut read.database, &form.database, Part::Database).map_err(refused)?;
    target.database = read.database.clone().unwrap_or_default();
    read.target().map_err(refused)?;
    certificate(form)?;
    match (read.password, form.password.is_empty()) {
        (Some(_), false) => Err(refused(StringFault::GivenTwice { part: Part::Password })),
        (password, true) => Ok(password),
        (None, false) => Ok(Some(form.password.clone())),
    }
}

fn complete(slot: &mut Option<String>, field: &str, part: Part) -> Result<(), StringFault> {
    let field = field.trim();
    match slot {
        _ if field.is_empty() => Ok(()),
        Some(known) if known == field => Ok(()),
        Some(_) => Err(StringFault::GivenTwice { part }),
        None => {
            *slot = Some(valid_name(field.to_owned(), part)?);
            Ok(())
        }
    }
}

/// The name a connection has until somebody gives it a better one.
pub(super) fn default_name(target: &Target) -> String {
    if let Some(iam) = &target.iam {
        return format!("{} / {}", iam.cluster, target.database);
    }
    let is_address = target.host.parse::<std::net::IpAddr>().is_ok();
    let short = target.host.split('.').next().filter(|_| !is_address).unwrap_or(&target.host);
    format!("{short} / {}", target.database)
}
