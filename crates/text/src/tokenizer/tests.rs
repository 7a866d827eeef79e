//! Round trips, and the same ids as the library gives for the file that is written.

use proptest::prelude::*;

use super::*;

/// Texts that trip tokenizers up: empty, NUL, emoji joined by ZWJ, right to left, combining marks, line ends, U+FFFD.
const HARD: [&str; 8] = [
    "",
    "\0a\0",
    "👩‍👩‍👧‍👦 and 🏳️‍🌈",
    "שלום \u{202b}עולם\u{202c} مرحبا",
    "e\u{301}",
    "a\r\nb\n\n\tc ",
    "\u{fffd}\u{feff}",
    "<pad <mask >< ▁Ġ",
];

/// The same tokenizer, through the library.
fn through_library(tokenizer: &Tokenizer) -> Tokenizer {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokenizer.json");
    tokenizer.save(&path).unwrap();
    Tokenizer::Pretrained(Pretrained::parse(&std::fs::read_to_string(path).unwrap()).unwrap())
}

fn check_same(one: &Tokenizer, other: &Tokenizer, text: &str) {
    let ids = one.encode(text).unwrap();
    assert_eq!(other.encode(text).unwrap(), ids, "{text:?}");
    assert_eq!(other.decode(&ids).unwrap(), one.decode(&ids).unwrap(), "{text:?}");
    assert_eq!((one.vocab_size(), one.special_ids()), (other.vocab_size(), other.special_ids()));
    for id in 0..one.vocab_size() as u32 {
        let token = one.token(id).unwrap();
        assert_eq!((other.token(id), one.id(&token)), (Some(token), Some(id)));
    }
}

#[test]
fn characters_by_hand() {
    let tokenizer = Tokenizer::characters("hello", &[]);
    assert_eq!(tokenizer.vocab_size(), 4);
    assert_eq!(tokenizer.encode("hello").unwrap(), [1, 0, 2, 2, 3]);
    assert_eq!(tokenizer.decode(&[3, 1]).unwrap(), "oh");
    let tokenizer = Tokenizer::characters("hello", &[Special::Pad, Special::Mask]);
    assert_eq!(tokenizer.encode("he<mask>lo").unwrap(), [3, 2, 1, 4, 5]);
    assert_eq!(tokenizer.decode(&[3, 2, 0, 1, 4]).unwrap(), "hel");
    assert_eq!((tokenizer.pad(), tokenizer.mask(), tokenizer.eos()), (Some(0), Some(1), None));
}

#[test]
fn what_stands_before_what_is_written() {
    let of = |special: &[Special]| Tokenizer::characters("a", special);
    let all = of(&[Special::Pad, Special::Begin, Special::End]);
    assert_eq!([all.beginning(), all.beginning_of_target()], [all.bos(), all.bos()]);
    let without = of(&[Special::Pad, Special::End]);
    assert_eq!([without.beginning(), without.beginning_of_target()], [without.eos(), without.pad()]);
    assert!(without.pad().is_some() && without.pad() != without.eos());
    assert_eq!([of(&[]).beginning(), of(&[]).beginning_of_target()], [None, None]);
}

#[test]
fn an_unknown_character_is_an_error_or_a_token() {
    let message = Tokenizer::characters("abc", &[]).encode("aé?").unwrap_err().to_string();
    assert_eq!(message, "the character 'é' at byte 1 is not in the vocabulary of 3 (made from other text)");
    let tokenizer = Tokenizer::characters("abc", &[Special::Unknown]);
    assert_eq!(tokenizer.encode("aé?").unwrap(), [1, 0, 0]);
    check_same(&tokenizer, &through_library(&tokenizer), "aé?");
    assert!(through_library(&Tokenizer::characters("abc", &[])).encode("é").is_err());
}

#[test]
fn bytes_by_hand() {
    let tokenizer = Tokenizer::bytes(&[Special::Pad, Special::End]);
    assert_eq!(tokenizer.encode("aé<eos>").unwrap(), [97, 0xc3, 0xa9, 257]);
    assert_eq!(tokenizer.decode(&[97, 0xc3, 256, 0xa9, 257]).unwrap(), "aé");
    assert_eq!(tokenizer.decode(&[0xc3, 97, 0xff]).unwrap(), "\u{fffd}a\u{fffd}");
}

