//! Colours of a screen, and whether one can be read upon another.
//!
//! Guarantees that contrast is the one of WCAG 2, in whole hundredths and without a float, so that
//! every machine judges alike. Absent on purpose: transparency and names of colours.

use std::fmt;
use std::str::FromStr;

use crate::kernel::refusal::Invalid;
use crate::kernel::text::serde_as_text;

/// An sRGB colour; its text is `#rrggbb` in lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Colour {
    red: u8,
    green: u8,
    blue: u8,
}

impl Colour {
    /// Black.
    pub const BLACK: Self = Self::of(0, 0, 0);
    /// White.
    pub const WHITE: Self = Self::of(255, 255, 255);
    /// The least contrast at which a text of ordinary size can be read (WCAG 2 AA), in hundredths.
    pub const READABLE: u32 = 450;

    /// The colour of these shares of light.
    pub const fn of(red: u8, green: u8, blue: u8) -> Self {
        Self { red, green, blue }
    }

    /// Reads `#rrggbb`, in either case.
    pub fn parse(field: &str, text: &str) -> Result<Self, Invalid> {
        let malformed =
            || Invalid::one(field, "colour.malformed", "give a colour as #rrggbb, such as #3e4bdb");
        text.parse().map_err(|NotAColour| malformed())
    }

    /// How far the light of two colours is apart, in hundredths: 100 for the same, 2100 at most.
    pub fn contrast(self, other: Self) -> u32 {
        let (a, b) = (self.luminance(), other.luminance());
        let (light, dark) = (a.max(b), a.min(b));
        (light + 50_000) * 100 / (dark + 50_000)
    }

    /// Black or white, whichever can be read better upon this colour; one of them always can.
    pub fn text_upon(self) -> Self {
        let (white, black) = (self.contrast(Self::WHITE), self.contrast(Self::BLACK));
        if white >= Self::READABLE || white >= black { Self::WHITE } else { Self::BLACK }
    }

    /// This colour with so many percent of another mixed in, at most 100.
    #[must_use]
    pub fn mixed(self, other: Self, percent: u8) -> Self {
        let share = u32::from(percent.min(100));
        let mix = |own: u8, other: u8| {
            let sum = u32::from(own) * (100 - share) + u32::from(other) * share;
            u8::try_from((sum + 50) / 100).unwrap_or(u8::MAX)
        };
        Self::of(mix(self.red, other.red), mix(self.green, other.green), mix(self.blue, other.blue))
    }

    /// This colour, with as much of `towards` mixed in as it takes to be read upon `ground`.
    #[must_use]
    pub fn readable_upon(self, ground: Self, towards: Self) -> Self {
        let mixes = (0..=20_u8).map(|step| self.mixed(towards, step * 5));
        let mut readable = mixes.filter(|mix| mix.contrast(ground) >= Self::READABLE);
        readable.next().unwrap_or(towards)
    }

    /// Light relative to white, in millionths.
    fn luminance(self) -> u32 {
        let light = |share: u8| LINEAR.get(usize::from(share)).copied().unwrap_or(1_000_000);
        let weighed = u64::from(light(self.red)) * 2_126
            + u64::from(light(self.green)) * 7_152
            + u64::from(light(self.blue)) * 722;
        u32::try_from(weighed / 10_000).unwrap_or(1_000_000)
    }
}

/// The text is no colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAColour;

impl fmt::Display for NotAColour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a colour is written as #rrggbb")
    }
}

impl std::error::Error for NotAColour {}

impl FromStr for Colour {
    type Err = NotAColour;

    fn from_str(text: &str) -> Result<Self, NotAColour> {
        let digits = text.strip_prefix('#').ok_or(NotAColour)?;
        if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(NotAColour);
        }
        let share = |at: usize| {
            let pair = digits.get(at..at + 2).ok_or(NotAColour)?;
            u8::from_str_radix(pair, 16).map_err(|_| NotAColour)
        };
        Ok(Self::of(share(0)?, share(2)?, share(4)?))
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}

serde_as_text!(Colour);

