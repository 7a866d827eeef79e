//! The pieces together are the whole, and no piece ends within a character.

use proptest::prelude::*;

use super::*;
use crate::{Special, tokenizer::trained};

/// Bytes through the library: a character of several bytes is several tokens.
fn byte_level() -> Tokenizer {
    let folder = tempfile::tempdir().unwrap();
    Tokenizer::bytes(&[Special::Pad]).save(folder.path()).unwrap();
    // Any difference makes it the library's: here a version that is not the one written.
    let path = folder.path().join("tokenizer.json");
    let json = std::fs::read_to_string(&path).unwrap().replace("\"trim_offsets\": true", "\"trim_offsets\": false");
    std::fs::write(&path, json).unwrap();
    let tokenizer = Tokenizer::load(&path).unwrap();
    assert!(matches!(tokenizer, Tokenizer::Pretrained(_)));
    tokenizer
}

/// Words that begin with `▁`, and bytes for what is none of them: as sentence pieces with byte fallback do.
fn byte_fallback() -> Tokenizer {
    let bytes = (0..256).map(|byte| format!("\"<0x{byte:02X}>\": {byte}")).collect::<Vec<_>>().join(", ");
    let json = format!(
        r#"{{
            "version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": null,
            "pre_tokenizer": {{ "type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": true }},
            "post_processor": null,
            "decoder": {{ "type": "Sequence", "decoders": [
                {{ "type": "Replace", "pattern": {{ "String": "▁" }}, "content": " " }}, {{ "type": "ByteFallback" }},
                {{ "type": "Fuse" }}, {{ "type": "Strip", "content": " ", "start": 1, "stop": 0 }} ] }},
            "model": {{ "type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null,
                "end_of_word_suffix": null, "fuse_unk": false, "byte_fallback": true, "ignore_merges": false,
                "vocab": {{ {bytes}, "▁": 256, "a": 257, "b": 258, "▁a": 259 }}, "merges": ["▁ a"] }}
        }}"#
    );
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("tokenizer.json"), json).unwrap();
    Tokenizer::load(folder.path()).unwrap()
}

fn pieces(tokenizer: &Tokenizer, ids: &[u32]) -> Vec<String> {
    let mut stream = tokenizer.stream();
    let mut pieces: Vec<_> = ids.iter().map(|&id| stream.push(id).unwrap()).collect();
    pieces.push(stream.finish().unwrap());
    pieces
}

fn check(tokenizer: &Tokenizer, text: &str) {
    let ids = tokenizer.encode(text).unwrap();
    let pieces = pieces(tokenizer, &ids);
    assert_eq!(pieces.concat(), tokenizer.decode(&ids).unwrap());
    let broken = text.contains('\u{fffd}');
    assert!(broken || pieces.iter().all(|piece| !piece.contains('\u{fffd}')), "{pieces:?}");
}

#[test]
fn hard_texts_come_piece_by_piece() {
    for text in [
        "",
        "a b",
        "aé€😀b",
        "👩‍👩‍👧‍👦 a 🏳️‍🌈a",
        "שלום",
        "\0",
        " a  a ",
        "\u{fffd}a",
        "é\u{fffd}",
        "\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{fffd}a",
    ] {
        for tokenizer in [Tokenizer::characters(text, &[]), Tokenizer::bytes(&[]), byte_level(), byte_fallback()] {
            check(&tokenizer, text);
        }
    }
}

#[test]
fn trained_tokenizers_come_piece_by_piece() {
    for tokenizer in trained() {
        for text in [
            "The keeper counted  waves,\n\the didn't lose count!",
            "größer 👩‍👩‍👧‍👦 a 🏳️‍🌈a",
            "שלום мог считал",
            "波を数えた。\0",
            "lo@@ west@@ er</w> <mask>the ##s",
            " ",
        ] {
            check(&tokenizer, text);
        }
    }
    let pieces = |tokenizer: &Tokenizer, text| pieces(tokenizer, &tokenizer.encode(text).unwrap());
    let marked = Tokenizer::pieces(["the low@@ est"], &[]);
    assert_eq!(pieces(&marked, "the low@@ est the"), ["the", " low", "est", " the", ""]);
}

