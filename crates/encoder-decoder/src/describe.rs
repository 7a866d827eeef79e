//! The family on a page.

use salamander_attention::{
    Reach,
    describe::{Describe, Page, Per, Place},
};

use crate::EncoderDecoderConfig;

impl Describe for EncoderDecoderConfig {
    fn page_at(&self, context: usize) -> Page {
        let mut page = Page::new("encoder-decoder", context);
        let (all, past) = (Reach { left: None, right: None }, Reach { left: None, right: Some(0) });
        let reads = Place::new(self.d_model, Per::SourceToken);
        let writes = Place::new(self.d_model, Per::TargetToken).seeing(past);
        self.source.describe_tokens(self.vocab_size, &reads.within("tokens"), &mut page);
        page.size("T", "positions that ask (queries), at most; a source is as long at most", self.max_seq_len);
        self.source.describe("source", "source token", &reads.within("source"), &mut page);
        self.encoder.describe("encoder ", &reads.within("encoder"), &mut page);
        page.step("memory", "memory = x", "[B, S, D]");
        self.target.describe("target", "target token", &writes.within("target"), &mut page);
        self.sharing.describe(&self.decoder, &writes.within("decoder"), &mut page);
        let logits = self.unembedding.describe("x", self.vocab_size, &writes.within("unembedding"), &mut page);
        page.step("unembedding", format!("logits = {logits}"), "[B, T, V]");
        page.step("unembedding", "p(next target token) = softmax(logits)", "[B, T, V]");
        page.mask("The source sees the source", "abcd", "abcd", all);
        page.mask("The target sees the target up to itself", "wxyz", "wxyz", past);
        page.mask("The target sees the source", "wxyz", "abcd", all);
        page
    }

    fn page(&self) -> Page {
        self.page_at(self.max_seq_len)
    }
}
