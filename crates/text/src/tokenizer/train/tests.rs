//! Trained tokenizers do what the library does with them, and are the same from run to run.

use proptest::prelude::*;
use serde::Deserialize;
use tokenizers::models::bpe::{BPE, BpeTrainer};

use super::*;

const TEXT: &str = include_str!("../../../parity/text.txt");

/// What `parity/record.py` has recorded.
#[derive(Deserialize)]
struct Record {
    cases: Vec<Case>,
    /// How many tokens the text has with the library's own unigram training.
    unigram: Vec<(usize, usize)>,
}

#[derive(Deserialize)]
struct Case {
    kind: String,
    fingerprint: String,
    vocab_size: usize,
    texts: Vec<Encoded>,
}

#[derive(Deserialize)]
struct Encoded {
    text: String,
    ids: Vec<u32>,
    decoded: String,
}

fn kind(text: &str) -> TokenizerKind {
    #[derive(Deserialize)]
    struct Written {
        kind: TokenizerKind,
    }
    toml::from_str::<Written>(&format!("kind = {text}")).unwrap().kind
}

/// One of each.
pub(crate) fn kinds() -> Vec<TokenizerKind> {
    let kinds = [
        "'words'",
        "'pieces'",
        "{ kind = 'bpe', vocab_size = 400 }",
        "{ kind = 'bpe', vocab_size = 400, symbols = 'characters' }",
        "{ kind = 'word_piece', vocab_size = 400 }",
        "{ kind = 'unigram', vocab_size = 250 }",
    ];
    kinds.into_iter().map(kind).collect()
}

/// Those of [`kinds`], and characters and bytes.
pub(crate) fn trained() -> Vec<Tokenizer> {
    let kinds = kinds().into_iter().chain([TokenizerKind::Characters, TokenizerKind::Bytes]);
    kinds.map(|kind| train(&kind, &[TEXT]).unwrap()).collect()
}

fn train(kind: &TokenizerKind, texts: &[&str]) -> Result<Tokenizer, Error> {
    kind.train(texts, &Special::ALL, &mut |_| ())
}

#[test]
fn the_library_in_python_gives_the_same_ids_and_texts() {
    let record: Record = serde_json::from_str(include_str!("../../../parity/trained.json")).unwrap();
    let lines: Vec<_> = TEXT.split_inclusive('\n').collect();
    for case in record.cases {
        let tokenizer = train(&kind(&case.kind), &lines).unwrap();
        assert_eq!(tokenizer.vocab_size(), case.vocab_size, "{}", case.kind);
        assert_eq!(format!("{:016x}", tokenizer.fingerprint()), case.fingerprint, "{}", case.kind);
        for Encoded { text, ids, decoded } in case.texts {
            assert_eq!(tokenizer.encode(&text).unwrap(), ids, "{} {text:?}", case.kind);
            assert_eq!(tokenizer.decode(&ids).unwrap(), decoded, "{} {text:?}", case.kind);
        }
    }
}

#[test]
fn byte_pairs_are_the_librarys() {
    let kind = kind("{ kind = 'bpe', vocab_size = 420, min_frequency = 2 }");
    let tokenizer = train(&kind, &[TEXT]).unwrap();
    let Tokenizer::Pretrained(ours) = &tokenizer else { panic!("of the library") };
    let splitter = Splitter::new(ours.clone(), Specials::numbered(&Special::ALL, 0));
    let mut trainer = BpeTrainer::builder().show_progress(false).vocab_size(420).min_frequency(2).build();
    trainer.special_tokens = Special::ALL.map(|special| tokenizers::AddedToken::from(special.text(), true)).to_vec();
    trainer.initial_alphabet = (0..=u8::MAX).map(visible).collect();
    let words = |text: &str| Ok(splitter.words(text).unwrap());
    tokenizers::Trainer::feed(&mut trainer, [TEXT].into_iter(), words).unwrap();
    let mut theirs = BPE::default();
    tokenizers::Trainer::train(&trainer, &mut theirs).unwrap();
    let theirs = theirs.get_vocab();
    assert_eq!((theirs.len(), tokenizer.vocab_size()), (420, 420));
    for (token, id) in theirs {
        assert_eq!(tokenizer.id(&token), Some(id), "{token}");
    }
}

