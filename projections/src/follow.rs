//! Keeping a projection up to date: what the log's follower asks of it.

use std::sync::Arc;

use async_trait::async_trait;
use billfold_event_store::{OnError, Projector, ProjectorError, Recorded};
use sqlx::PgConnection;

use crate::error::Error;
use crate::fact::Fact;
use crate::page;
use crate::projection::Definition;

/// A projection for `billfold_event_store::Follower`.
#[derive(Debug)]
pub struct Followed {
    definition: &'static Definition,
    code_hash: String,
}

impl Followed {
    /// The projector of a definition.
    pub fn new(definition: &'static Definition) -> Self {
        Self { definition, code_hash: definition.code_hash() }
    }
}

#[async_trait]
impl Projector for Followed {
    fn name(&self) -> &'static str {
        self.definition.name
    }

    fn code_hash(&self) -> String {
        self.code_hash.clone()
    }

    async fn apply(
        &self,
        connection: &mut PgConnection,
        generation: i32,
        page: &[Arc<Recorded>],
    ) -> Result<(), ProjectorError> {
        let facts: Vec<Fact<'_>> = page.iter().map(|event| Fact::from(&**event)).collect();
        match page::write(self.definition, generation, connection, &facts).await {
            Ok(_) => Ok(()),
            Err(Error::Fold { position, error, .. }) => {
                Err(ProjectorError::Poison { position, error: error.to_string() })
            }
            Err(Error::Database(error)) => Err(error.into()),
            Err(other) => Err(ProjectorError::Transient(Box::new(other))),
        }
    }

    fn on_error(&self) -> OnError {
        self.definition.on_error
    }
}