#[test]
fn words_by_hand() {
    let tokenizer = Tokenizer::words(["The cat, the dog!", "the cat."], &Special::ALL);
    let vocabulary: Vec<_> = (0..tokenizer.vocab_size() as u32).map(|id| tokenizer.token(id).unwrap()).collect();
    assert_eq!(vocabulary, ["<pad>", "<unk>", "<bos>", "<eos>", "<mask>", "!", ",", ".", "The", "cat", "dog", "the"]);
    assert_eq!(tokenizer.encode("The dog, the  cow!<eos>").unwrap(), [8, 10, 6, 11, 1, 5, 3]);
    assert_eq!(tokenizer.decode(&[2, 8, 9, 6, 11, 10, 5, 3, 0]).unwrap(), "The cat, the dog!");
    let roles = [tokenizer.pad(), tokenizer.unk(), tokenizer.bos(), tokenizer.eos(), tokenizer.mask()];
    assert_eq!(roles, [Some(0), Some(1), Some(2), Some(3), Some(4)]);
}

#[test]
fn plain_sentences_come_back_from_words() {
    for text in ["", "one", "Anna was a kind girl. Where was the kite? It was gone, and so on!"] {
        let tokenizer = Tokenizer::words([text], &Special::ALL);
        assert_eq!(tokenizer.decode(&tokenizer.encode(text).unwrap()).unwrap(), text);
    }
}

#[test]
fn hard_texts_come_back() {
    let all = HARD.concat();
    let long = "x👩‍👩‍👧 ".repeat((1 << 20) / 20);
    for tokenizer in
        [Tokenizer::characters(&all, &Special::ALL), Tokenizer::bytes(&Special::ALL), Tokenizer::bytes(&[])]
    {
        let library = through_library(&tokenizer);
        for text in HARD {
            assert_eq!(tokenizer.decode(&tokenizer.encode(text).unwrap()).unwrap(), text);
            check_same(&tokenizer, &library, text);
        }
        assert_eq!(tokenizer.decode(&tokenizer.encode(&long.replace('x', "a")).unwrap()).unwrap().len(), long.len());
    }
}

#[test]
fn every_kind_takes_every_text() {
    let long = "the keeper counted ".repeat((1 << 20) / 19);
    let unbroken = "wave".repeat(1 << 18);
    for tokenizer in trained() {
        for text in HARD.into_iter().chain([long.as_str(), unbroken.as_str(), "a", "Ω≈ç√"]) {
            let ids = tokenizer.encode(text).unwrap();
            assert!(ids.iter().all(|&id| (id as usize) < tokenizer.vocab_size()));
            let ranges = tokenizer.encode_ranges(text).unwrap();
            assert!(ranges.iter().map(|(id, _)| *id).eq(ids.iter().copied()));
            assert!(ranges.iter().all(|(_, range)| text.len() >= range.end && range.start <= range.end));
            let decoded = tokenizer.decode(&ids).unwrap();
            let whole = !ids.contains(&tokenizer.unk().unwrap()) && matches!(tokenizer, Tokenizer::Bytes(_));
            assert!(!whole || decoded == text);
            let again = tokenizer.encode(&decoded).unwrap();
            assert!(again.len() <= ids.len() || text.contains('#'), "{tokenizer:?} {text:?}");
        }
        assert!(tokenizer.encode("").unwrap().is_empty());
        assert_eq!(tokenizer.decode(&[]).unwrap(), "");
        assert_eq!(tokenizer.decode(&tokenizer.special_ids()).unwrap(), "");
    }
}

#[test]
fn lengths_are_those_of_the_text() {
    let length = |text: &str| TextLength { bytes: text.len() as u64, characters: text.chars().count() as u64 };
    let texts = ["the cat sees the dog. 語言 é", "a bird"];
    let native = [Tokenizer::bytes(&Special::ALL), Tokenizer::characters(&texts.concat(), &Special::ALL)];
    for tokenizer in native.into_iter().chain(trained()) {
        let ids = texts.map(|text| tokenizer.encode(text).unwrap());
        let decoded = ids.each_ref().map(|ids| tokenizer.decode(ids).unwrap());
        assert_eq!(tokenizer.length(ids[0].clone()).unwrap(), length(&decoded[0]), "{tokenizer:?}");
        let [one, other] = ids;
        let both = [one, vec![tokenizer.eos().unwrap()], other].concat();
        assert_eq!(tokenizer.length(both).unwrap(), length(&decoded.concat()), "two texts: {tokenizer:?}");
        assert!(tokenizer.length([tokenizer.vocab_size() as u32]).is_err());
    }
}

