//! What was done with everything held about somebody, in a sentence.

use billfold_domain::data_subject::{DataSubjectEvent, DataSubjectKind};

/// What happened, and the tone of its dot.
pub(crate) fn happened(event: &DataSubjectEvent) -> (String, &'static str) {
    let text = match event {
        DataSubjectEvent::Exported { kind: DataSubjectKind::Client, .. } => "Client data exported",
        DataSubjectEvent::Exported { .. } => "Staff data exported",
        DataSubjectEvent::Erased { kind: DataSubjectKind::Origins, .. } => {
            "Origins of requests erased"
        }
        DataSubjectEvent::Erased { .. } => "Retained data erased",
    };
    (text.to_owned(), "grey")
}
