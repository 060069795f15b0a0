//! The stages of a check that ask AWS: who asks, where the cluster is, and the credentials. All of them together have
//! one budget.

use std::time::{Duration, Instant, SystemTime};

use contract::check::Stage;
use contract::connection::Target;
use contract::finding::Finding;
use redshift::deadlines::milliseconds;
use redshift::iam::{Minted, Place, Refusal};
use tokio::time::timeout;

use super::progress::Progress;
use crate::services::iam::{BUDGET, Entered, Minter};

/// Names that clusters' admins have unless somebody chose another (CreateCluster's example, the console's preset).
const USUAL_ADMINS: [&str; 2] = ["awsuser", "admin"];

/// Who asks AWS in this check.
pub(super) struct Asking<'a> {
    pub minter: &'a Minter,
    /// The person confirmed that the user may be the cluster's admin.
    pub accepts_admin: bool,
    spent: Duration,
    entered: Option<Entered>,
}

impl<'a> Asking<'a> {
    pub fn new(minter: &'a Minter, accepts_admin: bool) -> Self {
        Self { minter, accepts_admin, spent: Duration::ZERO, entered: None }
    }

    /// Becomes who asks, and says who that is. GetCallerIdentity needs no right.
    pub async fn identity(&mut self, progress: &mut Progress) -> Option<()> {
        progress.begin(Stage::AwsIdentity).await;
        let minter = self.minter;
        let asked = self.within(async {
            let entered = minter.enter().await?;
            let caller = entered.identity().await?;
            Ok((entered, caller))
        });
        let found = match asked.await {
            Ok((entered, caller)) => {
                self.entered = Some(entered);
                Finding::AwsIdentity { arn: caller.arn, account: caller.account }
            }
            Err(finding) => finding,
        };
        progress.end(Stage::AwsIdentity, &[found]).await.then_some(())
    }

    /// Where the cluster is: as typed, or as AWS tells.
    pub async fn endpoint(
        &mut self,
        progress: &mut Progress,
        target: &Target,
        is_typed: bool,
    ) -> Option<Option<Place>> {
        progress.begin(Stage::AwsEndpoint).await;
        if is_typed {
            let mut found = vec![Finding::EndpointTyped { host: target.host.clone(), port: target.port }];
            found.extend(self.admin(target, None));
            return progress.end(Stage::AwsEndpoint, &found).await.then_some(None);
        }
        let entered = self.entered.clone()?;
        let asked = self.within(async { entered.find().await }).await;
        let found = match &asked {
            Ok(place) => {
                let mut found = vec![Finding::EndpointFound { host: place.host.clone(), port: place.port }];
                found.extend(place.busy.clone().map(|status| Finding::ClusterBusy { status }));
                found.extend(self.admin(target, place.admin.as_deref()));
                found
            }
            Err(finding) => vec![finding.clone()],
        };
        let may_go_on = progress.end(Stage::AwsEndpoint, &found).await;
        may_go_on.then_some(asked.ok())
    }

    pub async fn mint(&mut self) -> Result<Minted, Finding> {
        let (minter, entered) = (self.minter, self.entered.clone());
        let entered = entered.ok_or(Finding::AwsNoCredentials)?;
        self.within(async { minter.mint(&entered).await }).await
    }

    /// The cluster's admin may do anything, so Flitch does not sign in as it by mistake.
    fn admin(&self, target: &Target, known: Option<&str>) -> Option<Finding> {
        let user = target.user.as_str();
        let is_admin = known.map_or_else(|| USUAL_ADMINS.contains(&user), |admin| admin == user);
        (is_admin && !self.accepts_admin && !user.is_empty()).then(|| Finding::AdminUser { user: user.to_owned() })
    }

    async fn within<T>(&mut self, ask: impl Future<Output = Result<T, Refusal>>) -> Result<T, Finding> {
        let started = Instant::now();
        let asked = timeout(BUDGET.saturating_sub(self.spent), ask).await;
        self.spent += started.elapsed();
        match asked {
            Ok(answer) => answer.map_err(|refusal| self.minter.explain(&refusal)),
            Err(_) => Err(Finding::AwsTimedOut { after_ms: milliseconds(BUDGET) }),
        }
    }
}

pub(super) fn told(minted: &Minted) -> Finding {
    let lifetime = minted.expires_at.duration_since(SystemTime::now()).unwrap_or_default();
    let seconds = u32::try_from(lifetime.as_secs_f64().round() as u64).unwrap_or(u32::MAX);
    Finding::Minted { user: minted.user.clone(), seconds }
}
