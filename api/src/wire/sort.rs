//! The order of lists that have one natural field to be sorted by.

/// Declares the order of a list by one field, latest first unless asked otherwise:
/// `sort!(OrderSort, "placed_on", "-placed_on")`. The field is one that the list has an index of.
macro_rules! sort {
    ($name:ident, $earliest:tt, $latest:tt) => {
        #[derive(Debug, Clone, Copy, serde::Deserialize, utoipa::ToSchema)]
        enum $name {
            #[serde(rename = $earliest)]
            Earliest,
            #[serde(rename = $latest)]
            Latest,
        }

        impl $name {
            fn order(chosen: Option<Self>) -> billfold_projections::Order {
                match chosen {
                    Some(Self::Earliest) => billfold_projections::Order::Ascending,
                    Some(Self::Latest) | None => billfold_projections::Order::Descending,
                }
            }
        }
    };
}

pub(crate) use sort;