#[test]
fn ranges_are_those_of_the_text() {
    let text = "é <mask>The waves";
    let of = |tokenizer: &Tokenizer| {
        let ranges = tokenizer.encode_ranges(text).unwrap();
        ranges.into_iter().map(|(_, range)| text.get(range).unwrap_or("?").to_owned()).collect::<Vec<_>>()
    };
    let all: Vec<_> = trained().iter().map(of).collect();
    let [words, pieces, bpe, ended, parts, _, characters, bytes] = &all[..] else { panic!("{}", all.len()) };
    assert_eq!(*words, ["é", "<mask>", "The", "waves"]);
    assert_eq!(*pieces, *words);
    // Both bytes of a character stand for the whole of it.
    assert_eq!(*bpe, ["é", "é", " ", "<mask>", "The", " waves"]);
    assert_eq!(*ended, ["é", "<mask>", "T", "he", "waves"]);
    assert_eq!(parts, words);
    assert_eq!(characters[..5], ["é", " ", "<mask>", "T", "h"]);
    assert_eq!(bytes[..5], ["?", "?", " ", "<mask>", "T"]);
}

#[test]
fn a_frame_is_kept_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let native = [Tokenizer::characters("ab", &Special::ALL), Tokenizer::bytes(&Special::ALL)];
    for tokenizer in native.into_iter().chain(trained()) {
        let frame = Frame::new(&tokenizer).unwrap();
        assert_eq!(Frame::of_file(&tokenizer).unwrap(), Frame::default());
        tokenizer.framed(&frame).unwrap().save(folder.path()).unwrap();
        let framed = Tokenizer::load(folder.path()).unwrap();
        check_same(&tokenizer, &framed, "ab");
        assert_eq!(framed.specials(), tokenizer.specials());
        assert_eq!(Frame::of_file(&framed).unwrap(), Frame { between: Vec::new(), ..frame.clone() });
        let (a, b) = (tokenizer.encode("a").unwrap(), tokenizer.encode("b").unwrap());
        assert_eq!(framed.encode_framed("a").unwrap(), frame.one(&a).ids);
        let Tokenizer::Pretrained(library) = &framed else { panic!("by its file") };
        let two = library.inner().encode_fast(("a", "b"), true).unwrap();
        let wanted = frame.two(&a, &b);
        assert_eq!((two.get_ids(), two.get_type_ids()), (&wanted.ids[..], &wanted.segments[..]));
    }
    let bare = Tokenizer::characters("ab", &[]);
    assert_eq!(bare.framed(&Frame::default()).unwrap().encode_framed("ab").unwrap(), [0, 1]);
    let beyond = Frame { end: vec![2], ..Frame::default() };
    assert!(matches!(bare.framed(&beyond), Err(Error::UnknownId { id: 2, .. })));
}

#[test]
fn half_a_surrogate_pair_in_a_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokenizer.json");
    for tokenizer in trained() {
        tokenizer.save(&path).unwrap();
        let json = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, json.replacen("<pad>", "\\ud83d", 1)).unwrap();
        let message = Tokenizer::load(&path).unwrap_err().to_string();
        assert!(message.contains("is not a tokenizer that can be read"), "{message}");
    }
}

#[test]
fn ids_beyond_the_vocabulary_are_refused() {
    let native = [Tokenizer::characters("ab", &[]), Tokenizer::bytes(&[]), Tokenizer::words(["a b"], &[])];
    for tokenizer in native.into_iter().chain(trained()) {
        let vocab_size = tokenizer.vocab_size();
        let message = tokenizer.decode(&[0, vocab_size as u32]).unwrap_err().to_string();
        assert_eq!(message, format!("token id {vocab_size} (at position 1) is beyond the vocabulary of {vocab_size}"));
        assert!(tokenizer.stream().push(vocab_size as u32).is_err());
    }
}

