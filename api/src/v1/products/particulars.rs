//! What a product grants, asks and says about itself, as it is on the wire.

use billfold_domain::product::{
    Feature, OptionChoice, OptionKind, Presentation, ProductOption, Quota, QuotaKind, QuotaLimit,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::receive::Check;
use crate::wire::WireMoney;

/// What people read about a product.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ProductDescription)]
pub(super) struct NewDescription {
    /// Markdown; empty if there is none.
    #[schema(example = "Ten *gigabytes* of disk.", max_length = 10_000)]
    description: String,
    /// What it has, in the order people read it; none if absent.
    #[serde(default)]
    #[schema(max_items = 50)]
    features: Vec<WireFeature>,
    /// Whether it is put before the others; not if absent.
    #[serde(default)]
    featured: bool,
}

/// One thing a product has.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ProductFeature)]
pub(super) struct WireFeature {
    /// What; once in a product.
    #[schema(example = "Disk", min_length = 1, max_length = 100)]
    key: String,
    /// How much or which.
    #[schema(example = "10 GB", min_length = 1, max_length = 500)]
    value: String,
}

/// What a product grants from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ProductQuotas)]
pub(super) struct NewQuotas {
    /// At most one of each kind; a kind that is not named is not granted.
    #[schema(max_items = 10)]
    pub(super) quotas: Vec<WireQuota>,
}

/// What a product grants of one kind.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Quota)]
pub(super) struct WireQuota {
    /// Of what.
    kind: WireQuotaKind,
    /// How much; unlimited if absent.
    #[schema(example = 10240, maximum = 1_000_000_000_000_u64)]
    limit: Option<u64>,
}

/// What is counted; disk and memory in MiB, traffic in MiB of a calendar month.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = QuotaKind)]
pub(super) enum WireQuotaKind {
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
    /// Disk space.
    DiskMib,
    /// Traffic.
    TrafficMibPerMonth,
    /// Memory.
    MemoryMib,
    /// Processor cores.
    CpuCores,
}

/// What is asked from now on when a product is ordered.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ProductOptions)]
pub(super) struct NewOptions {
    /// In the order they are asked.
    #[schema(max_items = 50)]
    options: Vec<WireOption>,
}

/// One thing that is asked when a product is ordered.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ProductOption)]
pub(super) struct WireOption {
    /// Name for machines; once in a product.
    #[schema(example = "location", pattern = "^[a-z0-9_-]{1,40}$", max_length = 40)]
    key: String,
    /// What people are asked.
    #[schema(example = "Where it stands", min_length = 1, max_length = 200)]
    label: String,
    /// What an answer is.
    kind: WireOptionKind,
    /// Whether an answer must be given; not if absent.
    #[serde(default)]
    required: bool,
    /// What can be chosen; only where one is chosen, and then at least one.
    #[serde(default)]
    #[schema(max_items = 100)]
    choices: Vec<WireChoice>,
}

/// What an answer is.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ProductOptionKind)]
pub(super) enum WireOptionKind {
    /// A line of text.
    Text,
    /// A number.
    Number,
    /// One of the choices.
    Choice,
    /// Yes or no.
    YesNo,
}

/// One thing that can be chosen.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ProductOptionChoice)]
pub(super) struct WireChoice {
    /// Name for machines; once in an option.
    #[schema(example = "fra", pattern = "^[a-z0-9_-]{1,40}$", max_length = 40)]
    key: String,
    /// What people read.
    #[schema(example = "Frankfurt", min_length = 1, max_length = 200)]
    label: String,
    /// What it costs more per cycle, without tax; once in each currency.
    #[serde(default)]
    #[schema(max_items = 200)]
    surcharges: Vec<WireMoney>,
}

impl From<NewDescription> for Presentation {
    fn from(new: NewDescription) -> Self {
        let feature = |WireFeature { key, value }| Feature { key, value };
        Self {
            description: new.description,
            features: new.features.into_iter().map(feature).collect(),
            featured: new.featured,
        }
    }
}

impl From<&Feature> for WireFeature {
    fn from(feature: &Feature) -> Self {
        Self { key: feature.key.clone(), value: feature.value.clone() }
    }
}

impl From<&WireQuota> for Quota {
    fn from(quota: &WireQuota) -> Self {
        let limit = quota.limit.map_or(QuotaLimit::Unlimited, QuotaLimit::AtMost);
        Self { kind: quota.kind.into(), limit }
    }
}

impl From<&Quota> for WireQuota {
    fn from(quota: &Quota) -> Self {
        let limit = match quota.limit {
            QuotaLimit::Unlimited => None,
            QuotaLimit::AtMost(limit) => Some(limit),
        };
        Self { kind: quota.kind.into(), limit }
    }
}

/// The same words on both sides.
macro_rules! same_words {
    ($wire:ident, $domain:ident: $($word:ident),+) => {
        impl From<$wire> for $domain {
            fn from(word: $wire) -> Self {
                match word {
                    $($wire::$word => Self::$word,)+
                }
            }
        }

        impl From<$domain> for $wire {
            fn from(word: $domain) -> Self {
                match word {
                    $($domain::$word => Self::$word,)+
                }
            }
        }
    };
}

same_words!(
    WireQuotaKind, QuotaKind: Accounts, Domains, Subdomains, Databases, Emails, FtpAccounts,
    DiskMib, TrafficMibPerMonth, MemoryMib, CpuCores
);
same_words!(WireOptionKind, OptionKind: Text, Number, Choice, YesNo);

impl NewOptions {
    /// The options, or what is wrong with their amounts; the domain checks the rest.
    pub(super) fn read(self, check: &mut Check) -> Option<Vec<ProductOption>> {
        let read = self.options.into_iter().enumerate();
        let read: Vec<_> =
            read.map(|(at, option)| option.read(check, &format!("/options/{at}"))).collect();
        read.into_iter().collect()
    }
}

impl WireOption {
    fn read(self, check: &mut Check, pointer: &str) -> Option<ProductOption> {
        let Self { key, label, kind, required, choices } = self;
        let choices = choices.into_iter().enumerate();
        let choices: Vec<_> = choices
            .map(|(at, choice)| choice.read(check, &format!("{pointer}/choices/{at}")))
            .collect();
        let choices = choices.into_iter().collect::<Option<_>>()?;
        Some(ProductOption { key, label, kind: kind.into(), required, choices })
    }
}

impl WireChoice {
    fn read(self, check: &mut Check, pointer: &str) -> Option<OptionChoice> {
        let surcharges = self.surcharges.iter().enumerate();
        let surcharges: Vec<_> = surcharges
            .map(|(at, money)| money.read(check, &format!("{pointer}/surcharges/{at}")))
            .collect();
        let surcharges = surcharges.into_iter().collect::<Option<_>>()?;
        Some(OptionChoice { key: self.key, label: self.label, surcharges })
    }
}

impl From<&ProductOption> for WireOption {
    fn from(option: &ProductOption) -> Self {
        let choice = |choice: &OptionChoice| WireChoice {
            key: choice.key.clone(),
            label: choice.label.clone(),
            surcharges: choice.surcharges.iter().map(|money| WireMoney::from(*money)).collect(),
        };
        Self {
            key: option.key.clone(),
            label: option.label.clone(),
            kind: option.kind.into(),
            required: option.required,
            choices: option.choices.iter().map(choice).collect(),
        }
    }
}
