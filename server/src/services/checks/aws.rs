//! The stages of a check that ask AWS: who asks, where the cluster is, and the credentials. All of them together have
//! one budget.

use std::time::{Duration, Instant, SystemTime};

use contract::check::Stage;
use contract::connection::Target;
use contract::finding::Finding;
use redshift::iam::{Minted, Place, Refusal};

use super::progress::Progress;
use crate::services::iam::{BUDGET, Entered, Minter};

/// Who asks AWS in this check.
pub(super) struct Asking<'a> {
    pub minter: &'a Minter,
    spent: Duration,
    entered: Option<Entered>,
}

impl<'a> Asking<'a> {
    pub fn new(minter: &'a Minter) -> Self {
        Self { minter, spent: Duration::ZERO, entered: None }
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
            found.extend(self.minter.admit("").err());
            return progress.end(Stage::AwsEndpoint, &found).await.then_some(None);
        }
        let entered = self.entered.clone()?;
        let asked = self.within(async { entered.find().await }).await;
        let found = match &asked {
            Ok(place) => {
                let mut found = vec![Finding::EndpointFound { host: place.host.clone(), port: place.port }];
                found.extend(place.busy.clone().map(|status| Finding::ClusterBusy { status }));
                found.extend(self.minter.admit(place.admin.as_deref().unwrap_or_default()).err());
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

    async fn within<T>(&mut self, ask: impl Future<Output = Result<T, Refusal>>) -> Result<T, Finding> {
        let started = Instant::now();
        let answer = self.minter.ask(BUDGET.saturating_sub(self.spent), ask).await;
        self.spent += started.elapsed();
        answer
    }
}

pub(super) fn told(minted: &Minted) -> Finding {
    let lifetime = minted.expires_at.duration_since(SystemTime::now()).unwrap_or_default();
    let seconds = u32::try_from(lifetime.as_secs_f64().round() as u64).unwrap_or(u32::MAX);
    Finding::Minted { user: minted.user.clone(), seconds }
}
