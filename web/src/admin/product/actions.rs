//! What may be done with a product; each asks first.

use axum::Router;
use billfold_app::commands::products::{
    DescribeProduct, RenameProduct, RetireProduct, SetOptions, SetQuotas,
};
use billfold_domain::kernel::ProductId;
use billfold_domain::product::{Listing, Presentation, Product, Quota, QuotaKind, QuotaLimit};
use billfold_domain::role::Permission;
use billfold_projections::Projection as _;
use billfold_projections::product_list::ProductList;

use super::{lines, quota_label};
use crate::admin::confirm::Action;
use crate::admin::deed::{self, Deed, Question, Words};
use crate::admin::products::{PATH, price_fields, read_price};
use crate::error::PageError;
use crate::fields::{Fields, Wrong};
use crate::form::Field;
use crate::state::{Seen, WebState};

const READ: [&str; 1] = [ProductList::NAME];

/// The addresses of all of them.
pub(super) fn routes() -> Router<WebState> {
    deed::routes::<Verb>()
}

/// What may be done with a product on sale.
pub(super) fn actions(id: ProductId) -> Vec<Action> {
    let back = format!("{PATH}/{id}");
    let action = |verb, label, icon| deed::action(verb, &back, label, icon);
    vec![
        action(Verb::Rename, "Rename", "pencil"),
        action(Verb::Price, "Set price", "banknote").class("primary"),
        action(Verb::Describe, "Describe", "file-text").on_a_page(),
        action(Verb::Quotas, "Set quotas", "layers").on_a_page(),
        action(Verb::Options, "Set options", "scroll-text").on_a_page(),
        action(Verb::Retire, "Retire", "ban").class("danger"),
    ]
}

type Asked<'a> = deed::Asked<'a, Verb>;
type Acted = Result<Result<Seen, Wrong>, PageError>;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verb {
    Rename,
    Price,
    Describe,
    Quotas,
    Options,
    Retire,
}

impl Deed for Verb {
    type Id = ProductId;
    const PAGE: &'static str = PATH;
    const NEEDS: Permission = Permission::ProductsWrite;
    const ALL: &'static [Verb] =
        &[Verb::Rename, Verb::Price, Verb::Describe, Verb::Quotas, Verb::Options, Verb::Retire];

    fn words(self) -> Words {
        let (path, button) = match self {
            Verb::Rename => ("rename", "Rename"),
            Verb::Price => ("price", "Set price"),
            Verb::Describe => ("describe", "Describe"),
            Verb::Quotas => ("quotas", "Set quotas"),
            Verb::Options => ("options", "Set options"),
            Verb::Retire => {
                let (path, button, done) = ("retire", "Retire", "product-retired");
                return Words { path, button, done, danger: true };
            }
        };
        Words { path, button, done: "product-set", danger: false }
    }

    async fn question(self, asked: &Asked<'_>) -> Result<Question, PageError> {
        let tenant = asked.visitor.tenant();
        let id = asked.id.uuid();
        let (product, version) = asked.state.door().load::<Product>(tenant, id).await?;
        let known = product.listing().ok_or(PageError::NotFound)?;
        let kept = "It counts for new sales. What was sold already keeps its terms.";
        let (title, text, fields) = match self {
            Verb::Rename => {
                let name = asked.sent.some("name").unwrap_or_else(|| known.name.clone());
                let field = Field::input("name", "Name", "text").with(name).required();
                let text = "Documents keep the name they were made with.";
                ("What is it called?", text, vec![field.wrong(asked.wrong.of("name"))])
            }
            Verb::Price => {
                let usual = asked.state.door().settings(tenant).await?.currency;
                ("What does it cost?", kept, price_fields(asked.sent, &asked.wrong, usual))
            }
            Verb::Describe => ("What do people read about it?", kept, said(asked, known)),
            Verb::Quotas => {
                let text = "A number, or unlimited. What is left empty is not granted.";
                ("What does it grant?", text, granted(asked, known))
            }
            Verb::Options => {
                let text = "One option a line: key | question | text, number, choice or yes-no, \
                     and | required at the end. Below a choice a line for each: \
                     - key | label | 2.00 EUR, 2.50 USD.";
                ("What is asked when it is ordered?", text, vec![options(asked, known)])
            }
            Verb::Retire => {
                let text = "Nobody can buy it any more. Those who have it keep it on their terms.";
                ("Sell it no longer?", text, Vec::new())
            }
        };
        let (title, text) = (title.to_owned(), text.to_owned());
        Ok(Question { title, text, version: Some(version), fields })
    }

