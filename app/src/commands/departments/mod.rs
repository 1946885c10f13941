//! Use cases about departments: make, change and delete one, assign staff and take them out; and
//! which there are (STF-03, SUP-01, SUP-02).

mod assign;
mod change;
mod create;
mod delete;
mod read;

pub use assign::{AssignToDepartment, UnassignFromDepartment};
pub use change::ChangeDepartment;
pub use create::{CreateDepartment, DepartmentCreated};
pub use delete::DeleteDepartment;
pub use read::{KeptDepartment, department, department_of, departments};
