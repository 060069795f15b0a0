//! A check without a store: for the command line.

use std::sync::Arc;

use contract::connection::{ConnectionForm, Target};
use contract::connection_string::{Part, Rules, StringFault};
use contract::fault::Fault;
use redshift::Limits;
use secrecy::SecretString;

use super::journal::Journal;
use super::progress::Progress;
use super::walk::{self, Subject};
use crate::config::Reach;
use crate::services::connections::understand;
use crate::services::open::{OpenError, extra_ca_pem, means};
use crate::services::place::{self, Way};

/// The check of a form, not started yet.
pub struct Alone {
    pub target: Target,
    subject: Subject,
}

/// Reads the form as the Add Source form is read.
pub fn check_alone(reach: &Reach, form: &ConnectionForm) -> Result<Result<Alone, Fault>, OpenError> {
    let rules = Rules { is_plain_allowed: reach.dev_loopback };
    let (target, password) = understand(form, rules);
    let missing = Fault::ConnectionString { fault: StringFault::Missing { part: Part::Password } };
    let password = match password.and_then(|password| password.ok_or(missing)) {
        Ok(password) => SecretString::from(password.expose()),
        Err(fault) => return Ok(Err(fault)),
    };
    let way = Way {
        means: place::patient(means(reach), &target.host),
        endpoint: redshift::Endpoint { host: target.host.clone(), port: target.port },
        tls: place::tls_policy(&target, &form.tls_name, &form.ca_certificate, extra_ca_pem(reach)?),
    };
    let subject = Subject {
        way,
        target: target.clone(),
        password: Ok(password),
        catalog_limits: Limits::CATALOG,
        picked: Vec::new(),
    };
    Ok(Ok(Alone { target, subject }))
}

impl Alone {
    pub async fn run(self, journal: Arc<dyn Journal>) {
        walk::run(self.subject, Progress::new(journal)).await;
    }
}
