//! What may happen to a driver in which state.

use crate::driver::{Driver, DriverCommand, DriverEvent};
use crate::kernel::aggregate::bridge_to_cqrs_es;
use crate::kernel::text::{check_key, check_line};
use crate::kernel::{Aggregate, Invalid, Issued};

impl Aggregate for Driver {
    const TYPE: &'static str = "driver";
    type Command = DriverCommand;
    type Event = DriverEvent;
    type Refusal = Invalid;

    fn decide(&self, ask: &Issued<DriverCommand>) -> Result<Vec<DriverEvent>, Invalid> {
        match (self, &ask.command) {
            (Self::Running, DriverCommand::Pause { driver, reason }) => {
                Invalid::gather([check_key("driver", driver), check_line("reason", reason, 500)])?;
                let (driver, reason) = (driver.clone(), reason.clone());
                Ok(vec![DriverEvent::Paused { driver, reason }])
            }
            (Self::Paused, DriverCommand::Resume { driver }) => {
                check_key("driver", driver)?;
                Ok(vec![DriverEvent::Resumed { driver: driver.clone() }])
            }
            (Self::Paused, DriverCommand::Pause { .. })
            | (Self::Running, DriverCommand::Resume { .. }) => Ok(Vec::new()),
        }
    }

    fn apply(&mut self, event: &DriverEvent) {
        self.take(event);
    }
}

bridge_to_cqrs_es!(Driver);
