//! What may happen to a department in which state.

use crate::client::check_email;
use crate::department::{
    Department, DepartmentCommand, DepartmentEvent, DepartmentFacts, DepartmentRefusal,
    DepartmentTerms,
};
use crate::kernel::aggregate::bridge_to_cqrs_es;
use crate::kernel::text::{check_line, check_optional_line};
use crate::kernel::{Aggregate, Invalid, Issued, StaffId};

impl Aggregate for Department {
    const TYPE: &'static str = "department";
    type Command = DepartmentCommand;
    type Event = DepartmentEvent;
    type Refusal = DepartmentRefusal;

    fn decide(&self, ask: &Issued<DepartmentCommand>) -> Decision {
        use DepartmentCommand as Ask;
        match (self, &ask.command) {
            (Self::Absent, Ask::Create(terms)) => {
                check(terms)?;
                Ok(vec![DepartmentEvent::Created(terms.clone())])
            }
            (Self::Absent | Self::Gone, _) => Err(DepartmentRefusal::Absent),
            (Self::There(_), Ask::Create(_)) => Err(DepartmentRefusal::AlreadyCreated),
            (Self::There(facts), Ask::Change(terms)) => change(facts, terms),
            (Self::There(facts), Ask::Assign { staff_id }) => Ok(assign(facts, *staff_id)),
            (Self::There(facts), Ask::Unassign { staff_id }) => {
                if !facts.members.contains(staff_id) {
                    return Err(DepartmentRefusal::NotAMember);
                }
                Ok(vec![DepartmentEvent::StaffUnassigned { staff_id: *staff_id }])
            }
            (Self::There(facts), Ask::Delete) => {
                let members = facts.members.len();
                if members > 0 {
                    return Err(DepartmentRefusal::NotEmpty { members });
                }
                Ok(vec![DepartmentEvent::Deleted { name: facts.terms.name.clone() }])
            }
        }
    }

    fn apply(&mut self, event: &DepartmentEvent) {
        self.take(event);
    }

    fn weight(&self) -> usize {
        let Some(facts) = self.facts() else { return size_of::<Self>() };
        let email = facts.terms.email.as_ref().map_or(0, String::len);
        let texts = facts.terms.name.len().saturating_add(facts.terms.description.len());
        let members = facts.members.len().saturating_mul(size_of::<StaffId>());
        [texts, email, members].into_iter().fold(size_of::<Self>(), usize::saturating_add)
    }
}

bridge_to_cqrs_es!(Department);

type Decision = Result<Vec<DepartmentEvent>, DepartmentRefusal>;

fn change(facts: &DepartmentFacts, terms: &DepartmentTerms) -> Decision {
    check(terms)?;
    if facts.terms == *terms {
        return Ok(Vec::new());
    }
    let name_before = facts.terms.name.clone();
    Ok(vec![DepartmentEvent::Changed { name_before, terms: terms.clone() }])
}

fn assign(facts: &DepartmentFacts, staff_id: StaffId) -> Vec<DepartmentEvent> {
    if facts.members.contains(&staff_id) {
        return Vec::new();
    }
    vec![DepartmentEvent::StaffAssigned { staff_id }]
}

fn check(terms: &DepartmentTerms) -> Result<(), Invalid> {
    let about = Some(terms.description.as_str()).filter(|text| !text.is_empty());
    Invalid::gather([
        check_line("name", &terms.name, 100),
        check_optional_line("description", about, 500),
        terms.email.as_deref().map_or(Ok(()), check_email),
    ])
}
