//! Trains a tokenizer on files and writes it into a folder.
//!
//! `cargo run -p salamander-text --example train -- "{ kind = 'bpe', vocab_size = 8000 }" folder text.txt more.txt`

use std::error::Error;

use salamander_text::{Progress, Special, TokenizerKind};
use serde::Deserialize;

#[derive(Deserialize)]
struct Written {
    kind: TokenizerKind,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [kind, folder, files @ ..] = &arguments[..] else {
        return Err("wants a kind of tokenizer, a folder to write into, and files to learn from".into());
    };
    let Written { kind } = toml::from_str(&format!("kind = {kind}"))?;
    let mut progress = |progress| {
        if let Progress::Read { texts, bytes } = progress {
            eprintln!("{texts} lines, {bytes} bytes");
        }
    };
    let tokenizer = kind.train_files(files, &Special::ALL, &mut progress)?;
    std::fs::create_dir_all(folder)?;
    tokenizer.save(folder)?;
    eprintln!("{} tokens", tokenizer.vocab_size());
    Ok(())
}
