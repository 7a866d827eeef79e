//! TensorBoard's files: scalars by step.
//!
//! A record is its length, a checksum of that, the bytes, and a checksum of these; the bytes are a protocol buffer of three
//! fields.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

/// A file of events, being written.
#[derive(Debug)]
pub(super) struct Events {
    file: File,
}

impl Events {
    /// Begins a file in `folder`.
    pub(super) fn create(folder: &Path) -> io::Result<Self> {
        let seconds = now() as u64;
        let name = format!("events.out.tfevents.{seconds}.salamander.{}", std::process::id());
        let file = OpenOptions::new().create(true).append(true).open(folder.join(name))?;
        let mut events = Self { file };
        let mut event = Message::default();
        event.double(1, now());
        event.bytes(3, b"brain.Event:2");
        events.record(&event.0)?;
        Ok(events)
    }

    /// Notes numbers at a step.
    pub(super) fn scalars(&mut self, step: usize, scalars: &[(String, f64)]) -> io::Result<()> {
        let mut summary = Message::default();
        for (tag, value) in scalars {
            let mut one = Message::default();
            one.bytes(1, tag.as_bytes());
            one.float(2, *value as f32);
            summary.bytes(1, &one.0);
        }
        let mut event = Message::default();
        event.double(1, now());
        event.number(2, step as u64);
        event.bytes(5, &summary.0);
        self.record(&event.0)
    }

    fn record(&mut self, bytes: &[u8]) -> io::Result<()> {
        let length = (bytes.len() as u64).to_le_bytes();
        let mut record = length.to_vec();
        record.extend(checksum(&length).to_le_bytes());
        record.extend(bytes);
        record.extend(checksum(bytes).to_le_bytes());
        self.file.write_all(&record)
    }
}

/// CRC-32C, turned and moved so that a checksum of what holds checksums is no trap.
fn checksum(bytes: &[u8]) -> u32 {
    crc32c::crc32c(bytes).rotate_right(15).wrapping_add(0xa282_ead8)
}

/// A protocol buffer's fields, one after the other.
#[derive(Default)]
struct Message(Vec<u8>);

impl Message {
    fn key(&mut self, field: u8, wire: u8) {
        self.0.push(field << 3 | wire);
    }

    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    fn number(&mut self, field: u8, value: u64) {
        self.key(field, 0);
        self.varint(value);
    }

    fn double(&mut self, field: u8, value: f64) {
        self.key(field, 1);
        self.0.extend(value.to_le_bytes());
    }

    fn bytes(&mut self, field: u8, value: &[u8]) {
        self.key(field, 2);
        self.varint(value.len() as u64);
        self.0.extend(value);
    }

    fn float(&mut self, field: u8, value: f32) {
        self.key(field, 5);
        self.0.extend(value.to_le_bytes());
    }
}

fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |time| time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_by_hand() {
        let mut message = Message::default();
        message.number(2, 300);
        message.bytes(1, b"ab");
        message.float(2, 1.0);
        assert_eq!(message.0, [0x10, 0xac, 0x02, 0x0a, 2, b'a', b'b', 0x15, 0, 0, 0x80, 0x3f]);
    }

    #[test]
    fn records_are_framed() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut events = Events::create(folder.path()).expect("a file");
        events.scalars(7, &[("loss".into(), 0.5)]).expect("written");
        let path = std::fs::read_dir(folder.path()).expect("a folder").next().expect("a file").expect("a file").path();
        let mut bytes = std::fs::read(path).expect("read").into_iter();
        let mut take = |n: usize| bytes.by_ref().take(n).collect::<Vec<u8>>();
        let mut records = Vec::new();
        while let Ok(length) = <[u8; 8]>::try_from(take(8)) {
            assert_eq!(take(4), checksum(&length).to_le_bytes());
            let record = take(u64::from_le_bytes(length) as usize);
            assert_eq!(take(4), checksum(&record).to_le_bytes());
            records.push(record);
        }
        assert_eq!(records.len(), 2);
        assert!(records[0].ends_with(b"brain.Event:2"));
        assert!(records[1].ends_with(&[0x0a, 11, 0x0a, 4, b'l', b'o', b's', b's', 0x15, 0, 0, 0, 0x3f]));
    }

    #[test]
    fn the_checksum_is_tensorboards() {
        // The check value of CRC-32C, turned and moved.
        assert_eq!(checksum(b"123456789"), 0xe306_9283u32.rotate_right(15).wrapping_add(0xa282_ead8));
        assert_eq!(checksum(&[0; 8]), 0x0798_0329);
    }
}
