//! How much of a resource a product grants (PRD-12).

use serde::{Deserialize, Serialize};

use crate::kernel::Invalid;

/// The highest number a quota may have.
const HIGHEST: u64 = 1_000_000_000_000;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuotaKind {
    /// Accounts on the server.
    Accounts,
    /// Domains.
    Domains,
    /// Subdomains.
    Subdomains,
    /// Databases.
    Databases,
    /// Mailboxes.
    Emails,
    /// Accounts for file transfer.
    FtpAccounts,
    /// Disk space, in MiB.
    DiskMib,
    /// Traffic of a calendar month, in MiB.
    TrafficMibPerMonth,
    /// Memory, in MiB.
    MemoryMib,
    /// Processor cores.
    CpuCores,
}

impl QuotaKind {
    /// Every kind, in the order screens list them.
    pub const ALL: [Self; 10] = [
        Self::Accounts,
        Self::Domains,
        Self::Subdomains,
        Self::Databases,
        Self::Emails,
        Self::FtpAccounts,
        Self::DiskMib,
        Self::TrafficMibPerMonth,
        Self::MemoryMib,
        Self::CpuCores,
    ];

    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Accounts => "accounts",
            Self::Domains => "domains",
            Self::Subdomains => "subdomains",
            Self::Databases => "databases",
            Self::Emails => "emails",
            Self::FtpAccounts => "ftp_accounts",
            Self::DiskMib => "disk_mib",
            Self::TrafficMibPerMonth => "traffic_mib_per_month",
            Self::MemoryMib => "memory_mib",
            Self::CpuCores => "cpu_cores",
        }
    }
}

/// How far a quota goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuotaLimit {
    /// As many as are wanted.
    Unlimited,
    /// So many and no more; up to a trillion.
    AtMost(u64),
}

/// What a product grants of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quota {
    /// Of what.
    pub kind: QuotaKind,
    /// How much.
    pub limit: QuotaLimit,
}

/// Checks that each kind is there once and no number is out of all reason.
pub(super) fn check(quotas: &[Quota]) -> Result<(), Invalid> {
    Invalid::gather(quotas.iter().enumerate().map(|(at, quota)| {
        let known = quotas.iter().take(at).any(|earlier| earlier.kind == quota.kind);
        let apart = match known {
            true => Err(Invalid::one("kind", "product.quota_twice", "another quota is of it")),
            false => Ok(()),
        };
        let bounded = match quota.limit {
            QuotaLimit::AtMost(limit) if limit > HIGHEST => {
                let detail = format!("must be at most {HIGHEST}, or unlimited");
                Err(Invalid::one("limit", "product.quota_too_high", detail))
            }
            QuotaLimit::AtMost(_) | QuotaLimit::Unlimited => Ok(()),
        };
        Invalid::gather([apart, bounded]).map_err(|no| no.under(&format!("quotas/{at}")))
    }))
}
