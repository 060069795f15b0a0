//! Assuming a role: with the team's external id, for a quarter of an hour, narrowed to one need.

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_sts::Client;

use super::refusal::{Asked, Refusal};
use super::{Need, Role};

/// The least that AssumeRole gives.
const SECONDS: i32 = 900;

/// The configuration of whoever asks. The role's credentials live in it and nowhere else.
pub(super) async fn acting(base: &SdkConfig, need: &Need) -> Result<SdkConfig, Refusal> {
    let region = aws_config::Region::new(need.region.clone());
    let own = base.to_builder().region(region).build();
    let Some(Role { arn, external_id, session_name, session_policy }) = &need.role else {
        return Ok(own);
    };
    let asked = Client::new(&own)
        .assume_role()
        .role_arn(arn)
        .role_session_name(session_name)
        .set_external_id(external_id.clone())
        .policy(session_policy)
        .duration_seconds(SECONDS)
        .send()
        .await;
    let answer = asked.map_err(|error| Refusal::of(&error, Asked::AssumeRole, arn))?;
    let incomplete = || Refusal::Said { code: "AssumeRole".into(), message: "no credentials in the answer".into() };
    let given = answer.credentials.ok_or_else(incomplete)?;
    let expires_at = given.expiration.try_into().ok();
    let credentials =
        Credentials::new(given.access_key_id, given.secret_access_key, Some(given.session_token), expires_at, "role");
    Ok(own.to_builder().credentials_provider(SharedCredentialsProvider::new(credentials)).build())
}