#[test]
fn unigrams_are_as_good_as_the_librarys() {
    let record: Record = serde_json::from_str(include_str!("../../../parity/trained.json")).unwrap();
    for (vocab_size, tokens) in record.unigram {
        let tokenizer = train(&TokenizerKind::Unigram { vocab_size, lowercase: false }, &[TEXT]).unwrap();
        // So short a text may not have as many pieces worth having.
        assert!(tokenizer.vocab_size() <= vocab_size);
        let ours = tokenizer.encode(TEXT).unwrap().len();
        assert!(ours * 100 <= tokens * 102, "{ours} and {tokens} tokens with a vocabulary of {vocab_size}");
    }
}

#[test]
fn the_same_texts_in_any_order_on_any_threads_give_the_same_file() {
    let lines: Vec<_> = TEXT.split_inclusive('\n').collect();
    let backwards: Vec<_> = lines.iter().rev().copied().collect();
    for kind in kinds().into_iter().chain([TokenizerKind::Characters]) {
        let fingerprint = train(&kind, &lines).unwrap().fingerprint();
        for threads in 1..4 {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let again = pool.install(|| train(&kind, &backwards)).unwrap().fingerprint();
            assert_eq!(again, fingerprint, "{kind:?}");
        }
    }
}

#[test]
fn files_are_read_line_by_line() {
    let folder = tempfile::tempdir().unwrap();
    let files = [folder.path().join("a"), folder.path().join("b")];
    let lines: Vec<_> = TEXT.split_inclusive('\n').collect();
    std::fs::write(&files[0], lines[..4].concat()).unwrap();
    std::fs::write(&files[1], lines[4..].concat()).unwrap();
    let mut heard = Vec::new();
    let kind = kind("{ kind = 'bpe', vocab_size = 300 }");
    let tokenizer = kind.train_files(&files, &Special::ALL, &mut |progress| heard.push(progress)).unwrap();
    assert_eq!(tokenizer.fingerprint(), train(&kind, &lines).unwrap().fingerprint());
    assert_eq!(heard[0], Progress::Read { texts: lines.len() as u64, bytes: TEXT.len() as u64 });
    assert_eq!(heard.last(), Some(&Progress::Learn { tokens: 300, most: 300 }));
    std::fs::write(&files[1], b"\xff\n").unwrap();
    let message = kind.train_files(&files, &[], &mut |_| ()).unwrap_err().to_string();
    assert!(message.starts_with(&files[1].display().to_string()), "{message}");
}

#[test]
fn a_vocabulary_without_room_is_refused() {
    for (kind, message) in [
        ("{ kind = 'bpe', vocab_size = 260 }", "a vocabulary of 260 tokens has no room for the 261"),
        (
            "{ kind = 'bpe', vocab_size = 10, symbols = 'characters' }",
            "a vocabulary of 10 tokens has no room for the 11",
        ),
        ("{ kind = 'word_piece', vocab_size = 0 }", "a vocabulary of 0 tokens has no room for the 11"),
        ("{ kind = 'unigram', vocab_size = 8 }", "a vocabulary of 8 tokens has no room for the 9"),
    ] {
        let error = train(&self::kind(kind), &["abc"]).unwrap_err().to_string();
        assert!(error.starts_with(message), "{kind}: {error}");
    }
    for kind in &kinds()[3..] {
        let error = kind.train([TEXT], &[Special::Pad], &mut |_| ()).unwrap_err().to_string();
        assert_eq!(error, "the tokenizer has no <unk> token, which a vocabulary of characters needs");
    }
}

