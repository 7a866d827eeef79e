//! Trained tokenizers.
