//! A picture as somebody sent it, drawn anew.
//!
//! Guarantees: the content decides what it is, not its name or a header; PNG, JPEG and WebP only;
//! nothing but pixels passes, so no place where a photo was taken and no script; bounded pixels
//! before anything is unpacked. What comes out is a PNG.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

/// Bytes of a picture that is sent.
pub const LARGEST: usize = 512 * 1024;
/// Pixels of its longer side.
const WIDEST: u32 = 4096;
/// Bytes that unpacking it may take.
const MEMORY: u64 = 96 * 1024 * 1024;

/// Why a picture is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// More bytes than [`LARGEST`].
    #[error("the picture is larger than 512 KiB; send a smaller one")]
    TooLarge,
    /// Not one of the three formats, or broken.
    #[error("this is no PNG, JPEG or WebP picture of at most 4096 by 4096 pixels")]
    Unreadable,
}

/// The picture as a PNG whose sides are `side` pixels at most.
///
/// # Errors
/// It is too large or cannot be read.
pub(super) fn drawn(sent: &[u8], side: u32) -> Result<Vec<u8>, Unfit> {
    let mut picture = read(sent)?;
    if picture.width().max(picture.height()) > side {
        picture = picture.thumbnail(side, side);
    }
    png_of(picture)
}

/// The middle of the picture as a square PNG whose sides are `side` pixels at most.
///
/// # Errors
/// It is too large or cannot be read.
pub(super) fn square(sent: &[u8], side: u32) -> Result<Vec<u8>, Unfit> {
    let picture = read(sent)?;
    let (width, height) = (picture.width(), picture.height());
    let shorter = width.min(height);
    let (left, top) = ((width - shorter) / 2, (height - shorter) / 2);
    let mut picture = picture.crop_imm(left, top, shorter, shorter);
    if shorter > side {
        picture = picture.thumbnail_exact(side, side);
    }
    png_of(picture)
}

/// The pixels of a picture, turned as its camera says.
fn read(sent: &[u8]) -> Result<DynamicImage, Unfit> {
    if sent.len() > LARGEST {
        return Err(Unfit::TooLarge);
    }
    let mut reader = ImageReader::new(Cursor::new(sent));
    let format = image::guess_format(sent).map_err(|_| Unfit::Unreadable)?;
    if !matches!(format, ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP) {
        return Err(Unfit::Unreadable);
    }
    reader.set_format(format);
    let mut limits = Limits::default();
    limits.max_image_width = Some(WIDEST);
    limits.max_image_height = Some(WIDEST);
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|_| Unfit::Unreadable)?;
    let turned = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| Unfit::Unreadable)?;
    picture.apply_orientation(turned);
    Ok(picture)
}

fn png_of(picture: DynamicImage) -> Result<Vec<u8>, Unfit> {
    let mut png = Cursor::new(Vec::new());
    let plain = DynamicImage::ImageRgba8(picture.into_rgba8());
    plain.write_to(&mut png, ImageFormat::Png).map_err(|_| Unfit::Unreadable)?;
    Ok(png.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        let picture = DynamicImage::new_rgb8(width, height);
        picture.write_to(&mut out, format).unwrap();
        out.into_inner()
    }

    #[test]
    fn a_picture_is_drawn_anew_and_no_larger_than_asked() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg] {
            let drawn = drawn(&picture(600, 300, format), 256).unwrap();
            assert_eq!(image::guess_format(&drawn).unwrap(), ImageFormat::Png);
            let read = image::load_from_memory(&drawn).unwrap();
            assert_eq!((read.width(), read.height()), (256, 128));
        }
    }

    #[test]
    fn a_square_is_cut_from_the_middle_and_no_larger_than_asked() {
        for (width, height, side) in [(600, 300, 256), (300, 600, 256), (40, 90, 40), (1, 9, 1)] {
            let square = square(&picture(width, height, ImageFormat::Png), 256).unwrap();
            let read = image::load_from_memory(&square).unwrap();
            assert_eq!((read.width(), read.height()), (side, side));
        }
        assert_eq!(square(b"an essay", 256), Err(Unfit::Unreadable));
    }

    #[test]
    fn what_a_photo_says_of_its_place_does_not_pass() {
        let mut photo = picture(8, 8, ImageFormat::Jpeg);
        let said = b"\xff\xe1\x00\x14Exif\x00\x00Reykjavik-64N";
        photo.splice(2..2, said.iter().copied());
        let drawn = drawn(&photo, 256).unwrap();
        assert!(!drawn.windows(9).any(|part| part == b"Reykjavik"));
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
        let cut = &picture(64, 64, ImageFormat::Png)[..40];
        let gif = b"GIF89a\x01\x00\x01\x00\x00\x00\x00;";
        for wrong in [&svg[..], cut, gif, b"", b"\x89PNG\r\n\x1a\n"] {
            assert_eq!(drawn(wrong, 256), Err(Unfit::Unreadable));
        }
        assert_eq!(drawn(&vec![0; LARGEST + 1], 256), Err(Unfit::TooLarge));
    }

    #[test]
    fn a_bomb_is_not_unpacked() {
        // A header that promises 60,000 by 60,000 pixels.
        let mut bomb = picture(8, 8, ImageFormat::Png);
        bomb[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
        assert_eq!(drawn(&bomb, 256), Err(Unfit::Unreadable));
    }
}
