//! `row!`: the declaration of a row.
//!
//! ```text
//! row! {
//!     /// One invoice as it stands.
//!     pub struct InvoiceRow in "" {
//!         key { tenant_id: Uuid, invoice_id: Uuid }
//!         replaced { /// What was asked for. total: i64 }
//!     }
//!     check "total >= 0";
//!     index "(tenant_id, total)";
//! }
//! ```
//! After the key stands how rows come to be: `appended`, `replaced` or `summed`. The last two also
//! get a column and field `last_position`. Sums may name a function that gives the coarser rows
//! each row is part of: `coarser all_days;`.

macro_rules! row {
    (
        $(#[$meta:meta])*
        pub struct $name:ident in $table:literal {
            key { $( $(#[$kmeta:meta])* $key:ident : $kty:ty ),+ $(,)? }
            appended { $( $(#[$vmeta:meta])* $value:ident : $vty:ty ),* $(,)? }
        }
        $(check $check:literal;)*
        $(index $index:literal;)*
    ) => {
        $crate::row::row! { @row Appended
            [$(#[$meta])*] $name $table
            [$( $(#[$kmeta])* $key: $kty, )+]
            [$( $(#[$vmeta])* $value: $vty, )*]
            [$($check,)*] [$($index,)*]
        }
    };
    (
        $(#[$meta:meta])*
        pub struct $name:ident in $table:literal {
            key { $( $(#[$kmeta:meta])* $key:ident : $kty:ty ),+ $(,)? }
            replaced { $( $(#[$vmeta:meta])* $value:ident : $vty:ty ),* $(,)? }
        }
        $(check $check:literal;)*
        $(index $index:literal;)*
    ) => {
        $crate::row::row! { @row Replaced
            [$(#[$meta])*] $name $table
            [$( $(#[$kmeta])* $key: $kty, )+]
            [
                $( $(#[$vmeta])* $value: $vty, )*
                /// Position of the last event that changed the row.
                last_position: i64,
            ]
            [$($check,)*] [$($index,)*]
        }
        $crate::row::row! { @kept $name }
    };
    (
        $(#[$meta:meta])*
        pub struct $name:ident in $table:literal {
            key { $( $(#[$kmeta:meta])* $key:ident : $kty:ty ),+ $(,)? }
            summed { $( $(#[$vmeta:meta])* $value:ident : $vty:ty ),+ $(,)? }
        }
        $(coarser $coarser:path;)?
        $(check $check:literal;)*
        $(index $index:literal;)*
    ) => {
        $crate::row::row! { @row Summed
            [$(#[$meta])*] $name $table
            [$( $(#[$kmeta])* $key: $kty, )+]
            [
                $( $(#[$vmeta])* $value: $vty, )+
                /// Position of the last event that changed the row.
                last_position: i64,
            ]
            [$($check,)*] [$($index,)*]
        }
        $crate::row::row! { @kept $name }
        impl $crate::row::Summed for $name {
            fn add(&mut self, other: &Self) -> Option<()> {
                $( self.$value = self.$value.checked_add(other.$value)?; )+
                self.last_position = self.last_position.max(other.last_position);
                Some(())
            }
            $(
                fn coarser(&self) -> Vec<Self> {
                    $coarser(self)
                }
            )?
        }
    };
    (@kept $name:ident) => {
        impl $crate::row::Kept for $name {
            fn last_position(&self) -> i64 {
                self.last_position
            }
            fn set_last_position(&mut self, position: i64) {
                self.last_position = position;
            }
        }
    };
    (@row $kind:ident
        [$(#[$meta:meta])*] $name:ident $table:literal
        [$( $(#[$kmeta:meta])* $key:ident : $kty:ty, )+]
        [$( $(#[$vmeta:meta])* $value:ident : $vty:ty, )*]
        [$($check:literal,)*] [$($index:literal,)*]
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name {
            $( $(#[$kmeta])* pub $key: $kty, )+
            $( $(#[$vmeta])* pub $value: $vty, )*
        }

        impl $crate::row::Row for $name {
            const SHAPE: &'static $crate::row::Shape = &$crate::row::Shape {
                table: $table,
                columns: &[
                    $( $crate::row::Column::of::<$kty>(stringify!($key)), )+
                    $( $crate::row::Column::of::<$vty>(stringify!($value)), )*
                ],
                key: [$( stringify!($key) ),+].len(),
                kind: $crate::row::Kind::$kind,
                checks: &[$($check),*],
                indexes: &[$($index),*],
            };
            type Key = ($( $kty, )+);

            fn key(&self) -> Self::Key {
                ($( self.$key.clone(), )+)
            }
            fn put(&self, cells: &mut impl $crate::row::Cells) {
                $( $crate::row::Cell::put(&self.$key, cells.next()); )+
                $( $crate::row::Cell::put(&self.$value, cells.next()); )*
            }
            fn put_key(key: &Self::Key, cells: &mut impl $crate::row::Cells) {
                let ($( $key, )+) = key;
                $( $crate::row::Cell::put($key, cells.next()); )+
            }
            fn get(row: &sqlx::postgres::PgRow, at: usize) -> Result<Self, sqlx::Error> {
                let mut columns = at..;
                let mut next = || columns.next().unwrap_or(usize::MAX);
                Ok(Self {
                    $( $key: $crate::row::Cell::get(row, next())?, )+
                    $( $value: $crate::row::Cell::get(row, next())?, )*
                })
            }
        }
    };
}

pub(crate) use row;
