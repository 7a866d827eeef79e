//! Encodes files into a file of tokens, and tells how fast.
//!
//! `cargo run --release -p salamander-text --example encode -- tokenizer.json train.tokens text.txt more.txt`

use std::{error::Error, time::Instant};

use salamander_text::{TokenWriter, Tokenizer};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [tokenizer, path, files @ ..] = &arguments[..] else {
        return Err("wants a tokenizer.json, a file to write, and files to read".into());
    };
    let start = Instant::now();
    let mut writer = TokenWriter::create(path, Tokenizer::load(tokenizer)?)?;
    files.iter().try_for_each(|file| writer.push_file(file))?;
    let tokens = writer.finish()?.len();
    let seconds = start.elapsed().as_secs_f64();
    eprintln!("{tokens} tokens in {seconds:.1} s: {:.0} a second", tokens as f64 / seconds);
    Ok(())
}
