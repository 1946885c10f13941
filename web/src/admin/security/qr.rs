//! A text as a picture that cameras read (QR code), drawn by an SVG path.

use qrcode::{Color, QrCode};

use crate::error::PageError;

/// Empty modules around the picture, as the standard asks for.
const MARGIN: usize = 4;

/// A picture.
#[derive(Clone, Debug)]
pub(crate) struct Picture {
    /// Modules on a side, with the margin.
    pub(crate) side: usize,
    /// The dark modules, as the `d` of a path.
    pub(crate) dark: String,
}

/// The picture of a text.
pub(crate) fn picture(text: &str) -> Result<Picture, PageError> {
    let code = QrCode::new(text.as_bytes()).map_err(PageError::bug)?;
    let width = code.width();
    let mut dark = String::new();
    for (y, row) in code.to_colors().chunks(width).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|left, right| left == right) {
            if run.first() == Some(&Color::Dark) {
                let (left, top, long) = (x + MARGIN, y + MARGIN, run.len());
                dark.push_str(&format!("M{left} {top}h{long}v1h-{long}z"));
            }
            x += run.len();
        }
    }
    Ok(Picture { side: width + 2 * MARGIN, dark })
}

#[cfg(test)]
mod tests {
    use super::picture;

    #[test]
    fn a_short_text_is_the_smallest_picture_with_its_finder_in_the_corner() {
        let picture = picture("x").unwrap();
        assert_eq!(picture.side, 21 + 8);
        assert!(picture.dark.starts_with("M4 4h7v1h-7z"), "{}", picture.dark);
    }
}
