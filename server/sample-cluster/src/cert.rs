//! A certificate authority of the sample's own, and the server certificates it signs.

use std::time::Duration;

use anyhow::Context;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use time::OffsetDateTime;

/// A fresh authority; nothing else trusts it.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

/// When a certificate is valid, relative to now.
#[derive(Clone, Copy, Debug)]
pub enum Validity {
    Now,
    Over,
    NotYet,
}

impl Authority {
    pub fn new(name: &str) -> anyhow::Result<Self> {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().context("making the authority's key")?;
        let pem = params.self_signed(&key).context("signing the authority")?.pem();
        Ok(Self { issuer: Issuer::new(params, key), pem })
    }

    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// A server's certificate and key for these names and addresses.
    pub fn identity(&self, names: &[String], validity: Validity) -> anyhow::Result<native_tls::Identity> {
        let mut params = CertificateParams::new(names.to_vec()).context("naming the certificate")?;
        let now = OffsetDateTime::now_utc();
        let day = Duration::from_secs(24 * 60 * 60);
        (params.not_before, params.not_after) = match validity {
            Validity::Now => (now - day, now + 365 * day),
            Validity::Over => (now - 30 * day, now - day),
            Validity::NotYet => (now + day, now + 30 * day),
        };
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.distinguished_name.push(DnType::CommonName, "Flitch sample cluster");
        let key = KeyPair::generate().context("making the server's key")?;
        let certificate = params.signed_by(&key, &self.issuer).context("signing the server")?;
        native_tls::Identity::from_pkcs8(certificate.pem().as_bytes(), key.serialize_pem().as_bytes())
            .context("reading the server's key back")
    }
}
