//! A check without a store: for the command line.

use std::sync::Arc;

use contract::check::Stage;
use contract::connection::{ConnectionForm, Target};
use contract::connection_string::{Part, Rules, StringFault};
use contract::fault::Fault;
use redshift::Limits;
use redshift::iam::Aws;
use secrecy::SecretString;

use super::journal::Journal;
use super::progress::Progress;
use super::walk::{self, Entry, Subject};
use crate::config::Reach;
use crate::services::connections::{Understood, understand};
use crate::services::iam::{self, Iam, Minter};
use crate::services::open::{OpenError, extra_ca_pem, means};
use crate::services::place::{self, Way};

/// The check of a form, not started yet.
pub struct Alone {
    pub target: Target,
    subject: Subject,
}

/// Reads the form as the Add Source form is read. `external_id` is the one that the role's trust policy asks for.
pub fn check_alone(reach: &Reach, form: &ConnectionForm, external_id: &str) -> Result<Result<Alone, Fault>, OpenError> {
    let rules = Rules { is_plain_allowed: reach.dev_loopback };
    let Understood { target, iam, password } = understand(form, rules);
    let missing = Fault::ConnectionString { fault: StringFault::Missing { part: Part::Password } };
    let entry = match (&target.iam, password) {
        (_, Err(fault)) => return Ok(Err(fault)),
        (None, Ok(None)) => return Ok(Err(missing)),
        (None, Ok(Some(password))) => Entry::Password(Ok(SecretString::from(password.expose()))),
        (Some(aws), Ok(_)) => {
            let external_id = Some(external_id.to_owned()).filter(|id| !id.is_empty());
            let need = iam::need(aws, &target.user, &target.database, external_id, "check");
            let alone = Arc::new(Iam::new(Arc::new(Aws::default()), Vec::new()));
            Entry::Iam(Box::new(Ok(Minter::alone(alone, need, iam.accepts_admin))))
        }
    };
    let way = Way {
        means: place::patient(means(reach), &target),
        endpoint: redshift::Endpoint { host: target.host.clone(), port: target.port },
        is_typed: !target.host.is_empty(),
        tls: place::tls_policy(&target, &form.tls_name, &form.ca_certificate, extra_ca_pem(reach)?),
    };
    let catalog_limits = Limits::CATALOG;
    let subject = Subject { way, target: target.clone(), entry, catalog_limits, picked: Vec::new() };
    Ok(Ok(Alone { target, subject }))
}

impl Alone {
    pub async fn run(self, journal: Arc<dyn Journal>) {
        let stages = Stage::of(self.target.method());
        walk::run(self.subject, Progress::new(journal, stages)).await;
    }
}
