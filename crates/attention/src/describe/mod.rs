//! A model on one page: what it computes with the choices made, what it is made of, and what it costs.
//!
//! A configuration holds choices; a forward holds all that may be chosen. The page is the forward with the choices made:
//! the branches not taken are absent. It is data first ([`Page`]), so that two can be compared, and text second (its
//! [`Display`](std::fmt::Display)).
//!
//! Each brick says its own equation in its own file here; a family strings the bricks together in the order of its
//! forward. That the parameters listed are those of the module, by name and shape, is tested over many configurations.
//!
//! # What is counted
//!
//! A floating-point operation is one of the multiplications or additions of a matrix product: a token that passes a
//! matrix of `m` by `n` costs `2 m n`. Besides the parameters' matrices there are two products in attention: scores (`E`
//! by `S`, in each of `H` heads) and the gathering of values (`S` by `E`), with `S` the whole context, hidden or not, as a
//! plain matrix product computes them (Chowdhery et al. 2022, arXiv:2204.02311, appendix B). Norms, activations, softmax
//! and looking up cost next to nothing beside these and are not counted. Training costs three times the forward: the
//! gradients of a product with respect to its two factors are two products of the same size. The first layer is no
//! exception: the gradient of its input goes on to the tables of vectors.
//!
//! These are the numbers that PyTorch counts while it computes the same models, forward and backward: `models/parity`.
//!
//! ```
//! use salamander_attention::{Activation, FeedForwardConfig, FeedForwardKind, describe::{Page, Per, Place}};
//!
//! let (kind, activation) = (FeedForwardKind::Gated, Activation::Silu);
//! let config = FeedForwardConfig { d_ff: 3, kind, activation, bias: false, dropout: 0.0 };
//! let mut page = Page::new("a layer", 1);
//! config.describe(&Place::new(2, Per::Token), &mut page);
//! assert_eq!(page.functions[0].equations[0].text, "h = silu(x W_gate) · x W_up");
//! assert_eq!((page.parameters(), page.flops_per_token()), (18, 36));
//! ```

mod activation;
mod attention;
mod block;
mod embedding;
mod feed_forward;
mod norm;
mod page;
mod place;
mod position;
mod text;
mod unembedding;

pub use activation::apply_activation;
pub use block::DescribeLayer;
pub use page::{Equation, Extent, Group, Page, Part, Per, Picture, Product, Section, Size};
pub use place::Place;

/// What can be put on one page.
pub trait Describe {
    /// The page, with costs at `context` tokens.
    fn page_at(&self, context: usize) -> Page;

    /// The page, with costs at the longest input.
    fn page(&self) -> Page;
}
