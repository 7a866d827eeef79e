//! Numbers that tell texts apart.

/// A number that another text has only by a rare chance: FNV-1a (Fowler, Noll and Vo 1991).
///
/// ```
/// assert_eq!(salamander_text::fingerprint("a"), 0xaf63_dc4c_8601_ec8c);
/// ```
pub fn fingerprint(text: &str) -> u64 {
    let byte = |value: u64, byte: u8| (value ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
    text.bytes().fold(0xcbf2_9ce4_8422_2325, byte)
}
