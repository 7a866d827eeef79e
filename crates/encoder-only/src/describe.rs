//! The family on a page.

use salamander_attention::{
    Reach,
    describe::{Describe, Group, Page, Per, Place, apply_activation},
};

use crate::{ClassificationHeadConfig, ClassifierConfig, EncoderConfig, MaskedLmConfig, MaskedLmHeadConfig};

impl EncoderConfig {
    /// Puts the encoder on the page, which says what it is for.
    pub(crate) fn describe(&self, place: &Place, page: &mut Page) {
        self.embedding.describe_tokens(self.vocab_size, &place.within("tokens"), page);
        page.size("T", "positions that ask (queries), at most", self.max_seq_len);
        self.embedding.describe("embedding", "token", &place.within("embedding"), page);
        self.stack.describe("", &place.within("stack"), page);
        page.mask("Each position sees every position", "abcd", "abcd", Reach { left: None, right: None });
    }
}

impl MaskedLmHeadConfig {
    /// Puts the head behind `encoder` on the page, under `title`.
    pub(crate) fn describe(&self, title: &str, encoder: &EncoderConfig, place: &Place, page: &mut Page) {
        let place = place.clone().per(Per::Guess);
        let narrow = place.clone().narrow(encoder.embedding.d_embedding);
        let sizes = [encoder.d_model, encoder.embedding.width(encoder.d_model)];
        let dense = place.linear("x", "dense", sizes, true, Group::Head, page);
        let bent = apply_activation(self.activation, &dense, page);
        let normed = self.norm.describe(&bent, Group::Head, &narrow.within("norm"), page);
        page.step(title, format!("x <- {normed}"), narrow.stream());
        let logits = self.unembedding.describe("x", encoder.vocab_size, &narrow.within("unembedding"), page);
        page.step(title, format!("logits = {logits}"), "[B, T, V]");
        page.step(title, "p(hidden token) = softmax(logits)", "[B, T, V]");
    }
}

impl ClassificationHeadConfig {
    fn describe(&self, d_model: usize, place: &Place, page: &mut Page) {
        page.size("C", "classes", self.n_classes);
        self.pooling.describe("head", page);
        let pooler = place.linear("y", "pooler", [d_model, d_model], true, Group::Head, page);
        let bent = apply_activation(self.activation, &pooler, page);
        let pooled = page.dropped(bent, self.dropout);
        page.step("head", format!("pooled = {pooled}"), "[B, D]");
        let sizes = [d_model, self.n_classes];
        let logits = place.linear("pooled", "classifier", sizes, true, Group::Head, page);
        page.step("head", format!("logits = {logits}"), "[B, C]");
        page.step("head", "p(class) = softmax(logits)", "[B, C]");
    }
}

impl Describe for MaskedLmConfig {
    fn page_at(&self, context: usize) -> Page {
        let mut page = Page::new("encoder-only, filling gaps", context);
        let place = Place::new(self.encoder.d_model, Per::Token);
        self.encoder.describe(&place.within("encoder"), &mut page);
        self.head.describe("head", &self.encoder, &place.within("head"), &mut page);
        page
    }

    fn page(&self) -> Page {
        self.page_at(self.encoder.max_seq_len)
    }
}

impl Describe for ClassifierConfig {
    fn page_at(&self, context: usize) -> Page {
        let mut page = Page::new("encoder-only, classifying", context);
        let place = Place::new(self.encoder.d_model, Per::Token);
        self.encoder.describe(&place.within("encoder"), &mut page);
        let once = place.within("head").per(Per::Sequence);
        self.head.describe(self.encoder.d_model, &once, &mut page);
        page
    }

    fn page(&self) -> Page {
        self.page_at(self.encoder.max_seq_len)
    }
}