#[test]
fn the_most_frequent_words_stay() {
    let texts = ["b b b a a c c d <mask>", "C"];
    let words = |kind: &str| {
        let tokenizer = train(&self::kind(kind), &texts).unwrap();
        (5..tokenizer.vocab_size() as u32).map(|id| tokenizer.token(id).unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(words("'words'"), ["C", "a", "b", "c", "d"]);
    assert_eq!(words("{ kind = 'words', min_frequency = 2 }"), ["a", "b", "c"]);
    assert_eq!(words("{ kind = 'words', vocab_size = 7 }"), ["a", "b"]);
    assert_eq!(words("{ kind = 'pieces', vocab_size = 7, lowercase = true }"), ["b", "c"]);
    assert!(words("{ kind = 'words', vocab_size = 3 }").is_empty());
}

#[test]
fn in_small_letters_no_text_takes_the_id_of_a_special_token() {
    let text = "<PAD> <PAD>x <PAD>x a<PAD>y <PAD>y b<PAD>z <UNK> <UNK>";
    for kind in [
        "{ kind = 'words', lowercase = true }",
        "{ kind = 'pieces', lowercase = true }",
        "{ kind = 'bpe', vocab_size = 400, min_frequency = 1, lowercase = true }",
        "{ kind = 'bpe', vocab_size = 400, min_frequency = 1, lowercase = true, symbols = 'characters' }",
        "{ kind = 'word_piece', vocab_size = 400, min_frequency = 1, lowercase = true }",
        "{ kind = 'unigram', vocab_size = 60, lowercase = true }",
    ] {
        let tokenizer = train(&self::kind(kind), &[text]).unwrap();
        assert_eq!(tokenizer.special_ids(), [0, 1, 2, 3, 4], "{kind}");
        assert!((0..tokenizer.vocab_size() as u32).all(|id| tokenizer.token(id).is_some()), "{kind}");
        assert!(tokenizer.encode("<PAD>x").unwrap().iter().all(|&id| id == 1 || id > 4), "{kind}");
    }
}

#[test]
fn marked_pieces_become_words_again() {
    let text = "the low@@ est of the l@@ o@@ w";
    let tokenizer = train(&kind("'pieces'"), &[text]).unwrap();
    let ids = tokenizer.encode(text).unwrap();
    let tokens: Vec<_> = ids.iter().map(|&id| tokenizer.token(id).unwrap()).collect();
    assert_eq!(tokens, ["the", "low@@", "est", "of", "the", "l@@", "o@@", "w"]);
    assert_eq!(tokenizer.decode(&ids).unwrap(), "the lowest of the low");
    assert_eq!(tokenizer.decode(&ids[..2]).unwrap(), "the low");
}

#[test]
fn no_text_is_a_tokenizer_that_knows_nothing() {
    for kind in kinds() {
        let tokenizer = train(&kind, &[]).unwrap();
        assert!(tokenizer.encode("").unwrap().is_empty(), "{kind:?}");
        assert_eq!(tokenizer.decode(&tokenizer.special_ids()).unwrap(), "");
        let ids = tokenizer.encode("a").unwrap();
        assert!(ids == [1] || tokenizer.decode(&ids).unwrap() == "a", "{kind:?} {ids:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn any_text_trains_alike_twice_and_comes_back_from_bytes(texts in prop::collection::vec("[ab aa\n]{0,40}\\PC{0,8}", 1..4)) {
        let texts: Vec<_> = texts.iter().map(String::as_str).collect();
        for kind in kinds() {
            let tokenizer = train(&kind, &texts).unwrap();
            prop_assert_eq!(tokenizer.fingerprint(), train(&kind, &texts).unwrap().fingerprint());
            for text in &texts {
                let ids = tokenizer.encode(text).unwrap();
                prop_assert!(ids.iter().all(|&id| (id as usize) < tokenizer.vocab_size()));
                let decoded = tokenizer.decode(&ids).unwrap();
                let bytes = matches!(kind, TokenizerKind::Bpe { symbols: Symbols::Bytes, .. });
                prop_assert!(!bytes || decoded == *text);
            }
        }
    }
}