#[test]
fn a_character_comes_as_soon_as_it_is_whole() {
    for tokenizer in [Tokenizer::bytes(&[]), byte_level()] {
        let ids = tokenizer.encode("aé€b").unwrap();
        assert_eq!(pieces(&tokenizer, &ids), ["a", "", "é", "", "", "€", "b", ""]);
    }
    let tokenizer = byte_fallback();
    let ids = tokenizer.encode("a a😀").unwrap();
    assert_eq!(pieces(&tokenizer, &ids), ["a", " a", "", "", "", "😀", ""]);
}

#[test]
fn words_keep_their_spaces() {
    let tokenizer = Tokenizer::words(["the cat, the dog."], &Special::ALL);
    let ids = tokenizer.encode("<bos>the cat<mask>, the dog.<eos>").unwrap();
    assert_eq!(pieces(&tokenizer, &ids), ["", "the", " cat", "", ",", " the", " dog", ".", "", ""]);
}

#[test]
fn garbage_is_not_held_back_for_ever() {
    for tokenizer in [Tokenizer::bytes(&[]), byte_level(), byte_fallback()] {
        let pieces = pieces(&tokenizer, &[0xff; 500]);
        assert_eq!(pieces.concat(), "\u{fffd}".repeat(500));
        assert!(pieces.chunks(20).take(24).all(|pieces| pieces.iter().any(|piece| !piece.is_empty())));
    }
}

#[test]
fn special_tokens_within_a_character_do_not_break_it() {
    for tokenizer in [Tokenizer::bytes(&[Special::Pad]), byte_level()] {
        let ids = [0xe2, 256, 256, 256, 256, 0x82, 256, 0xac, 256];
        assert_eq!(pieces(&tokenizer, &ids).concat(), "€");
        assert_eq!(tokenizer.decode(&ids).unwrap(), "€");
    }
}

#[test]
fn after_an_unknown_id_the_stream_goes_on() {
    for tokenizer in [Tokenizer::bytes(&[]), byte_level()] {
        let mut stream = tokenizer.stream();
        assert_eq!(stream.push(0xc3).unwrap(), "");
        assert!(stream.push(300).is_err());
        assert_eq!(stream.push(0xa9).unwrap(), "é");
    }
}

proptest! {
    #[test]
    fn any_text_comes_piece_by_piece(text in "[ab ]{0,3}[^▁\u{fffd}\\p{C}]{0,12}[ab ]{0,3}") {
        for tokenizer in [Tokenizer::characters(&text, &[]), Tokenizer::bytes(&[]), byte_level(), byte_fallback()] {
            check(&tokenizer, &text);
        }
    }

    #[test]
    fn any_ids_come_piece_by_piece(ids in prop::collection::vec(0u32..400, 0..30)) {
        for tokenizer in trained() {
            let ids: Vec<_> = ids.iter().map(|id| id % tokenizer.vocab_size() as u32).collect();
            prop_assert_eq!(pieces(&tokenizer, &ids).concat(), tokenizer.decode(&ids).unwrap(), "{:?}", tokenizer);
        }
    }

    #[test]
    fn any_bytes_come_piece_by_piece(bytes in prop::collection::vec(any::<u8>().prop_map(u32::from), 0..40)) {
        let tokenizer = Tokenizer::bytes(&[]);
        prop_assert_eq!(pieces(&tokenizer, &bytes).concat(), tokenizer.decode(&bytes).unwrap());
        let tokenizer = byte_level();
        prop_assert_eq!(pieces(&tokenizer, &bytes).concat(), tokenizer.decode(&bytes).unwrap());
    }
}