/// The light of each share in millionths, by the curve of sRGB.
#[rustfmt::skip]
const LINEAR: [u32; 256] = [
    0, 304, 607, 911, 1_214, 1_518, 1_821, 2_125, 2_428, 2_732, 3_035, 3_347, 3_677, 4_025, 4_391,
    4_777, 5_182, 5_605, 6_049, 6_512, 6_995, 7_499, 8_023, 8_568, 9_134, 9_721, 10_330, 10_960,
    11_612, 12_286, 12_983, 13_702, 14_444, 15_209, 15_996, 16_807, 17_642, 18_500, 19_382, 20_289,
    21_219, 22_174, 23_153, 24_158, 25_187, 26_241, 27_321, 28_426, 29_557, 30_713, 31_896, 33_105,
    34_340, 35_601, 36_889, 38_204, 39_546, 40_915, 42_311, 43_735, 45_186, 46_665, 48_172, 49_707,
    51_269, 52_861, 54_480, 56_128, 57_805, 59_511, 61_246, 63_010, 64_803, 66_626, 68_478, 70_360,
    72_272, 74_214, 76_185, 78_187, 80_220, 82_283, 84_376, 86_500, 88_656, 90_842, 93_059, 95_307,
    97_587, 99_899, 102_242, 104_616, 107_023, 109_462, 111_932, 114_435, 116_971, 119_538, 122_139,
    124_772, 127_438, 130_136, 132_868, 135_633, 138_432, 141_263, 144_128, 147_027, 149_960,
    152_926, 155_926, 158_961, 162_029, 165_132, 168_269, 171_441, 174_647, 177_888, 181_164,
    184_475, 187_821, 191_202, 194_618, 198_069, 201_556, 205_079, 208_637, 212_231, 215_861,
    219_526, 223_228, 226_966, 230_740, 234_551, 238_398, 242_281, 246_201, 250_158, 254_152,
    258_183, 262_251, 266_356, 270_498, 274_677, 278_894, 283_149, 287_441, 291_771, 296_138,
    300_544, 304_987, 309_469, 313_989, 318_547, 323_143, 327_778, 332_452, 337_164, 341_914,
    346_704, 351_533, 356_400, 361_307, 366_253, 371_238, 376_262, 381_326, 386_429, 391_572,
    396_755, 401_978, 407_240, 412_543, 417_885, 423_268, 428_690, 434_154, 439_657, 445_201,
    450_786, 456_411, 462_077, 467_784, 473_531, 479_320, 485_150, 491_021, 496_933, 502_886,
    508_881, 514_918, 520_996, 527_115, 533_276, 539_479, 545_724, 552_011, 558_340, 564_712,
    571_125, 577_580, 584_078, 590_619, 597_202, 603_827, 610_496, 617_207, 623_960, 630_757,
    637_597, 644_480, 651_406, 658_375, 665_387, 672_443, 679_542, 686_685, 693_872, 701_102,
    708_376, 715_694, 723_055, 730_461, 737_910, 745_404, 752_942, 760_525, 768_151, 775_822,
    783_538, 791_298, 799_103, 806_952, 814_847, 822_786, 830_770, 838_799, 846_873, 854_993,
    863_157, 871_367, 879_622, 887_923, 896_269, 904_661, 913_099, 921_582, 930_111, 938_686,
    947_307, 955_973, 964_686, 973_445, 982_251, 991_102, 1_000_000,
];

#[cfg(test)]
mod tests {
    use super::Colour;

    #[test]
    fn contrast_is_that_of_wcag() {
        assert_eq!(Colour::BLACK.contrast(Colour::WHITE), 2_100);
        assert_eq!(Colour::WHITE.contrast(Colour::WHITE), 100);
        let grey: Colour = "#767676".parse().unwrap();
        assert_eq!(grey.contrast(Colour::WHITE), 454);
        let paler: Colour = "#777777".parse().unwrap();
        assert_eq!(paler.contrast(Colour::WHITE), 447);
    }

    #[test]
    fn black_or_white_can_be_read_upon_any_colour() {
        for step in 0..=51_u8 {
            for other in [0, 60, 120, 180, 255] {
                for colour in [
                    Colour::of(step * 5, other, other),
                    Colour::of(other, step * 5, other),
                    Colour::of(other, other, step * 5),
                ] {
                    let contrast = colour.contrast(colour.text_upon());
                    assert!(contrast >= Colour::READABLE, "{colour}: {contrast}");
                }
            }
        }
    }

    #[test]
    fn a_colour_is_mixed_until_it_can_be_read() {
        let yellow: Colour = "#ffdd00".parse().unwrap();
        let text = yellow.readable_upon(Colour::WHITE, Colour::BLACK);
        assert!(text.contrast(Colour::WHITE) >= Colour::READABLE && text != Colour::BLACK);
        assert_eq!(Colour::BLACK.readable_upon(Colour::WHITE, Colour::BLACK), Colour::BLACK);
    }

    #[test]
    fn only_six_digits_are_a_colour() {
        assert_eq!("#3E4bDB".parse::<Colour>().unwrap().to_string(), "#3e4bdb");
        for wrong in ["3e4bdb", "#3e4bd", "#3e4bdbb", "#3e4bdg", "red", "#+1+1+1", "#\u{e9}1234"] {
            assert!(wrong.parse::<Colour>().is_err(), "{wrong}");
        }
    }
}
