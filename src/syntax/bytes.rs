//! Sets of bytes that every byte of a text is asked about.

/// A set of bytes.
pub(super) struct Bytes([bool; 256]);

impl Bytes {
    /// The set of these bytes, made where the program is built.
    #[expect(
        clippy::indexing_slicing,
        reason = "a byte is below 256, and `i` below the length"
    )]
    pub const fn of(members: &[u8]) -> Self {
        let mut set = [false; 256];
        let mut i = 0;
        while i < members.len() {
            set[members[i] as usize] = true;
            i += 1;
        }
        Self(set)
    }

    pub fn has(&self, byte: u8) -> bool {
        self.0.get(usize::from(byte)) == Some(&true)
    }
}