    async fn act(self, asked: &Asked<'_>) -> Acted {
        let product_id = asked.id;
        match self {
            Verb::Rename => {
                let name = asked.sent.one("name").to_owned();
                asked.command_on_seen(RenameProduct { product_id, name }, &READ).await
            }
            Verb::Price => {
                let tenant = asked.visitor.tenant();
                let usual = asked.state.door().settings(tenant).await?.currency;
                match read_price(asked.sent, usual)? {
                    Ok(price) => asked.command_on_seen(price.of(product_id), &READ).await,
                    Err(wrong) => Ok(Err(wrong)),
                }
            }
            Verb::Describe => {
                let presentation = Presentation {
                    description: text(asked.sent, "description"),
                    features: lines::read_features(asked.sent.one("features")),
                    featured: asked.sent.one("featured") == "yes",
                };
                let describe = DescribeProduct { product_id, presentation };
                let acted = asked.command_on_seen(describe, &READ).await?;
                Ok(acted.map_err(|wrong| wrong.gathered("features", feature_line)))
            }
            Verb::Quotas => set_quotas(asked).await,
            Verb::Options => set_options(asked).await,
            Verb::Retire => asked.command_on_seen(RetireProduct { product_id }, &READ).await,
        }
    }
}

/// A text of several lines, whatever a browser makes of the ends of lines.
fn text(sent: &Fields, name: &str) -> String {
    sent.one(name).replace("\r\n", "\n")
}

/// What was typed, or what is `known` while nothing was sent.
fn typed(asked: &Asked<'_>, name: &str, known: String) -> String {
    if asked.sent.some("key").is_some() { text(asked.sent, name) } else { known }
}

fn said(asked: &Asked<'_>, known: &Listing) -> Vec<Field> {
    let known = &known.presentation;
    let yes_no = [("no", "No"), ("yes", "Yes")].map(|(a, b)| (a.to_owned(), b.to_owned()));
    let featured = if known.featured { "yes" } else { "no" };
    let description = typed(asked, "description", known.description.clone());
    let features = typed(asked, "features", lines::features(&known.features));
    vec![
        Field::lines("description", "Description", 10)
            .with(description)
            .hint("Markdown, up to 10,000 characters")
            .wrong(asked.wrong.of("description")),
        Field::lines("features", "Features", 6)
            .with(features)
            .hint("One a line, such as Disk: 10 GB")
            .wrong(asked.wrong.of("features")),
        Field::choice("featured", "Put before the others", yes_no.to_vec()).with(typed(
            asked,
            "featured",
            featured.to_owned(),
        )),
    ]
}

fn feature_line(pointer: &str, detail: &str) -> String {
    let at = pointer.split('/').find_map(|part| part.parse::<usize>().ok());
    at.map_or_else(|| detail.to_owned(), |at| format!("feature {}: {detail}", at + 1))
}

fn granted(asked: &Asked<'_>, known: &Listing) -> Vec<Field> {
    let field = |kind: QuotaKind| {
        let limit = known.quotas.iter().find(|quota| quota.kind == kind);
        let limit = limit.map_or_else(String::new, |quota| super::quota(quota).1);
        Field::input(kind.word(), quota_label(kind), "text")
            .with(typed(asked, kind.word(), limit))
            .wrong(asked.wrong.of(kind.word()))
    };
    QuotaKind::ALL.into_iter().map(field).collect()
}

async fn set_quotas(asked: &Asked<'_>) -> Acted {
    let (mut quotas, mut wrong) = (Vec::new(), Wrong::default());
    for kind in QuotaKind::ALL {
        let limit = match asked.sent.one(kind.word()) {
            "" => continue,
            typed if typed.eq_ignore_ascii_case("unlimited") => Ok(QuotaLimit::Unlimited),
            typed => typed.parse().map(QuotaLimit::AtMost),
        };
        match limit {
            Ok(limit) => quotas.push(Quota { kind, limit }),
            Err(_) => wrong.at(kind.word(), "write a whole number, or unlimited"),
        }
    }
    if !wrong.is_none() {
        return Ok(Err(wrong));
    }
    let kinds: Vec<&str> = quotas.iter().map(|quota| quota.kind.word()).collect();
    let set = SetQuotas { product_id: asked.id, quotas };
    let acted = asked.command_on_seen(set, &READ).await?;
    Ok(acted.map_err(|mut wrong| {
        for (at, kind) in kinds.into_iter().enumerate() {
            let detail = wrong.of(&format!("quotas/{at}/limit"));
            if !detail.is_empty() {
                wrong.at(kind, detail);
            }
        }
        wrong
    }))
}

fn options(asked: &Asked<'_>, known: &Listing) -> Field {
    Field::lines("options", "Options", 12)
        .with(typed(asked, "options", lines::options(&known.options)))
        .hint("At most 50 options of at most 100 choices")
        .wrong(asked.wrong.of("options"))
}

async fn set_options(asked: &Asked<'_>) -> Acted {
    let read = match lines::read_options(asked.sent.one("options")) {
        Ok(read) => read,
        Err(detail) => {
            let mut wrong = Wrong::default();
            wrong.at("options", detail);
            return Ok(Err(wrong));
        }
    };
    let set = SetOptions { product_id: asked.id, options: read.options.clone() };
    let acted = asked.command_on_seen(set, &READ).await?;
    Ok(acted.map_err(|wrong| wrong.gathered("options", |at, detail| read.told(at, detail))))
}
