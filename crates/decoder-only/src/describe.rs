//! The family on a page.

use salamander_attention::{
    Reach,
    describe::{Describe, Page, Per, Place},
};

use crate::DecoderConfig;

impl Describe for DecoderConfig {
    fn page_at(&self, context: usize) -> Page {
        let mut page = Page::new("decoder-only", context);
        let past = Reach { left: None, right: Some(0) };
        let place = Place::new(self.d_model, Per::Token).seeing(past);
        self.embedding.describe_tokens(self.vocab_size, &place.within("tokens"), &mut page);
        page.size("T", "positions that ask (queries), at most", self.max_seq_len);
        self.embedding.describe("embedding", "token", &place.within("embedding"), &mut page);
        self.stack.describe("", &place.within("stack"), &mut page);
        let logits = self.unembedding.describe("x", self.vocab_size, &place.within("unembedding"), &mut page);
        page.step("unembedding", format!("logits = {logits}"), "[B, T, V]");
        page.step("unembedding", "p(next token) = softmax(logits)", "[B, T, V]");
        page.mask("Each position sees itself and what came before", "abcd", "abcd", past);
        page
    }

    fn page(&self) -> Page {
        self.page_at(self.max_seq_len)
    }
}