#[test]
fn what_is_saved_is_loaded_again_as_what_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let text = "The cat. 👩‍👩‍👧\0";
    let sentinels = [Special::End, Special::Sentinel(0), Special::Sentinel(255)];
    for special in [&[][..], &Special::ALL, &[Special::End, Special::Unknown], &sentinels] {
        let native =
            [Tokenizer::characters(text, special), Tokenizer::bytes(special), Tokenizer::words([text], special)];
        for tokenizer in native.into_iter().chain(trained()) {
            tokenizer.save(folder.path()).unwrap();
            let loaded = Tokenizer::load(folder.path()).unwrap();
            assert_eq!(std::mem::discriminant(&loaded), std::mem::discriminant(&tokenizer));
            assert_eq!(loaded.specials().ids(), tokenizer.specials().ids());
            assert_eq!(loaded.eos(), tokenizer.eos());
            check_same(&tokenizer, &loaded, text);
            // Without the names beside it, the usual ones do.
            std::fs::remove_file(folder.path().join("tokenizer_config.json")).unwrap();
            assert_eq!(Tokenizer::load(folder.path().join("tokenizer.json")).unwrap().eos(), tokenizer.eos());
        }
    }
}

#[test]
fn names_beside_the_file_overrule_the_guess() {
    let folder = tempfile::tempdir().unwrap();
    Tokenizer::words(["a b"], &Special::ALL).save(folder.path()).unwrap();
    let config =
        r#"{ "eos_token": { "content": "<pad>" }, "bos_token": "<mask>", "pad_token": null, "unk_token": "gone" }"#;
    std::fs::write(folder.path().join("tokenizer_config.json"), config).unwrap();
    let loaded = Tokenizer::load(folder.path()).unwrap();
    let roles = [loaded.pad(), loaded.unk(), loaded.bos(), loaded.eos(), loaded.mask()];
    assert_eq!(roles, [Some(0), Some(1), Some(4), Some(0), Some(4)]);
}

#[test]
fn what_is_no_tokenizer_is_refused_and_nothing_is_half_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokenizer.json");
    assert!(matches!(Tokenizer::load(folder.path()), Err(Error::Io { .. })));
    for contents in ["", "{", "[]", "{}", r#"{"model": {"type": "WordLevel", "vocab": {}}}"#] {
        std::fs::write(&path, contents).unwrap();
        let message = Tokenizer::load(&path).unwrap_err().to_string();
        assert!(message.starts_with(&path.display().to_string()), "{message}");
    }
    let missing = folder.path().join("missing/tokenizer.json");
    assert!(matches!(Tokenizer::bytes(&[]).save(&missing), Err(Error::Io { .. })));
    std::fs::create_dir(folder.path().join("tokenizer.json.partial")).unwrap();
    assert!(Tokenizer::bytes(&[]).save(&path).is_err());
    assert!(std::fs::read_to_string(&path).unwrap().contains("WordLevel"), "the file is as it was");
}

proptest! {
    #[test]
    fn any_text_comes_back(text in any::<String>(), other in any::<String>()) {
        let characters = Tokenizer::characters(&format!("{text}{other}"), &[]);
        for tokenizer in [characters, Tokenizer::bytes(&Special::ALL)] {
            let ids = tokenizer.encode(&text).unwrap();
            prop_assert_eq!(tokenizer.decode(&ids).unwrap(), text.clone());
            prop_assert!(ids.iter().all(|&id| (id as usize) < tokenizer.vocab_size()));
        }
    }

    #[test]
    fn any_text_has_the_same_ids_through_the_library(text in "[a-c<>pd ]{0,20}(<pad>|<unk>|<mask>)?\\PC{0,8}") {
        for tokenizer in [Tokenizer::characters("abc <>", &Special::ALL), Tokenizer::bytes(&Special::ALL)] {
            let ids = tokenizer.encode(&text).unwrap();
            let library = through_library(&tokenizer);
            prop_assert_eq!(library.encode(&text).unwrap(), ids.clone());
            prop_assert_eq!(library.decode(&ids).unwrap(), tokenizer.decode(&ids).unwrap());
        }
    }

    #[test]
    fn any_bytes_are_decoded_as_the_library_does(bytes in prop::collection::vec(0u32..=257, 0..20)) {
        let tokenizer = Tokenizer::bytes(&[Special::Pad, Special::End]);
        prop_assert_eq!(through_library(&tokenizer).decode(&bytes).unwrap(), tokenizer.decode(&bytes).unwrap());
    }
}
